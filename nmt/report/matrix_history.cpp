#include "nmt/report/matrix_history.h"

#include <algorithm>
#include <cmath>

namespace nmt::report {

void MatrixHistory::add(size_t block, const std::vector<run_log::MatrixRecord>& matrices) {
  std::vector<double> rows[6];
  const bool first = names_.empty();
  for (const run_log::MatrixRecord& matrix : matrices) {
    if (first) names_.push_back(matrix.name);
    const double derived = matrix.gamma ? std::abs(*matrix.gamma) : matrix.sigma;
    rows[0].push_back(matrix.sigma);
    rows[1].push_back(matrix.gamma.value_or(run_log::kUnknown));
    rows[2].push_back(std::isnan(matrix.effective_sigma) ? derived : matrix.effective_sigma);
    rows[3].push_back(matrix.weight_norm);
    rows[4].push_back(matrix.update_ratio);
    rows[5].push_back(matrix.gradient_norm);
  }
  BlockMatrix* targets[6] = {&sigma,       &gamma,        &effective_sigma,
                             &weight_norm, &update_ratio, &gradient_norm};
  for (size_t i = 0; i < 6; ++i) targets[i]->add(block, rows[i]);
}

void MatrixHistory::halve() {
  for (BlockMatrix* matrix :
       {&sigma, &gamma, &effective_sigma, &weight_norm, &update_ratio, &gradient_norm}) {
    matrix->halve();
  }
}

void StreamHistory::add(size_t block, const std::vector<run_log::StreamRecord>& stream) {
  std::vector<double> activation, gradient;
  size_t encoder = 0;
  for (const char* stack : {"encoder", "decoder"}) {
    for (const run_log::StreamRecord& layer : stream) {
      if (layer.stack != stack) continue;
      activation.push_back(layer.activation_rms);
      gradient.push_back(layer.gradient_rms);
    }
    if (*stack == 'e') encoder = activation.size();
  }
  encoder_layers_ = std::max(encoder_layers_, encoder);
  activation_rms.add(block, activation);
  gradient_rms.add(block, gradient);
}

void StreamHistory::halve() {
  activation_rms.halve();
  gradient_rms.halve();
}

}  // namespace nmt::report
