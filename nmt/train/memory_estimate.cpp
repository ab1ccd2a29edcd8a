#include "nmt/train/memory_estimate.h"

#include <unistd.h>

#include <algorithm>
#include <fstream>
#include <string>

#include "data/text/error.h"
#include "nmt/config/vocabulary_sizes.h"
#include "nmt/train/slice_count.h"

namespace nmt::train {
namespace {

constexpr double kBytes = 4.0;                 // float32
constexpr double kProcessBytes = 350.0 * 1e6;  // LibTorch, vocabulary, code.
constexpr double kLargestShare = 0.9;
constexpr double kScatter = 1.5;  // Sources longer than targets, temporaries, fragments.

// Values that schemes keep beside those: what a learned factor multiplies in each sublayer, and
// normalised queries and keys with two numbers a head.
double extra_layer_values(const config::ModelConfig& model, double attentions) {
  const config::Architecture& arch = model.architecture;
  const bool scaled = layers::residual_scheme(arch.residual).learned != layers::LearnedScale::kNone;
  const bool heads = arch.head_norm != layers::HeadNormKind::kNone;
  return (scaled ? (attentions + 1.0) * model.d_model : 0.0) +
         (heads ? attentions * (2.0 * model.d_model + 4.0 * model.heads) : 0.0);
}

// Values that plain operations keep of one layer and piece: residual stream, norms, masks, heads.
double reference_layer_values(const config::ModelConfig& model, double length, double attentions) {
  const double attention = attentions * (11.0 * model.d_model + 3.0 * model.heads * length);
  const double ffn = 4.5 * model.d_model + 2.25 * model.ffn_dim;
  return attention + ffn;
}

// Values that fused operations keep: of attention its sum, query, key, value and output; of the
// feed-forward its sum and what lies between its products.
double fused_layer_values(const config::ModelConfig& model, double attentions) {
  const bool relu = model.activation == layers::ActivationKind::kRelu;
  return attentions * (5.0 * model.d_model + model.heads) + model.d_model +
         (relu ? 1.0 : 5.0) * model.ffn_dim;
}

// Values kept for the backward pass, a piece, in all layers.
double activation_values(const config::TrainingConfig& config, double length) {
  const config::ModelConfig& model = config.model;
  const config::Architecture& arch = model.architecture;
  const auto layer = [&](double attentions) {
    const double extra = extra_layer_values(model, attentions);
    return config.backend == layers::BackendKind::kFused
               ? kScatter * (fused_layer_values(model, attentions) + extra)
               : reference_layer_values(model, length, attentions) + extra;
  };
  if (config.recompute) {
    return 2.0 * model.d_model * (arch.encoder_layers + arch.decoder_layers) + 2.0 * layer(2);
  }
  return arch.encoder_layers * layer(1) + arch.decoder_layers * layer(2);
}

// Pieces whose activations all workers together hold at a time.
double pieces_at_once(const config::TrainingConfig& config, int64_t workers) {
  const double slices = static_cast<double>(workers * kSliceValues) / config.model.d_model;
  return std::min(static_cast<double>(config.data.max_tokens), slices);
}

// Logits and what the loss makes of them: some rows for each worker, or all pieces.
double loss_values(const config::TrainingConfig& config, int64_t workers) {
  const bool fused = config.backend == layers::BackendKind::kFused;
  const double rows = fused ? 256.0 * workers : 2.75 * config.data.max_tokens;
  return rows * config.model.vocab_size;
}

// Values that a measurement of sharpness holds: a copy of the model, its weights in the graph,
// their gradients and four vectors; Lanczos vectors; the graph of a gradient, some four times that
// of a loss.
double sharpness_values(const config::TrainingConfig& config, double parameters, double length) {
  const config::ScheduleConfig& schedule = config.schedule;
  if (schedule.sharpness_every == 0) return 0.0;
  const config::ModelConfig& model = config.model;
  const double layers =
      model.architecture.encoder_layers * reference_layer_values(model, length, 1) +
      model.architecture.decoder_layers * reference_layer_values(model, length, 2);
  const double graph = 4.0 * layers + 6.0 * model.vocab_size;
  return (7.0 + schedule.sharpness_iterations) * parameters + schedule.sharpness_tokens * graph;
}

// What a container may use (cgroup version 2, then 1); 0 if there is no limit.
int64_t container_limit() {
  for (const char* path :
       {"/sys/fs/cgroup/memory.max", "/sys/fs/cgroup/memory/memory.limit_in_bytes"}) {
    int64_t bytes = 0;
    if (std::ifstream(path) >> bytes) return bytes;
  }
  return 0;
}

double gib(double bytes) {
  return bytes / (1024.0 * 1024.0 * 1024.0);
}

// Rows of all embedding matrices, the output projection's too.
int64_t embedding_rows(const config::ModelConfig& model) {
  const int64_t source = config::source_vocab_size(model);
  switch (model.tie_embeddings) {
    case layers::EmbeddingTie::kThreeWay:
      return model.vocab_size;
    case layers::EmbeddingTie::kTwoWay:
      return source + model.vocab_size;
    case layers::EmbeddingTie::kNone:
      return source + 2 * model.vocab_size;
  }
  return source + 2 * model.vocab_size;
}

// Values of the norms and the learned factor of one sublayer.
int64_t sublayer_values(const config::ModelConfig& model) {
  const layers::ResidualScheme& scheme = layers::residual_scheme(model.architecture.residual);
  const bool vector = scheme.learned == layers::LearnedScale::kSkip ||
                      scheme.learned == layers::LearnedScale::kBranch;
  const int64_t norm = row_of(layers::kNormKinds, model.architecture.norm).bias ? 2 : 1;
  return (scheme.norms.count() * norm + (vector ? 1 : 0)) * model.d_model;
}

}  // namespace

int64_t approximate_parameters(const config::ModelConfig& model) {
  const int64_t d = model.d_model;
  const int64_t f = model.ffn_dim;
  const int64_t inner = model.activation == layers::ActivationKind::kSwiglu ? 2 : 1;
  const int64_t norm = sublayer_values(model);
  const int64_t rows = model.architecture.linear == layers::LinearKind::kWeightNorm ? 1 : 0;
  const bool heads = model.architecture.head_norm != layers::HeadNormKind::kNone;
  const int64_t attention = 4 * (d * d + d + rows * d) + norm + (heads ? 2 * d / model.heads : 0);
  const int64_t ffn = inner * (d * f + f + rows * f) + f * d + d + rows * d + norm;
  const bool learned = model.positions == layers::PositionKind::kLearned;
  return model.architecture.encoder_layers * (attention + ffn) +
         model.architecture.decoder_layers * (2 * attention + ffn) + embedding_rows(model) * d +
         (learned ? 2 * model.max_positions * d : 0);
}

int64_t estimate_memory(const config::TrainingConfig& config, int64_t parameters, int64_t workers,
                        int64_t mean_length) {
  const config::ModelConfig& model = config.model;
  const bool reparametrised = model.architecture.linear != layers::LinearKind::kPlain;
  const auto length = static_cast<double>(mean_length);
  // Value and the optimizer's state; Ŵ beside W.
  const auto state = static_cast<double>(
      config::optimizer_state_tensors(config.optimization.optimizer, config.optimization.momentum));
  const double kept = (1.0 + state + (reparametrised ? 1.0 : 0.0)) * parameters;
  // A gradient for each worker.
  const double update = static_cast<double>(workers) * parameters +
                        pieces_at_once(config, workers) * activation_values(config, length) +
                        loss_values(config, workers);
  const double sharpness = sharpness_values(config, static_cast<double>(parameters), length);
  return static_cast<int64_t>(kProcessBytes + kBytes * (kept + std::max(update, sharpness)));
}

int64_t machine_memory() {
  const long pages = sysconf(_SC_PHYS_PAGES);
  const long page = sysconf(_SC_PAGE_SIZE);
  const int64_t installed = pages > 0 && page > 0 ? static_cast<int64_t>(pages) * page : 0;
  const int64_t limit = container_limit();
  return limit > 0 && (installed == 0 || limit < installed) ? limit : installed;
}

int64_t usable_memory(int64_t available) {
  return static_cast<int64_t>(kLargestShare * static_cast<double>(available));
}

void check_memory(const MemoryNeed& need, int64_t available) {
  if (available <= 0 || need.total() <= usable_memory(available)) return;
  const std::string processes =
      need.processes > 1 ? concatenate(" in ", need.processes, " processes") : "";
  const std::string data = need.data > need.training
                               ? concatenate("; ", gib(need.data),
                                             " GiB of a process are its text: train on fewer pairs")
                               : "";
  throw UsageError(
      "memory: this run needs about ", gib(need.total()), " GiB", processes, ", over 90 % of the ",
      gib(available), " GiB of this machine", data,
      "; lower --max-tokens (and raise --update-freq to keep the batch) or --threads, set "
      "--recompute true, or choose a smaller --arch, --d-model, --ffn-dim or --vocab-size; where "
      "--sharpness-every is set, lower --sharpness-iterations and --sharpness-tokens");
}

}  // namespace nmt::train
