#include "nmt/model/average.h"

#include <unordered_map>

#include "data/text/error.h"
#include "nmt/checkpoint/named_tensors.h"
#include "nmt/config/config_json.h"
#include "nmt/model/fold.h"
#include "nmt/model/parameters.h"

namespace nmt::model {
namespace {

using checkpoint::ModelFolder;

void check_same_model(const ModelFolder& model, const std::string& folder, const ModelFolder& first,
                      const std::string& first_folder) {
  auto expected = config::to_json(first.config);
  const auto found = config::to_json(model.config);
  expected.erase("length-bound");  // Says nothing of the weights; older models have none.
  for (const auto& [key, value] : expected.items()) {
    if (found.at(key) != value) {
      throw InputError("average: ", key, " is ", found.at(key), " in ", folder, " and ", value,
                       " in ", first_folder, "; only models of one configuration have a mean");
    }
  }
  if (model.vocabulary != first.vocabulary) {
    throw InputError("average: ", folder, " has another vocabulary than ", first_folder);
  }
}

NamedTensors in_float64(const NamedTensors& tensors) {
  NamedTensors result;
  for (const auto& [name, tensor] : tensors) {
    result.emplace_back(name, tensor.to(torch::kFloat64, /*non_blocking=*/false, /*copy=*/true));
  }
  return result;
}

void add_to(NamedTensors& sums, const NamedTensors& tensors, const NamedTensors& first,
            const std::string& source) {
  // Through copies of the first model's tensors, so that names, shapes and dtypes are checked.
  NamedTensors matched;
  for (const auto& [name, tensor] : first) matched.emplace_back(name, torch::empty_like(tensor));
  checkpoint::load_into(tensors, matched, source);
  for (size_t i = 0; i < sums.size(); ++i) sums[i].second.add_(matched[i].second);
}

}  // namespace

ModelFolder average(const std::vector<std::string>& folders) {
  if (folders.empty()) throw UsageError("average: needs at least one model folder");
  torch::NoGradGuard no_grad;
  ModelFolder mean = fold(checkpoint::load_model(folders[0]), folders[0]);
  NamedTensors sums = in_float64(mean.tensors);
  for (size_t i = 1; i < folders.size(); ++i) {
    const ModelFolder model = fold(checkpoint::load_model(folders[i]), folders[i]);
    check_same_model(model, folders[i], mean, folders[0]);
    add_to(sums, model.tensors, mean.tensors, folders[i]);
    mean.config.length_bound = model.config.length_bound;
  }
  const double count = static_cast<double>(folders.size());
  for (size_t i = 0; i < sums.size(); ++i) {
    torch::Tensor& tensor = mean.tensors[i].second;
    tensor = sums[i].second.div_(count).to(tensor.scalar_type());
  }
  return mean;
}

}  // namespace nmt::model
