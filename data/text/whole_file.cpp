#include "data/text/whole_file.h"

#include "data/text/byte_source.h"

namespace nmt::text {

std::string read_file(const std::string& path) {
  return read_all(*open_bytes(path));
}

std::string read_text(const std::string& path) {
  return read_all(*open_text(path));
}

}  // namespace nmt::text
