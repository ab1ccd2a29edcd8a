// Rules that bind several keys: each with the text of its error.

#include "nmt/config/config_rules.h"

#include <gtest/gtest.h>

#include <functional>

#include "data/text/error.h"
#include "nmt/config/arch_name.h"
#include "nmt/config/enum_names.h"
#include "tests/testing/temp_folder.h"

namespace nmt::config::config_rules_test {
namespace {

std::string error(const std::function<void(TrainingConfig&)>& change) {
  TrainingConfig config;
  change(config);
  return testing::message_of<UsageError>([&] { validate(config); });
}

TEST(ValidateTest, DefaultsAreValid) {
  EXPECT_NO_THROW(validate(TrainingConfig{}));
}

TEST(ValidateTest, ModelSizesFitTogether) {
  EXPECT_EQ(error([](auto& c) { c.model.heads = 7; }),
            "d-model must be a multiple of heads, got 512 and 7");
  EXPECT_EQ(error([](auto& c) {
              c.model.d_model = 15;
              c.model.heads = 3;
            }),
            "d-model must be even for sinusoidal positions, got 15");
}

TEST(ValidateTest, SigmaKeysNeedSigma) {
  const std::string rest =
      " is a key of sigma-Reparam, but preln-6L does without; take an architecture with -sigma or "
      "leave the key out";
  EXPECT_EQ(error([](auto& c) { c.model.gamma_init = layers::GammaInit{}; }), "gamma-init" + rest);
  EXPECT_EQ(error([](auto& c) { c.model.sigma_embeddings = true; }), "sigma-embeddings" + rest);
}

TEST(ValidateTest, SigmaGroupsNeedASpectralNorm) {
  for (const char* name : {"preln-6L", "preln-weightnorm-6L", "preln-qknorm-6L"}) {
    EXPECT_EQ(error([&](auto& c) {
                c.model.architecture = parse_architecture(name);
                c.model.sigma_groups = layers::SigmaGroups::kQkv;
              }),
              "sigma-groups says which matrices share a spectral norm, but " + std::string(name) +
                  " divides by none; take an architecture with -sigma or -spectralnorm, or leave "
                  "the key out");
  }
  for (const char* name : {"preln-sigma-6L", "preln-spectralnorm-6L"}) {
    TrainingConfig config;
    config.model.architecture = parse_architecture(name);
    config.model.sigma_groups = layers::SigmaGroups::kQkAndV;
    EXPECT_NO_THROW(validate(config));
  }
}

TEST(ValidateTest, PartsOfTheArchitectureGoTogether) {
  EXPECT_EQ(error([](auto& c) {
              c.model.architecture.residual = layers::ResidualKind::kDeepNorm;
              c.model.architecture.linear = layers::LinearKind::kSpectralNorm;
            }).substr(0, 51),
            "arch must not be 'deepnorm-spectralnorm-6L': spectr");
}

TEST(ValidateTest, DataFitsTheModel) {
  EXPECT_EQ(error([](auto& c) {
              c.data.valid_sets = {"a", "b"};
            }),
            "valid-sets without train-sets: give both, or none for the toy grammar");
  EXPECT_EQ(error([](auto& c) { c.data.max_length = 2000; }),
            "max-length must be at most max-positions, got 2000 and 1024");
  EXPECT_EQ(error([](auto& c) { c.data.max_tokens = 100; }),
            "max-tokens must be at least max-length, so that the longest pair fits into a "
            "micro-batch, got 100 and 256");
  EXPECT_EQ(error([](auto& c) { c.data.max_length_ratio = 0.5; }),
            "max-length-ratio must be 0 or at least 1, got 0.5");
}

TEST(ValidateTest, LinearAndCosineKnowWhereTheyEnd) {
  for (const std::string schedule : {"linear", "cosine"}) {
    const auto decaying = [&](int64_t end, int64_t warmup) {
      return [=](TrainingConfig& c) {
        c.optimization.lr_schedule = enum_value<LrSchedule>(schedule);
        c.optimization.lr_decay_updates = end;
        c.optimization.warmup_updates = warmup;
      };
    };
    EXPECT_EQ(error(decaying(0, 0)),
              "lr-schedule " + schedule +
                  " must know where it ends: give lr-decay-updates, or max-updates above 0");
    EXPECT_EQ(error(decaying(300, 300)),
              "lr-decay-updates (or else max-updates) must be above warmup-updates with "
              "lr-schedule " +
                  schedule + ", got 300 and 300; lower warmup-updates or train for longer");
    EXPECT_EQ(error([&](auto& c) {
                decaying(300, 100)(c);
                c.optimization.learning_rate = 0.25;
                c.optimization.final_learning_rate = 0.5;
              }),
              "final-learning-rate must be at most learning-rate, got 0.5 and 0.25");
    TrainingConfig config;
    decaying(300, 100)(config);
    EXPECT_NO_THROW(validate(config));
  }
  EXPECT_EQ(error([](auto& c) { c.optimization.lr_decay_updates = 5; }),
            "lr-decay-updates is a key of lr-schedule linear and cosine, but lr-schedule is "
            "inverse-sqrt; choose one of them or leave the key out");
  EXPECT_EQ(error([](auto& c) { c.optimization.final_learning_rate = 0.1; }),
            "final-learning-rate is a key of lr-schedule linear and cosine, but lr-schedule is "
            "inverse-sqrt; choose one of them or leave the key out");
}

TEST(ValidateTest, PlateauNeedsValidations) {
  const std::string text =
      "lr-schedule plateau needs validations: give valid-sets, and validate-every above 0";
  EXPECT_EQ(error([](auto& c) {
              c.optimization.lr_schedule = LrSchedule::kPlateau;
              c.data.train_sets = {"a", "b"};
            }),
            text);
  EXPECT_EQ(error([](auto& c) {
              c.optimization.lr_schedule = LrSchedule::kPlateau;
              c.schedule.validate_every = 0;
            }),
            text);
}

TEST(ValidateTest, NesterovIsAFormOfMomentum) {
  EXPECT_EQ(error([](auto& c) { c.optimization.nesterov = true; }),
            "nesterov is a form of momentum: it needs optimizer sgd and momentum above 0, got adam "
            "and 0.9");
  EXPECT_EQ(error([](auto& c) {
              c.optimization.optimizer = OptimizerKind::kSgd;
              c.optimization.nesterov = true;
              c.optimization.momentum = 0.0;
            }),
            "nesterov is a form of momentum: it needs optimizer sgd and momentum above 0, got sgd "
            "and 0");
}

TEST(ValidateTest, ScheduleAndRunAreConsistent) {
  EXPECT_EQ(error([](auto& c) { c.schedule.average_last = 5; }),
            "average-last must be at most keep-last, got 5 and 3");
  EXPECT_EQ(error([](auto& c) {
              c.data.train_sets = {"a", "b"};
              c.schedule.patience = 4;
            }),
            "patience 4 needs validations: give valid-sets, and validate-every above 0");
  EXPECT_EQ(error([](auto& c) {
              c.schedule.valid_metric = ValidMetric::kBleu;
              c.schedule.valid_bleu_segments = 0;
            }),
            "valid-metric bleu needs valid-bleu-segments above 0");
}

TEST(ValidateTest, ACallIsConsistentWhateverRunItIsFor) {
  const auto call_error = [](const std::function<void(TrainingConfig&)>& change) {
    TrainingConfig config;
    change(config);
    return testing::message_of<UsageError>([&] { validate_call(config); });
  };
  EXPECT_EQ(call_error([](auto& c) { c.resume = c.overwrite = true; }),
            "--resume goes on with a run and --overwrite deletes it: give one of them");
  EXPECT_EQ(call_error([](auto& c) { c.branch_from = c.init_from = "a"; }),
            "--branch-from goes on with a run and --init-from begins one with its weights: give "
            "one of them");
  EXPECT_EQ(call_error([](auto& c) { c.model_dir.clear(); }), "model-dir must name a folder");
}

TEST(ValidateTest, ThreeWayTiesNeedOneVocabulary) {
  EXPECT_EQ(error([](auto& c) {
              c.data.vocab = {"source.model", "target.model"};
            }),
            "tie-embeddings three-way is one matrix for source and target, which have a vocabulary "
            "each: leave tie-embeddings out, or set it to two-way or none; or give vocab one model "
            "for both");
}

}  // namespace
}  // namespace nmt::config::config_rules_test
