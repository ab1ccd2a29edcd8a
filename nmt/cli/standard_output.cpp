#include "nmt/cli/standard_output.h"

#include <unistd.h>

#include <iostream>

#include "data/text/descriptor.h"

namespace nmt::cli {
namespace {

constexpr size_t kMostWaiting = size_t{1} << 16;

}  // namespace

StandardOutput::StandardOutput() : before_(std::cout.rdbuf(this)) {}

StandardOutput::~StandardOutput() {
  flush();
  std::cout.rdbuf(before_);
}

int StandardOutput::flush() {
  if (error_ == 0) error_ = text::write_all(STDOUT_FILENO, waiting_).error;
  waiting_.clear();
  return error_;
}

StandardOutput::int_type StandardOutput::overflow(int_type character) {
  if (traits_type::eq_int_type(character, traits_type::eof())) return sync();
  const char byte = traits_type::to_char_type(character);
  return xsputn(&byte, 1) == 1 ? character : traits_type::eof();
}

std::streamsize StandardOutput::xsputn(const char* bytes, std::streamsize count) {
  waiting_.append(bytes, static_cast<size_t>(count));
  if (waiting_.size() >= kMostWaiting) flush();
  return error_ == 0 ? count : 0;
}

int StandardOutput::sync() {
  return flush() == 0 ? 0 : -1;
}

}  // namespace nmt::cli
