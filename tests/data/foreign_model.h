// SentencePiece models with other special pieces than those of this project.

#pragma once

#include <gtest/gtest.h>
#include <sentencepiece_trainer.h>

#include <string>
#include <unordered_map>
#include <vector>

#include "tests/data/sample_text.h"

namespace nmt::data::testing {

class PairSides : public sentencepiece::SentenceIterator {
 public:
  explicit PairSides(const std::vector<SentencePair>& pairs) {
    for (const auto& pair : pairs) segments_.insert(segments_.end(), {pair.source, pair.target});
  }
  bool done() const override { return next_ == segments_.size(); }
  void Next() override { ++next_; }
  const std::string& value() const override { return segments_[next_]; }
  sentencepiece::util::Status status() const override { return {}; }

 private:
  std::vector<std::string> segments_;
  size_t next_ = 0;
};

/// A model that someone else trained, with special pieces as they chose.
inline std::string foreign_model(const std::string& unk, const std::string& eos,
                                 const std::string& pad) {
  PairSides segments(made_up_pairs(200));
  std::string bytes;
  const auto status = sentencepiece::SentencePieceTrainer::Train(
      std::unordered_map<std::string, std::string>{{"vocab_size", "200"},
                                                   {"bos_id", "-1"},
                                                   {"unk_id", unk},
                                                   {"eos_id", eos},
                                                   {"pad_id", pad},
                                                   {"minloglevel", "3"}},
      &segments, &bytes);
  EXPECT_TRUE(status.ok()) << status.ToString();
  return bytes;
}

}  // namespace nmt::data::testing
