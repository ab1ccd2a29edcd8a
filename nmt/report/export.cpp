#include "nmt/report/export.h"

#include "nmt/cli/parse_value.h"
#include "nmt/report/summary.h"
#include "nmt/run_log/json_number.h"

namespace nmt::report {
namespace {

using Object = nlohmann::ordered_json;

Object update_or_null(int64_t update) {
  return update == 0 ? Object(nullptr) : Object(update);
}

void add_spread(const char* name, const Spread& spread, Object& row) {
  row[name] = run_log::number_or_null(spread.mean);
  row[std::string(name) + "_deviation"] = run_log::number_or_null(spread.deviation);
}

// The columns of the table, as both formats have them.
Object table_row(const Comparison& comparison, const ComparisonRow& row) {
  const ArchitectureParts parts = split_architecture(row.group.architecture);
  Object object = {{"architecture", row.group.architecture},
                   {"variant", parts.variant},
                   {"depth", parts.depth},
                   {"learning_rate", run_log::number_or_null(row.group.learning_rate)},
                   {"settings", row.group.settings},
                   {"seeds", row.seeds()},
                   {"runs", row.runs.size()},
                   {"finished", row.finished},
                   {"collapsed", row.collapsed},
                   {"diverged", row.diverged},
                   {"did_not_learn", row.did_not_learn},
                   {"plateau", row.plateau},
                   {"unfinished", row.unfinished},
                   {"dv", row.did_not_train},
                   {"judged", row.judged}};
  add_spread("best_bleu", row.best_bleu, object);
  add_spread("best_valid_nll", row.best_valid_nll, object);
  add_spread("final_train_nll", row.final_nll, object);
  object["nll_threshold"] = run_log::number_or_null(comparison.thresholds.nll);
  add_spread("updates_to_nll", row.updates_to_nll, object);
  object["bleu_threshold"] = run_log::number_or_null(comparison.thresholds.bleu);
  add_spread("updates_to_bleu", row.updates_to_bleu, object);
  const bool low = row.lowest.layer != 0;
  object["lowest_entropy"] = low ? run_log::number_or_null(row.lowest.value) : Object(nullptr);
  object["lowest_entropy_kind"] = low ? layers::name(row.lowest.kind) : "";
  object["lowest_entropy_layer"] = low ? Object(row.lowest.layer) : Object(nullptr);
  object["collapse_update"] = update_or_null(row.collapse_update);
  object["divergence_update"] = update_or_null(row.divergence_update);
  add_spread("tokens_per_second", row.tokens_per_second, object);
  object["peak_mib"] = run_log::number_or_null(row.peak_mib);
  return object;
}

std::string csv_field(const Object& value) {
  if (value.is_null()) return "";
  if (value.is_number_float()) return cli::format_real(value.get<double>());
  if (!value.is_string()) return value.dump();
  const std::string text = value.get<std::string>();
  if (text.find_first_of(",\"\r\n") == std::string::npos) return text;
  std::string quoted = "\"";
  for (const char c : text) quoted += c == '"' ? "\"\"" : std::string(1, c);
  return quoted + "\"";
}

void add_line(const std::vector<std::string>& fields, std::string& csv) {
  for (size_t i = 0; i < fields.size(); ++i) csv += (i == 0 ? "" : ",") + fields[i];
  csv += '\n';
}

Object update_object(const run_log::UpdateRecord& point) {
  return {{"update", point.update},
          {"tokens", point.tokens},
          {"seconds", run_log::number_or_null(point.seconds)},
          {"nll", run_log::number_or_null(point.nll)},
          {"gradient_norm", run_log::number_or_null(point.gradient_norm)},
          {"learning_rate", run_log::number_or_null(point.learning_rate)},
          {"tokens_per_second", run_log::number_or_null(point.tokens_per_second)}};
}

Object valid_object(const run_log::ValidRecord& point) {
  return {{"update", point.update},
          {"nll", run_log::number_or_null(point.nll)},
          {"bleu", run_log::number_or_null(point.bleu.value_or(kNoValue))}};
}

Object run_object(const Run& run) {
  Object updates = Object::array(), valids = Object::array(), events = Object::array();
  for (const run_log::UpdateRecord& point : run.updates) updates.push_back(update_object(point));
  for (const run_log::ValidRecord& point : run.valids) valids.push_back(valid_object(point));
  for (const run_log::EventRecord& event : run.events) {
    events.push_back({{"update", event.update},
                      {"kind", event.kind},
                      {"message", event.message},
                      {"fields", nlohmann::json(event.fields)}});
  }
  return {{"label", run.label},
          {"path", run.path},
          {"updates", std::move(updates)},
          {"valid", std::move(valids)},
          {"events", std::move(events)}};
}

}  // namespace

std::string table_csv(const Comparison& comparison) {
  std::string csv;
  for (const ComparisonRow& row : comparison.rows) {
    std::vector<std::string> names, fields;
    const Object object = table_row(comparison, row);
    for (auto entry = object.begin(); entry != object.end(); ++entry) {
      names.push_back(entry.key());
      fields.push_back(csv_field(entry.value()));
    }
    if (csv.empty()) add_line(names, csv);
    add_line(fields, csv);
  }
  return csv;
}

std::string curves_csv(const std::vector<Run>& runs) {
  constexpr const char* kColumns[] = {
      "update", "tokens",        "seconds",       "nll",
      "bleu",   "gradient_norm", "learning_rate", "tokens_per_second"};
  std::string csv;
  std::vector<std::string> names = {"run", "kind"};
  names.insert(names.end(), std::begin(kColumns), std::end(kColumns));
  add_line(names, csv);
  for (const Run& run : runs) {
    const auto add = [&](const char* kind, const Object& point) {
      std::vector<std::string> fields = {csv_field(run.label), kind};
      for (const char* column : kColumns) {
        fields.push_back(csv_field(point.value(column, Object(nullptr))));
      }
      add_line(fields, csv);
    };
    for (const run_log::UpdateRecord& point : run.updates) add("update", update_object(point));
    for (const run_log::ValidRecord& point : run.valids) add("valid", valid_object(point));
  }
  return csv;
}

Object as_json(const std::vector<Run>& runs, const Comparison& comparison) {
  Object table = Object::array(), sentences = Object::array(), list = Object::array();
  for (const ComparisonRow& row : comparison.rows) table.push_back(table_row(comparison, row));
  for (const GroupSummary& group : summary(comparison)) {
    sentences.push_back({{"heading", group.heading}, {"sentences", group.sentences}});
  }
  for (const Run& run : runs) list.push_back(run_object(run));
  return {{"summary", std::move(sentences)},
          {"caution", summary_caution()},
          {"table", std::move(table)},
          {"runs", std::move(list)}};
}

std::string json_text(const std::vector<Run>& runs, const Comparison& comparison) {
  return as_json(runs, comparison).dump(1, ' ', false, Object::error_handler_t::replace) + "\n";
}

}  // namespace nmt::report
