#include "nmt/optim/adam.h"

#include <algorithm>
#include <cmath>
#include <deque>
#include <optional>

#include "data/text/error.h"
#include "nmt/optim/adam_device.h"
#include "nmt/optim/adam_kernel.h"

namespace nmt::optim {
namespace {

constexpr int64_t kElementsPerTask = 32768;
constexpr const char* kStepName = "step";
constexpr const char* kFirstSuffix = ".exp_avg";
constexpr const char* kSecondSuffix = ".exp_avg_sq";

AdamCoefficients coefficients(const AdamOptions& options, int64_t step, double learning_rate,
                              double gradient_scale, bool decays) {
  const double t = static_cast<double>(step);
  const double decay = decays ? learning_rate * options.weight_decay : 0.0;
  return {.gradient_scale = static_cast<float>(gradient_scale),
          .keep = static_cast<float>(1.0 - decay),
          .beta1 = static_cast<float>(options.beta1),
          .one_minus_beta1 = static_cast<float>(1.0 - options.beta1),
          .beta2 = static_cast<float>(options.beta2),
          .one_minus_beta2 = static_cast<float>(1.0 - options.beta2),
          .step_size = static_cast<float>(learning_rate / (1.0 - std::pow(options.beta1, t))),
          .root_scale = static_cast<float>(1.0 / std::sqrt(1.0 - std::pow(options.beta2, t))),
          .eps = static_cast<float>(options.eps)};
}

// All CPU tensors of an update, seen as one long array that is cut into tasks of equal length: deep
// models have thousands of small tensors, which would not keep several threads busy one by one.
class FlatUpdate {
 public:
  FlatUpdate(const AdamCoefficients& plain, const AdamCoefficients& decaying, size_t tensors)
      : coefficients_{plain, decaying} {
    slices_.reserve(tensors);
    starts_.reserve(tensors + 1);
  }

  // `gradient` must live until run() has ended.
  void add(const Parameter& parameter, const torch::Tensor& gradient, torch::Tensor& first,
           torch::Tensor& second) {
    slices_.push_back({.value = parameter.value.mutable_data_ptr<float>(),
                       .gradient = gradient.const_data_ptr<float>(),
                       .first = first.mutable_data_ptr<float>(),
                       .second = second.mutable_data_ptr<float>(),
                       .decays = parameter.decays});
    starts_.push_back(starts_.back() + parameter.value.numel());
  }

  void run(const ParallelFor& parallel_for) const {
    const int64_t tasks = (starts_.back() + kElementsPerTask - 1) / kElementsPerTask;
    parallel_for(tasks, [this](int64_t task) {
      const int64_t begin = task * kElementsPerTask;
      update_range(begin, std::min(begin + kElementsPerTask, starts_.back()));
    });
  }

 private:
  struct Slice {
    float* value;
    const float* gradient;
    float* first;
    float* second;
    bool decays;
  };

  void update_range(int64_t begin, int64_t end) const {
    size_t i = std::upper_bound(starts_.begin(), starts_.end(), begin) - starts_.begin() - 1;
    for (; begin < end; ++i) {
      const Slice& slice = slices_[i];
      const int64_t offset = begin - starts_[i];
      const int64_t count = std::min(end, starts_[i + 1]) - begin;
      adam_update(slice.value + offset, slice.gradient + offset, slice.first + offset,
                  slice.second + offset, count, coefficients_[slice.decays]);
      begin += count;
    }
  }

  AdamCoefficients coefficients_[2];
  std::vector<Slice> slices_;
  std::vector<int64_t> starts_ = {0};  // Of each slice in the long array, and its whole length.
};

void check(const Parameter& parameter) {
  const torch::Tensor& value = parameter.value;
  const torch::Tensor& gradient = parameter.gradient;
  TORCH_CHECK(value.scalar_type() == torch::kFloat32 && value.is_contiguous(),
              "Adam: ", parameter.name, " must be contiguous float32");
  TORCH_CHECK(!gradient.defined() ||
                  (gradient.sizes() == value.sizes() && gradient.scalar_type() == torch::kFloat32 &&
                   gradient.device() == value.device()),
              "Adam: the gradient of ", parameter.name,
              " must have its shape, dtype and device, got ", gradient.toString(), " ",
              gradient.sizes(), " for ", value.sizes());
}

torch::Tensor loaded_moment(const std::unordered_map<std::string, torch::Tensor>& loaded,
                            const Parameter& parameter, const char* suffix) {
  const auto found = loaded.find(parameter.name + suffix);
  if (found == loaded.end()) {
    throw InputError("optimizer state: ", parameter.name, suffix,
                     " is missing; the checkpoint belongs to another model or optimizer");
  }
  const torch::Tensor& tensor = found->second;
  if (tensor.sizes() != parameter.value.sizes() || tensor.scalar_type() != torch::kFloat32) {
    throw InputError("optimizer state: ", found->first, " is ", tensor.scalar_type(), " ",
                     tensor.sizes(), ", must be Float ", parameter.value.sizes(),
                     "; the checkpoint belongs to another model");
  }
  return tensor.to(parameter.value.device()).contiguous();
}

}  // namespace

void Adam::bind(const std::vector<Parameter>& parameters) {
  std::vector<Moments> bound;
  for (const Parameter& parameter : parameters) {
    if (step_ == 0) {
      bound.push_back({.name = parameter.name,
                       .first = torch::zeros_like(parameter.value),
                       .second = torch::zeros_like(parameter.value)});
    } else {
      bound.push_back({.name = parameter.name,
                       .first = loaded_moment(loaded_, parameter, kFirstSuffix),
                       .second = loaded_moment(loaded_, parameter, kSecondSuffix)});
    }
  }
  if (loaded_.size() != (step_ == 0 ? 0 : 2 * parameters.size())) {
    throw InputError("optimizer state: holds ", loaded_.size(), " tensors for ", parameters.size(),
                     " parameters; the checkpoint belongs to another model");
  }
  moments_ = std::move(bound);
  loaded_.clear();
}

void Adam::step(std::vector<Parameter>& parameters, double learning_rate, double gradient_scale) {
  torch::NoGradGuard no_grad;
  for (const Parameter& parameter : parameters) check(parameter);
  if (moments_.empty()) bind(parameters);
  TORCH_CHECK(moments_.size() == parameters.size(), "Adam: was given ", moments_.size(),
              " parameters before, now ", parameters.size());
  ++step_;
  const auto plain = coefficients(options_, step_, learning_rate, gradient_scale, false);
  const auto decaying = coefficients(options_, step_, learning_rate, gradient_scale, true);
  FlatUpdate on_cpu(plain, decaying, parameters.size());
  std::deque<torch::Tensor> copies;  // Of strided gradients.
  for (size_t i = 0; i < parameters.size(); ++i) {
    const Parameter& parameter = parameters[i];
    const torch::Tensor& gradient = parameter.gradient;
    Moments& moments = moments_[i];
    TORCH_CHECK(moments.name == parameter.name, "Adam: parameter ", i, " was ", moments.name,
                " before, now ", parameter.name);
    if (!gradient.defined()) continue;
    if (!parameter.value.is_cpu()) {
      adam_update_on_device(parameter.value, gradient, moments.first, moments.second,
                            parameter.decays ? decaying : plain);
    } else if (gradient.is_contiguous()) {
      on_cpu.add(parameter, gradient, moments.first, moments.second);
    } else {
      copies.push_back(gradient.contiguous());
      on_cpu.add(parameter, copies.back(), moments.first, moments.second);
    }
  }
  on_cpu.run(parallel_for_);
}

NamedTensors Adam::state() const {
  NamedTensors state = {{kStepName, torch::tensor(step_, torch::kInt64)}};
  for (const Moments& moments : moments_) {
    state.emplace_back(moments.name + kFirstSuffix, moments.first);
    state.emplace_back(moments.name + kSecondSuffix, moments.second);
  }
  if (moments_.empty()) {
    for (const auto& entry : loaded_) state.push_back(entry);
    std::sort(state.begin() + 1, state.end(),
              [](const auto& a, const auto& b) { return a.first < b.first; });
  }
  return state;
}

void Adam::load_state(const NamedTensors& state) {
  std::unordered_map<std::string, torch::Tensor> loaded;
  std::optional<int64_t> step;
  for (const auto& [name, tensor] : state) {
    if (name == kStepName && tensor.numel() == 1 && tensor.scalar_type() == torch::kInt64) {
      step = tensor.item<int64_t>();
    } else {
      loaded.emplace(name, tensor.detach().clone());
    }
  }
  if (!step || *step < 0) {
    throw InputError(
        "optimizer state: the counter 'step' is missing or not a whole number of 0 "
        "or more; the checkpoint belongs to another optimizer");
  }
  step_ = *step;
  loaded_ = std::move(loaded);
  moments_.clear();
}

}  // namespace nmt::optim
