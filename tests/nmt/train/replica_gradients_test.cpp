// Gradients of replicas: added in order, pulled back, freed; the same bits for any number of
// threads.

#include "nmt/train/replica_gradients.h"

#include <gtest/gtest.h>

#include <cmath>

#include "nmt/config/arch_name.h"
#include "nmt/model/init.h"
#include "nmt/model/parameters.h"
#include "nmt/train/worker_pool.h"

namespace nmt::train::replica_gradients_test {
namespace {

std::vector<model::Transformer> make_models(const char* architecture, int count) {
  config::ModelConfig config;
  config.architecture = config::parse_architecture(architecture);
  config.d_model = 16;
  config.ffn_dim = 24;
  config.heads = 2;
  config.vocab_size = 30;
  model::Transformer model(config);
  model::initialize(model, 1);
  std::vector<model::Transformer> models = {model};
  while (static_cast<int>(models.size()) < count) models.push_back(model::make_replica(model));
  return models;
}

// Every leaf gets a gradient, but for some of the replicas'.
void fill_gradients(std::vector<model::Transformer>& models, uint64_t seed) {
  torch::manual_seed(seed);
  for (size_t m = 0; m < models.size(); ++m) {
    const std::vector<torch::Tensor> leaves = models[m]->leaves();
    for (size_t i = 0; i < leaves.size(); ++i) {
      const torch::Tensor gradient = torch::randn(leaves[i].sizes());
      if ((i + m) % 5 != 1) leaves[i].mutable_grad() = gradient;
    }
  }
}

TEST(ReplicaGradients, AreTheSumPulledBack) {
  WorkerPool pool(2);
  for (const char* architecture :
       {"postln-2L", "preln-sigma-2L", "admin-weightnorm-qknorm-2L", "rezero-spectralnorm-2L",
        "layerscale-2L", "b2t-weightnorm-2L"}) {
    std::vector<model::Transformer> models = make_models(architecture, 3);
    std::vector<model::Transformer> one = make_models(architecture, 1);
    fill_gradients(models, 4);
    const std::vector<torch::Tensor> sums = one[0]->leaves();
    for (model::Transformer& model : models) {
      const std::vector<torch::Tensor> leaves = model->leaves();
      for (size_t i = 0; i < leaves.size(); ++i) {
        if (!leaves[i].grad().defined()) continue;
        torch::Tensor& sum = sums[i].mutable_grad();
        sum = sum.defined() ? sum + leaves[i].grad() : leaves[i].grad().clone();
      }
    }
    model::pull_gradients_back(one[0]);
    ReplicaGradients gradients(models);
    const double norm = gradients.reduce(pool.parallel_for());
    const std::vector<optim::Parameter>& parameters = gradients.parameters();
    const model::NamedTensors expected = model::named_parameters(one[0]);
    const model::NamedTensors own = model::named_parameters(models[0]);
    ASSERT_EQ(parameters.size(), expected.size());
    double squares = 0.0;
    for (size_t i = 0; i < expected.size(); ++i) {
      const torch::Tensor& gradient = expected[i].second.grad();
      squares += gradient.to(torch::kFloat64).square().sum().item<double>();
      EXPECT_EQ(parameters[i].name, expected[i].first);
      EXPECT_EQ(parameters[i].value.data_ptr(), own[i].second.data_ptr());
      EXPECT_TRUE(torch::equal(parameters[i].gradient, gradient)) << expected[i].first;
    }
    EXPECT_NEAR(norm, std::sqrt(squares), 1e-10);
    for (size_t m = 1; m < models.size(); ++m) {
      for (const torch::Tensor& leaf : models[m]->leaves()) EXPECT_FALSE(leaf.grad().defined());
    }
  }
}

TEST(ReplicaGradients, DoNotDependOnTheNumberOfThreads) {
  const auto reduced = [](int64_t threads) {
    WorkerPool pool(threads);
    std::vector<model::Transformer> models = make_models("postln-sigma-3L", 2);
    fill_gradients(models, 5);
    ReplicaGradients gradients(models);
    const double norm = gradients.reduce(pool.parallel_for());
    return std::pair(norm, gradients.parameters());
  };
  const auto [norm, parameters] = reduced(1);
  const auto [norm_of_four, parameters_of_four] = reduced(4);
  EXPECT_EQ(norm, norm_of_four);
  for (size_t i = 0; i < parameters.size(); ++i) {
    EXPECT_TRUE(torch::equal(parameters[i].gradient, parameters_of_four[i].gradient))
        << parameters[i].name;
  }
}

}  // namespace
}  // namespace nmt::train::replica_gradients_test
