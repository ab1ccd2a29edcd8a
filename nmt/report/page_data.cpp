#include "nmt/report/page_data.h"

#include <algorithm>
#include <cmath>
#include <map>

#include "nmt/report/number_text.h"
#include "nmt/report/packed_values.h"
#include "nmt/report/thinned_curve.h"
#include "nmt/run_log/event_fields.h"
#include "nmt/run_log/keyed_json.h"

namespace nmt::report {
namespace {

using Object = nlohmann::ordered_json;

constexpr size_t kMostEvents = 300;

template <class Point, class Value>
Object column(const std::vector<Point>& points, Value value) {
  Object list = Object::array();
  for (const Point& point : points) {
    if constexpr (std::is_integral_v<decltype(value(point))>) {
      list.push_back(value(point));
    } else {
      list.push_back(run_log::number_or_null(run_log::rounded(value(point))));  // Enough to draw.
    }
  }
  return list;
}

std::vector<run_log::UpdateRecord> drawn_updates(const Run& run, size_t limit) {
  std::vector<std::vector<double>> series(2);
  for (const run_log::UpdateRecord& point : run.updates) {
    series[0].push_back(point.nll);
    series[1].push_back(point.gradient_norm);
  }
  std::vector<run_log::UpdateRecord> drawn;
  for (const size_t index : thinned_records(series, limit)) drawn.push_back(run.updates[index]);
  return drawn;
}

std::vector<run_log::ValidRecord> drawn_valids(const Run& run, size_t limit) {
  std::vector<std::vector<double>> series(2);
  for (const run_log::ValidRecord& point : run.valids) {
    series[0].push_back(point.nll);
    series[1].push_back(point.bleu.value_or(0));
  }
  std::vector<run_log::ValidRecord> drawn;
  for (const size_t index : thinned_records(series, limit)) drawn.push_back(run.valids[index]);
  return drawn;
}

Object curves(const Run& run, size_t limit) {
  const std::vector<run_log::UpdateRecord> points = drawn_updates(run, limit);
  return {{"update", column(points, [](auto& p) { return p.update; })},
          {"tokens", column(points, [](auto& p) { return p.tokens; })},
          {"seconds", column(points, [](auto& p) { return p.seconds; })},
          {"nll", column(points, [](auto& p) { return p.nll; })},
          {"gradient_norm", column(points, [](auto& p) { return p.gradient_norm; })},
          {"learning_rate", column(points, [](auto& p) { return p.learning_rate; })}};
}

Object validations(const Run& run, size_t limit) {
  const std::vector<run_log::ValidRecord> points = drawn_valids(run, limit);
  return {{"update", column(points, [](auto& p) { return p.update; })},
          {"nll", column(points, [](auto& p) { return p.nll; })},
          {"bleu", column(points, [](auto& p) { return p.bleu.value_or(kNoValue); })}};
}

Object sharpness(const Run& run) {
  if (run.sharpness.empty()) return nullptr;
  return {{"update", column(run.sharpness, [](auto& p) { return p.update; })},
          {"sharpness", column(run.sharpness, [](auto& p) { return p.sharpness; })},
          {"preconditioned",
           column(run.sharpness, [](auto& p) { return p.preconditioned.value_or(kNoValue); })}};
}

Object events(const Run& run) {
  Object list = Object::array();
  for (const run_log::EventRecord& event : run.events) {
    if (list.size() == kMostEvents) break;
    Object object = {{"began", began(event)}, {"kind", event.kind}, {"message", event.message}};
    if (event.kind == "collapse") {
      const auto fields = run_log::record_of<run_log::CollapseFields>(event.fields);
      object["attention"] = layers::name(fields.kind);
      object["layer"] = fields.layer;
    }
    list.push_back(std::move(object));
  }
  return list;
}

// How often blocks must be halved to be at most `limit`, and how many are left.
struct Reduction {
  size_t times = 0, columns = 0;
};

Reduction reduction(size_t columns, size_t limit) {
  Reduction result{0, columns};
  while (result.columns > limit) {
    ++result.times;
    result.columns = (result.columns + 1) / 2;
  }
  return result;
}

// Row by row, as base64; null where no value is there at all.
Object packed_matrix(BlockMatrix matrix, const Reduction& reduction) {
  for (size_t i = 0; i < reduction.times; ++i) matrix.halve();
  std::vector<float> values;
  bool any = false;
  for (size_t row = 0; row < matrix.rows(); ++row) {
    for (size_t block = 0; block < reduction.columns; ++block) {
      values.push_back(matrix.at(row, block));
      any = any || !std::isnan(values.back());
    }
  }
  return any ? Object(packed(values)) : Object(nullptr);
}

Object head_detail(const AttentionHistory& history, const Reduction& by) {
  Object quantiles = Object::array();
  for (const BlockMatrix& matrix : history.head_quantiles) {
    quantiles.push_back(packed_matrix(matrix, by));
  }
  return {{"relative", packed_matrix(history.head_relative, by)},
          {"entropy", packed_matrix(history.head_entropy, by)},
          {"smallest_row", packed_matrix(history.head_smallest_row, by)},
          {"largest_logit", packed_matrix(history.head_largest_logit, by)},
          {"bound", packed_matrix(history.head_bound, by)},
          {"bound_entropy", packed_matrix(history.head_bound_entropy, by)},
          {"quantiles", quantiles[0].is_null() ? Object(nullptr) : quantiles}};
}

Object attention(const Run& run, const PageLimits& limits) {
  const Reduction layer = reduction(run.clock.blocks(), limits.heat_columns);
  const Reduction head = reduction(run.clock.blocks(), std::max<size_t>(1, limits.head_columns));
  Object list = Object::array();
  for (const AttentionHistory& history : run.attention) {
    if (history.layers() == 0) continue;
    Object object = {{"kind", layers::name(history.kind())},
                     {"layers", history.layers()},
                     {"heads", history.heads()},
                     {"relative_mean", packed_matrix(history.relative_mean, layer)},
                     {"relative_lowest", packed_matrix(history.relative_lowest, layer)},
                     {"smallest_row", packed_matrix(history.smallest_row, layer)},
                     {"largest_logit", packed_matrix(history.largest_logit, layer)}};
    if (limits.head_columns > 0) object["by_head"] = head_detail(history, head);
    list.push_back(std::move(object));
  }
  return list;
}

Object matrices(const Run& run, const PageLimits& limits) {
  const MatrixHistory& history = run.matrices;
  if (history.names().empty() || limits.matrix_columns == 0) return nullptr;
  const Reduction by = reduction(run.clock.blocks(), limits.matrix_columns);
  return {{"names", history.names()},
          {"sigma", packed_matrix(history.sigma, by)},
          {"gamma", packed_matrix(history.gamma, by)},
          {"effective_sigma", packed_matrix(history.effective_sigma, by)},
          {"weight_norm", packed_matrix(history.weight_norm, by)},
          {"update_ratio", packed_matrix(history.update_ratio, by)},
          {"gradient_norm", packed_matrix(history.gradient_norm, by)}};
}

Object stream(const Run& run, const PageLimits& limits) {
  if (run.stream.activation_rms.rows() == 0) return nullptr;
  const Reduction by = reduction(run.clock.blocks(), limits.heat_columns);
  return {{"encoder_layers", run.stream.encoder_layers()},
          {"layers", run.stream.activation_rms.rows()},
          {"activation_rms", packed_matrix(run.stream.activation_rms, by)},
          {"gradient_rms", packed_matrix(run.stream.gradient_rms, by)}};
}

// The update at which each column of the three finenesses begins; the last record's ends them.
Object columns(const Run& run, const PageLimits& limits) {
  const auto starts = [&](size_t limit) {
    const Reduction by = reduction(run.clock.blocks(), std::max<size_t>(1, limit));
    Object list = Object::array();
    for (size_t i = 0; i < by.columns; ++i) list.push_back(run.clock.first_update(i << by.times));
    return list;
  };
  return {{"layer", starts(limits.heat_columns)},
          {"head", starts(limits.head_columns)},
          {"matrix", starts(limits.matrix_columns)}};
}

Object configuration(const Run& run) {
  std::map<std::string, std::string> sorted;
  for (const auto& [key, value] : run.config.items()) sorted[key] = scalar_text(value);
  return sorted;
}

Object run_object(const Run& run, const RunFacts& facts, const PageLimits& limits) {
  const ArchitectureParts parts = split_architecture(run.architecture);
  return {{"label", run.label},
          {"architecture", run.architecture},
          {"variant", parts.variant},
          {"depth", parts.depth},
          {"layers", depth_in_layers(parts.depth)},
          {"learning_rate", significant(run.learning_rate(), 4)},
          {"seed", run.seed()},
          {"path", run.path},
          {"outcome", outcome(facts)},
          {"outcome_text", outcome_in_words(facts)},
          {"collapsed", !facts.collapses.empty()},
          {"reason", facts.reason},
          {"parameters", run.parameters},
          {"last_update", run.last_update()},
          {"config", configuration(run)},
          {"curves", curves(run, limits.curve_points)},
          {"valid", validations(run, limits.curve_points)},
          {"sharpness", sharpness(run)},
          {"events", events(run)},
          {"columns", columns(run, limits)},
          {"attention", attention(run, limits)},
          {"matrices", matrices(run, limits)},
          {"stream", stream(run, limits)}};
}

}  // namespace

PageLimits limits_for(size_t runs) {
  if (runs <= 4) return {};
  if (runs <= 20) return {600, 128, 64, 64};
  return {300, 64, 32, 32};
}

bool halve(PageLimits& limits) {
  const PageLimits before = limits;
  const auto half = [](size_t value, size_t least, size_t below) {
    return value > least ? std::max(least, value / 2) : std::min(value, below);
  };
  limits.head_columns = half(limits.head_columns, 16, 0);
  limits.matrix_columns = half(limits.matrix_columns, 16, 0);
  limits.heat_columns = half(limits.heat_columns, 16, 16);
  limits.curve_points = half(limits.curve_points, 40, 40);
  return limits.curve_points != before.curve_points || limits.heat_columns != before.heat_columns ||
         limits.head_columns != before.head_columns ||
         limits.matrix_columns != before.matrix_columns;
}

Object page_data(const std::vector<Run>& runs, const Comparison& comparison,
                 const PageLimits& limits) {
  std::map<const Run*, std::pair<size_t, const ComparedRun*>> places;  // Group, facts.
  for (size_t group = 0; group < comparison.rows.size(); ++group) {
    for (const ComparedRun& run : comparison.rows[group].runs) places[run.run] = {group, &run};
  }
  Object list = Object::array();
  for (const Run& run : runs) {
    const auto& [group, compared_run] = places.at(&run);
    Object object = run_object(run, compared_run->facts, limits);
    object["group"] = group;
    list.push_back(std::move(object));
  }
  return {{"runs", std::move(list)}};
}

}  // namespace nmt::report
