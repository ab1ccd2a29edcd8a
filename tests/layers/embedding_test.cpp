// What enters and leaves the stack of layers: positions, embedded pieces, output projection,
// dropout.

#include "layers/embedding.h"

#include <gtest/gtest.h>

#include <cmath>

#include "layers/dropout.h"
#include "tests/layers/double_precision.h"

namespace nmt::layers::embedding_test {
namespace {

double sinusoid(int64_t position, int64_t column, int64_t d_model) {
  const int64_t half = d_model / 2;
  const double i = static_cast<double>(column % half);
  const double angle = position / std::pow(10000.0, 2.0 * i / d_model);
  return column < half ? std::sin(angle) : std::cos(angle);
}

TEST(SinusoidalPositions, AreSinesThenCosinesFromPositionZero) {
  const testing::DoublePrecision double_precision;
  const naive::Rows table = testing::rows_of(sinusoidal_positions(40, 6));
  for (int64_t p = 0; p < 40; ++p) {
    for (int64_t d = 0; d < 6; ++d) EXPECT_NEAR(table[p][d], sinusoid(p, d, 6), 1e-12);
  }
}

TEST(SinusoidalPositions, OfOddWidthEndInZeros) {
  const torch::Tensor table = sinusoidal_positions(10, 5);
  EXPECT_EQ(table.select(1, 4).abs().sum().item<double>(), 0.0);
  EXPECT_EQ(table[0][2].item<double>(), 1.0);
}

TEST(Positions, GiveTheRowsAskedForAndRefuseMoreThanTheTable) {
  Positions positions(PositionKind::kSinusoidal, 12, 8);
  const torch::Tensor some = torch::tensor({3, 0, 4, 3});
  EXPECT_TRUE(
      torch::equal(positions->forward(some), sinusoidal_positions(12, 8).index_select(0, some)));
  EXPECT_TRUE(positions->parameters().empty());
  EXPECT_NO_THROW(positions->forward(torch::tensor({11})));
  EXPECT_THROW(positions->forward(torch::tensor({11, 12})), c10::Error);
  EXPECT_EQ(positions->forward(torch::empty({0}, torch::kInt64)).size(0), 0);
}

TEST(Positions, CanBeLearned) {
  Positions positions(PositionKind::kLearned, 12, 8);
  ASSERT_EQ(positions->named_parameters().size(), 1u);
  EXPECT_EQ(positions->named_parameters()[0].key(), "weight");
  positions->forward(torch::tensor({2, 3, 4})).sum().backward();
  const torch::Tensor gradient = positions->parameters()[0].grad();
  EXPECT_EQ(gradient.slice(0, 2, 5).sum().item<double>(), 24.0);
  EXPECT_EQ(gradient.sum().item<double>(), 24.0);
}

class Embeddings : public ::testing::Test {
 protected:
  Embeddings() {
    matrix_->parts()[0]->weight.copy_(testing::normal({5, 4}, generator_));
    matrix_->refresh();
  }

  testing::DoublePrecision double_precision_;
  at::Generator generator_ = testing::seeded(2);
  torch::nn::Module owner_;
  std::shared_ptr<StackedLinear> matrix_ =
      make_embedding_matrix(owner_, "embed", 5, BlockOptions{.d_model = 4}, false);
  Positions positions_{PositionKind::kSinusoidal, 10, 4};
};

TEST_F(Embeddings, AreScaledRowsPlusPositions) {
  const std::vector<int64_t> ids = {4, 0, 2, 1, 1, 3}, at = {5, 6, 7, 0, 1, 2};
  const torch::Tensor embedded =
      embed(*matrix_, *positions_, torch::tensor(ids), torch::tensor(at), 0.0, {});
  const naive::Rows rows = testing::rows_of(matrix_->parts()[0]->weight);
  for (size_t n = 0; n < ids.size(); ++n) {
    for (int64_t d = 0; d < 4; ++d) {
      const double expected = 2.0 * rows[ids[n]][d] + sinusoid(at[n], d, 4);
      EXPECT_NEAR(embedded[n][d].item<double>(), expected, 1e-12);
    }
  }
}

TEST_F(Embeddings, SharedWithTheOutputCollectGradientsOfBothUses) {
  torch::nn::Module output_owner;
  const OutputProjection output(output_owner, matrix_, 5);
  const torch::Tensor ids = torch::tensor({4, 0}), at = torch::tensor({0, 1});
  const torch::Tensor weights = testing::normal({2, 5}, generator_);
  const auto loss = [&] {
    const torch::Tensor x = embed(*matrix_, *positions_, ids, at, 0.0, {});
    return (output.forward(x.tanh()) * weights).sum();
  };
  loss().backward();
  matrix_->pull_gradients_back();
  const torch::Tensor weight = matrix_->parts()[0]->weight;
  const auto value = [&] { return loss().item<double>(); };
  for (int i = 0; i < 4; ++i) {
    testing::expect_gradient("embed", weight, weight.grad(), value, generator_);
  }
  EXPECT_GT(weight.grad()[1].abs().sum().item<double>(), 0.0);  // Never embedded, but scored.
}

TEST_F(Embeddings, OutputLossIsThatOfTheLogits) {
  torch::nn::Module output_owner;
  const OutputProjection output(output_owner, matrix_, 5);
  const torch::Tensor x = testing::normal({3, 4}, generator_);
  const torch::Tensor targets = torch::tensor({4, 0, 4});
  const auto expected = at::cross_entropy_loss(output.forward(x), targets, {}, at::Reduction::Sum,
                                               /*ignore_index=*/-100, /*label_smoothing=*/0.1);
  for (const BackendKind backend : {BackendKind::kFused, BackendKind::kReference}) {
    const LossSums sums = output.loss(x, targets, 0.1, backend);
    EXPECT_NEAR(sums.loss.item<double>(), expected.item<double>(), 1e-12);
  }
}

TEST(Dropout, WithoutAGeneratorOrProbabilityChangesNothing) {
  const torch::Tensor x = torch::ones({3, 3});
  EXPECT_TRUE(torch::equal(dropout(x, 0.5, {}), x));
  EXPECT_TRUE(torch::equal(dropout(x, 0.0, {.dropout_generator = testing::seeded(1)}), x));
}

TEST(Dropout, KeepsTheMeanAndRepeatsItsSeed) {
  const torch::Tensor x = torch::ones({200, 200});
  const torch::Tensor y = dropout(x, 0.3, {.dropout_generator = testing::seeded(1)});
  EXPECT_NEAR(y.mean().item<double>(), 1.0, 0.02);
  EXPECT_NEAR(y.eq(0).to(torch::kFloat64).mean().item<double>(), 0.3, 0.015);
  EXPECT_TRUE(torch::allclose(y.max(), torch::tensor(1.0F / 0.7F)));
  EXPECT_TRUE(torch::equal(y, dropout(x, 0.3, {.dropout_generator = testing::seeded(1)})));
  EXPECT_FALSE(torch::equal(y, dropout(x, 0.3, {.dropout_generator = testing::seeded(2)})));
}

}  // namespace
}  // namespace nmt::layers::embedding_test
