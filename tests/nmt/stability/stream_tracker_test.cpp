// StreamTracker against plain sums over a stream made by hand.

#include "nmt/stability/stream_tracker.h"

#include <gtest/gtest.h>

#include "layers/sublayer.h"

#include <cmath>

namespace nmt::stability::stream_tracker_test {
namespace {

layers::ResidualStream stream_of(const torch::Tensor& x, const torch::Tensor& branch,
                                 double alpha) {
  layers::ResidualStream stream = layers::start_stream(x);
  stream.sum.branch = branch;
  stream.sum.alpha = alpha;
  return stream;
}

double rms(const torch::Tensor& tensor) {
  return std::sqrt(tensor.to(torch::kFloat64).square().mean().item<double>());
}

TEST(StreamTracker, ReportsActivationAndGradientOfTheSum) {
  torch::manual_seed(1);
  const torch::Tensor x = torch::randn({5, 4});
  const torch::Tensor leaf = torch::randn({5, 4}).requires_grad_(true);
  const torch::Tensor branch = leaf * 2.0;
  const torch::Tensor weight = torch::randn({5, 4});
  StreamTracker tracker;
  tracker.observe_layer(layers::Stack::kDecoder, 2, stream_of(x, branch, 1.5));
  ((1.5 * x + branch) * weight).sum().backward();
  const std::vector<run_log::StreamRecord> records = tracker.take();
  ASSERT_EQ(records.size(), 2u);  // Layer 1 was not seen.
  EXPECT_EQ(records[1].stack, "decoder");
  EXPECT_EQ(records[1].layer, 2);
  EXPECT_NEAR(records[1].activation_rms, rms((1.5 * x + branch).detach()), 1e-5);
  EXPECT_NEAR(records[1].gradient_rms, rms(weight), 1e-5);
  EXPECT_TRUE(tracker.take().empty());
}

TEST(StreamTracker, MergedWorkersGiveTheMeanOverAllRows) {
  torch::manual_seed(2);
  const torch::Tensor x = torch::randn({6, 4}), branch = torch::randn({6, 4});
  StreamTracker whole, first, second;
  whole.observe_layer(layers::Stack::kEncoder, 1, stream_of(x, branch, 1.0));
  first.observe_layer(layers::Stack::kEncoder, 1,
                      stream_of(x.slice(0, 0, 2), branch.slice(0, 0, 2), 1));
  second.observe_layer(layers::Stack::kEncoder, 1, stream_of(x.slice(0, 2), branch.slice(0, 2), 1));
  first.merge(second);
  EXPECT_NEAR(first.take()[0].activation_rms, whole.take()[0].activation_rms, 1e-5);
  EXPECT_TRUE(second.take().empty());
}

}  // namespace
}  // namespace nmt::stability::stream_tracker_test
