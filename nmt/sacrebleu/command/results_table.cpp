#include "nmt/sacrebleu/command/results_table.h"

#include <algorithm>
#include <nlohmann/json.hpp>

#include "nmt/metrics/python_format.h"
#include "nmt/sacrebleu/command/text_table.h"

namespace nmt::sacrebleu {
namespace {

constexpr double kSignificant = 0.05;
constexpr size_t kNameWidth = 10;

std::string optional_float(const std::optional<double>& value) {
  return value ? metrics::json_float(*value) : "null";
}

std::string result_json(const metrics::PairedResult& result, const ScoreRequest& request) {
  if (request.paired_test == PairedTest::kNone) {
    return metrics::json_string(metrics::fixed(result.score, request.width), /*ascii_only=*/true);
  }
  std::optional<double> mean, half_width;
  if (result.interval) {
    mean = result.interval->mean;
    half_width = result.interval->half_width;
  }
  const std::string indent = ",\n            ";
  return "{\n            \"score\": " + metrics::json_float(result.score) + indent +
         "\"p_value\": " + optional_float(result.p_value) + indent +
         "\"mean\": " + optional_float(mean) + indent + "\"ci\": " + optional_float(half_width) +
         "\n        }";
}

std::string results_json(const SystemResults& results, const ScoreRequest& request) {
  if (results.systems.empty()) return "[]\n";
  std::string text = "[\n";
  for (size_t s = 0; s < results.systems.size(); ++s) {
    text += s == 0 ? "    {\n" : ",\n    {\n";
    text += "        \"system\": " + metrics::json_string(results.systems[s], /*ascii_only=*/true);
    for (const ResultColumn& column : results.columns) {
      text += ",\n        " + metrics::json_string(column.name, /*ascii_only=*/true) + ": " +
              result_json(column.results[s], request);
    }
    text += "\n    }";
  }
  return text + "\n]\n";
}

nlohmann::ordered_json number_or_null(const std::optional<double>& value) {
  return value ? nlohmann::ordered_json(*value) : nlohmann::ordered_json();
}

std::string paired_json(const SystemResults& results, const ScoreRequest& request) {
  nlohmann::ordered_json json;
  json["test"] = request.paired_test == PairedTest::kBootstrap ? "bootstrap" : "randomization";
  json["samples"] = results.samples;
  json["seed"] = nlohmann::ordered_json();
  if (results.seed != "none") json["seed"] = std::stoull(results.seed);
  for (const ResultColumn& column : results.columns) {
    json["signatures"][column.name] = column.signature;
  }
  for (size_t s = 0; s < results.systems.size(); ++s) {
    nlohmann::ordered_json system = {{"system", results.systems[s]}, {"baseline", s == 0}};
    for (const ResultColumn& column : results.columns) {
      const metrics::PairedResult& result = column.results[s];
      std::optional<double> mean, half_width;
      if (result.interval) {
        mean = result.interval->mean;
        half_width = result.interval->half_width;
      }
      system[column.name] = {{"score", result.score},
                             {"p_value", number_or_null(result.p_value)},
                             {"mean", number_or_null(mean)},
                             {"half_width", number_or_null(half_width)}};
    }
    json["systems"].push_back(std::move(system));
  }
  return json.dump(2, ' ', false, nlohmann::json::error_handler_t::replace) + '\n';
}

std::string cell(const metrics::PairedResult& result, const ScoreRequest& request,
                 const Palette& palette) {
  std::string text = metrics::fixed(result.score, request.width);
  if (result.interval) {
    text += " (" + metrics::fixed(result.interval->mean, request.width) + " ± " +
            metrics::fixed(result.interval->half_width, request.width) + ')';
  }
  if (result.p_value) {
    text += request.format == OutputFormat::kText ? '\n' : ' ';
    const std::string p = "(p = " + metrics::fixed(*result.p_value, 4) + ')';
    text += *result.p_value > kSignificant ? palette.paint(p, Color::kRed) : p + '*';
  }
  return text;
}

TextTable table_of(const SystemResults& results, const ScoreRequest& request,
                   const Palette& palette) {
  TextTable table{.decimals = request.width, .commas_are_numbers = request.no_color};
  table.columns.push_back({palette.paint("System", Color::kCyan), results.systems});
  bool has_interval = false;
  for (const ResultColumn& column : results.columns) {
    TextTable::Column cells;
    for (const metrics::PairedResult& result : column.results) {
      has_interval = has_interval || result.interval.has_value();
      cells.cells.push_back(cell(result, request, palette));
    }
    const std::string header = column.name + (has_interval ? " (μ ± 95% CI)" : "");
    cells.header = palette.paint(header, Color::kCyan);
    table.columns.push_back(std::move(cells));
  }
  if (results.systems.front().starts_with("Baseline:")) {
    for (TextTable::Column& column : table.columns) {
      column.cells.front() = palette.paint(column.cells.front(), Color::kYellow);
    }
  }
  return table;
}

std::string explanation(const SystemResults& results, const ScoreRequest& request,
                        const Palette& palette) {
  const bool bootstrap = request.paired_test == PairedTest::kBootstrap;
  const int64_t samples = bootstrap ? request.paired_resamples : request.randomization_trials;
  const std::string title =
      std::string("Paired ") + (bootstrap ? "bootstrap resampling" : "approximate randomization") +
      " test with " + std::to_string(samples) + (bootstrap ? " resampling trials" : " trials");
  const std::string& first = results.systems.front();
  const std::string name =
      palette.paint(first.starts_with("Baseline:") ? first : "", Color::kYellow);
  const std::string baseline = palette.paint("baseline", Color::kYellow);
  const std::string hypothesis = palette.paint("Null hypothesis", Color::kGreen);
  const std::string small_hypothesis = palette.paint("null hypothesis", Color::kGreen);
  const std::string line(title.size(), '-');
  return line + '\n' + title + '\n' + line + "\n - Each system is pairwise compared to " + name +
         ".\n" +
         (bootstrap
              ? "   Actual system score / bootstrap estimated true mean / 95% CI are provided "
                "for each metric.\n"
              : "   Actual system score is provided for each metric.\n") +
         "\n - " + hypothesis + ": the system and the " + baseline +
         " translations are essentially\n"
         "   generated by the same underlying process. For a given system and the " +
         baseline +
         ",\n   the p-value is roughly the probability of the absolute score difference (delta)\n"
         "   or higher occurring due to chance, under the assumption that the " +
         small_hypothesis +
         " is correct.\n"
         "\n - Assuming a significance threshold of 0.05, the " +
         small_hypothesis +
         " can be rejected\n"
         "   for p-values < 0.05 (marked with \"*\"). This means that the delta is unlikely to be "
         "attributed\n   to chance, hence the system is significantly \"different\" than the " +
         baseline + ".\n   Otherwise, the p-values are " +
         palette.paint("highlighted in red", Color::kRed) +
         ".\n\n - NOTE: Significance does not tell whether a system is \"better\" than the " +
         baseline +
         " but rather\n   emphasizes the \"difference\" of the systems in terms of the "
         "replicability "
         "of the delta.\n\n";
}

}  // namespace

std::string results_text(const SystemResults& results, const ScoreRequest& request,
                         const Palette& palette) {
  if (request.paired_json) return paired_json(results, request);
  if (request.format == OutputFormat::kJson) return results_json(results, request);
  const TextTable table = table_of(results, request, palette);
  std::string text =
      request.format == OutputFormat::kText ? fancy_grid(table) : latex_booktabs(table);
  text += "\n\n";
  if (request.paired_test != PairedTest::kNone) text += explanation(results, request, palette);
  text += "-----------------\nMetric signatures\n-----------------\n";
  for (const ResultColumn& column : results.columns) {
    const size_t missing = kNameWidth - std::min(kNameWidth, column.name.size());
    text += " - " + column.name + std::string(missing, ' ') + ' ' + column.signature + '\n';
  }
  return text;
}

}  // namespace nmt::sacrebleu
