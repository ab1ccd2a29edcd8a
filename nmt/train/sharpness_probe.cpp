#include "nmt/train/sharpness_probe.h"

#include <algorithm>
#include <unordered_set>
#include <utility>

#include "data/base/mix_seeds.h"
#include "data/base/seeded_random.h"
#include "data/token_batcher.h"
#include "nmt/model/parameters.h"
#include "nmt/optim/preconditioner.h"

namespace nmt::train {
namespace {

// Rows × longest side of a batch. Attention keeps a value for each query and key of a padded batch
// many times over, so a long pair must not pad all the others.
constexpr int64_t kBatchTokens = 512;

constexpr uint64_t kSampleStream = 0x5a;  // Apart from the streams that shuffle epochs.

int64_t longest_side(const data::ParallelCorpus& corpus, uint32_t pair) {
  return std::max(corpus.source_length(pair), corpus.target_length(pair));
}

std::vector<uint32_t> drawn_pairs(const data::ParallelCorpus& corpus, int64_t target_tokens,
                                  uint64_t seed) {
  base::SeededRandom random(base::mix_seeds(seed, kSampleStream));
  std::vector<uint32_t> pairs;
  std::unordered_set<uint32_t> taken;
  int64_t tokens = 0;
  while (std::ssize(pairs) < corpus.size()) {
    const auto pair = static_cast<uint32_t>(random.below(corpus.size()));
    if (!taken.insert(pair).second) continue;
    tokens += corpus.target_length(pair);
    if (tokens > target_tokens && !pairs.empty()) break;
    pairs.push_back(pair);
  }
  return pairs;
}

std::vector<optim::Parameter> parameters_of(model::Transformer& model) {
  std::vector<optim::Parameter> parameters;
  for (const auto& [name, value] : model::named_parameters(model)) {
    parameters.push_back({.name = name,
                          .value = value.detach(),
                          .gradient = {},
                          .decays = model::decays(name, value)});
  }
  return parameters;
}

}  // namespace

std::vector<data::Batch> sharpness_sample(const data::ParallelCorpus& corpus, int64_t target_tokens,
                                          uint64_t seed) {
  std::vector<uint32_t> pairs = drawn_pairs(corpus, target_tokens, seed);
  std::sort(pairs.begin(), pairs.end(), [&](uint32_t a, uint32_t b) {
    return std::pair(longest_side(corpus, a), a) < std::pair(longest_side(corpus, b), b);
  });
  std::vector<data::Batch> batches;
  for (size_t begin = 0, end = 0; begin < pairs.size(); begin = end) {
    for (end = begin + 1; end < pairs.size(); ++end) {
      const auto rows = static_cast<int64_t>(end + 1 - begin);
      if (rows * longest_side(corpus, pairs[end]) > kBatchTokens) break;
    }
    batches.push_back(data::make_batch(corpus, {pairs.data() + begin, end - begin}));
  }
  return batches;
}

SharpnessProbe::SharpnessProbe(const config::TrainingConfig& config,
                               std::vector<data::Batch> sample)
    : optimization_(config.optimization),
      lanczos_{.max_iterations = config.schedule.sharpness_iterations, .seed = config.seed},
      sample_(std::move(sample)) {
  for (const data::Batch& batch : sample_) target_tokens_ += batch.target_tokens();
}

torch::Tensor SharpnessProbe::loss(model::Transformer& model) const {
  const layers::ForwardContext context = {.backend = layers::BackendKind::kReference};
  torch::Tensor sum;
  for (const data::Batch& batch : sample_) {
    const torch::Tensor one = model->loss(batch, optimization_.label_smoothing, context).loss;
    sum = sum.defined() ? sum + one : one;
  }
  return sum / static_cast<double>(target_tokens_);
}

run_log::SharpnessRecord SharpnessProbe::measure(model::Transformer& model,
                                                 const optim::NamedTensors& state) const {
  const torch::AutoGradMode with_gradients(true);
  model::Transformer copy = model::differentiable_copy(model);
  std::vector<torch::Tensor> parameters;
  for (const auto& [name, value] : model::named_parameters(copy)) parameters.push_back(value);
  const torch::Dtype dtype = parameters.front().scalar_type();
  const stability::HessianProduct hessian(loss(copy), std::move(parameters));
  const optim::Preconditioner p = optim::preconditioner(optimization_, parameters_of(model), state);
  run_log::SharpnessRecord found =
      stability::measure_sharpness(hessian, p.diagonal, dtype, lanczos_);
  found.preconditioner = p.meaning;
  return found;
}

}  // namespace nmt::train
