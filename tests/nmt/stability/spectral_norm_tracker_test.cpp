#include "nmt/stability/spectral_norm_tracker.h"

#include <gtest/gtest.h>

namespace nmt::stability {
namespace {

TEST(SpectralNormTracker, MeasuresAsOfNowInTheOrderOfAdding) {
  double sigma = 2.0;
  double gamma = 1.0;
  SpectralNormTracker tracker;
  tracker.add(
      "encoder.layers.0.ffn.fc1", [&] { return sigma; }, [&] { return gamma; });
  tracker.add("decoder.layers.0.ffn.fc1", [&] { return 10.0 * sigma; });
  sigma = 3.0;
  gamma = -0.5;
  const std::vector<MatrixRecord> expected = {{"encoder.layers.0.ffn.fc1", 3.0, -0.5},
                                              {"decoder.layers.0.ffn.fc1", 30.0, std::nullopt}};
  EXPECT_EQ(tracker.measure(), expected);
}

}  // namespace
}  // namespace nmt::stability
