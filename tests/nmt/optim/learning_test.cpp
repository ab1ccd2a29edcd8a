// Every optimizer of the table teaches a small encoder-decoder to copy a few sentences, and goes on
// bit for bit from a state that was saved on the way.

#include <gtest/gtest.h>

#include <vector>

#include "data/batch.h"
#include "nmt/config/enum_names.h"
#include "nmt/model/init.h"
#include "nmt/model/parameters.h"
#include "nmt/optim/optimizer.h"
#include "tests/nmt/model/small_config.h"

namespace nmt::optim::learning_test {
namespace {

constexpr double kLearningRate = 0.01;

class Pupil {
 public:
  explicit Pupil(config::OptimizerKind kind)
      : model_(model::small_config(layers::ResidualKind::kPreLn, layers::LinearKind::kSigma)),
        optimizer_(make_optimizer({.optimizer = kind, .trust_coefficient = 0.5})) {
    model::initialize(model_, 1);
    for (const auto& [name, value] : model::named_parameters(model_)) {
      parameters_.push_back({.name = name,
                             .value = value.detach(),
                             .gradient = {},
                             .decays = model::decays(name, value)});
    }
  }

  /// Of one update, the mean loss of a piece before it.
  double update() {
    const torch::Tensor pieces = torch::arange(3, 11).reshape({2, 4});
    const torch::Tensor lengths = torch::full({2}, 4, torch::kInt64);
    const data::Batch batch = {
        .source = pieces, .source_lengths = lengths, .target = pieces, .target_lengths = lengths};
    const torch::Tensor loss = model_->loss(batch, /*smoothing=*/0.0, {}).loss / 8.0;
    for (torch::Tensor& leaf : model_->leaves()) leaf.mutable_grad().reset();
    loss.backward();
    model::pull_gradients_back(model_);
    const model::NamedTensors named = model::named_parameters(model_);
    for (size_t i = 0; i < named.size(); ++i) parameters_[i].gradient = named[i].second.grad();
    optimizer_->step(parameters_, kLearningRate, 1.0);
    model::advance(model_);
    return loss.item<double>();
  }

  /// Takes over the weights and the optimizer's state.
  void resume(Pupil& other) {
    const torch::NoGradGuard no_grad;
    const model::NamedTensors mine = model::named_tensors(model_);
    const model::NamedTensors theirs = model::named_tensors(other.model_);
    for (size_t i = 0; i < mine.size(); ++i) mine[i].second.copy_(theirs[i].second);
    model::refresh(model_);
    optimizer_->load_state(other.optimizer_->state());
  }

 private:
  model::Transformer model_;
  std::unique_ptr<Optimizer> optimizer_;
  std::vector<Parameter> parameters_;
};

TEST(Learning, TwentyUpdatesLowerTheLossAndAResumedRunIsTheSame) {
  for (const auto& [kind, name, tensors] : config::kOptimizerRows) {
    SCOPED_TRACE(name);
    Pupil pupil(kind), resumed(kind);
    std::vector<double> losses;
    for (int update = 0; update < 20; ++update) {
      if (update == 10) resumed.resume(pupil);
      losses.push_back(pupil.update());
      if (update < 10) continue;
      EXPECT_EQ(resumed.update(), losses.back()) << update;
    }
    EXPECT_LT(losses.back(), losses.front() - 0.05);
  }
}

}  // namespace
}  // namespace nmt::optim::learning_test
