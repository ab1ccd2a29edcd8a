#include "nmt/stability/matrix_tracker.h"

#include <algorithm>
#include <cmath>
#include <limits>
#include <map>

#include "data/text/error.h"
#include "nmt/run_log/json_number.h"
#include "nmt/stability/lanczos.h"

namespace nmt::stability {
namespace {

constexpr int64_t kKeptRows = 64;
constexpr int64_t kMostProducts = 100;
constexpr double kTolerance = 1e-4;
constexpr double kOtherShare = 0.1;
constexpr double kNan = std::numeric_limits<double>::quiet_NaN();

torch::Tensor evenly_spaced_rows(const torch::Tensor& weight) {
  const int64_t rows = weight.size(0);
  return weight.slice(0, 0, rows, (rows + kKeptRows - 1) / kKeptRows);
}

// Not constant, which a weight of centred rows would send to 0, and the same in every run.
torch::Tensor first_vector(const torch::Tensor& weight) {
  torch::Tensor vector = torch::cos(torch::arange(weight.size(1), torch::kFloat64).square());
  return (vector / vector.norm()).to(weight.options().requires_grad(false));
}

// σ(W), and its right vector in place of the one that was found before. What a search has found
// once may no longer be the largest, hence the share of another vector in its start. Of a matrix of
// length 1, so that no square leaves the range of float32.
double converged_norm(const torch::Tensor& weight, torch::Tensor& right) {
  const double size = weight.norm().item<double>();
  if (!(size > 0.0 && std::isfinite(size))) return size == 0.0 ? 0.0 : kNan;
  const torch::Tensor other = first_vector(weight);
  const TopEigenpair top = top_eigenpair(
      [&](const torch::Tensor& v) { return weight.t().mv(weight.mv(v) / size) / size; },
      right.defined() ? right + kOtherShare * other : other, kMostProducts, kTolerance);
  if (!top.vector.defined()) return kNan;
  right = top.vector;
  return size * std::sqrt(std::max(0.0, top.value));
}

double gradient_norm(const std::vector<torch::Tensor>& parts) {
  double squares = 0.0;
  for (const torch::Tensor& part : parts) {
    if (!part.grad().defined()) return kNan;
    const double norm = part.grad().norm().item<double>();
    squares += norm * norm;
  }
  return std::sqrt(squares);
}

}  // namespace

MatrixTracker::MatrixTracker(std::vector<TrackedMatrix> matrices) {
  for (TrackedMatrix& matrix : matrices) entries_.push_back({.matrix = std::move(matrix)});
}

void MatrixTracker::keep_rows() {
  const torch::NoGradGuard no_grad;
  for (Entry& entry : entries_) entry.kept = evenly_spaced_rows(entry.matrix.weight).clone();
}

run_log::MatrixRecord MatrixTracker::measure(Entry& entry) const {
  const torch::NoGradGuard no_grad;
  const TrackedMatrix& matrix = entry.matrix;
  run_log::MatrixRecord record{.name = matrix.name};
  record.sigma = matrix.sigma ? matrix.sigma() : converged_norm(matrix.weight, entry.right);
  record.effective_sigma = matrix.effective.defined()
                               ? converged_norm(matrix.effective, entry.effective_right)
                               : record.sigma;
  if (matrix.gamma) record.gamma = run_log::rounded(matrix.gamma());
  record.weight_norm = matrix.weight.norm().item<double>();
  record.gradient_norm = gradient_norm(matrix.parts);
  record.update_ratio = kNan;
  if (entry.kept.defined()) {
    const torch::Tensor now = evenly_spaced_rows(matrix.weight);
    record.update_ratio =
        (now - entry.kept).norm().item<double>() / entry.kept.norm().item<double>();
    entry.kept = torch::Tensor();
  }
  for (double* value : {&record.sigma, &record.effective_sigma, &record.weight_norm,
                        &record.gradient_norm, &record.update_ratio}) {
    *value = run_log::rounded(*value);
  }
  return record;
}

std::vector<run_log::MatrixRecord> MatrixTracker::measure(const base::ParallelFor& parallel_for) {
  std::vector<run_log::MatrixRecord> records(entries_.size());
  parallel_for(std::ssize(entries_), [&](int64_t i) { records[i] = measure(entries_[i]); });
  return records;
}

checkpoint::NamedTensors MatrixTracker::state() const {
  checkpoint::NamedTensors state;
  for (const Entry& entry : entries_) {
    if (entry.right.defined()) state.emplace_back(entry.matrix.name + ".right", entry.right);
    if (entry.effective_right.defined()) {
      state.emplace_back(entry.matrix.name + ".effective_right", entry.effective_right);
    }
  }
  return state;
}

void MatrixTracker::load_state(const checkpoint::NamedTensors& state) {
  std::map<std::string, torch::Tensor> vectors(state.begin(), state.end());
  const auto take = [&vectors](const std::string& name, const torch::Tensor& weight) {
    const auto found = vectors.find(name);
    if (found == vectors.end()) return torch::Tensor();
    if (found->second.dim() != 1 || found->second.size(0) != weight.size(1)) {
      throw InputError("statistics of the checkpoint: ", name, " has the wrong shape; it belongs ",
                       "to another model");
    }
    return found->second.to(weight.device()).clone();
  };
  for (Entry& entry : entries_) {
    entry.right = take(entry.matrix.name + ".right", entry.matrix.weight);
    entry.effective_right = take(entry.matrix.name + ".effective_right", entry.matrix.weight);
  }
}

}  // namespace nmt::stability
