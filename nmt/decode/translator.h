// Translator: segments in, translations out, with one model and its vocabularies.
//
// Segments are encoded to pieces, sorted by length (longest first, so that a batch that does not
// fit in memory shows at once), cut into batches and searched; the answers come back in the order
// of the segments. Which segments share a batch depends on the segments alone, never on the number
// of threads, and so neither do the translations. Padding and the unknown piece are never
// generated. A translation stands on one line, whatever its pieces hold (data/text/one_line.h).
//
//     Translator translator = load_translator("model/best", {.threads = 2});
//     std::vector<std::string> english = translator.translate(german);
//
// load_translator.h makes one from a model folder.

#pragma once

#include <atomic>
#include <cstdint>
#include <functional>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "data/vocabularies.h"
#include "nmt/config/length_bound.h"
#include "nmt/decode/beam_search.h"
#include "nmt/model/transformer.h"

namespace nmt::decode {

struct TranslatorOptions {
  int64_t beam_size = 5;        ///< Live prefixes of a segment; 1 is greedy search.
  double length_penalty = 1.0;  ///< α of log P / len^α (length_penalty.h).
  int64_t n_best = 1;           ///< Translations of a segment; 1 to beam_size.
  /// Largest batch: segments × beam size × longest source in pieces. A segment that is longer
  /// alone is a batch of its own.
  int64_t max_tokens = 4096;
  /// Longest source and longest translation in pieces, `</s>` included; what is past it of a source
  /// is not translated (a warning). Unset: the model's positions, and the model's length bound for
  /// translations. No side is ever longer than the model's positions.
  std::optional<int64_t> max_length;
  /// Longest translation of a source, in the place of the model's own bound.
  std::optional<config::LengthBound> length_bound;
  int64_t threads = 1;  ///< Batches searched at the same time; 1: in the calling thread.
  /// Looked at before each batch; once it is true, translating throws Interrupted. Null: never.
  const std::atomic<bool>* stop = nullptr;
};

/// What the translator throws when its `stop` says so.
struct Interrupted {};

/// Throws UsageError, naming flag and value, if an option is out of range.
void check(const TranslatorOptions& options);

/// One translation of a segment.
struct Translation {
  std::string text;
  double score = 0.0;  ///< log P / len^α; 0 for an empty segment.
  bool cut = false;    ///< Whether the limit on its length ended it.
};

/// Told what went not quite right with segment `index` (from 0); called in order of the segments,
/// from the calling thread.
using TranslationWarning = std::function<void(size_t index, const std::string& message)>;

class Translator {
 public:
  /// With a model in memory, such as one in training: no parameter is changed. Runs on the device
  /// of the model's parameters. Throws UsageError if an option is out of range, InputError if the
  /// vocabularies do not fit the model (both sizes named).
  Translator(model::Transformer model, const data::Vocabularies& vocabularies,
             const TranslatorOptions& options);

  /// The best translation of each of `segments` (valid UTF-8). A segment without pieces (empty,
  /// white space) gives an empty translation.
  std::vector<std::string> translate(std::span<const std::string> segments,
                                     const TranslationWarning& warn = {}) const;

  /// The same for a model that may not have learned yet to end a translation, which makes every one
  /// as long as the limit allows. Where that would take over twice the time of a bound of 2x+10,
  /// the batch of middle length goes first, and if the limit cuts most of it, nothing is returned.
  std::optional<std::vector<std::string>> translate_unless_endless(
      std::span<const std::string> segments) const;

  /// Up to n_best translations of each segment, best first, at least one; fewer than n_best only if
  /// the segment is empty or there are no more within the length limit.
  std::vector<std::vector<Translation>> translate_n_best(std::span<const std::string> segments,
                                                         const TranslationWarning& warn = {}) const;

  /// The limit on the length of a translation in words, for messages: "2x+10 pieces, x those of the
  /// source, and at most 30 pieces".
  std::string length_limit() const;

  /// Whether another max_length or length_bound could make translations longer.
  bool can_be_longer() const { return length_bound_.has_value() || !positions_bind(); }

 private:
  using Pieces = std::vector<int32_t>;               // Of a segment, without `</s>`.
  using Batches = std::vector<std::vector<size_t>>;  // Indices of segments.
  using Translations = std::vector<std::vector<Translation>>;

  std::vector<Pieces> encode(std::span<const std::string> segments,
                             const TranslationWarning& warn) const;
  Batches batches_of(std::span<const Pieces> sources) const;
  void translate_batches(std::span<const Pieces> sources, const Batches& batches,
                         Translations& translations) const;
  int64_t longest_side() const;
  bool positions_bind() const;
  int64_t longest_translation(const Pieces& source) const;
  bool may_take_long(std::span<const Pieces> sources) const;
  std::vector<std::vector<Hypothesis>> search(std::span<const Pieces> sources,
                                              std::span<const size_t> batch) const;

  model::Transformer model_;
  data::Vocabularies vocabularies_;
  TranslatorOptions options_;
  std::optional<config::LengthBound> length_bound_;  // In force; unset: max_length, or positions.
};

}  // namespace nmt::decode
