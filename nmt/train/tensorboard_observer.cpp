#include "nmt/train/tensorboard_observer.h"

#include <algorithm>
#include <cmath>
#include <cstdio>
#include <functional>
#include <optional>
#include <string>
#include <variant>

#include "layers/attention_kind.h"

namespace nmt::train {
namespace {

using Values = std::vector<double>;

// Of the heads' values; no value without heads, NaN if any head's is.
std::optional<double> mean(const Values& values) {
  if (values.empty()) return std::nullopt;
  double sum = 0.0;
  for (const double value : values) sum += value;
  return sum / static_cast<double>(values.size());
}

template <class Better>
std::optional<double> extreme(const Values& values, Better better) {
  std::optional<double> found;
  for (const double value : values) {
    if (std::isnan(value)) return value;
    if (!found || better(value, *found)) found = value;
  }
  return found;
}

std::optional<double> least(const Values& values) {
  return extreme(values, std::less<>());
}

std::optional<double> greatest(const Values& values) {
  return extreme(values, std::greater<>());
}

void add(tensorboard::Summary& summary, const std::string& tag, std::optional<double> value) {
  if (value) summary.add_scalar(tag, *value);
}

// "attention/cross/layer003/": three digits, so that TensorBoard's order by name is that by layer.
std::string section(const run_log::AttentionRecord& record) {
  char layer[32];
  std::snprintf(layer, sizeof layer, "/layer%03lld/", static_cast<long long>(record.layer));
  return "attention/" + std::string(layers::name(record.kind)) + layer;
}

void add_attention(tensorboard::Summary& summary, const run_log::AttentionRecord& record) {
  const std::string tag = section(record);
  add(summary, tag + "relative_entropy", mean(record.relative_entropy));
  add(summary, tag + "min_entropy", least(record.min_entropy));
  add(summary, tag + "max_logit", greatest(record.max_logit));
}

void add_matrix(tensorboard::Summary& summary, const run_log::MatrixRecord& record) {
  const std::string tag = "spectral/" + record.name + "/";
  add(summary, tag + "sigma", record.sigma);
  add(summary, tag + "gamma", record.gamma);
}

// Inside a cell of a Markdown table.
std::string cell(std::string text) {
  for (size_t place = 0; (place = text.find('|', place)) != std::string::npos; place += 2) {
    text.replace(place, 1, "\\|");
  }
  return text;
}

std::string configuration_table(const nlohmann::ordered_json& config) {
  std::string table = "| key | value |\n|---|---|\n";
  for (const auto& [key, value] : config.items()) {
    const std::string shown =
        value.is_string()
            ? value.get<std::string>()
            : value.dump(-1, ' ', false, nlohmann::ordered_json::error_handler_t::replace);
    table += "| " + key + " | " + cell(shown) + " |\n";
  }
  return table;
}

}  // namespace

TensorboardObserver::TensorboardObserver(const std::filesystem::path& folder,
                                         const std::vector<run_log::RunRecord>& latest)
    : file_(folder) {
  repeat(latest);
}

void TensorboardObserver::repeat(const std::vector<run_log::RunRecord>& latest) {
  for (const run_log::RunRecord& record : latest) {
    const auto* update = std::get_if<run_log::UpdateRecord>(&record);
    if (update) file_.start_session(update->update);
  }
  for (const run_log::RunRecord& record : latest) {
    if (const auto* update = std::get_if<run_log::UpdateRecord>(&record)) on_update(*update);
    if (const auto* valid = std::get_if<run_log::ValidRecord>(&record)) on_valid(*valid);
    if (const auto* event = std::get_if<run_log::EventRecord>(&record)) on_event(*event);
    if (const auto* saved = std::get_if<run_log::CheckpointRecord>(&record)) {
      first_step_ = saved->update;
    }
  }
}

void TensorboardObserver::on_start(const run_log::ConfigRecord& record) {
  tensorboard::Summary summary;
  summary.add_text("run/configuration",
                   "`" + record.architecture + "`\n\n" + configuration_table(record.config));
  file_.write(first_step_, summary);
}

void TensorboardObserver::on_update(const run_log::UpdateRecord& record) {
  tensorboard::Summary summary;
  add(summary, "train/loss", record.loss);
  add(summary, "train/nll", record.nll);
  add(summary, "train/learning_rate", record.learning_rate);
  add(summary, "train/gradient_norm", record.gradient_norm);
  add(summary, "train/tokens_per_second", record.tokens_per_second);
  for (const run_log::AttentionRecord& layer : record.attention) add_attention(summary, layer);
  for (const run_log::MatrixRecord& matrix : record.matrices) add_matrix(summary, matrix);
  file_.write(record.update, summary);
}

void TensorboardObserver::on_valid(const run_log::ValidRecord& record) {
  tensorboard::Summary summary;
  add(summary, "valid/loss", record.loss);
  add(summary, "valid/nll", record.nll);
  add(summary, "valid/perplexity", record.perplexity);
  add(summary, "valid/bleu", record.bleu);
  file_.write(record.update, summary);
}

void TensorboardObserver::on_checkpoint(const run_log::CheckpointRecord&) {
  file_.sync();
}

void TensorboardObserver::on_event(const run_log::EventRecord& record) {
  tensorboard::Summary summary;
  summary.add_text("events/" + record.kind, record.message);
  file_.write(record.update, summary);
}

}  // namespace nmt::train
