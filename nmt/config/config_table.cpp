#include "nmt/config/config_table.h"

#include "data/text/error.h"
#include "nmt/cli/parse_value.h"
#include "nmt/config/arch_name.h"
#include "nmt/config/enum_names.h"

namespace nmt::config {
namespace {

constexpr RealRange kAtLeastZero{.low = 0.0};
constexpr RealRange kAboveZero{.low = 0.0, .low_open = true};
constexpr RealRange kBelowOne{.low = 0.0, .high = 1.0};
constexpr RealRange kUpToOne{.low = 0.0, .high = 1.0, .high_open = false};
constexpr RealRange kFraction{.low = 0.0, .low_open = true, .high = 1.0};

// An enumeration in the configuration: a member, or a part and its member.
template <auto... members>
constexpr Spelled named() {
  using Enum = std::decay_t<decltype((TrainingConfig{}.*....*members))>;
  return {.placeholder = "",
          .get = [](const TrainingConfig& config) { return name_of((config.*....*members)); },
          .set = [](TrainingConfig& config,
                    const std::string& name) { (config.*....*members) = enum_value<Enum>(name); },
          .names = enum_names<Enum>};
}

std::string get_arch(const TrainingConfig& config) {
  return to_string(config.model.architecture);
}

void set_arch(TrainingConfig& config, const std::string& text) {
  config.model.architecture = parse_architecture(text);
}

std::string get_gamma_init(const TrainingConfig& config) {
  const auto& init = config.model.gamma_init;
  if (!init) return "auto";
  if (!init->value) return "sigma";
  return *init->value == 1.0 ? "one" : cli::format_real(*init->value);
}

void set_gamma_init(TrainingConfig& config, const std::string& text) {
  auto& init = config.model.gamma_init;
  if (text == "auto") {
    init.reset();
  } else if (text == "one") {
    init = layers::GammaInit{1.0};
  } else if (text == "sigma") {
    init = layers::GammaInit{std::nullopt};
  } else {
    try {
      init = layers::GammaInit{cli::parse_real(text)};
    } catch (const UsageError&) {
      throw UsageError("must be auto, one, sigma or a number above 0, got '", text, "'");
    }
    if (*init->value <= 0.0) throw UsageError("must be above 0, got ", text);
  }
}

std::string get_length_bound(const TrainingConfig& config) {
  return config.model.length_bound ? to_string(*config.model.length_bound) : "auto";
}

void set_length_bound(TrainingConfig& config, const std::string& text) {
  config.model.length_bound.reset();
  if (text != "auto") config.model.length_bound = parse_length_bound(text);
}

std::string get_temperature(const TrainingConfig& config) {
  return to_string(config.model.attention_temperature);
}

void set_temperature(TrainingConfig& config, const std::string& text) {
  config.model.attention_temperature = parse_attention_temperatures(text);
}

std::string get_temperature_at(const TrainingConfig& config) {
  return to_string(config.stability.attention_temperature_at);
}

void set_temperature_at(TrainingConfig& config, const std::string& text) {
  config.stability.attention_temperature_at = parse_temperature_changes(text);
}

constexpr auto kModel = &TrainingConfig::model;
constexpr auto kData = &TrainingConfig::data;
constexpr auto kOptimization = &TrainingConfig::optimization;
constexpr auto kSchedule = &TrainingConfig::schedule;
constexpr auto kStability = &TrainingConfig::stability;

constexpr bool kMayBeAbsent = true;
constexpr bool kMomentary = true;
constexpr bool kNotAuto = false;

const std::string kArchSentence = "structure: " + architecture_grammar() + ", encoder depth first";

const ConfigKey kTable[] = {
    {"arch", Group::kModel, Spelled{"NAME", get_arch, set_arch}, "", kArchSentence},
    {"d-model", Group::kModel, Integer{&ModelConfig::d_model, 1}, "",
     "width of the model; even, and a multiple of heads"},
    {"ffn-dim", Group::kModel, Integer{&ModelConfig::ffn_dim, 1}, "",
     "width inside the feed-forward sublayers"},
    {"heads", Group::kModel, Integer{&ModelConfig::heads, 1}, "",
     "attention heads of each attention sublayer"},
    {"activation", Group::kModel, named<kModel, &ModelConfig::activation>(), "",
     "non-linearity of the feed-forward sublayers"},
    {"positions", Group::kModel, named<kModel, &ModelConfig::positions>(), "",
     "how a piece's position enters the model"},
    {"max-positions", Group::kModel, Integer{&ModelConfig::max_positions, 2, 1'000'000}, "pieces",
     "longest side the model can take, </s> included"},
    {"length-bound", Group::kModel, Spelled{"auto|Ax+B", get_length_bound, set_length_bound}, "",
     "longest translation, in pieces: A times the source's pieces plus B; auto: what covers every "
     "training pair, at least 2x+10, at most max-positions",
     OnResume::kBranchMayChange, kMayBeAbsent},
    {"tie-embeddings", Group::kModel, named<kModel, &ModelConfig::tie_embeddings>(), "",
     "one matrix for source embedding, target embedding and output (three-way), for the last two "
     "(two-way), or for none"},
    {"dropout", Group::kModel, Real{&ModelConfig::dropout, kBelowOne}, "",
     "dropout on each branch's output and on the embedded input", OnResume::kBranchMayChange},
    {"attention-dropout", Group::kModel, Real{&ModelConfig::attention_dropout, kBelowOne}, "",
     "dropout on attention probabilities", OnResume::kBranchMayChange},
    {"activation-dropout", Group::kModel, Real{&ModelConfig::activation_dropout, kBelowOne}, "",
     "dropout behind the feed-forward's activation", OnResume::kBranchMayChange},
    {"gamma-init", Group::kModel, Spelled{"auto|one|sigma|NUMBER", get_gamma_init, set_gamma_init},
     "",
     "where gamma of sigma-Reparam starts; sigma: at the spectral norm of the initial weight; "
     "auto: sigma for deepnorm, one otherwise"},
    {"sigma-groups", Group::kModel, named<kModel, &ModelConfig::sigma_groups>(), "",
     "which of query, key and value share one spectral norm and gamma"},
    {"sigma-embeddings", Group::kModel, Truth{&ModelConfig::sigma_embeddings}, "",
     "sigma-Reparam on embeddings and output projection too"},
    {"attention-temperature", Group::kModel,
     Spelled{"T[:KIND[:LAYERS]],...", get_temperature, set_temperature}, "",
     "what divides attention logits, besides the root of the head size: 0.5:cross:1-3 for "
     "cross-attention of layers 1 to 3; kinds encoder_self, decoder_self, cross; 1 where not named",
     OnResume::kBranchMayChange},

    {"train-sets", Group::kData, Texts{&DataConfig::train_sets, 2, 0, "SRC TGT"}, "",
     "source and target text, UTF-8, one segment a line, plain or gzip, files or pipes; without it "
     "the built-in toy grammar under configs/demo.conf",
     OnResume::kPathMayChange},
    {"valid-sets", Group::kData, Texts{&DataConfig::valid_sets, 2, 0, "SRC TGT"}, "",
     "source and target file for validation", OnResume::kPathMayChange},
    {"vocab", Group::kData, Texts{&DataConfig::vocab, 1, 1, "PATH|SRC TGT"}, "",
     "SentencePiece model for both languages, or one for each; without it one is trained on the "
     "training sets; in a file, a path with spaces needs double quotes",
     OnResume::kPathMayChange},
    {"vocab-size", Group::kData, Integer{&DataConfig::vocab_size, 16, 1'000'000}, "pieces",
     "size of a vocabulary that is trained, joint for both languages"},
    {"subword", Group::kData, named<kData, &DataConfig::subword>(), "",
     "kind of a vocabulary that is trained"},
    {"normalization", Group::kData, named<kData, &DataConfig::normalization>(), "",
     "how a vocabulary that is trained rewrites text; identity: not at all, so that a model can "
     "write every character of its training text",
     OnResume::kFixed, kMayBeAbsent},
    {"byte-fallback", Group::kData, Truth{&DataConfig::byte_fallback}, "",
     "a vocabulary that is trained cuts characters without a piece into bytes, so that every text "
     "can be read and written",
     OnResume::kFixed, kMayBeAbsent},
    {"subword-sampling", Group::kData, Real{&DataConfig::subword_sampling, kUpToOne}, "",
     "smoothing of SentencePiece's sampled segmentations in training; 0: the best one always"},
    {"max-length", Group::kData, Integer{&DataConfig::max_length, 2, 1'000'000}, "pieces",
     "pairs with a longer side, </s> included, are dropped from training"},
    {"max-length-ratio", Group::kData, Real{&DataConfig::max_length_ratio, kAtLeastZero}, "",
     "pairs whose longer side exceeds the shorter by this factor are dropped; 0: none"},
    {"invalid-utf8", Group::kData, named<kData, &DataConfig::invalid_utf8>(), "",
     "what to do with a line that is not UTF-8: stop, drop the pair, or put U+FFFD"},
    {"max-tokens", Group::kData,
     Integer{&DataConfig::max_tokens, 2, INT64_MAX, /*may_be_auto=*/true}, "pieces",
     "size of a micro-batch: rows times longest side, </s> included; auto: what this machine's "
     "memory holds, at most 16384"},
    {"update-freq", Group::kData, Integer{&DataConfig::update_freq, 1, 1'000'000}, "micro-batches",
     "micro-batches whose gradients make one update", OnResume::kBranchMayChange},

    {"learning-rate", Group::kLearningRate, Real{&OptimizationConfig::learning_rate, kAboveZero},
     "", "peak of the learning rate, reached at the end of warm-up", OnResume::kBranchMayChange},
    {"lr-schedule", Group::kLearningRate, named<kOptimization, &OptimizationConfig::lr_schedule>(),
     "", "course of the learning rate after warm-up; linear and cosine fall until lr-decay-updates",
     OnResume::kBranchMayChange},
    {"warmup-updates", Group::kLearningRate, Integer{&OptimizationConfig::warmup_updates, 0},
     "updates",
     "updates over which the learning rate rises linearly from 0; 0: the first update has the peak",
     OnResume::kBranchMayChange},
    {"lr-decay-updates", Group::kLearningRate, Integer{&OptimizationConfig::lr_decay_updates, 0},
     "updates",
     "where linear and cosine end, and the run too if they end at 0; 0: at the max-updates that "
     "the run began with; another value stretches the schedule of a run that goes on",
     OnResume::kMayChange},
    {"final-learning-rate", Group::kLearningRate,
     Real{&OptimizationConfig::final_learning_rate, kAtLeastZero}, "",
     "what linear and cosine end at, and stay at", OnResume::kBranchMayChange},
    {"lr-decay-factor", Group::kLearningRate, Real{&OptimizationConfig::lr_decay_factor, kFraction},
     "", "what step and plateau multiply the learning rate by, again and again",
     OnResume::kBranchMayChange},
    {"lr-decay-every", Group::kLearningRate, Integer{&OptimizationConfig::lr_decay_every, 1},
     "updates", "distance of these decays with step, the first so far behind warm-up",
     OnResume::kBranchMayChange},
    {"lr-decay-patience", Group::kLearningRate, Integer{&OptimizationConfig::lr_decay_patience, 1},
     "validations", "validations after warm-up without a better nll before plateau decays",
     OnResume::kBranchMayChange},

    {"optimizer", Group::kOptimization, named<kOptimization, &OptimizationConfig::optimizer>(), "",
     "update rule; adam with weight-decay above 0 is AdamW"},
    {"adam-beta1", Group::kOptimization, Real{&OptimizationConfig::adam_beta1, kBelowOne}, "",
     "decay of the mean gradient, of adam, adamw, lamb and lion", OnResume::kBranchMayChange},
    {"adam-beta2", Group::kOptimization, Real{&OptimizationConfig::adam_beta2, kBelowOne}, "",
     "decay of the mean squared gradient, of adam, adamw and lamb; lion's second decay",
     OnResume::kBranchMayChange},
    {"adam-eps", Group::kOptimization, Real{&OptimizationConfig::adam_eps, kAboveZero}, "",
     "added to the root of the mean squared gradient; with adagrad to that of their sum",
     OnResume::kBranchMayChange},
    {"momentum", Group::kOptimization, Real{&OptimizationConfig::momentum, kBelowOne}, "",
     "share of the last step that sgd and lars keep"},
    {"nesterov", Group::kOptimization, Truth{&OptimizationConfig::nesterov}, "",
     "Nesterov's form of sgd's momentum", OnResume::kBranchMayChange},
    {"trust-coefficient", Group::kOptimization,
     Real{&OptimizationConfig::trust_coefficient, kAboveZero}, "",
     "of lars: length of a step over that of the parameter, at learning rate 1 without momentum",
     OnResume::kBranchMayChange},
    {"weight-decay", Group::kOptimization, Real{&OptimizationConfig::weight_decay, kAtLeastZero},
     "",
     "decoupled weight decay (lars: in the gradient); on matrices alone, not on gamma, biases, "
     "norms and scales; with adamw 0.01 unless it is set",
     OnResume::kBranchMayChange},
    {"clip-norm", Group::kOptimization, Real{&OptimizationConfig::clip_norm, kAtLeastZero}, "",
     "largest global gradient norm; larger gradients are scaled down to it; 0: no clipping",
     OnResume::kBranchMayChange},
    {"label-smoothing", Group::kOptimization, Real{&OptimizationConfig::label_smoothing, kBelowOne},
     "", "probability that the loss spreads over all pieces", OnResume::kBranchMayChange},
    {"sigma-steps", Group::kOptimization, Integer{&OptimizationConfig::sigma_steps, 1, 1000}, "",
     "power steps that follow each matrix's spectral norm behind every update, with sigma and "
     "spectralnorm",
     OnResume::kBranchMayChange, kMayBeAbsent},

    {"max-updates", Group::kLimits, Integer{&ScheduleConfig::max_updates, 0}, "updates",
     "training ends after so many; 0: no limit", OnResume::kMayChange},
    {"max-epochs", Group::kLimits, Integer{&ScheduleConfig::max_epochs, 0}, "epochs",
     "training ends after so many passes over the data; 0: no limit", OnResume::kMayChange},
    {"max-target-tokens", Group::kLimits, Integer{&ScheduleConfig::max_target_tokens, 0}, "pieces",
     "training ends after the update that brings the target pieces trained on to so many; 0: no "
     "limit",
     OnResume::kMayChange},
    {"max-minutes", Group::kLimits, Real{&ScheduleConfig::max_minutes, kAtLeastZero}, "minutes",
     "training ends when the run has taken so long, resumptions added up; 0: no limit",
     OnResume::kMayChange},
    {"patience", Group::kLimits, Integer{&ScheduleConfig::patience, 0}, "validations",
     "training ends after so many without a better score; 0: never", OnResume::kMayChange},
    {"max-bad-updates", Group::kLimits, Integer{&ScheduleConfig::max_bad_updates, 1}, "updates",
     "training fails after so many in a row with a non-finite loss", OnResume::kMayChange},

    {"log-every", Group::kValidation, Integer{&ScheduleConfig::log_every, 1}, "updates",
     "distance of records in run.jsonl.gz", OnResume::kMayChange},
    {"sharpness-every", Group::kValidation, Integer{&ScheduleConfig::sharpness_every, 0}, "updates",
     "distance of measurements of the loss's largest Hessian eigenvalue; 0: never",
     OnResume::kMayChange},
    {"sharpness-tokens", Group::kValidation,
     Integer{&ScheduleConfig::sharpness_tokens, 1, 1'000'000}, "pieces",
     "target pieces of the sample of training pairs that sharpness is measured on",
     OnResume::kMayChange},
    {"sharpness-iterations", Group::kValidation,
     Integer{&ScheduleConfig::sharpness_iterations, 1, 1000}, "",
     "largest number of Hessian products of a measurement; each takes a copy of the model's size",
     OnResume::kMayChange},
    {"validate-every", Group::kValidation, Integer{&ScheduleConfig::validate_every, 0}, "updates",
     "distance of validations; 0: only at the end", OnResume::kBranchMayChange},
    {"save-every", Group::kValidation, Integer{&ScheduleConfig::save_every, 0}, "updates",
     "distance of checkpoints; 0: only at the end", OnResume::kBranchMayChange},
    {"keep-last", Group::kValidation, Integer{&ScheduleConfig::keep_last, 1}, "checkpoints",
     "newest checkpoints that are kept", OnResume::kBranchMayChange},
    {"average-last", Group::kValidation, Integer{&ScheduleConfig::average_last, 0}, "checkpoints",
     "at the end, the mean of so many of the last checkpoints is written too; 0: none",
     OnResume::kBranchMayChange},
    {"valid-bleu-segments", Group::kValidation, Integer{&ScheduleConfig::valid_bleu_segments, 0},
     "segments", "validation segments that are translated and scored with BLEU; 0: none",
     OnResume::kBranchMayChange},
    {"valid-beam-size", Group::kValidation, Integer{&ScheduleConfig::valid_beam_size, 1, 1000}, "",
     "beam size of these translations", OnResume::kBranchMayChange},
    {"valid-metric", Group::kValidation, named<kSchedule, &ScheduleConfig::valid_metric>(), "",
     "which score decides what is best, for best/ and patience", OnResume::kBranchMayChange},
    {"tensorboard", Group::kValidation, Truth{&ScheduleConfig::tensorboard}, "",
     "what the log holds as curves for TensorBoard too, in tensorboard/ of the model folder",
     OnResume::kMayChange},

    {"track-attention", Group::kStability, Truth{&StabilityConfig::track_attention}, "",
     "entropy of every attention head at every update; without it no collapse is found",
     OnResume::kMayChange},
    {"statistics-every", Group::kStability, Integer{&StabilityConfig::statistics_every, 0},
     "updates",
     "distance of records with activations and gradients of every layer, and entropy bounds; 0: "
     "none",
     OnResume::kMayChange},
    {"matrices-every", Group::kStability, Integer{&StabilityConfig::matrices_every, 0}, "updates",
     "distance of records with spectral norms, update ratios and gradients of every matrix, which "
     "are long in deep models; 0: none",
     OnResume::kMayChange},
    {"on-collapse", Group::kStability, named<kStability, &StabilityConfig::on_collapse>(), "",
     "what to do when an attention layer's entropy collapses", OnResume::kMayChange},
    {"on-divergence", Group::kStability, named<kStability, &StabilityConfig::on_divergence>(), "",
     "what to do when the loss diverges; lower-learning-rate halves it from then on",
     OnResume::kMayChange},
    {"attention-temperature-at", Group::kStability,
     Spelled{"UPDATE:T[:KIND[:LAYERS]],...", get_temperature_at, set_temperature_at}, "",
     "intervention: attention temperature from that update on", OnResume::kBranchMayChange},

    {"model-dir", Group::kRun, Text{&TrainingConfig::model_dir, "PATH"}, "",
     "folder for log, checkpoints and the best model; must be empty or new", OnResume::kMayChange},
    {"branch-from", Group::kRun, Text{&TrainingConfig::branch_from, "PATH"}, "",
     "starts from a checkpoint of another run, or the newest of a model folder, with its settings, "
     "but for those given here: what would have happened if?",
     OnResume::kBranchMayChange},
    {"init-from", Group::kRun, Text{&TrainingConfig::init_from, "PATH"}, "",
     "starts from the weights and the vocabulary of a model (a checkpoint, best or average) with "
     "data, optimizer and schedule of its own: fine-tuning",
     OnResume::kFixed, kMayBeAbsent},
    {"resume", Group::kRun, Truth{&TrainingConfig::resume, kMomentary}, "",
     "goes on from the newest checkpoint of model-dir", OnResume::kMayChange},
    {"overwrite", Group::kRun, Truth{&TrainingConfig::overwrite, kMomentary}, "",
     "deletes what a former run left in model-dir", OnResume::kMayChange},
    {"seed", Group::kRun, Seed{&TrainingConfig::seed}, "",
     "of initial weights, dropout, shuffling and the toy grammar"},
    {"threads", Group::kRun, Integer{&TrainingConfig::threads, 0, 4096}, "threads",
     "for computing; 0: one a core", OnResume::kMayChange},
    {"device", Group::kRun, named<&TrainingConfig::device>(), "",
     "where to compute; auto: a GPU if there is one", OnResume::kMayChange},
    {"backend", Group::kRun, named<&TrainingConfig::backend>(), "",
     "fused operations, or plain LibTorch in their place", OnResume::kBranchMayChange},
    {"recompute", Group::kRun, Truth{&TrainingConfig::recompute}, "",
     "layers run again in the backward pass instead of keeping activations: up to a third more "
     "time, a fraction of the memory",
     OnResume::kMayChange},

    {"processes", Group::kProcesses,
     Integer{&LaunchConfig::processes, 0, 4096, kNotAuto, kMomentary}, "",
     "starts so many on this machine, which train one model together; 0: those of torchrun, srun "
     "or mpirun, else one",
     OnResume::kMayChange},
    {"max-restarts", Group::kProcesses,
     Integer{&LaunchConfig::max_restarts, 0, 1'000'000, kNotAuto, kMomentary}, "restarts",
     "with --processes: after a failure goes on from the newest checkpoint, so often",
     OnResume::kMayChange},
    {"rendezvous", Group::kProcesses,
     Text{&LaunchConfig::rendezvous, "HOST:PORT", "host and port", kMomentary}, "",
     "where the processes of a launcher meet: a host that all of them reach, and a free port there",
     OnResume::kMayChange},
    {"collective-timeout", Group::kProcesses,
     Integer{&LaunchConfig::collective_timeout, 1, 1'000'000, kNotAuto, kMomentary}, "seconds",
     "that processes wait for one another before they give up", OnResume::kMayChange},
};

}  // namespace

std::string_view title(Group group) {
  constexpr std::string_view kTitles[] = {
      "Model",        "Data",   "Learning rate",
      "Optimization", "Limits", "Validation, checkpoints and log",
      "Stability",    "Run",    "Processes"};
  return kTitles[static_cast<size_t>(group)];
}

std::span<const ConfigKey> config_table() {
  return kTable;
}

const ConfigKey* find_key(std::string_view name) {
  for (const ConfigKey& key : kTable) {
    if (key.name == name) return &key;
  }
  return nullptr;
}

std::vector<ConfigDifference> differences(const TrainingConfig& saved, const TrainingConfig& now) {
  std::vector<ConfigDifference> found;
  for (const ConfigKey& key : kTable) {
    const std::string before = value_text(key.member, saved);
    const std::string after = value_text(key.member, now);
    if (before == after) continue;
    found.push_back({.key = std::string(key.name), .saved = before, .now = after});
  }
  return found;
}

}  // namespace nmt::config
