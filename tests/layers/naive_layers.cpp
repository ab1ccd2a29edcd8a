#include "tests/layers/naive_layers.h"

#include <algorithm>
#include <cmath>
#include <functional>
#include <limits>
#include <numeric>

namespace nmt::naive {
namespace {

double dot(const Row& a, const Row& b) {
  double sum = 0;
  for (size_t i = 0; i < a.size(); ++i) sum += a[i] * b[i];
  return sum;
}

// Columns first..first+count−1 of every row.
Rows columns(const Rows& x, int64_t first, int64_t count) {
  Rows out;
  for (const Row& row : x) out.emplace_back(row.begin() + first, row.begin() + first + count);
  return out;
}

double activate(layers::ActivationKind activation, double x) {
  switch (activation) {
    case layers::ActivationKind::kRelu:
      return std::max(0.0, x);
    case layers::ActivationKind::kGelu:
      return 0.5 * x * (1.0 + std::erf(x / std::sqrt(2.0)));
    case layers::ActivationKind::kSwiglu:
      return x / (1.0 + std::exp(-x));
  }
  return x;
}

// A learned factor of column d: a vector of the sublayer or a number of the layer.
double factor(const Parameters& parameters, const std::string& name, size_t d) {
  const Row& values = parameters.at(name)[0];
  return values[values.size() == 1 ? 0 : d];
}

// One residual branch of the layer `prefix` under the scheme of `spec`; `branch` maps its input to
// its output, `bottom` is the layer's input if this is its last sublayer, else empty.
Rows residual(const Parameters& parameters, const std::string& prefix, const std::string& sublayer,
              const LayerSpec& spec, const Rows& x, const std::function<Rows(const Rows&)>& branch,
              const Rows& bottom = {}) {
  using enum layers::ResidualKind;
  const bool before = spec.residual == kPreLn || spec.residual == kLayerScale;
  const bool after = !before && spec.residual != kNoNorm && spec.residual != kReZero;
  const std::string name = prefix + sublayer;
  const Rows out = branch(before ? layer_norm(parameters, name + "_norm", x) : x);
  Rows sum = x;
  for (size_t t = 0; t < x.size(); ++t) {
    for (size_t d = 0; d < x[t].size(); ++d) {
      double skip = spec.alpha, along = 1.0;
      if (spec.residual == kAdmin) skip = factor(parameters, name + "_omega", d);
      if (spec.residual == kLayerScale) along = factor(parameters, name + "_lambda", d);
      if (spec.residual == kReZero) along = factor(parameters, prefix + "rezero", d);
      sum[t][d] = skip * x[t][d] + along * out[t][d];
      if (spec.residual == kB2t && !bottom.empty()) sum[t][d] += bottom[t][d];
    }
  }
  return after ? layer_norm(parameters, name + "_norm", sum) : sum;
}

}  // namespace

double spectral_norm(const Rows& w) {
  constexpr int kIterations = 1500;
  Row right(w[0].size());
  for (size_t i = 0; i < right.size(); ++i) right[i] = 1.0 + 0.37 * static_cast<double>(i % 5);
  double sigma = 0;
  for (int iteration = 0; iteration < kIterations; ++iteration) {
    const double length = std::sqrt(dot(right, right));
    for (double& value : right) value /= length;
    Row image;
    for (const Row& row : w) image.push_back(dot(row, right));
    sigma = std::sqrt(dot(image, image));
    std::fill(right.begin(), right.end(), 0.0);
    for (size_t o = 0; o < w.size(); ++o) {
      for (size_t i = 0; i < right.size(); ++i) right[i] += w[o][i] * image[o];
    }
  }
  return sigma;
}

Rows effective_weight(const Parameters& parameters, const std::string& name) {
  Rows w = parameters.at(name + ".weight");
  const auto lengths = parameters.find(name + ".weight_g");
  if (lengths != parameters.end()) {
    for (size_t o = 0; o < w.size(); ++o) {
      const double length = std::sqrt(dot(w[o], w[o]));
      for (double& value : w[o]) value *= lengths->second[0][o] / length;
    }
    return w;
  }
  const auto gamma = parameters.find(name + ".gamma");
  if (gamma == parameters.end()) return w;
  const double factor = gamma->second[0][0] / spectral_norm(w);
  for (Row& row : w) {
    for (double& value : row) value *= factor;
  }
  return w;
}

Rows linear(const Parameters& parameters, const std::string& name, const Rows& x) {
  const Rows w = effective_weight(parameters, name);
  const Row& bias = parameters.at(name + ".bias")[0];
  Rows out;
  for (const Row& row : x) {
    Row& y = out.emplace_back();
    for (size_t o = 0; o < w.size(); ++o) y.push_back(dot(row, w[o]) + bias[o]);
  }
  return out;
}

Rows layer_norm(const Parameters& parameters, const std::string& name, const Rows& x) {
  const Row& bias = parameters.at(name + ".bias")[0];
  Rows out = head_norm(parameters.at(name + ".weight")[0], x);
  for (Row& y : out) {
    for (size_t d = 0; d < y.size(); ++d) y[d] += bias[d];
  }
  return out;
}

Rows head_norm(const Row& gain, const Rows& x) {
  Rows out;
  for (const Row& row : x) {
    const double size = static_cast<double>(row.size());
    const double mean = std::accumulate(row.begin(), row.end(), 0.0) / size;
    double variance = 0;
    for (const double value : row) variance += (value - mean) * (value - mean) / size;
    Row& y = out.emplace_back();
    for (size_t d = 0; d < row.size(); ++d) {
      y.push_back((row[d] - mean) / std::sqrt(variance + 1e-5) * gain[d]);
    }
  }
  return out;
}

Attended attention(const Rows& q, const Rows& k, const Rows& v, double scale, bool causal) {
  Attended all;
  for (size_t t = 0; t < q.size(); ++t) {
    const size_t visible = causal ? std::min(t + 1, k.size()) : k.size();
    Row logits;
    for (size_t s = 0; s < visible; ++s) logits.push_back(scale * dot(q[t], k[s]));
    double largest = -std::numeric_limits<double>::infinity();
    for (const double logit : logits) largest = std::max(largest, logit);
    double total = 0;
    for (const double logit : logits) total += std::exp(logit - largest);
    Row out(q[t].size(), 0.0);
    double entropy = 0;
    for (size_t s = 0; s < visible; ++s) {
      const double p = std::exp(logits[s] - largest) / total;
      if (p > 0) entropy -= p * std::log(p);
      for (size_t d = 0; d < out.size(); ++d) out[d] += p * v[s][d];
    }
    all.out.push_back(out);
    all.entropy.push_back(entropy);
    all.max_logit.push_back(largest);
  }
  return all;
}

Rows feed_forward(const Parameters& parameters, const std::string& name,
                  layers::ActivationKind activation, const Rows& x) {
  Rows inner = linear(parameters, name + ".fc1", x);
  const bool gated = activation == layers::ActivationKind::kSwiglu;
  const Rows gate = gated ? linear(parameters, name + ".gate", x) : Rows();
  for (size_t t = 0; t < inner.size(); ++t) {
    for (size_t f = 0; f < inner[t].size(); ++f) {
      inner[t][f] = gated ? activate(activation, gate[t][f]) * inner[t][f]
                          : activate(activation, inner[t][f]);
    }
  }
  return linear(parameters, name + ".fc2", inner);
}

Rows multi_head_attention(const Parameters& parameters, const std::string& name, int64_t heads,
                          const Rows& x, const Rows& memory, bool causal) {
  const Rows q = linear(parameters, name + ".q_proj", x);
  const Rows k = linear(parameters, name + ".k_proj", memory);
  const Rows v = linear(parameters, name + ".v_proj", memory);
  const int64_t head_size = static_cast<int64_t>(q[0].size()) / heads;
  const bool normed = parameters.contains(name + ".q_norm.weight");
  const auto head = [&](const Rows& all, int64_t h, const std::string& norm) {
    const Rows one = columns(all, h * head_size, head_size);
    return normed ? head_norm(parameters.at(name + norm)[0], one) : one;
  };
  Rows joined(x.size());
  for (int64_t h = 0; h < heads; ++h) {
    const Rows out =
        attention(head(q, h, ".q_norm.weight"), head(k, h, ".k_norm.weight"),
                  columns(v, h * head_size, head_size), 1.0 / std::sqrt(head_size), causal)
            .out;
    for (size_t t = 0; t < x.size(); ++t) {
      joined[t].insert(joined[t].end(), out[t].begin(), out[t].end());
    }
  }
  return linear(parameters, name + ".out_proj", joined);
}

Rows encoder_layer(const Parameters& parameters, const std::string& prefix, const LayerSpec& spec,
                   const Rows& x) {
  const Rows attended = residual(parameters, prefix, "self_attn", spec, x, [&](const Rows& input) {
    return multi_head_attention(parameters, prefix + "self_attn", spec.heads, input, input,
                                /*causal=*/false);
  });
  return residual(
      parameters, prefix, "ffn", spec, attended,
      [&](const Rows& input) {
        return feed_forward(parameters, prefix + "ffn", spec.activation, input);
      },
      x);
}

Rows decoder_layer(const Parameters& parameters, const std::string& prefix, const LayerSpec& spec,
                   const Rows& x, const Rows& memory) {
  const Rows attended = residual(parameters, prefix, "self_attn", spec, x, [&](const Rows& input) {
    return multi_head_attention(parameters, prefix + "self_attn", spec.heads, input, input,
                                /*causal=*/true);
  });
  const Rows crossed =
      residual(parameters, prefix, "cross_attn", spec, attended, [&](const Rows& input) {
        return multi_head_attention(parameters, prefix + "cross_attn", spec.heads, input, memory,
                                    /*causal=*/false);
      });
  return residual(
      parameters, prefix, "ffn", spec, crossed,
      [&](const Rows& input) {
        return feed_forward(parameters, prefix + "ffn", spec.activation, input);
      },
      x);
}

}  // namespace nmt::naive
