// The logged bound against the exact one: singular values in float64 of every matrix of visible
// inputs, the formula of the theorem written out once more.

#include "nmt/stability/bound_tracker.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <array>
#include <cmath>
#include <limits>
#include <memory>

#include "layers/multi_head_attention.h"

namespace nmt::stability::bound_tracker_test {
namespace {

void in_order(int64_t tasks, const std::function<void(int64_t)>& work) {
  for (int64_t i = 0; i < tasks; ++i) work(i);
}

// The theorem in terms of the gap between the high logit and the others, in long double.
double formula(long double s, int64_t keys) {
  const long double n = keys, gap = s * std::sqrt(n / (n - 1)), b = std::exp(-gap);
  return static_cast<double>(std::log1p((n - 1) * b) + (n - 1) * b * gap / (1 + (n - 1) * b));
}

// One attention layer with inputs of sentences of some lengths.
struct Drawn {
  layers::MultiHeadAttention attention{nullptr};
  torch::Tensor queries, keys;  // Packed.
  std::shared_ptr<kernels::AttentionMask> mask;
  torch::Tensor entropy;  // [B, H, T]

  layers::AttentionLayerInputs inputs() const {
    return {.kind = attention->kind(),
            .layer = 3,
            .attention = *attention,
            .query_input = queries,
            .key_input = keys,
            .mask = *mask};
  }
  layers::AttentionRows rows() const {
    return {.kind = attention->kind(),
            .layer = 3,
            .entropy = entropy,
            .max_logit = entropy,
            .visible_keys = mask->visible_keys(),
            .query_lengths = mask->query_lengths()};
  }
};

run_log::AttentionRecord logged(const Drawn& drawn) {
  BoundTracker tracker(in_order);
  tracker.observe_inputs(drawn.inputs());
  tracker.observe_rows(drawn.rows());
  std::vector<run_log::AttentionRecord> records = {{.kind = drawn.attention->kind(), .layer = 3}};
  tracker.take().put_into(records);
  return records[0];
}

// Rows with a common direction, as behind a few layers, of any size.
torch::Tensor draw_inputs(int64_t rows, int64_t width, at::Generator& generator) {
  const auto uniform = [&] { return torch::rand({1}, generator).item<double>(); };
  const torch::Tensor mean = torch::randn({1, width}, generator) * (3.0 * uniform());
  return (torch::randn({rows, width}, generator) + mean) * std::pow(10.0, 3.0 * uniform() - 2.0);
}

Drawn draw(uint64_t seed, const std::vector<int64_t>& lengths, layers::AttentionKind kind,
           int64_t width, int64_t heads) {
  at::Generator generator = at::make_generator<at::CPUGeneratorImpl>(seed);
  Drawn drawn;
  drawn.attention = layers::MultiHeadAttention(
      layers::BlockOptions{.d_model = width, .heads = heads}, kind, /*layer=*/3);
  drawn.attention->set_temperature(0.5 + torch::rand({1}, generator).item<double>());
  const double size = std::pow(10.0, 2.0 * torch::rand({1}, generator).item<double>() - 2.5);
  const torch::NoGradGuard no_grad;
  for (layers::StackedLinear* linear : drawn.attention->linears()) {
    for (const layers::LinearPart& part : linear->parts()) {
      part->weight.copy_(size * torch::randn(part->weight.sizes(), generator));
      part->bias.copy_(size * torch::randn(part->bias.sizes(), generator));
    }
    linear->refresh();
  }
  std::vector<int64_t> key_lengths = lengths;
  if (kind == layers::AttentionKind::kCross) {
    for (int64_t& length : key_lengths) length = 2 + (7 * length) % 1023;
  }
  const int64_t longest = *std::max_element(lengths.begin(), lengths.end());
  const int64_t longest_key = *std::max_element(key_lengths.begin(), key_lengths.end());
  drawn.mask = std::make_shared<kernels::AttentionMask>(
      torch::tensor(lengths), torch::tensor(key_lengths), longest, longest_key,
      kind == layers::AttentionKind::kDecoderSelf);
  const auto batch = static_cast<int64_t>(lengths.size());
  drawn.queries = draw_inputs(drawn.mask->query_offset(batch), width, generator);
  drawn.keys = kind == layers::AttentionKind::kCross
                   ? draw_inputs(drawn.mask->key_offset(batch), width, generator)
                   : drawn.queries;
  drawn.entropy = torch::rand({batch, heads, longest}, generator);
  return drawn;
}

torch::Tensor augmented(const torch::Tensor& matrix) {
  const torch::Tensor wide = matrix.to(torch::kFloat64);
  return torch::cat({wide, torch::ones({wide.size(0), 1}, torch::kFloat64)}, 1);
}

double largest_singular_value(const torch::Tensor& matrix) {
  return torch::linalg_svdvals(matrix).max().item<double>();
}

std::vector<double> exact_scales(const Drawn& drawn) {
  const auto& options = drawn.attention->options();
  const int64_t K = options.d_model / options.heads;
  std::vector<double> scales;
  for (int64_t h = 0; h < options.heads; ++h) {
    const auto rows = [&](size_t part) {
      const layers::LinearPart& linear = drawn.attention->query_key_value().parts()[part];
      return torch::cat({linear->weight.narrow(0, h * K, K).to(torch::kFloat64),
                         linear->bias.narrow(0, h * K, K).to(torch::kFloat64).unsqueeze(1)},
                        1);
    };
    scales.push_back(largest_singular_value(rows(0).t().matmul(rows(1))) /
                     (drawn.attention->temperature() * std::sqrt(static_cast<double>(K))));
  }
  return scales;
}

// Which queries count: all that see two keys; of a causal sentence no more than 32, evenly spaced
// from the first of these to the last.
std::vector<int64_t> counted_queries(const kernels::AttentionMask& mask, int64_t b) {
  const int64_t T = mask.query_length(b);
  std::vector<int64_t> counted;
  if (!mask.causal()) {
    for (int64_t t = 0; t < T && mask.key_length(b) > 1; ++t) counted.push_back(t);
  } else if (T <= 33) {
    for (int64_t t = 1; t < T; ++t) counted.push_back(t);
  } else {
    for (int64_t i = 0; i < 32; ++i) counted.push_back(1 + (T - 2) * i / 31);
  }
  return counted;
}

struct Means {
  std::vector<double> bound, entropy;
};

Means exact_means(const Drawn& drawn) {
  const kernels::AttentionMask& mask = *drawn.mask;
  const std::vector<double> scales = exact_scales(drawn);
  Means means{std::vector<double>(scales.size()), std::vector<double>(scales.size())};
  int64_t rows = 0;
  for (int64_t b = 0; b < mask.batch(); ++b) {
    const torch::Tensor keys =
        augmented(drawn.keys.narrow(0, mask.key_offset(b), mask.key_length(b)));
    const torch::Tensor lengths =
        augmented(drawn.queries.narrow(0, mask.query_offset(b), mask.query_length(b))).norm(2, 1);
    double visible = 0.0;
    int64_t known = 0;
    for (const int64_t t : counted_queries(mask, b)) {
      const int64_t n = mask.visible_keys(b, t);
      if (n != known) visible = largest_singular_value(keys.narrow(0, 0, known = n));
      for (size_t h = 0; h < scales.size(); ++h) {
        means.bound[h] += formula(scales[h] * visible * lengths[t].item<double>(), n);
        means.entropy[h] += drawn.entropy[b][h][t].item<double>();
      }
      ++rows;
    }
  }
  for (double& one : means.bound) one /= static_cast<double>(rows);
  for (double& one : means.entropy) one /= static_cast<double>(rows);
  return means;
}

constexpr double kSmallest = 1e-300;  // Below it doubles have few digits.

// Mostly short sentences, some of up to 1,024 pieces.
std::vector<int64_t> draw_lengths(uint64_t seed) {
  at::Generator generator = at::make_generator<at::CPUGeneratorImpl>(seed + 1000);
  const torch::Tensor shares = torch::rand({4}, generator, torch::kFloat64).pow(3);
  std::vector<int64_t> lengths;
  for (int64_t i = 0; i <= static_cast<int64_t>(seed % 4); ++i) {
    lengths.push_back(2 + static_cast<int64_t>(shares[i].item<double>() * 1022.0));
  }
  if (seed % 20 == 0) lengths[0] = 1024;
  return lengths;
}

TEST(BoundTracker, IsNeverAboveTheExactBoundAndAtMostTwoPercentBelow) {
  at::set_num_threads(1);
  using enum layers::AttentionKind;
  int between = 0;
  for (uint64_t seed = 0; seed < 200; ++seed) {
    const layers::AttentionKind kind =
        std::array{kDecoderSelf, kDecoderSelf, kEncoderSelf, kCross}[seed / 4 % 4];
    const int64_t width = std::array{16, 64, 24}[seed % 3];
    const Drawn drawn = draw(seed, draw_lengths(seed), kind, width, 4);
    const run_log::AttentionRecord record = logged(drawn);
    const Means exact = exact_means(drawn);
    ASSERT_EQ(record.bound.size(), 4u);
    for (size_t h = 0; h < 4; ++h) {
      SCOPED_TRACE(::testing::Message() << "batch " << seed << ", head " << h);
      EXPECT_LE(record.bound[h], exact.bound[h] + kSmallest);
      EXPECT_GE(record.bound[h], 0.98 * exact.bound[h] - kSmallest);
      EXPECT_NEAR(record.bound_entropy[h], exact.entropy[h], 1e-5 + 5e-4 * exact.entropy[h]);
      between += exact.bound[h] > 0.01 && exact.bound[h] < 3.0 ? 1 : 0;
    }
  }
  EXPECT_GT(between, 100) << "the bounds are all at an end of their range: nothing was tested";
}

TEST(BoundTracker, CountsAtLeast32PrefixesAndTheLongest) {
  EXPECT_TRUE(counted_prefixes(1).empty());
  EXPECT_EQ(counted_prefixes(2), std::vector<int64_t>{2});
  EXPECT_EQ(counted_prefixes(5), (std::vector<int64_t>{2, 3, 4, 5}));
  for (const int64_t length : {33, 34, 65, 370, 1024}) {
    const std::vector<int64_t> prefixes = counted_prefixes(length);
    EXPECT_EQ(prefixes.size(), 32u) << length;
    EXPECT_EQ(prefixes.front(), 2);
    EXPECT_EQ(prefixes.back(), length);
    EXPECT_TRUE(std::is_sorted(prefixes.begin(), prefixes.end(), std::less_equal<>())) << length;
  }
}

TEST(BoundTracker, HowWorkIsSharedOutDoesNotChangeABit) {
  const Drawn drawn = draw(3, {200, 90, 3}, layers::AttentionKind::kDecoderSelf, 16, 4);
  const run_log::AttentionRecord expected = logged(drawn);
  BoundTracker tracker([](int64_t tasks, const std::function<void(int64_t)>& work) {
    for (int64_t i = tasks; i-- > 0;) work(i);
  });
  tracker.observe_inputs(drawn.inputs());
  tracker.observe_rows(drawn.rows());
  std::vector<run_log::AttentionRecord> records = {
      {.kind = layers::AttentionKind::kDecoderSelf, .layer = 3}};
  tracker.take().put_into(records);
  EXPECT_EQ(records[0], expected);
}

// A run that diverges is measured too.
TEST(BoundTracker, IsNaNForInputsAndWeightsThatAreNotFinite) {
  for (const float poison :
       {std::numeric_limits<float>::quiet_NaN(), std::numeric_limits<float>::infinity()}) {
    for (const bool weight : {false, true}) {
      Drawn drawn = draw(5, {40, 60}, layers::AttentionKind::kDecoderSelf, 16, 4);
      const torch::NoGradGuard no_grad;
      if (weight) {
        drawn.attention->query_key_value().parts()[0]->weight.fill_(poison);
      } else {
        drawn.queries.fill_(poison);
      }
      for (const double bound : logged(drawn).bound) EXPECT_TRUE(std::isnan(bound));
    }
  }
}

TEST(BoundTracker, SentencesOfOnePieceHaveNoRows) {
  for (const double bound :
       logged(draw(1, {1, 1}, layers::AttentionKind::kEncoderSelf, 16, 4)).bound) {
    EXPECT_TRUE(std::isnan(bound));
  }
}

}  // namespace
}  // namespace nmt::stability::bound_tracker_test
