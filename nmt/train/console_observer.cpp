#include "nmt/train/console_observer.h"

#include <cmath>
#include <variant>

#include "data/text/error.h"
#include "nmt/cli/format_text.h"

namespace nmt::train {
namespace {

using nlohmann::ordered_json;

long long number(int64_t value) {
  return value;
}

// "  key              value" lines of one object; nested objects become "outer.inner".
std::string key_lines(const ordered_json& object, const std::string& prefix = "") {
  std::string text;
  for (const auto& [key, value] : object.items()) {
    if (value.is_object()) {
      text += key_lines(value, prefix + key + ".");
      continue;
    }
    const std::string shown =
        value.is_string() ? value.get<std::string>()
        : value.is_number_float()
            ? cli::format_text("%.6g", printable(value.get<double>()))
            : value.dump(-1, ' ', false, ordered_json::error_handler_t::replace);
    const std::string name = prefix + key;
    text += "  " + name + std::string(name.size() < 24 ? 24 - name.size() : 1, ' ') + shown + "\n";
  }
  return text;
}

// What to know of the data before waiting for the run: sentences, one a line.
std::string data_remarks(const ordered_json& data) {
  const auto count = [&](const char* set, const char* key) {
    return data.contains(set) ? data[set].value(key, int64_t{0}) : 0;
  };
  std::string text;
  const int64_t left_out = count("valid", "read") - count("valid", "kept");
  if (left_out > 0) {
    text += cli::format_text("validation leaves %lld of %lld pairs out of its loss and its BLEU\n",
                             number(left_out), number(count("valid", "read")));
  }
  const int64_t train = count("train", "unwritable"), valid = count("valid", "unwritable");
  if (train + valid > 0) {
    text += cli::format_text(
        "the vocabulary cannot write the targets of %lld of %lld training and %lld of %lld "
        "validation pairs:\n  its normalization changes their characters, or it has no piece for "
        "them; one trained with\n  --normalization identity --byte-fallback true can write them "
        "all\n",
        number(train), number(count("train", "kept")), number(valid),
        number(count("valid", "kept")));
  }
  return text;
}

std::string bytes_text(int64_t bytes) {
  const double value = static_cast<double>(bytes);
  return value >= 1e9 ? cli::format_text("%.2f GB", value / 1e9)
                      : cli::format_text("%.0f MB", value / 1e6);
}

const char* short_name(layers::AttentionKind kind) {
  switch (kind) {
    case layers::AttentionKind::kEncoderSelf:
      return "enc";
    case layers::AttentionKind::kDecoderSelf:
      return "dec";
    case layers::AttentionKind::kCross:
      return "cross";
  }
  return "";
}

std::string scores(const run_log::ValidRecord& record) {
  std::string text =
      cli::format_text("loss %.4f  nll %.4f  perplexity %.2f", printable(record.loss),
                       printable(record.nll), printable(record.perplexity));
  if (record.bleu) text += cli::format_text("  BLEU %.2f", *record.bleu);
  return text;
}

std::string text_of(const run_log::ConfigRecord& record) {
  std::string report = startup_report(record);
  report.pop_back();  // message() ends the last line itself.
  return report;
}

std::string text_of(const run_log::UpdateRecord& record) {
  return update_line(record);
}

std::string text_of(const run_log::ValidRecord& record) {
  return cli::format_text("valid at update %lld  ", number(record.update)) + scores(record) +
         (record.best ? "  best so far" : "");
}

std::string text_of(const run_log::CheckpointRecord& record) {
  return "checkpoint " + record.path;
}

std::string text_of(const run_log::SharpnessRecord& record) {
  const std::string preconditioned =
      record.preconditioned
          ? cli::format_text(", preconditioned %.4g", printable(*record.preconditioned))
          : ", preconditioner: " + record.preconditioner;
  return cli::format_text("sharpness at update %lld: %.4g", number(record.update),
                          printable(record.sharpness)) +
         preconditioned +
         cli::format_text("  (%lld iterations, residual %.1e)", number(record.iterations),
                          printable(record.residual));
}

std::string text_of(const run_log::EventRecord& record) {
  return cli::format_text("%s at update %lld: ", record.kind.c_str(), number(record.update)) +
         record.message;
}

std::string text_of(const run_log::EndRecord& record) {
  std::string text =
      cli::format_text("end after update %lld, %s: %s, status %s", number(record.update),
                       cli::format_duration(record.seconds).c_str(), record.reason.c_str(),
                       cli::in_words(record.status).c_str());
  if (record.collapsed) text += "; entropy collapsed";
  if (record.collapsed && record.learnt == true) text += ", and yet the model learnt";
  if (record.diverged) text += "; it diverged";
  if (record.learnt == false) text += "; it knows no more than how often each piece occurs";
  if (record.best) {
    text += cli::format_text("\nbest validation at update %lld: ", number(record.best->update)) +
            scores(*record.best);
  }
  return text;
}

}  // namespace

ConsoleObserver::ConsoleObserver(std::ostream& out, const cli::ProgressBarOptions& options)
    : options_(options), bar_(out, options) {}

void ConsoleObserver::on_progress(const Progress& progress) {
  latest_ = {
      .text = cli::format_text("update %lld  loss %.3f  %.0f tokens/s", number(progress.update),
                               printable(progress.loss), progress.tokens_per_second),
      .elapsed_seconds = progress.seconds,
      .fraction = progress.fraction};
  if (options_.terminal) bar_.show(latest_);
}

void ConsoleObserver::on_record(const run_log::RunRecord& record) {
  std::string text = std::visit([](const auto& one) { return text_of(one); }, record);
  if (const auto* update = std::get_if<run_log::UpdateRecord>(&record)) {
    if (last_line_ && update->seconds - *last_line_ < options_.line_interval) return;
    last_line_ = update->seconds;
    const auto left = cli::seconds_left(latest_);
    if (left) text += "  " + cli::format_duration(*left) + " left";
  }
  if (std::holds_alternative<run_log::EndRecord>(record)) bar_.finish();
  bar_.message(text);
}

std::string startup_report(const run_log::ConfigRecord& record) {
  std::string text = record.architecture + "\nconfiguration\n" + key_lines(record.config);
  text += cli::format_text(
      "residual scale\n  encoder  alpha %.4f  beta %.4f\n  decoder  alpha %.4f  beta %.4f\n",
      record.encoder_alpha, record.encoder_beta, record.decoder_alpha, record.decoder_beta);
  if (!record.gamma_init.empty()) text += "gamma at the start: " + record.gamma_init + "\n";
  if (!record.init_scales.empty()) text += "initial scales\n" + key_lines(record.init_scales);
  if (!record.data.empty()) text += "data\n" + key_lines(record.data) + data_remarks(record.data);
  text += cli::format_text("%lld parameters, about ", number(record.parameters)) +
          bytes_text(record.memory_bytes) + " of memory\n";
  if (record.unigram_nll) {
    text += cli::format_text("unigram nll %.4f: what the frequencies of target pieces give\n",
                             *record.unigram_nll);
  }
  return text;
}

std::string update_line(const run_log::UpdateRecord& record) {
  std::string line = cli::format_text(
      "update %lld  epoch %lld  loss %.3f  nll %.3f  lr %.3g  gradient %.3g  %.0f tokens/s",
      number(record.update), number(record.epoch), printable(record.loss), printable(record.nll),
      record.learning_rate, printable(record.gradient_norm), record.tokens_per_second);
  const std::string entropy = lowest_entropy(record.attention);
  return entropy.empty() ? line : line + "  " + entropy;
}

std::string lowest_entropy(const std::vector<run_log::AttentionRecord>& records) {
  const run_log::AttentionRecord* lowest = nullptr;
  size_t head = 0;
  for (const run_log::AttentionRecord& record : records) {
    for (size_t h = 0; h < record.relative_entropy.size(); ++h) {
      if (std::isnan(record.relative_entropy[h])) continue;
      if (lowest && record.relative_entropy[h] >= lowest->relative_entropy[head]) continue;
      lowest = &record;
      head = h;
    }
  }
  if (!lowest) return "";
  return cli::format_text("H_min %.2f (%.0f %%) %s %lld head %zu", lowest->entropy[head],
                          100.0 * lowest->relative_entropy[head], short_name(lowest->kind),
                          number(lowest->layer), head + 1);
}

}  // namespace nmt::train
