// Vocabulary: text to piece ids and back, by a SentencePiece model.
//
// The model file (`spm.model`) is one of this project (subword.h) or any other SentencePiece model
// with an end-of-sentence piece. `</s>` is never part of what encode() and sample() return; whoever
// builds batches appends it.
//
// Source: Kudo and Richardson 2018, arXiv:1808.06226 (SentencePiece).

#pragma once

#include <cstdint>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace nmt::data {

/// Immutable and safe to use from many threads; copies share the model.
class Vocabulary {
 public:
  /// Reads a SentencePiece model. Throws InputError, naming the file, if it cannot be read, is no
  /// such model, or has no end-of-sentence piece.
  static Vocabulary load(const std::string& path);

  /// From the bytes of a model file. `name` stands for the file in messages. Throws as load().
  static Vocabulary from_serialized(std::string bytes, const std::string& name = "vocabulary");

  /// The bytes of the model file: writing them to `spm.model` saves the vocabulary.
  const std::string& serialized() const;

  /// V, the number of pieces, special ones included; ids are 0..V−1.
  int64_t size() const;

  /// What fills rows up. A model without a padding piece pads with unk_id(): lengths mask padding
  /// everywhere, so any id does, and this one is the least harmful if something looks at ids.
  int64_t pad_id() const;
  int64_t unk_id() const;
  int64_t eos_id() const;

  /// The best segmentation of `text` (UTF-8). Empty for text that is empty or white space.
  std::vector<int32_t> encode(std::string_view text) const;

  /// A random segmentation of `text`, decided by `seed` alone (subword_sampling.h). `alpha` >= 0:
  /// for unigram models, one of the 64 best segmentations with probability proportional to P^alpha;
  /// for BPE models, the probability of dropping a merge (at most 1).
  std::vector<int32_t> sample(std::string_view text, double alpha, uint64_t seed) const;

  /// The text of `ids`; special pieces give none, unknown ones " ⁇ ". Throws std::out_of_range if
  /// an id is not in 0..V−1.
  std::string decode(std::span<const int32_t> ids) const;

  /// The piece as the model writes it, such as "▁the". Throws std::out_of_range as decode().
  const std::string& piece(int64_t id) const;

 private:
  struct Model;
  explicit Vocabulary(std::shared_ptr<const Model> model);

  std::shared_ptr<const Model> model_;
};

}  // namespace nmt::data
