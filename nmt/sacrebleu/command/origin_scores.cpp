#include "nmt/sacrebleu/command/origin_scores.h"

#include <algorithm>
#include <optional>
#include <utility>
#include <vector>

#include "data/text/error.h"
#include "data/text/unicode.h"
#include "nmt/metrics/metric_table.h"
#include "nmt/metrics/python_format.h"
#include "nmt/sacrebleu/test_sets/segment_filter.h"
#include "nmt/sacrebleu/test_sets/test_set_table.h"

namespace nmt::sacrebleu {
namespace {

constexpr std::string_view kCountry = "country:";
constexpr size_t kCountWidth = 6;

struct OriginScore {
  size_t segments;
  std::string metric;
  double score;
};

// The scores of one key, such as "origlang=de domain=ALL".
using OriginRow = std::pair<std::string, std::vector<OriginScore>>;

std::string padded(std::string text, size_t width) {
  const size_t shown = text::code_points(text);
  return text + std::string(width - std::min(width, shown), ' ');
}

std::vector<std::string> each_character(const std::string& text) {
  std::vector<std::string> parts;
  for (size_t at = 0; at < text.size();) {
    const size_t start = at;
    text::next_code_point(text, at);
    parts.push_back(text.substr(start, at - start));
  }
  return parts;
}

std::string key_of(const std::string& origin, const std::optional<std::string>& topic) {
  const std::string key = "origlang=" + origin;
  if (!topic) return key + " domain=ALL";
  if (topic->starts_with(kCountry)) return key + " country=" + topic->substr(kCountry.size());
  return key + " domain=" + *topic;
}

class OriginScores {
 public:
  OriginScores(const ScoreRequest& request, const ScoreInput& whole)
      : request_(request), whole_(whole), cache_(request.cache_folder) {
    if (!request.test_set) return;
    filter_.emplace(cache_, test_sets_named(*request.test_set), *request.language_pair);
  }

  std::vector<std::string> origins() const {
    const auto& asked = request_.origin_language;
    if (asked && !asked->empty()) return each_character(*asked);
    if (!filter_) return {};
    const auto origins = filter_->origins();
    return {origins.begin(), origins.end()};
  }

  std::vector<OriginRow> rows(const std::vector<std::string>& origins) const {
    std::vector<std::optional<std::string>> topics = {std::nullopt};
    if (request_.subset) {
      topics.push_back(request_.subset);
    } else {
      for (const std::string& topic : filter_->topics()) topics.push_back(topic);
    }
    std::vector<OriginRow> rows;
    for (const std::string& origin : origins) {
      for (const auto& topic : topics) add(origin, topic, rows);
    }
    return rows;
  }

 private:
  // Adds the scores of the segments of `origin` and `topic`, if there are any.
  void add(const std::string& origin, const std::optional<std::string>& topic,
           std::vector<OriginRow>& rows) const {
    const ScoreInput part = whole_.chosen(filter_->chosen(origin, topic));
    const std::vector<std::string>& all = part.systems.front().segments;
    if (all.empty()) return;
    metrics::ReferenceStreams references = part.references;
    size_t shared = all.size();
    for (const auto& stream : references) shared = std::min(shared, stream.size());
    if (shared == 0) throw InputError("--detail: no reference for ", key_of(origin, topic));
    for (auto& stream : references) stream.resize(shared);
    const std::vector<std::string> segments(all.begin(), all.begin() + shared);

    std::vector<OriginScore>& scores = row(key_of(origin, topic), rows);
    for (const std::string& name : request_.metrics) {
      const auto metric = metrics::make_metric(name, request_.settings, references);
      const std::vector<double> sums = metric->statistics(segments, request_.threads).sums();
      scores.push_back(
          {all.size(), metric->name(), metric->score(sums, metrics::Arithmetic::kPython).value()});
    }
  }

  static std::vector<OriginScore>& row(const std::string& key, std::vector<OriginRow>& rows) {
    const auto found = std::find_if(rows.begin(), rows.end(),
                                    [&](const OriginRow& row) { return row.first == key; });
    return (found == rows.end() ? rows.emplace_back(key, std::vector<OriginScore>{}) : *found)
        .second;
  }

  const ScoreRequest& request_;
  const ScoreInput& whole_;
  TestSetCache cache_;
  std::optional<SegmentFilter> filter_;
};

}  // namespace

std::string origin_scores(const ScoreRequest& request, const ScoreInput& whole,
                          const Palette& palette) {
  const OriginScores scores(request, whole);
  const std::vector<std::string> origins = scores.origins();
  if (origins.empty()) {
    return "No subset information found. Consider using --origlang argument.\n";
  }
  const std::vector<OriginRow> rows = scores.rows(origins);
  if (rows.empty()) {
    throw InputError(
        "--detail finds no segment to score; it lists every original language by "
        "itself, so leave out --origlang");
  }
  size_t key_width = 0, metric_width = 0;
  for (const auto& [key, _] : rows) key_width = std::max(key_width, text::code_points(key) + 1);
  for (const OriginScore& score : rows.front().second) {
    metric_width = std::max(metric_width, score.metric.size());
  }
  std::string text;
  for (const auto& [key, values] : rows) {
    const std::string shown = palette.paint(padded(key, key_width), Color::kYellow);
    for (const OriginScore& score : values) {
      text += shown + ": sentences=" + padded(std::to_string(score.segments), kCountWidth) + ' ' +
              padded(score.metric, metric_width) + " = " +
              metrics::fixed(score.score, request.width) + '\n';
    }
  }
  return text;
}

}  // namespace nmt::sacrebleu
