#include "nmt/train/memory_estimate.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "data/text/error.h"
#include "nmt/config/arch_name.h"
#include "nmt/model/parameters.h"
#include "tests/testing/temp_folder.h"

namespace nmt::train::memory_estimate_test {
namespace {

using ::testing::AllOf;
using ::testing::HasSubstr;
using ::testing::Not;

constexpr int64_t kGib = int64_t{1} << 30;

TEST(MemoryEstimate, GrowsWithEverythingThatTakesMemory) {
  config::TrainingConfig config;
  config.model.vocab_size = 8000;
  const int64_t base = estimate_memory(config, 60'000'000, 1, 25);
  EXPECT_GT(base, kGib);
  EXPECT_LT(base, 8 * kGib);
  EXPECT_GT(estimate_memory(config, 120'000'000, 1, 25), base);
  config.data.max_tokens /= 8;
  const int64_t small = estimate_memory(config, 60'000'000, 1, 25);
  EXPECT_LT(small, base);
  EXPECT_EQ(estimate_memory(config, 60'000'000, 2, 25) - small, 4 * (60'000'000 + 256 * 8000));
}

// Slices bound what an update holds: kSliceValues / 512 pieces for each worker.
TEST(MemoryEstimate, LargeMicroBatchesTakeNoMoreActivations) {
  config::TrainingConfig config;
  config.model.vocab_size = 8000;
  config.data.max_tokens = 1024;
  const int64_t slice = estimate_memory(config, 60'000'000, 1, 25);
  config.data.max_tokens *= 4;
  EXPECT_EQ(estimate_memory(config, 60'000'000, 1, 25), slice);
  EXPECT_GT(estimate_memory(config, 60'000'000, 2, 25), slice + 4 * (60'000'000 + 256 * 8000));
}

TEST(MemoryEstimate, CountsTheOptimizersState) {
  config::TrainingConfig config;
  using enum config::OptimizerKind;
  const auto estimate = [&](config::OptimizerKind optimizer, double momentum) {
    config.optimization.optimizer = optimizer;
    config.optimization.momentum = momentum;
    return estimate_memory(config, 60'000'000, 1, 25);
  };
  const int64_t none = estimate(kSgd, 0.0), tensor = int64_t{4} * 60'000'000;
  EXPECT_EQ(estimate(kSgd, 0.9), none + tensor);
  for (const auto one : {kAdagrad, kLars, kLion}) EXPECT_EQ(estimate(one, 0.9), none + tensor);
  for (const auto two : {kAdam, kAdamW, kLamb}) {
    EXPECT_EQ(estimate(two, 0.9), none + 2 * tensor);
  }
}

TEST(MemoryEstimate, FallsWithRecomputation) {
  config::TrainingConfig config;
  config.model.vocab_size = 8000;
  config.model.architecture = config::parse_architecture("preln-18L");
  const int64_t kept = estimate_memory(config, 1'000'000, 1, 25);
  config.recompute = true;
  EXPECT_LT(estimate_memory(config, 1'000'000, 1, 25), kept / 2);
}

TEST(MemoryEstimate, CountsWhatSchemesKeepBesides) {
  const auto estimate = [](const char* arch) {
    config::TrainingConfig config;
    config.model.vocab_size = 8000;
    config.model.architecture = config::parse_architecture(arch);
    return estimate_memory(config, 60'000'000, 1, 25);
  };
  EXPECT_EQ(estimate("b2t-6L"), estimate("postln-6L"));
  EXPECT_GT(estimate("admin-6L"), estimate("postln-6L"));
  EXPECT_GT(estimate("layerscale-6L"), estimate("preln-6L"));
  EXPECT_GT(estimate("postln-qknorm-6L"), estimate("postln-6L"));
  EXPECT_EQ(estimate("postln-weightnorm-6L"), estimate("postln-sigma-6L"));
}

TEST(MemoryEstimate, CountsTheLogitsOfAllPiecesOnlyWhereTheyAreHeld) {
  config::TrainingConfig config;
  config.model.vocab_size = 8000;
  const int64_t fused = estimate_memory(config, 60'000'000, 1, 25);
  config.backend = layers::BackendKind::kReference;
  EXPECT_GT(estimate_memory(config, 60'000'000, 1, 25), fused + 4 * config.data.max_tokens * 8000);
}

TEST(MemoryEstimate, CountsSharpnessWhereItTakesMoreThanAnUpdate) {
  config::TrainingConfig config;
  config.model.vocab_size = 8000;
  const auto estimate = [&](int64_t workers = 1) {
    return estimate_memory(config, 60'000'000, workers, 25);
  };
  const int64_t without = estimate();
  config.schedule.sharpness_every = 100;
  const int64_t with = estimate();
  EXPECT_GT(with, without);
  config.schedule.sharpness_iterations += 10;
  EXPECT_EQ(estimate() - with, 4 * int64_t{600'000'000});
  config.schedule.sharpness_tokens *= 2;
  EXPECT_GT(estimate() - with, 4 * int64_t{600'000'000});
  config.schedule.sharpness_tokens = config.schedule.sharpness_iterations = 1;
  const int64_t large_update = estimate(/*workers=*/10);
  config.schedule.sharpness_every = 0;
  EXPECT_EQ(estimate(/*workers=*/10), large_update);
}

TEST(MemoryEstimate, ParametersAreKnownBeforeTheModelIs) {
  for (const char* arch : {"preln-1L", "postln-sigma-3L-2L", "deepnorm-2L-4L", "nonorm-sigma-2L",
                           "admin-weightnorm-2L", "rezero-weightnorm-qknorm-2L-3L",
                           "layerscale-spectralnorm-2L", "b2t-qknorm-3L"}) {
    for (const auto tie : {layers::EmbeddingTie::kThreeWay, layers::EmbeddingTie::kTwoWay,
                           layers::EmbeddingTie::kNone}) {
      config::ModelConfig config;
      config.architecture = config::parse_architecture(arch);
      config.d_model = 64;
      config.ffn_dim = 128;
      config.vocab_size = 300;
      config.tie_embeddings = tie;
      for (const auto activation :
           {layers::ActivationKind::kRelu, layers::ActivationKind::kSwiglu}) {
        config.activation = activation;
        model::Transformer model(config);
        const auto exact = static_cast<double>(model::parameter_count(model));
        EXPECT_NEAR(static_cast<double>(approximate_parameters(config)), exact, 0.01 * exact)
            << arch;
      }
    }
  }
}

TEST(MemoryEstimate, OverNineTenthsIsRefusedWithTheRemedy) {
  const auto refusal = [](const MemoryNeed& need) {
    return nmt::testing::message_of<UsageError>([&] { check_memory(need, 10 * kGib); });
  };
  check_memory({.training = 9 * kGib}, 10 * kGib);
  check_memory({.training = 5 * kGib, .data = 4 * kGib}, 10 * kGib);
  check_memory({.training = 90 * kGib}, 0);  // Unknown.
  EXPECT_THAT(
      refusal({.training = 10 * kGib}),
      AllOf(HasSubstr("about 10 GiB, over 90 % of the 10 GiB"), HasSubstr("lower --max-tokens"),
            HasSubstr("--update-freq"), Not(HasSubstr("fewer pairs"))));
  EXPECT_THAT(refusal({.training = 4 * kGib, .data = 6 * kGib}),
              AllOf(HasSubstr("about 10 GiB"), HasSubstr("6 GiB of a process are its text"),
                    HasSubstr("train on fewer pairs")));
  EXPECT_THAT(refusal({.training = 2 * kGib, .data = 1 * kGib, .processes = 4}),
              HasSubstr("about 12 GiB in 4 processes"));
}

TEST(MemoryEstimate, ASourceVocabularyOfItsOwnCounts) {
  for (const auto tie : {layers::EmbeddingTie::kTwoWay, layers::EmbeddingTie::kNone}) {
    config::ModelConfig config;
    config.architecture = config::parse_architecture("preln-1L");
    config.d_model = 64;
    config.ffn_dim = 128;
    config.vocab_size = 300;
    config.source_vocab_size = 2000;
    config.tie_embeddings = tie;
    model::Transformer model(config);
    const auto exact = static_cast<double>(model::parameter_count(model));
    EXPECT_NEAR(static_cast<double>(approximate_parameters(config)), exact, 0.01 * exact);
  }
}

}  // namespace
}  // namespace nmt::train::memory_estimate_test
