#include "nmt/stability/run_record_json.h"

#include <algorithm>
#include <array>
#include <limits>
#include <string>
#include <vector>

#include "data/text/error.h"
#include "nmt/stability/attention_kind_name.h"
#include "nmt/stability/json_number.h"

namespace nmt::stability {
namespace {

using nlohmann::ordered_json;

constexpr std::array<std::string_view, 3> kMachineFields = {"seconds", "tokens_per_second",
                                                            "peak_mib"};

const ordered_json& member(const ordered_json& json, const char* key) {
  const auto found = json.find(key);
  if (found == json.end()) throw InputError("a record lacks the key \"", key, "\"");
  return *found;
}

// A member that older logs lack: null there.
ordered_json younger(const ordered_json& json, const char* key) {
  return json.value(key, ordered_json(nullptr));
}

double number(const ordered_json& json, const char* key) {
  return number_from_json(member(json, key));
}

int64_t integer(const ordered_json& json, const char* key) {
  const ordered_json& value = member(json, key);
  if (!value.is_number_integer()) {
    throw InputError("\"", key, "\" must be a whole number, found ", value.dump());
  }
  return value.get<int64_t>();
}

std::string text(const ordered_json& json, const char* key) {
  const ordered_json& value = member(json, key);
  if (!value.is_string()) throw InputError("\"", key, "\" must be text, found ", value.dump());
  return value.get<std::string>();
}

bool flag(const ordered_json& json, const char* key) {
  const ordered_json& value = member(json, key);
  if (!value.is_boolean()) {
    throw InputError("\"", key, "\" must be true or false, found ", value.dump());
  }
  return value.get<bool>();
}

std::optional<bool> optional_flag(const ordered_json& value) {
  if (value.is_null()) return std::nullopt;
  if (!value.is_boolean()) throw InputError("expected true, false or null, found ", value.dump());
  return value.get<bool>();
}

const ordered_json& list(const ordered_json& json, const char* key) {
  const ordered_json& value = member(json, key);
  if (!value.is_array()) throw InputError("\"", key, "\" must be a list, found ", value.dump());
  return value;
}

// A list that thinned logs lack: empty there.
ordered_json list_if_any(const ordered_json& json, const char* key) {
  return json.contains(key) ? list(json, key) : ordered_json::array();
}

// Lists that are null where nothing was measured.
ordered_json measured(const std::vector<double>& values) {
  return values.empty() ? ordered_json(nullptr) : json_numbers(values);
}

std::vector<double> measured_from(const ordered_json& json) {
  return json.is_null() ? std::vector<double>() : numbers_from_json(json);
}

ordered_json quantiles_object(const std::vector<EntropyQuantiles>& heads) {
  ordered_json json = ordered_json::array();
  for (const EntropyQuantiles& head : heads) {
    json.push_back(json_numbers({head.begin(), head.end()}));
  }
  return json;
}

std::vector<EntropyQuantiles> quantiles_from(const ordered_json& json) {
  std::vector<EntropyQuantiles> heads;
  for (const ordered_json& item : json) {
    const std::vector<double> values = numbers_from_json(item);
    EntropyQuantiles& head = heads.emplace_back();
    if (values.size() != head.size()) {
      throw InputError("a head has ", values.size(), " quantiles, must have ", head.size());
    }
    std::ranges::copy(values, head.begin());
  }
  return heads;
}

ordered_json to_object(const AttentionRecord& record) {
  return {{"kind", layers::name(record.kind)},
          {"layer", record.layer},
          {"entropy", json_numbers(record.entropy)},
          {"relative_entropy", json_numbers(record.relative_entropy)},
          {"min_entropy", json_numbers(record.min_entropy)},
          {"max_logit", json_numbers(record.max_logit)},
          {"relative_quantiles", quantiles_object(record.relative_quantiles)},
          {"relative_entropy_by_update", json_numbers(record.relative_entropy_by_update)},
          {"temperature", json_number(record.temperature)},
          {"bound", measured(record.bound)},
          {"bound_entropy", measured(record.bound_entropy)}};
}

AttentionRecord attention_from(const ordered_json& json) {
  return {.kind = attention_kind(text(json, "kind")),
          .layer = integer(json, "layer"),
          .entropy = numbers_from_json(list_if_any(json, "entropy")),
          .relative_entropy = numbers_from_json(member(json, "relative_entropy")),
          .min_entropy = numbers_from_json(list_if_any(json, "min_entropy")),
          .max_logit = numbers_from_json(member(json, "max_logit")),
          .relative_quantiles = quantiles_from(list_if_any(json, "relative_quantiles")),
          .relative_entropy_by_update =
              numbers_from_json(list_if_any(json, "relative_entropy_by_update")),
          .temperature = json.contains("temperature") ? number(json, "temperature") : 1.0,
          .bound = measured_from(younger(json, "bound")),
          .bound_entropy = measured_from(younger(json, "bound_entropy"))};
}

ordered_json to_object(const MatrixRecord& record) {
  return {{"name", record.name},
          {"sigma", json_number(record.sigma)},
          {"gamma", json_number(record.gamma)},
          {"effective_sigma", json_number(record.effective_sigma)},
          {"weight_norm", json_number(record.weight_norm)},
          {"update_ratio", json_number(record.update_ratio)},
          {"gradient_norm", json_number(record.gradient_norm)}};
}

MatrixRecord matrix_from(const ordered_json& json) {
  const auto number_if_any = [&](const char* key) {
    return json.contains(key) ? number(json, key) : std::numeric_limits<double>::quiet_NaN();
  };
  return {.name = text(json, "name"),
          .sigma = number(json, "sigma"),
          .gamma = optional_number_from_json(member(json, "gamma")),
          .effective_sigma = number_if_any("effective_sigma"),
          .weight_norm = number_if_any("weight_norm"),
          .update_ratio = number_if_any("update_ratio"),
          .gradient_norm = number_if_any("gradient_norm")};
}

ordered_json to_object(const StreamRecord& record) {
  return {{"stack", record.stack},
          {"layer", record.layer},
          {"activation_rms", json_number(record.activation_rms)},
          {"gradient_rms", json_number(record.gradient_rms)}};
}

StreamRecord stream_from(const ordered_json& json) {
  return {.stack = text(json, "stack"),
          .layer = integer(json, "layer"),
          .activation_rms = number(json, "activation_rms"),
          .gradient_rms = number(json, "gradient_rms")};
}

ordered_json to_object(const ConfigRecord& record) {
  return {{"type", "config"},
          {"architecture", record.architecture},
          {"config", record.config},
          {"encoder_alpha", json_number(record.encoder_alpha)},
          {"encoder_beta", json_number(record.encoder_beta)},
          {"decoder_alpha", json_number(record.decoder_alpha)},
          {"decoder_beta", json_number(record.decoder_beta)},
          {"gamma_init", record.gamma_init},
          {"init_scales", record.init_scales},
          {"parameters", record.parameters},
          {"memory_bytes", record.memory_bytes},
          {"unigram_nll", json_number(record.unigram_nll)},
          {"data", record.data}};
}

ConfigRecord config_from(const ordered_json& json) {
  return {.config = member(json, "config"),
          .architecture = text(json, "architecture"),
          .encoder_alpha = number(json, "encoder_alpha"),
          .encoder_beta = number(json, "encoder_beta"),
          .decoder_alpha = number(json, "decoder_alpha"),
          .decoder_beta = number(json, "decoder_beta"),
          .gamma_init = text(json, "gamma_init"),
          .init_scales = member(json, "init_scales"),
          .parameters = integer(json, "parameters"),
          .memory_bytes = integer(json, "memory_bytes"),
          .unigram_nll = optional_number_from_json(younger(json, "unigram_nll")),
          .data = member(json, "data")};
}

ordered_json to_object(const UpdateRecord& record) {
  ordered_json attention = ordered_json::array();
  for (const AttentionRecord& layer : record.attention) attention.push_back(to_object(layer));
  ordered_json matrices = ordered_json::array();
  for (const MatrixRecord& matrix : record.matrices) matrices.push_back(to_object(matrix));
  ordered_json stream = ordered_json::array();
  for (const StreamRecord& layer : record.stream) stream.push_back(to_object(layer));
  return {{"type", "update"},
          {"update", record.update},
          {"epoch", record.epoch},
          {"loss", json_number(record.loss)},
          {"nll", json_number(record.nll)},
          {"learning_rate", json_number(record.learning_rate)},
          {"gradient_norm", json_number(record.gradient_norm)},
          {"tokens", record.tokens},
          {"tokens_per_second", json_number(record.tokens_per_second)},
          {"seconds", json_number(record.seconds)},
          {"losses", json_numbers(record.losses)},
          {"attention", std::move(attention)},
          {"matrices", std::move(matrices)},
          {"stream", std::move(stream)}};
}

UpdateRecord update_from(const ordered_json& json) {
  UpdateRecord record{.update = integer(json, "update"),
                      .epoch = integer(json, "epoch"),
                      .loss = number(json, "loss"),
                      .nll = number(json, "nll"),
                      .learning_rate = number(json, "learning_rate"),
                      .gradient_norm = number(json, "gradient_norm"),
                      .tokens = integer(json, "tokens"),
                      .tokens_per_second = number(json, "tokens_per_second"),
                      .seconds = number(json, "seconds"),
                      .losses = numbers_from_json(member(json, "losses"))};
  for (const ordered_json& layer : list(json, "attention")) {
    record.attention.push_back(attention_from(layer));
  }
  for (const ordered_json& matrix : list(json, "matrices")) {
    record.matrices.push_back(matrix_from(matrix));
  }
  for (const ordered_json& layer : list_if_any(json, "stream")) {
    record.stream.push_back(stream_from(layer));
  }
  return record;
}

ordered_json to_object(const ValidRecord& record) {
  return {{"type", "valid"},
          {"update", record.update},
          {"loss", json_number(record.loss)},
          {"nll", json_number(record.nll)},
          {"perplexity", json_number(record.perplexity)},
          {"bleu", json_number(record.bleu)},
          {"best", record.best}};
}

ValidRecord valid_from(const ordered_json& json) {
  return {.update = integer(json, "update"),
          .loss = number(json, "loss"),
          .nll = number(json, "nll"),
          .perplexity = number(json, "perplexity"),
          .bleu = optional_number_from_json(member(json, "bleu")),
          .best = flag(json, "best")};
}

ordered_json to_object(const CheckpointRecord& record) {
  return {{"type", "checkpoint"}, {"update", record.update}, {"path", record.path}};
}

CheckpointRecord checkpoint_from(const ordered_json& json) {
  return {.update = integer(json, "update"), .path = text(json, "path")};
}

ordered_json to_object(const SharpnessRecord& record) {
  return {{"type", "sharpness"},
          {"update", record.update},
          {"sharpness", json_number(record.sharpness)},
          {"preconditioned", json_number(record.preconditioned)},
          {"preconditioner", record.preconditioner},
          {"iterations", record.iterations},
          {"residual", json_number(record.residual)}};
}

SharpnessRecord sharpness_from(const ordered_json& json) {
  return {.update = integer(json, "update"),
          .sharpness = number(json, "sharpness"),
          .preconditioned = optional_number_from_json(member(json, "preconditioned")),
          .preconditioner = json.value("preconditioner", ""),  // Absent in older logs.
          .iterations = integer(json, "iterations"),
          .residual = number(json, "residual")};
}

ordered_json to_object(const EventRecord& record) {
  return {{"type", "event"},
          {"update", record.update},
          {"kind", record.kind},
          {"message", record.message},
          {"fields", record.fields}};
}

EventRecord event_from(const ordered_json& json) {
  return {.update = integer(json, "update"),
          .kind = text(json, "kind"),
          .message = text(json, "message"),
          .fields = member(json, "fields")};
}

// The best validation without its type: it stands inside the end record.
ordered_json best_object(const std::optional<ValidRecord>& best) {
  if (!best) return nullptr;
  ordered_json object = to_object(*best);
  object.erase("type");
  object.erase("best");
  return object;
}

ordered_json to_object(const EndRecord& record) {
  return {{"type", "end"},
          {"update", record.update},
          {"reason", record.reason},
          {"status", record.status},
          {"collapsed", record.collapsed},
          {"diverged", record.diverged},
          {"plateau", record.plateau},
          {"learnt", record.learnt ? ordered_json(*record.learnt) : ordered_json(nullptr)},
          {"spikes", record.spikes},
          {"peak_mib", json_number(record.peak_mib)},
          {"seconds", json_number(record.seconds)},
          {"best", best_object(record.best)}};
}

std::optional<ValidRecord> best_from(ordered_json json) {
  if (json.is_null()) return std::nullopt;
  json["best"] = true;
  return valid_from(json);
}

EndRecord end_from(const ordered_json& json) {
  return {.update = integer(json, "update"),
          .reason = text(json, "reason"),
          .status = text(json, "status"),
          .collapsed = flag(json, "collapsed"),
          .diverged = flag(json, "diverged"),
          .plateau = flag(json, "plateau"),
          .learnt = optional_flag(younger(json, "learnt")),
          .spikes = integer(json, "spikes"),
          .peak_mib = number(json, "peak_mib"),
          .seconds = number(json, "seconds"),
          .best = best_from(member(json, "best"))};
}

}  // namespace

ordered_json to_json(const RunRecord& record) {
  return std::visit([](const auto& one) { return to_object(one); }, record);
}

std::optional<RunRecord> record_from_json(const ordered_json& json) {
  const std::string type = text(json, "type");
  if (type == "config") return config_from(json);
  if (type == "update") return update_from(json);
  if (type == "valid") return valid_from(json);
  if (type == "checkpoint") return checkpoint_from(json);
  if (type == "sharpness") return sharpness_from(json);
  if (type == "event") return event_from(json);
  if (type == "end") return end_from(json);
  return std::nullopt;
}

std::span<const std::string_view> machine_fields() {
  return kMachineFields;
}

}  // namespace nmt::stability
