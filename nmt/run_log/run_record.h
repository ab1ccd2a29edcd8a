// What a training run reports, as plain structs: one struct for each type of line in run.jsonl.gz.
//
// kType is what stands under "type". record_keys.h names the keys, run_record_json.h turns them
// into JSON and back, run_log.md is the reference. A number that nothing gave is NaN: so a record
// reads that lacks a key.
//
// Shape letters: H heads.

#pragma once

#include <array>
#include <cstdint>
#include <limits>
#include <nlohmann/json.hpp>
#include <optional>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "layers/attention_kind.h"

namespace nmt::run_log {

/// A number that is not known.
inline constexpr double kUnknown = std::numeric_limits<double>::quiet_NaN();

/// Which quantiles of a head's rows AttentionRecord::relative_quantiles holds.
inline constexpr std::array kEntropyQuantiles = {0.05, 0.25, 0.5, 0.75, 0.95};
using EntropyQuantiles = std::array<double, kEntropyQuantiles.size()>;

/// The histogram that they come from: H / ln n in bins of equal width, from 0 to 1.
inline constexpr int64_t kEntropyBins = 128;

/// The middle of bin `bin`, counted from 0.
constexpr double centre_of_bin(int64_t bin) {
  return (static_cast<double>(bin) + 0.5) / kEntropyBins;
}

/// Attention entropy of one layer over the updates since the previous record; a value a head.
/// A head that saw no row with two or more keys has NaN everywhere.
struct AttentionRecord {
  layers::AttentionKind kind = layers::AttentionKind::kEncoderSelf;
  int64_t layer = 0;                     ///< From 1.
  std::vector<double> entropy;           ///< [H] mean of H over rows, nats.
  std::vector<double> relative_entropy;  ///< [H] mean of H / ln n over rows, 0 to 1.
  std::vector<double> min_entropy;       ///< [H] smallest H of any row, nats.
  std::vector<double> max_logit;         ///< [H] largest visible logit of any row.
  std::vector<EntropyQuantiles>
      relative_quantiles;  ///< [H] of H / ln n over rows; centres of bins.
  /// Mean of H / ln n over heads and rows, an update; what the stability rules see.
  std::vector<double> relative_entropy_by_update;
  double temperature = 1.0;   ///< What divides the logits besides √K.
  std::vector<double> bound;  ///< [H] mean lower bound of H over probe rows; empty: not measured.
  std::vector<double> bound_entropy;  ///< [H] mean H of the same rows; empty: not measured.

  bool operator==(const AttentionRecord&) const = default;
};

/// One weight matrix at the time of the record.
struct MatrixRecord {
  std::string name;                   ///< As in the checkpoint: "encoder.layers.0.ffn.fc1".
  double sigma = kUnknown;            ///< σ(W), largest singular value of the stored weight.
  std::optional<double> gamma;        ///< γ of σReparam; no value for a plain matrix.
  double effective_sigma = kUnknown;  ///< σ(Ŵ), of what the forward pass uses.
  double weight_norm = kUnknown;      ///< Frobenius norm of W.
  double update_ratio = kUnknown;     ///< |ΔW| / |W| of the record's update (Frobenius norms).
  double gradient_norm = kUnknown;    ///< Frobenius norm of dL/dW, before clipping.

  bool operator==(const MatrixRecord&) const = default;
};

/// The residual stream as it leaves one layer, in the record's update.
struct StreamRecord {
  std::string stack;                 ///< "encoder" or "decoder".
  int64_t layer = 0;                 ///< From 1.
  double activation_rms = kUnknown;  ///< Root of the mean square of its elements.
  double gradient_rms = kUnknown;    ///< The same of the loss gradient with respect to it.

  bool operator==(const StreamRecord&) const = default;
};

/// The run's first line: what was asked for and what follows from it.
struct ConfigRecord {
  static constexpr std::string_view kType = "config";

  nlohmann::ordered_json config =
      nlohmann::ordered_json::object();  ///< Effective value of each key.
  std::string architecture;              ///< "postln-sigma-18L".
  double encoder_alpha = kUnknown;       ///< Factor of the skip path, encoder.
  double encoder_beta = kUnknown;  ///< Xavier gain of ffn, value and output projections, encoder.
  double decoder_alpha = kUnknown;
  double decoder_beta = kUnknown;
  std::string gamma_init;  ///< γ₀ as a key's value: "1", "sigma"; empty without σReparam.
  nlohmann::ordered_json init_scales = nlohmann::ordered_json::object();  ///< Matrix group → scale.
  int64_t parameters = 0;
  int64_t memory_bytes = 0;  ///< Estimated peak of the whole process.
  /// What the frequencies of target pieces give, nats a target piece; none in older logs.
  std::optional<double> unigram_nll;
  nlohmann::ordered_json data =
      nlohmann::ordered_json::object();  ///< Counts: kept, dropped and why.

  bool operator==(const ConfigRecord&) const = default;
};

/// Training so far, at update 1, every `log-every` updates and at the end. Loss, nll, learning
/// rate and gradient norm are those of the update itself.
struct UpdateRecord {
  static constexpr std::string_view kType = "update";

  int64_t update = 0;      ///< From 1.
  int64_t epoch = 0;       ///< From 1.
  double loss = kUnknown;  ///< Label-smoothed, nats a target piece.
  double nll = kUnknown;   ///< Not smoothed, nats a target piece.
  double learning_rate = kUnknown;
  double gradient_norm = kUnknown;  ///< Global, before clipping.
  int64_t tokens = 0;               ///< Target pieces so far, without padding.
  double tokens_per_second =
      kUnknown;                ///< Since the previous record; target pieces without padding.
  double seconds = kUnknown;   ///< Since the run began, its interruptions left out.
  std::vector<double> losses;  ///< Of each update since the previous record, this one last.
  std::vector<AttentionRecord> attention;
  std::vector<MatrixRecord> matrices;  ///< Empty where not measured.
  std::vector<StreamRecord> stream;    ///< Empty where not measured.

  bool operator==(const UpdateRecord&) const = default;
};

/// One validation.
struct ValidRecord {
  static constexpr std::string_view kType = "valid";

  int64_t update = 0;
  double loss = kUnknown;        ///< Label-smoothed, nats a target piece.
  double nll = kUnknown;         ///< Nats a target piece.
  double perplexity = kUnknown;  ///< e^nll.
  std::optional<double> bleu;    ///< 0 to 100; no value when nothing was translated.
  bool best = false;             ///< Whether it is the best so far.

  bool operator==(const ValidRecord&) const = default;
};

/// One checkpoint. Written to the log before the checkpoint gets its final name, so that a
/// checkpoint never exists without its line.
struct CheckpointRecord {
  static constexpr std::string_view kType = "checkpoint";

  int64_t update = 0;
  std::string path;  ///< Relative to the model folder.

  bool operator==(const CheckpointRecord&) const = default;
};

/// Curvature of the training loss at the weights after an update (nmt/stability/sharpness.h);
/// update 0 is before the first.
struct SharpnessRecord {
  static constexpr std::string_view kType = "sharpness";

  int64_t update = 0;
  double sharpness = kUnknown;           ///< Largest eigenvalue of the Hessian.
  std::optional<double> preconditioned;  ///< Of P^(−1/2) H P^(−1/2); no value without a P.
  std::string preconditioner;            ///< What P is, or why there is none.
  int64_t iterations = 0;                ///< Hessian products of the longer search.
  double residual = kUnknown;            ///< Relative error bound; of the less exact one.

  bool operator==(const SharpnessRecord&) const = default;
};

/// Something worth knowing: kind is "collapse", "divergence", "learning_rate" ...
struct EventRecord {
  static constexpr std::string_view kType = "event";

  int64_t update = 0;  ///< When it was found; `fields` says when it began.
  std::string kind;
  std::string message;                                               ///< One sentence for people.
  nlohmann::ordered_json fields = nlohmann::ordered_json::object();  ///< The same for scripts.

  bool operator==(const EventRecord&) const = default;
};

/// How the run ended.
struct EndRecord {
  static constexpr std::string_view kType = "end";

  int64_t update = 0;
  std::string reason;  ///< The limit that was met: "max-updates", "patience" ...
  /// "diverged", "collapsed", "did_not_learn", "not_judged", "plateau" or "ok", the first that
  /// holds: stability_monitor.h.
  std::string status;
  bool collapsed = false;  ///< Both flags are kept: low entropy and instability are related,
  bool diverged = false;   ///< not the same.
  bool plateau = false;    ///< Whether the loss had stopped to fall before the model had learnt.
  std::optional<bool> learnt;       ///< More than the unigram nll; none where that is not judged.
  int64_t spikes = 0;               ///< How often the loss jumped.
  double peak_mib = kUnknown;       ///< Largest resident memory of the last process.
  double seconds = kUnknown;        ///< Since the run began, its interruptions left out.
  std::optional<ValidRecord> best;  ///< The best validation; no value without one.

  bool operator==(const EndRecord&) const = default;
};

/// Any line of run.jsonl.gz.
using RunRecord = std::variant<ConfigRecord, UpdateRecord, ValidRecord, CheckpointRecord,
                               SharpnessRecord, EventRecord, EndRecord>;

}  // namespace nmt::run_log
