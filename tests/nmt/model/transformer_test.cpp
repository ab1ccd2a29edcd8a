// The whole model against plain loops, and decoding step by step against decoding at once.

#include "nmt/model/transformer.h"

#include <gtest/gtest.h>

#include <cmath>

#include "data/text/error.h"
#include "nmt/model/init.h"
#include "nmt/model/parameters.h"
#include "tests/layers/double_precision.h"
#include "tests/nmt/model/small_config.h"
#include "tests/testing/temp_folder.h"

namespace nmt::model::transformer_test {
namespace {

using naive::Parameters;
using naive::Row;
using naive::Rows;

// The model in plain loops, one sentence at a time.
struct NaiveModel {
  Parameters parameters;
  config::ModelConfig config;

  Rows embed(const std::string& name, const std::vector<int64_t>& ids) const {
    const Rows& matrix = parameters.at(name);
    const int64_t D = config.d_model;
    Rows out;
    for (size_t p = 0; p < ids.size(); ++p) {
      Row& row = out.emplace_back();
      for (int64_t d = 0; d < D; ++d) {
        const double angle =
            static_cast<double>(p) / std::pow(10000.0, 2.0 * static_cast<double>(d % (D / 2)) / D);
        row.push_back(std::sqrt(D) * matrix[ids[p]][d] +
                      (d < D / 2 ? std::sin(angle) : std::cos(angle)));
      }
    }
    return out;
  }

  naive::LayerSpec spec(layers::Stack stack) const {
    const double alpha = initial_scale(config.architecture, stack, 1).alpha;
    return {config.architecture.residual, alpha, config.activation, config.heads};
  }

  Rows final_norm(const std::string& name, const Rows& x) const {
    const auto residual = config.architecture.residual;
    const bool has_one =
        residual == layers::ResidualKind::kPreLn || residual == layers::ResidualKind::kLayerScale;
    return has_one ? naive::layer_norm(parameters, name, x) : x;
  }

  Rows encode(const std::vector<int64_t>& ids) const {
    Rows x = embed("encoder.embed.weight", ids);
    for (int64_t i = 0; i < config.architecture.encoder_layers; ++i) {
      x = naive::encoder_layer(parameters, "encoder.layers." + std::to_string(i) + ".",
                               spec(layers::Stack::kEncoder), x);
    }
    return final_norm("encoder.norm", x);
  }

  Rows logits(const std::vector<int64_t>& source, const std::vector<int64_t>& input) const {
    const bool three_way = config.tie_embeddings == layers::EmbeddingTie::kThreeWay;
    const bool untied = config.tie_embeddings == layers::EmbeddingTie::kNone;
    const std::string embedding = three_way ? "encoder.embed.weight" : "decoder.embed.weight";
    const Rows memory = encode(source);
    Rows x = embed(embedding, input);
    for (int64_t i = 0; i < config.architecture.decoder_layers; ++i) {
      x = naive::decoder_layer(parameters, "decoder.layers." + std::to_string(i) + ".",
                               spec(layers::Stack::kDecoder), x, memory);
    }
    const Parameters output = {
        {"output.weight", parameters.at(untied ? "output.weight" : embedding)},
        {"output.bias", parameters.at("output.bias")}};
    return naive::linear(output, "output", final_norm("decoder.norm", x));
  }
};

class Transformers : public ::testing::Test {
 protected:
  // Biases and gains must not stay at 0 and 1, or errors in them would not show.
  Transformer random_model(const config::ModelConfig& config) {
    Transformer model(config);
    initialize(model, 3);
    for (const auto& [name, value] : named_parameters(model)) {
      value.detach().add_(0.1 * nmt::testing::normal(value.sizes(), generator_));
    }
    for (int step = 0; step < 400; ++step) advance(model);
    return model;
  }

  nmt::testing::DoublePrecision double_precision_;
  torch::NoGradGuard no_grad_;
  at::Generator generator_ = nmt::testing::seeded(9);
  const std::vector<std::vector<int64_t>> sources_ = {{3, 9, 4, 5, 2}, {7, 2}, {6, 8, 2}};
  const std::vector<std::vector<int64_t>> inputs_ = {{2, 4}, {2, 10, 5, 3}, {2}};
  const torch::Tensor source_ =
      torch::tensor({{3, 9, 4, 5, 2}, {7, 2, 0, 0, 0}, {6, 8, 2, 0, 0}}, torch::kInt64);
  const torch::Tensor input_ =
      torch::tensor({{2, 4, 0, 0}, {2, 10, 5, 3}, {2, 0, 0, 0}}, torch::kInt64);
  const torch::Tensor source_lengths_ = torch::tensor({5, 2, 3}, torch::kInt64);
  const torch::Tensor input_lengths_ = torch::tensor({2, 4, 1}, torch::kInt64);
};

TEST_F(Transformers, MeetPlainLoops) {
  for (config::ModelConfig config : all_small_configs()) {
    for (const auto tie : {layers::EmbeddingTie::kThreeWay, layers::EmbeddingTie::kTwoWay,
                           layers::EmbeddingTie::kNone}) {
      config.tie_embeddings = tie;
      SCOPED_TRACE(name_of(config));
      Transformer model = random_model(config);
      // σ from power iteration, vectors float32.
      const bool sigma = layers::has_spectral_norm(config.architecture.linear);
      const double tolerance = sigma ? 1e-5 : 1e-9;
      const NaiveModel naive_model{nmt::testing::parameters_of(*model), config};
      const torch::Tensor memory = model->encode(source_, source_lengths_, {});
      const torch::Tensor logits =
          model->logits(model->features({source_, source_lengths_}, {input_, input_lengths_}, {}));
      int64_t first = 0;
      for (int64_t b = 0; b < 3; ++b) {
        nmt::testing::expect_rows(memory[b], naive_model.encode(sources_[b]), tolerance);
        nmt::testing::expect_rows(logits.slice(0, first),
                                  naive_model.logits(sources_[b], inputs_[b]), tolerance);
        first += std::ssize(inputs_[b]);
      }
      EXPECT_EQ(logits.size(0), first);
    }
  }
}

TEST_F(Transformers, TheLossIsThatOfEveryTargetPiece) {
  const data::Batch batch = {
      .source = source_,
      .source_lengths = source_lengths_,
      .target = torch::tensor({{4, 2, 0, 0}, {10, 5, 3, 2}, {2, 0, 0, 0}}, torch::kInt64),
      .target_lengths = input_lengths_,
      .pairs = {0, 1, 2}};
  const torch::Tensor targets = torch::tensor({4, 2, 10, 5, 3, 2, 2}, torch::kInt64);
  Transformer model = random_model(small_config());
  const torch::Tensor features =
      model->features({source_, source_lengths_}, {input_, input_lengths_}, {});
  const torch::Tensor log_p = torch::log_softmax(model->logits(features), -1);
  const double nll = -log_p.gather(1, targets.unsqueeze(1)).sum().item<double>();
  const layers::LossSums sums = model->loss(batch, /*smoothing=*/0.1, {});
  EXPECT_NEAR(sums.nll.item<double>(), nll, 1e-9);
  EXPECT_NEAR(sums.loss.item<double>(), 0.9 * nll - 0.1 * log_p.mean(-1).sum().item<double>(),
              1e-9);
}

TEST_F(Transformers, DecodeStepByStepAsAtOnce) {
  for (const config::ModelConfig& config : all_small_configs()) {
    SCOPED_TRACE(name_of(config));
    Transformer model = random_model(config);
    const torch::Tensor memory = model->encode(source_, source_lengths_, {});
    const torch::Tensor input = torch::tensor({{2, 4, 9, 1}, {2, 10, 5, 3}, {2, 6, 6, 8}});
    const torch::Tensor lengths = torch::full({3}, 4, torch::kInt64);
    const torch::Tensor whole =
        model->logits(model->features({source_, source_lengths_}, {input, lengths}, {}))
            .unflatten(0, {3, 4});
    DecoderState state = model->start_decoding(memory, source_lengths_);
    const torch::Tensor rows = torch::tensor({0, 0, 1, 1, 2, 2});
    for (int64_t t = 0; t < 4; ++t) {
      const torch::Tensor logits =
          model->decode_step(input.select(1, t).index_select(0, rows), state);
      EXPECT_TRUE(torch::allclose(logits, whole.select(1, t).index_select(0, rows), 1e-10, 1e-10));
    }
  }
}

TEST(Backends, AgreeInEveryVariant) {
  const torch::Tensor source = torch::tensor({{3, 9, 4, 5, 2}, {7, 2, 0, 0, 0}}, torch::kInt64);
  const torch::Tensor input = torch::tensor({{2, 4, 0}, {2, 10, 5}}, torch::kInt64);
  const torch::Tensor source_lengths = torch::tensor({5, 2}, torch::kInt64);
  const torch::Tensor lengths = torch::tensor({2, 3}, torch::kInt64);
  at::Generator generator = nmt::testing::seeded(2);
  for (const config::ModelConfig& config : all_small_configs()) {
    SCOPED_TRACE(name_of(config));
    Transformer model(config);
    initialize(model, 3);
    for (const auto& [name, value] : named_parameters(model)) {
      value.detach().add_(0.1 * nmt::testing::normal(value.sizes(), generator));
    }
    refresh(model);
    const torch::Tensor weights = nmt::testing::normal({5, 8}, generator).to(torch::kFloat32);
    std::vector<std::vector<torch::Tensor>> results;
    for (const auto backend : {layers::BackendKind::kFused, layers::BackendKind::kReference}) {
      std::vector<torch::Tensor>& result = results.emplace_back();
      result.push_back(
          model->features({source, source_lengths}, {input, lengths}, {.backend = backend}));
      (result[0] * weights).sum().backward();
      for (torch::Tensor leaf : model->leaves()) {
        result.push_back(leaf.grad().defined() ? leaf.grad().clone() : torch::zeros({1}));
        leaf.mutable_grad() = torch::Tensor();
      }
    }
    for (size_t i = 0; i < results[0].size(); ++i) {
      EXPECT_TRUE(torch::allclose(results[0][i], results[1][i], 1e-3, 1e-4)) << i;
    }
  }
}

TEST_F(Transformers, RefuseSizesThatDisagree) {
  config::ModelConfig config = small_config();
  config.vocab_size = 0;
  EXPECT_EQ(nmt::testing::message_of<UsageError>([&] { Transformer{config}; }),
            "model: vocab-size must be positive, got 0");
  config = small_config();
  config.heads = 3;
  EXPECT_EQ(nmt::testing::message_of<UsageError>([&] { Transformer{config}; }),
            "model: heads must divide d-model, got heads 3 and d-model 8");
}

}  // namespace
}  // namespace nmt::model::transformer_test
