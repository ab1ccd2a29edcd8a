#include "nmt/report/comparison_table.h"

#include <algorithm>
#include <cmath>

#include "nmt/cli/parse_value.h"
#include "nmt/report/number_text.h"

namespace nmt::report {
namespace {

std::string share(size_t count, size_t of) {
  return " (" + std::to_string(count) + " of " + std::to_string(of) + ")";
}

std::string with_deviation(const Spread& spread, int decimals) {
  std::string text = fixed(spread.mean, decimals);
  if (spread.count > 1) text += " \xc2\xb1 " + fixed(spread.deviation, decimals);
  return text;
}

TableCell spread_cell(const Spread& spread, int decimals) {
  return {with_deviation(spread, decimals), spread.mean};
}

// Means over updates, with how many of the runs got there.
TableCell reached_cell(const Spread& spread, size_t runs) {
  if (spread.count == 0) return {"not reached", kNoValue};
  std::string text = grouped(std::llround(spread.mean));
  if (spread.count < runs) text += share(spread.count, runs);
  return {text, spread.mean};
}

TableCell event_cell(int64_t update, size_t count, size_t runs) {
  if (count == 0) return {kDash, kNoValue};
  std::string text = grouped(update);
  if (runs > 1) text += share(count, runs);
  return {text, static_cast<double>(update)};
}

// "1/3" as in the paper, over the runs of which it is known.
TableCell untrained_cell(const ComparisonRow& row) {
  if (row.judged == 0) return {kDash, kNoValue};
  return {std::to_string(row.did_not_train) + "/" + std::to_string(row.judged),
          static_cast<double>(row.did_not_train) / static_cast<double>(row.judged)};
}

TableCell lowest_cell(const Extreme& lowest) {
  if (lowest.layer == 0) return {kDash, kNoValue};
  std::string kind(layers::name(lowest.kind));
  std::ranges::replace(kind, '_', ' ');
  return {significant(lowest.value) + ", " + kind + " " + std::to_string(lowest.layer),
          lowest.value};
}

std::vector<TableColumn> columns(const Comparison& comparison, bool settings) {
  std::vector<TableColumn> columns = {
      {"Variant", "residual scheme and weight parametrisation", false},
      {"Depth", "encoder layers, or encoder and decoder layers"},
      {"Learning rate", "peak"}};
  if (settings) columns.push_back({"Settings", "keys in which the runs differ", false});
  columns.insert(columns.end(),
                 {{"Seeds", "of the runs in this row", false, false},
                  {"Outcome", "by the rules for collapse, divergence, learning and plateau", false},
                  {"DV", "runs that diverged or did not learn, of those judged"},
                  {"Best BLEU", "of a validation"},
                  {"Best valid nll", "nats a target piece"},
                  {"Final train nll", "mean of the last 10 records, nats a target piece"},
                  {"Updates to nll " + significant(comparison.thresholds.nll),
                   "first validation at or below", true, false},
                  {"Updates to BLEU " + significant(comparison.thresholds.bleu),
                   "first validation at or above", true, false},
                  {"Lowest entropy", "relative, mean of a layer; kind of attention and layer"},
                  {"Collapse", "update at which the first entropy collapse began"},
                  {"Divergence", "update at which the first divergence began"},
                  {"Tokens/s", "target pieces, median of the records", true, false},
                  {"Peak MiB", "resident memory of the process", true, false}});
  return columns;
}

std::vector<TableCell> cells(const ComparisonRow& row, bool settings) {
  const size_t runs = row.runs.size();
  const ArchitectureParts parts = split_architecture(row.group.architecture);
  std::vector<TableCell> cells = {
      {parts.variant},
      {parts.depth.empty() ? kDash : parts.depth,
       static_cast<double>(depth_in_layers(parts.depth))},
      {significant(row.group.learning_rate, 4), row.group.learning_rate}};
  if (settings) cells.push_back({row.group.settings});
  cells.insert(cells.end(), {{row.seeds()},
                             {row.outcome()},
                             untrained_cell(row),
                             spread_cell(row.best_bleu, 1),
                             spread_cell(row.best_valid_nll, 3),
                             spread_cell(row.final_nll, 3),
                             reached_cell(row.updates_to_nll, runs),
                             reached_cell(row.updates_to_bleu, runs),
                             lowest_cell(row.lowest),
                             event_cell(row.collapse_update, row.collapsed, runs),
                             event_cell(row.divergence_update, row.diverged, runs),
                             spread_cell(row.tokens_per_second, 0),
                             {fixed(row.peak_mib, 0), row.peak_mib}});
  return cells;
}

// As JavaScript reads a number.
std::string sort_key(double value) {
  return std::isinf(value) ? (value > 0 ? "Infinity" : "-Infinity") : cli::format_real(value);
}

size_t width_of(const std::string& text) {
  return static_cast<size_t>(std::ranges::count_if(
      text, [](char c) { return (static_cast<unsigned char>(c) & 0xc0) != 0x80; }));
}

std::string padded(const std::string& text, size_t width, bool right) {
  const std::string space(width - std::min(width, width_of(text)), ' ');
  return right ? space + text : text + space;
}

}  // namespace

ComparisonTable comparison_table(const Comparison& comparison) {
  const bool settings = std::ranges::any_of(
      comparison.rows, [](const ComparisonRow& row) { return !row.group.settings.empty(); });
  ComparisonTable table{columns(comparison, settings), {}};
  for (const ComparisonRow& row : comparison.rows) table.rows.push_back(cells(row, settings));
  return table;
}

std::string as_text(const ComparisonTable& table) {
  std::vector<size_t> shown, widths;
  for (size_t i = 0; i < table.columns.size(); ++i) {
    if (!table.columns[i].in_terminal) continue;
    shown.push_back(i);
    size_t width = width_of(table.columns[i].heading);
    for (const auto& row : table.rows) width = std::max(width, width_of(row[i].text));
    widths.push_back(width);
  }
  std::string text;
  const auto add_line = [&](const auto& cell) {
    std::string line;
    for (size_t i = 0; i < shown.size(); ++i) {
      const bool right = table.columns[shown[i]].numeric;
      line += (i == 0 ? "" : "  ") + padded(cell(shown[i]), widths[i], right);
    }
    text += line.substr(0, line.find_last_not_of(' ') + 1) + "\n";
  };
  add_line([&](size_t i) { return table.columns[i].heading; });
  for (const auto& row : table.rows) add_line([&](size_t i) { return row[i].text; });
  return text;
}

std::string as_html(const ComparisonTable& table) {
  std::string html = "<table id=\"study-table\"><thead><tr>";
  for (const TableColumn& column : table.columns) {
    html.append("<th scope=\"col\"").append(column.numeric ? " class=\"number\"" : "");
    html.append(" title=\"").append(html_escaped(column.explanation)).append("\">");
    html.append(html_escaped(column.heading)).append("</th>");
  }
  html += "</tr></thead><tbody>";
  for (const auto& row : table.rows) {
    html += "<tr>";
    for (size_t i = 0; i < row.size(); ++i) {
      html.append("<td").append(table.columns[i].numeric ? " class=\"number\"" : "");
      if (!std::isnan(row[i].sort)) {
        html.append(" data-sort=\"").append(sort_key(row[i].sort)).append("\"");
      }
      html.append(">").append(html_escaped(row[i].text)).append("</td>");
    }
    html += "</tr>\n";
  }
  return html + "</tbody></table>";
}

}  // namespace nmt::report
