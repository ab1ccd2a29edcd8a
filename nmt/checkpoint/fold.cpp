#include "nmt/checkpoint/fold.h"

#include <cmath>
#include <optional>
#include <string_view>
#include <unordered_map>

#include "data/text/error.h"
#include "layers/spectral_norm.h"

namespace nmt::checkpoint {
namespace {

constexpr std::string_view kWeight = ".weight";
constexpr std::string_view kGamma = ".gamma";
constexpr std::string_view kVector = ".sigma_v";
constexpr std::string_view kRowGain = ".weight_g";
constexpr std::string_view kProjections[] = {"q_proj", "k_proj", "v_proj"};

std::optional<std::string> without(const std::string& name, std::string_view suffix) {
  if (!name.ends_with(suffix)) return std::nullopt;
  return name.substr(0, name.size() - suffix.size());
}

using TensorMap = std::unordered_map<std::string, torch::Tensor>;

// `first`, which has a γ in `model`, and the projections after it that have none of their own.
std::vector<std::string> group_of(const std::string& first, const TensorMap& model) {
  std::vector<std::string> group = {first};
  bool inside = false;
  for (const std::string_view projection : kProjections) {
    if (!inside) {
      inside = first.ends_with(projection);
      continue;
    }
    const std::string next =
        first.substr(0, first.size() - projection.size()) + std::string(projection);
    if (model.contains(next + std::string(kGamma))) break;
    group.push_back(next);
  }
  return group;
}

class Folder {
 public:
  Folder(const NamedTensors& tensors, const std::string& source)
      : tensors_(tensors), by_name_(tensors.begin(), tensors.end()), source_(source) {}

  NamedTensors folded() {
    for (const auto& [name, tensor] : tensors_) {
      if (const auto matrix = without(name, kGamma)) set_scale(*matrix);
      if (const auto matrix = without(name, kVector)) find(*matrix, kGamma);
      if (const auto matrix = without(name, kRowGain)) set_row_scales(*matrix, tensor);
    }
    NamedTensors result;
    for (const auto& [name, tensor] : tensors_) {
      if (name.ends_with(kGamma) || name.ends_with(kVector) || name.ends_with(kRowGain)) continue;
      const auto matrix = without(name, kWeight);
      const auto scale = matrix ? scales_.find(*matrix) : scales_.end();
      result.emplace_back(name, scale == scales_.end() ? tensor : scaled(tensor, scale->second));
    }
    return result;
  }

 private:
  static torch::Tensor scaled(const torch::Tensor& weight, const torch::Tensor& scale) {
    return weight.to(torch::kFloat64).mul(scale).to(weight.scalar_type());
  }

  torch::Tensor find(const std::string& matrix, std::string_view suffix) const {
    const auto found = by_name_.find(matrix + std::string(suffix));
    if (found == by_name_.end()) {
      throw InputError(source_, ": tensor '", matrix, suffix, "' is missing, without which ",
                       matrix, " cannot be folded");
    }
    return found->second;
  }

  void set_scale(const std::string& first) {
    const torch::Tensor gamma = find(first, kGamma);
    const torch::Tensor right = find(first, kVector).to(torch::kFloat64);
    const std::vector<std::string> group = group_of(first, by_name_);
    double squares = 0.0;
    for (const std::string& matrix : group) {
      const torch::Tensor weight = find(matrix, kWeight);
      if (weight.dim() != 2 || right.dim() != 1 || weight.size(1) != right.size(0) ||
          gamma.numel() != 1) {
        throw InputError(source_, ": ", matrix, kWeight, " ", weight.sizes(), ", ", first, kVector,
                         " ", right.sizes(), " and ", first, kGamma, " ", gamma.sizes(),
                         " do not fit together");
      }
      squares += weight.to(torch::kFloat64).mv(right).square().sum().item<double>();
    }
    if (!(squares > 0.0 && std::isfinite(squares))) {
      throw InputError(source_, ": ", first, kWeight, " has spectral norm ", std::sqrt(squares),
                       " and cannot be folded");
    }
    const double scale = gamma.item<double>() / std::sqrt(squares);
    for (const std::string& matrix : group) {
      scales_[matrix] = torch::full({1, 1}, scale, torch::kFloat64);
    }
  }

  void set_row_scales(const std::string& matrix, const torch::Tensor& gain) {
    const torch::Tensor weight = find(matrix, kWeight);
    if (weight.dim() != 2 || gain.dim() != 1 || weight.size(0) != gain.size(0)) {
      throw InputError(source_, ": ", matrix, kWeight, " ", weight.sizes(), " and ", matrix,
                       kRowGain, " ", gain.sizes(), " do not fit together");
    }
    const torch::Tensor lengths = weight.to(torch::kFloat64).norm(2, 1, /*keepdim=*/true);
    if (!lengths.gt(0).logical_and(lengths.isfinite()).all().item<bool>()) {
      throw InputError(source_, ": ", matrix, kWeight,
                       " has a row whose length is 0 or not finite and cannot be folded");
    }
    scales_[matrix] = gain.to(torch::kFloat64).unsqueeze(1) / lengths;
  }

  const NamedTensors& tensors_;
  TensorMap by_name_;
  const std::string& source_;
  TensorMap scales_;  // γ/σ [1, 1], g/|w| [O, 1], by matrix.
};

// The top singular triple of the matrices that share the γ of `first`, stacked; none if one lacks.
std::optional<layers::SingularTriple> top_of_group(const std::string& first, const TensorMap& like,
                                                   const TensorMap& folded) {
  std::vector<torch::Tensor> rows;
  for (const std::string& matrix : group_of(first, like)) {
    const auto weight = folded.find(matrix + std::string(kWeight));
    if (weight == folded.end()) return std::nullopt;
    rows.push_back(weight->second);
  }
  return layers::top_singular_triple(torch::cat(rows));
}

}  // namespace

NamedTensors unfold(const NamedTensors& folded, const NamedTensors& like) {
  torch::NoGradGuard no_grad;
  const TensorMap weights(folded.begin(), folded.end());
  const TensorMap model(like.begin(), like.end());
  NamedTensors result = folded;
  for (const auto& [name, tensor] : like) {
    if (const auto first = without(name, kGamma)) {
      const auto top = top_of_group(*first, model, weights);
      if (!top) continue;
      result.emplace_back(name, torch::full({1}, top->value));
      result.emplace_back(*first + std::string(kVector), top->right);
    } else if (const auto matrix = without(name, kRowGain)) {
      const auto weight = weights.find(*matrix + std::string(kWeight));
      if (weight == weights.end()) continue;
      result.emplace_back(name, weight->second.to(torch::kFloat64).norm(2, 1).to(torch::kFloat32));
    }
  }
  return result;
}

NamedTensors fold(const NamedTensors& tensors, const std::string& source) {
  torch::NoGradGuard no_grad;
  return Folder(tensors, source).folded();
}

ModelFolder fold(const ModelFolder& model, const std::string& source) {
  ModelFolder result = model;
  if (!model.folded) result.tensors = fold(model.tensors, source);
  result.folded = true;
  return result;
}

}  // namespace nmt::checkpoint
