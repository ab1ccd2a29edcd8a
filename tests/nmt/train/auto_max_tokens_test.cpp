// The largest readable number that fits, against a walk over all of them upwards.

#include "nmt/train/auto_max_tokens.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>

#include "data/text/error.h"
#include "tests/nmt/train/toy_run.h"
#include "tests/testing/temp_folder.h"

namespace nmt::train::auto_max_tokens_test {
namespace {

using ::testing::AllOf;
using ::testing::HasSubstr;

constexpr int64_t kMib = int64_t{1} << 20;

class AutoMaxTokens : public ::testing::Test {
 protected:
  // Wide enough for a slice to hold any micro-batch, and to need memory for it.
  AutoMaxTokens() {
    config_.data.max_tokens = 0;
    config_.data.max_length = 100;
    config_.backend = layers::BackendKind::kReference;
    config_.threads = 2;
  }

  int64_t need(int64_t tokens) const {
    config::TrainingConfig config = config_;
    config.data.max_tokens = tokens;
    return memory_need(config, data_, approximate_parameters(config.model)).total();
  }

  TrainingData data_ = testing::toy_data();
  config::TrainingConfig config_ = testing::toy_config(data_, "");
};

TEST_F(AutoMaxTokens, IsTheLargestReadableNumberThatFits) {
  std::vector<int64_t> readable = {100};  // max-length, and what lies above it.
  for (int64_t power = 1; power <= 16384; power *= 2) {
    for (const int64_t tokens : {power, power / 2 * 3}) {
      if (tokens > 100 && tokens <= 16384) readable.push_back(tokens);
    }
  }
  std::ranges::sort(readable);
  for (const int64_t tokens : readable) {
    const auto enough = static_cast<int64_t>(need(tokens) / 0.8) + 2;
    EXPECT_EQ(auto_max_tokens(config_, data_, enough), tokens);
    if (tokens == 100) continue;
    EXPECT_LT(auto_max_tokens(config_, data_, enough - 8), tokens);
  }
  EXPECT_EQ(auto_max_tokens(config_, data_, int64_t{1} << 50), kMostAutoTokens);
  EXPECT_EQ(auto_max_tokens(config_, data_, /*available=*/0), 4096);
}

TEST_F(AutoMaxTokens, WhereNotEvenOneSentenceFitsIsAnError) {
  EXPECT_THAT(
      nmt::testing::message_of<UsageError>([&] { auto_max_tokens(config_, data_, 100 * kMib); }),
      AllOf(HasSubstr("one sentence of max-length 100 need about"), HasSubstr("of the 100 MiB"),
            HasSubstr("--recompute true")));
  config_.device = config::DeviceKind::kCuda;
  EXPECT_THAT(nmt::testing::message_of<UsageError>([&] { settle_max_tokens(config_, data_); }),
              HasSubstr("give a number, or --device cpu"));
}

TEST_F(AutoMaxTokens, ANumberStaysAsItIs) {
  config_.data.max_tokens = 777;
  settle_max_tokens(config_, data_);
  EXPECT_EQ(config_.data.max_tokens, 777);
}

}  // namespace
}  // namespace nmt::train::auto_max_tokens_test
