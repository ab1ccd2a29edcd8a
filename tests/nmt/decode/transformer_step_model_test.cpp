// Decoding step by step, with cached keys and values and rows that move, against the whole decoder
// run anew on every row's prefix.

#include "nmt/decode/transformer_step_model.h"

#include <gtest/gtest.h>

#include <random>
#include <vector>

#include "tests/nmt/decode/tiny_model.h"

namespace nmt::decode::transformer_step_model_test {
namespace {

constexpr int64_t kVocabulary = 23;
constexpr int64_t kEos = 2;

struct Source {
  torch::Tensor rows = torch::randint(3, kVocabulary, {3, 7});
  torch::Tensor lengths = torch::tensor({7, 4, 1});
};

/// Logits [V] after `prefix` of sentence `b`, by the decoder without caches.
torch::Tensor whole_decoder(model::Transformer& model, const Source& source, int64_t b,
                            const std::vector<int64_t>& prefix) {
  const torch::NoGradGuard no_grad;
  const int64_t length = source.lengths[b].item<int64_t>();
  const torch::Tensor row = source.rows[b].narrow(0, 0, length).unsqueeze(0);
  const torch::Tensor source_length = torch::tensor({length});
  std::vector<int64_t> input = {kEos};
  input.insert(input.end(), prefix.begin(), prefix.end());
  const int64_t target_length = std::ssize(input);
  const torch::Tensor features =
      model->features({row, source_length},
                      {torch::tensor(input).unsqueeze(0), torch::tensor({target_length})}, {});
  return model->logits(features)[target_length - 1];
}

struct Row {
  int64_t sentence;
  std::vector<int64_t> prefix;
};

/// Rows of the next step as beam search makes them: some parents twice, some never, sentences in
/// their order, one of them gone after half of the steps.
std::vector<int64_t> next_parents(const std::vector<Row>& rows, int64_t step,
                                  std::mt19937& random) {
  std::vector<int64_t> parents;
  for (int64_t sentence = 0; sentence < 3; ++sentence) {
    if (sentence == 1 && step > 4) continue;
    std::vector<int64_t> own;
    for (int64_t r = 0; r < std::ssize(rows); ++r) {
      if (rows[r].sentence == sentence) own.push_back(r);
    }
    const int64_t width = 1 + static_cast<int64_t>(random() % 3);
    for (int64_t i = 0; i < width; ++i) parents.push_back(own[random() % own.size()]);
  }
  return parents;
}

void expect_steps_equal_the_whole_decoder(const config::ModelConfig& config) {
  at::set_num_threads(1);  // Tensors this small are slower on several.
  torch::manual_seed(5);
  std::mt19937 random(5);
  const Source source;
  model::Transformer model = testing::random_model(config, 11);
  TransformerStepModel steps(model, source.rows, source.lengths);
  ASSERT_EQ(steps.sentences(), 3);

  std::vector<Row> rows = {{0, {}}, {1, {}}, {2, {}}};
  torch::Tensor logits = steps.step(torch::full({3}, kEos, torch::kInt64), torch::arange(3));
  for (int64_t step = 1; step < 20; ++step) {
    for (int64_t r = 0; r < std::ssize(rows); ++r) {
      const torch::Tensor expected = whole_decoder(model, source, rows[r].sentence, rows[r].prefix);
      EXPECT_TRUE(torch::allclose(logits[r], expected, /*rtol=*/1e-4, /*atol=*/1e-5))
          << "step " << step << ", row " << r;
    }
    const std::vector<int64_t> parents = next_parents(rows, step, random);
    std::vector<Row> longer;
    std::vector<int64_t> pieces;
    for (const int64_t parent : parents) {
      pieces.push_back(3 + static_cast<int64_t>(random() % (kVocabulary - 3)));
      longer.push_back(rows[parent]);
      longer.back().prefix.push_back(pieces.back());
    }
    rows = longer;
    logits = steps.step(torch::tensor(pieces), torch::tensor(parents));
    ASSERT_EQ(logits.sizes(), (std::vector<int64_t>{std::ssize(rows), kVocabulary}));
  }
}

TEST(TransformerStepModelTest, PreLnEqualsTheWholeDecoder) {
  expect_steps_equal_the_whole_decoder(testing::tiny_config(kVocabulary));
}

TEST(TransformerStepModelTest, PostLnSigmaEqualsTheWholeDecoder) {
  config::ModelConfig config = testing::tiny_config(kVocabulary);
  config.architecture.residual = layers::ResidualKind::kPostLn;
  config.architecture.linear = layers::LinearKind::kSigma;
  expect_steps_equal_the_whole_decoder(config);
}

TEST(TransformerStepModelTest, DeepNormWithLearnedPositionsEqualsTheWholeDecoder) {
  config::ModelConfig config = testing::tiny_config(kVocabulary);
  config.architecture.residual = layers::ResidualKind::kDeepNorm;
  config.architecture.decoder_layers = 1;
  config.positions = layers::PositionKind::kLearned;
  config.tie_embeddings = layers::EmbeddingTie::kNone;
  config.activation = layers::ActivationKind::kSwiglu;
  expect_steps_equal_the_whole_decoder(config);
}

}  // namespace
}  // namespace nmt::decode::transformer_step_model_test
