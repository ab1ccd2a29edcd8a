#include "nmt/report/matrix_history.h"

#include <algorithm>
#include <cmath>

namespace nmt::report {

void MatrixHistory::add(size_t block, const Json& matrices) {
  std::vector<double> rows[6];
  const bool first = names_.empty();
  for (const Json& matrix : matrices) {
    if (first) names_.push_back(text_at(matrix, "name"));
    const double sigma = number_at(matrix, "sigma");
    const double gamma = number_at(matrix, "gamma");
    const double effective = number_at(matrix, "effective_sigma");
    const double derived = std::isnan(gamma) ? sigma : std::abs(gamma);
    rows[0].push_back(sigma);
    rows[1].push_back(gamma);
    rows[2].push_back(std::isnan(effective) ? derived : effective);
    rows[3].push_back(number_at(matrix, "weight_norm"));
    rows[4].push_back(number_at(matrix, "update_ratio"));
    rows[5].push_back(number_at(matrix, "gradient_norm"));
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

void StreamHistory::add(size_t block, const Json& stream) {
  std::vector<double> activation, gradient;
  size_t encoder = 0;
  for (const char* stack : {"encoder", "decoder"}) {
    for (const Json& layer : stream) {
      if (text_at(layer, "stack") != stack) continue;
      activation.push_back(number_at(layer, "activation_rms"));
      gradient.push_back(number_at(layer, "gradient_rms"));
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
