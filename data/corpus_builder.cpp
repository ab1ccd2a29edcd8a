#include "data/corpus_builder.h"

#include <algorithm>
#include <string_view>
#include <thread>
#include <utility>

#include "data/base/thread_pool.h"
#include "data/text/unicode.h"

namespace nmt::data {
namespace {

int thread_count(int requested) {
  return requested > 0 ? requested
                       : std::max(1, static_cast<int>(std::thread::hardware_concurrency()));
}

constexpr std::string_view kSpace = "\u2581";  // How pieces write it.

// What `pieces` spell, the space in front left out; nothing if one is unknown.
std::string spelled(const Vocabulary& vocabulary, const std::vector<int32_t>& pieces) {
  std::string text;
  for (const int32_t id : pieces) {
    if (id == vocabulary.unk_id()) return {};
    std::string_view piece = vocabulary.piece(id);
    for (size_t place; (place = piece.find(kSpace)) != std::string_view::npos;) {
      text.append(piece.substr(0, place)).push_back(' ');
      piece.remove_prefix(place + kSpace.size());
    }
    text.append(piece);
  }
  return text.starts_with(' ') ? text.substr(1) : text;
}

// Whether `pieces` give `text`, but for the width and the kind of white space. Most of them spell
// it as it is, which is seen in a fraction of the time that decoding takes.
bool gives_back(const Vocabulary& vocabulary, const std::vector<int32_t>& pieces,
                const std::string& text) {
  return spelled(vocabulary, pieces) == text ||
         text::split_at_white_space(vocabulary.decode(pieces)) == text::split_at_white_space(text);
}

}  // namespace

CorpusBuilder::CorpusBuilder(const Vocabularies& vocabularies, const CorpusOptions& options)
    : options_(options), threads_(thread_count(options.threads)), corpus_(vocabularies) {}

std::vector<CorpusBuilder::EncodedPair> CorpusBuilder::encode(
    std::span<const SentencePair> pairs) const {
  std::vector<EncodedPair> encoded(pairs.size());
  const Vocabularies& vocabularies = corpus_.vocabularies();
  base::for_each_block(pairs.size(), threads_, [&](size_t begin, size_t end) {
    for (size_t i = begin; i < end; ++i) {
      std::vector<int32_t> target = vocabularies.target().encode(pairs[i].target);
      const bool writable = gives_back(vocabularies.target(), target, pairs[i].target);
      encoded[i] = {vocabularies.source().encode(pairs[i].source), std::move(target), writable};
    }
  });
  return encoded;
}

// Lines that the reader left out before `line`.
void CorpusBuilder::pass_lines(int64_t line) {
  for (; next_line_ < line; ++next_line_) {
    corpus_.dropped_.push_back(next_line_);
    ++corpus_.report_.invalid_utf8;
  }
}

// The counter of the first reason; null if the pair stays.
int64_t* CorpusBuilder::reason_to_drop(const EncodedPair& pair) {
  if (pair.source.empty() || pair.target.empty()) return &corpus_.report_.empty;
  const auto longer = static_cast<int64_t>(std::max(pair.source.size(), pair.target.size())) + 1;
  const auto shorter = static_cast<int64_t>(std::min(pair.source.size(), pair.target.size())) + 1;
  if (options_.max_length > 0 && longer > options_.max_length) return &corpus_.report_.too_long;
  const double ratio = static_cast<double>(longer) / static_cast<double>(shorter);
  if (options_.max_length_ratio > 0.0 && ratio > options_.max_length_ratio) {
    return &corpus_.report_.length_ratio;
  }
  return nullptr;
}

void CorpusBuilder::add(std::span<const SentencePair> pairs, std::span<const int64_t> lines) {
  const std::vector<EncodedPair> encoded = encode(pairs);
  for (size_t i = 0; i < encoded.size(); ++i) {
    pass_lines(lines[i]);
    ++next_line_;
    source_checksum_.add(pairs[i].source.data(), pairs[i].source.size());
    target_checksum_.add(pairs[i].target.data(), pairs[i].target.size());
    if (int64_t* counter = reason_to_drop(encoded[i])) {
      ++*counter;
      corpus_.dropped_.push_back(lines[i]);
    } else {
      corpus_.sources_.push_back(encoded[i].source);
      corpus_.targets_.push_back(encoded[i].target);
      if (!encoded[i].writable) ++corpus_.report_.unwritable;
      if (std::ssize(corpus_.text_) < options_.keep_text) corpus_.text_.push_back(pairs[i]);
    }
  }
}

ParallelCorpus CorpusBuilder::finish(int64_t lines) {
  pass_lines(lines + 1);
  corpus_.report_.read = lines;
  corpus_.checksums_ = {source_checksum_.text(), target_checksum_.text()};
  corpus_.sources_.shrink();
  corpus_.targets_.shrink();
  corpus_.dropped_.shrink_to_fit();
  return std::move(corpus_);
}

}  // namespace nmt::data
