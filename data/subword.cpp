#include "data/subword.h"

#include <sentencepiece_trainer.h>

#include <algorithm>
#include <iterator>
#include <optional>
#include <string_view>
#include <unordered_map>
#include <utility>
#include <vector>

#include "data/base/seeded_random.h"
#include "data/text/error.h"
#include "data/text/unicode.h"

namespace nmt::data {
namespace {

constexpr int64_t kSpecialPieces = 3;

// Unigram training adds up floating-point sums of its threads: a fixed number of them, not that of
// the machine's cores, makes the result the same everywhere.
constexpr const char* kTrainerThreads = "4";

// SentencePiece's level for fatal errors: all others come back as a status.
constexpr const char* kSilent = "3";

// Segments that are longer or contain these marks are left out by SentencePiece itself.
constexpr size_t kLongestSegment = 4192;
constexpr std::string_view kWordBoundary = "\u2585";

// Whether every normalization leaves something of `character`.
bool is_visible(char32_t character) {
  static constexpr char32_t kVanishing[] = {0x7F,   0x8F,   0x9F,   0x200B, 0x200C,
                                            0x200E, 0x200F, 0x2581, 0xFEFF, 0xFFFD};
  return character > 0x20 && !text::is_white_space(character) &&
         std::find(std::begin(kVanishing), std::end(kVanishing), character) == std::end(kVanishing);
}

// SentencePiece ends the process when no segment has anything to learn from, so that the others
// must not reach it.
bool is_usable(std::string_view segment) {
  if (segment.size() > kLongestSegment || segment.find('\0') != std::string_view::npos ||
      segment.find(kWordBoundary) != std::string_view::npos) {
    return false;
  }
  for (size_t position = 0; position < segment.size();) {
    if (is_visible(text::next_code_point(segment, position))) return true;
  }
  return false;
}

/// A uniform sample of a stream of segments (reservoir sampling, Vitter 1985, algorithm R).
class SegmentSample {
 public:
  SegmentSample(int64_t limit, uint64_t seed)
      : limit_(limit > 0 ? static_cast<uint64_t>(limit) : UINT64_MAX), random_(seed) {}

  void offer(const std::string& segment) {
    if (!is_usable(segment)) return;
    if (++offered_ <= limit_) {
      segments_.push_back(segment);
    } else if (const uint64_t place = random_.below(offered_); place < limit_) {
      segments_[place] = segment;
    }
  }

  std::vector<std::string>& segments() { return segments_; }

 private:
  uint64_t limit_;
  uint64_t offered_ = 0;
  base::SeededRandom random_;
  std::vector<std::string> segments_;
};

class VectorIterator : public sentencepiece::SentenceIterator {
 public:
  explicit VectorIterator(const std::vector<std::string>& segments) : segments_(segments) {}

  bool done() const override { return next_ >= segments_.size(); }
  void Next() override { ++next_; }
  const std::string& value() const override { return segments_[next_]; }
  sentencepiece::util::Status status() const override { return {}; }

 private:
  const std::vector<std::string>& segments_;
  size_t next_ = 0;
};

std::unordered_map<std::string, std::string> trainer_settings(const SubwordOptions& options) {
  return {
      {"model_type", std::string(row_of(kSubwordModels, options.model).name)},
      {"vocab_size", std::to_string(options.vocab_size)},
      {"character_coverage", "1.0"},
      {"normalization_rule_name", std::string(row_of(kNormalizations, options.normalization).name)},
      {"byte_fallback", options.byte_fallback ? "true" : "false"},
      {"pad_id", "0"},
      {"unk_id", "1"},
      {"eos_id", "2"},
      {"bos_id", "-1"},
      {"num_threads", kTrainerThreads},
      {"minloglevel", kSilent}};
}

// The whole number behind `mark` in `text`.
std::optional<int64_t> number_after(const std::string& text, const std::string& mark) {
  const size_t found = text.find(mark);
  if (found == std::string::npos) return std::nullopt;
  const size_t begin = found + mark.size();
  const size_t end = text.find_first_not_of("0123456789", begin);
  const std::string digits = text.substr(begin, end - begin);
  if (digits.empty()) return std::nullopt;
  return std::stoll(digits);
}

[[noreturn]] void explain(const std::string& message, const SubwordOptions& options) {
  const std::string size = concatenate("a vocabulary of ", options.vocab_size, " pieces ");
  if (const auto largest = number_after(message, "value <= ")) {
    throw InputError(size, "is too large for this text; set vocab-size to ", *largest,
                     " or less, or add text");
  }
  if (const auto smallest = number_after(message, " vs ")) {
    throw InputError(size, "is too small for this text, whose characters and special pieces alone ",
                     "need ", *smallest, "; set vocab-size to that or more");
  }
  throw InputError("training the vocabulary failed: ", message);
}

void check_memory(const std::vector<std::string>& sample, int64_t available) {
  constexpr double kGib = 1024.0 * 1024.0 * 1024.0;
  int64_t bytes = 0;
  for (const std::string& segment : sample) bytes += std::ssize(segment);
  const int64_t need = subword_training_memory(bytes);
  if (available <= 0 || need <= available) return;
  throw InputError("training a vocabulary on ", sample.size(), " segments of ", bytes,
                   " bytes takes about ", need / kGib, " GiB of memory, and there are ",
                   available / kGib,
                   "; give one with --vocab, of a run on fewer pairs or on a larger machine");
}

Vocabulary train(SegmentSample& sample, const SubwordOptions& options) {
  if (options.vocab_size <= kSpecialPieces || options.vocab_size > INT32_MAX) {
    throw InputError("a vocabulary needs at least ", kSpecialPieces + 1, " pieces and at most ",
                     INT32_MAX, "; got vocab-size ", options.vocab_size);
  }
  if (sample.segments().empty())
    throw InputError(
        "there is no text to train a vocabulary on: every segment is empty, white space, ",
        "or over ", kLongestSegment, " bytes");
  check_memory(sample.segments(), options.memory);
  VectorIterator iterator(sample.segments());
  std::string bytes;
  const auto status =
      sentencepiece::SentencePieceTrainer::Train(trainer_settings(options), &iterator, &bytes);
  if (!status.ok()) explain(status.message(), options);
  return Vocabulary::from_serialized(std::move(bytes), "the trained vocabulary");
}

}  // namespace

int64_t subword_training_memory(int64_t sample_bytes) {
  return 30 * sample_bytes;
}

Vocabulary train_vocabulary(std::span<const std::string> segments, const SubwordOptions& options) {
  SegmentSample sample(options.max_segments, options.seed);
  for (const std::string& segment : segments) sample.offer(segment);
  return train(sample, options);
}

Vocabulary train_vocabulary(std::span<const SentencePair> pairs, const SubwordOptions& options) {
  SegmentSample sample(options.max_segments, options.seed);
  for (const SentencePair& pair : pairs) {
    sample.offer(pair.source);
    sample.offer(pair.target);
  }
  return train(sample, options);
}

Vocabulary train_vocabulary(const std::string& source_path, const std::string& target_path,
                            const SubwordOptions& options) {
  PairReader reader(source_path, target_path, options.invalid_utf8);
  SegmentSample sample(options.max_segments, options.seed);
  for (SentencePair pair; reader.next(pair);) {
    sample.offer(pair.source);
    sample.offer(pair.target);
  }
  return train(sample, options);
}

}  // namespace nmt::data
