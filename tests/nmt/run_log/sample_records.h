// One record of each type, every value different and every list filled: for the run log's tests.

#pragma once

#include <string>

#include "nmt/run_log/run_record.h"

namespace nmt::run_log {

inline ConfigRecord sample_config() {
  return {.config = {{"arch", "postln-sigma-18L"}, {"seed", 7}},
          .architecture = "postln-sigma-18L",
          .encoder_alpha = 1.999,
          .encoder_beta = 0.353,
          .decoder_alpha = 2.711,
          .decoder_beta = 0.261,
          .gamma_init = "sigma",
          .init_scales = {{"query, key", 1.0}, {"value, output", 0.353}},
          .parameters = 1234567,
          .memory_bytes = 987654321,
          .unigram_nll = 5.0 + 1.0 / 3.0,
          .data = {{"pairs", 29000}, {"dropped_empty", 3}}};
}

inline UpdateRecord sample_update(int64_t update) {
  return {
      .update = update,
      .epoch = 2,
      .loss = 5.0 / 3.0,
      .nll = 0.1 + 0.2,
      .learning_rate = 1e-7 / 3.0,
      .gradient_norm = 1.0 / 7.0,
      .tokens = 123456789012,
      .tokens_per_second = 2512.25,
      .seconds = 71.125,
      .losses = {5.5, 5.0 / 3.0},
      .attention =
          {{.kind = layers::AttentionKind::kCross,
            .layer = 3,
            .entropy = {1.1, 1.0 / 3.0},
            .relative_entropy = {0.5, 0.25},
            .min_entropy = {0.01, 0.02},
            .max_logit = {-3.5, 17.0},
            .relative_quantiles = {{0.5 / 128, 3.5 / 128, 64.5 / 128, 65.5 / 128, 65.5 / 128},
                                   {0.5 / 128, 1.5 / 128, 9.5 / 128, 126.5 / 128, 127.5 / 128}},
            .relative_entropy_by_update = {0.375, 0.36},
            .temperature = 0.5,
            .bound = {0.001, 0.002},
            .bound_entropy = {1.25, 1.0}},
           {.kind = layers::AttentionKind::kCross, .layer = 4}},
      .matrices = {{.name = "encoder.layers.0.ffn.fc1",
                    .sigma = 2.0 / 3.0,
                    .gamma = 1.25,
                    .effective_sigma = 1.25,
                    .weight_norm = 9.5,
                    .update_ratio = 0.0015,
                    .gradient_norm = 0.25},
                   {.name = "decoder.layers.0.ffn.fc1",
                    .sigma = 3.5,
                    .gamma = std::nullopt,
                    .effective_sigma = 3.5,
                    .weight_norm = 8.5,
                    .update_ratio = 0.002,
                    .gradient_norm = 0.5}},
      .stream = {{.stack = "decoder", .layer = 2, .activation_rms = 1.5, .gradient_rms = 1e-5}}};
}

inline ValidRecord sample_valid(int64_t update) {
  return {
      .update = update, .loss = 4.5, .nll = 4.0, .perplexity = 54.6, .bleu = 12.25, .best = true};
}

inline CheckpointRecord sample_checkpoint(int64_t update) {
  return {.update = update, .path = "checkpoints/update-" + std::to_string(update)};
}

inline SharpnessRecord sample_sharpness(int64_t update) {
  return {.update = update,
          .sharpness = 12.0 / 7.0,
          .preconditioned = 43210.5,
          .preconditioner = "root of the second moment, plus eps",
          .iterations = 17,
          .residual = 1.0 / 1500.0};
}

inline EventRecord sample_event(int64_t update) {
  return {.update = update,
          .kind = "non_finite",
          .message = "the loss of batch 12 is not finite",
          .fields = {{"batch", 12}}};
}

inline EndRecord sample_end(int64_t update) {
  return {.update = update,
          .reason = "max-updates",
          .status = "diverged",
          .collapsed = true,
          .diverged = true,
          .plateau = true,
          .learnt = false,
          .spikes = 3,
          .peak_mib = 512.25,
          .seconds = 99.5,
          .best = sample_valid(update)};
}

}  // namespace nmt::run_log
