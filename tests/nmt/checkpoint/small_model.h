// A small model folder and training state, all of whose values tell the update they belong to.

#pragma once

#include <gtest/gtest.h>

#include <string>

#include "nmt/checkpoint/checkpoint.h"

namespace nmt::checkpoint {

inline ModelFolder small_model(int64_t update = 1) {
  ModelFolder model;
  model.config.d_model = 8;
  model.config.heads = 2;
  model.config.ffn_dim = 16;
  model.config.vocab_size = 11;
  model.tensors = {{"encoder.embed.weight", torch::full({11, 8}, static_cast<float>(update))},
                   {"encoder.norm.bias", torch::full({8}, static_cast<float>(update))}};
  model.vocabulary = std::string("\x0a\x00vocabulary", 12);
  return model;
}

inline TrainingState small_state(int64_t update = 1) {
  return {.optimizer = {{"step", torch::tensor(update, torch::kInt64)},
                        {"m", torch::full({11, 8}, static_cast<float>(update))}},
          .statistics = {{"m.v", torch::full({8}, static_cast<float>(update))}},
          .state = {{"update", update}, {"best", {{"score", 0.1}}}}};
}

inline void expect_same(const NamedTensors& a, const NamedTensors& b) {
  ASSERT_EQ(a.size(), b.size());
  for (size_t i = 0; i < a.size(); ++i) {
    EXPECT_EQ(a[i].first, b[i].first);
    EXPECT_EQ(a[i].second.scalar_type(), b[i].second.scalar_type());
    EXPECT_TRUE(torch::equal(a[i].second, b[i].second)) << a[i].first;
  }
}

}  // namespace nmt::checkpoint
