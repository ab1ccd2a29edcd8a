#include "nmt/train/tensorboard_observer.h"

#include <algorithm>
#include <cmath>
#include <cstdio>
#include <optional>
#include <string>
#include <variant>

#include "layers/attention_kind.h"

namespace nmt::train {
namespace {

// `fold` of the heads' values; no value without heads, NaN if any head's is.
std::optional<double> over_heads(const std::vector<double>& values,
                                 double (*fold)(double, double)) {
  std::optional<double> folded;
  for (const double value : values) {
    folded = folded && !std::isnan(value) ? fold(*folded, value) : value;
  }
  return folded;
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
  const auto sum = over_heads(record.relative_entropy, [](double a, double b) { return a + b; });
  if (sum) add(summary, tag + "relative_entropy", *sum / std::ssize(record.relative_entropy));
  add(summary, tag + "min_entropy",
      over_heads(record.min_entropy, [](double a, double b) { return std::min(a, b); }));
  add(summary, tag + "max_logit",
      over_heads(record.max_logit, [](double a, double b) { return std::max(a, b); }));
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

tensorboard::Summary summary_of(const run_log::ConfigRecord& record) {
  tensorboard::Summary summary;
  summary.add_text("run/configuration",
                   "`" + record.architecture + "`\n\n" + configuration_table(record.config));
  return summary;
}

tensorboard::Summary summary_of(const run_log::UpdateRecord& record) {
  tensorboard::Summary summary;
  add(summary, "train/loss", record.loss);
  add(summary, "train/nll", record.nll);
  add(summary, "train/learning_rate", record.learning_rate);
  add(summary, "train/gradient_norm", record.gradient_norm);
  add(summary, "train/tokens_per_second", record.tokens_per_second);
  for (const run_log::AttentionRecord& layer : record.attention) add_attention(summary, layer);
  for (const run_log::MatrixRecord& matrix : record.matrices) add_matrix(summary, matrix);
  return summary;
}

tensorboard::Summary summary_of(const run_log::ValidRecord& record) {
  tensorboard::Summary summary;
  add(summary, "valid/loss", record.loss);
  add(summary, "valid/nll", record.nll);
  add(summary, "valid/perplexity", record.perplexity);
  add(summary, "valid/bleu", record.bleu);
  return summary;
}

tensorboard::Summary summary_of(const run_log::EventRecord& record) {
  tensorboard::Summary summary;
  summary.add_text("events/" + record.kind, record.message);
  return summary;
}

}  // namespace

TensorboardObserver::TensorboardObserver(const std::filesystem::path& folder,
                                         const std::vector<run_log::RunRecord>& latest)
    : file_(folder) {
  for (const run_log::RunRecord& record : latest) {
    const auto* update = std::get_if<run_log::UpdateRecord>(&record);
    if (update) file_.start_session(update->update);
  }
  for (const run_log::RunRecord& record : latest) {
    if (std::holds_alternative<run_log::ConfigRecord>(record)) continue;
    if (const auto* saved = std::get_if<run_log::CheckpointRecord>(&record)) {
      first_step_ = saved->update;
    } else {
      on_record(record);
    }
  }
}

void TensorboardObserver::on_record(const run_log::RunRecord& record) {
  if (const auto* config = std::get_if<run_log::ConfigRecord>(&record)) {
    file_.write(first_step_, summary_of(*config));
  } else if (const auto* update = std::get_if<run_log::UpdateRecord>(&record)) {
    file_.write(update->update, summary_of(*update));
  } else if (const auto* valid = std::get_if<run_log::ValidRecord>(&record)) {
    file_.write(valid->update, summary_of(*valid));
  } else if (const auto* event = std::get_if<run_log::EventRecord>(&record)) {
    file_.write(event->update, summary_of(*event));
  } else if (std::holds_alternative<run_log::CheckpointRecord>(record)) {
    file_.sync();
  }
}

}  // namespace nmt::train
