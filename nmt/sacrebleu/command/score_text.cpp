#include "nmt/sacrebleu/command/score_text.h"

#include <algorithm>

#include "data/text/unicode.h"
#include "nmt/metrics/python_format.h"

namespace nmt::sacrebleu {
namespace {

std::string interval_text(const metrics::MeanAndInterval& interval, int64_t width) {
  return "μ = " + metrics::fixed(interval.mean, width) + " ± " +
         metrics::fixed(interval.half_width, width);
}

bool has_interval(const PrintedScore& score) {
  return score.interval && score.interval->mean > 0;
}

// The number that `value` becomes by printing it with `width` decimals.
double rounded(double value, int64_t width) {
  return std::strtod(metrics::fixed(value, width).c_str(), nullptr);
}

// Every "(μ = 35.1 ± 1.2)" in cyan.
std::string paint_interval(const std::string& line, const Palette& palette) {
  const size_t start = line.find("(μ = ");
  if (start == std::string::npos) return line;
  const size_t end = line.find(')', start);
  if (end == std::string::npos) return line;
  return line.substr(0, start) + palette.paint(line.substr(start, end + 1 - start), Color::kCyan) +
         line.substr(end + 1);
}

class JsonObject {
 public:
  void add(std::string_view key, const std::string& value) {
    text_ += (text_.empty() ? "{\n " : ",\n ") + metrics::json_string(key, false) + ": " + value;
  }
  void add_text(std::string_view key, std::string_view value) {
    add(key, metrics::json_string(value, false));
  }

  std::string text() const { return text_ + "\n}"; }

 private:
  std::string text_;
};

}  // namespace

std::string number_text(const PrintedScore& score, int64_t width) {
  std::string text = metrics::fixed(score.score, width);
  if (has_interval(score)) text += " (" + interval_text(*score.interval, width) + ')';
  return text;
}

std::string score_line(const PrintedScore& score, int64_t width) {
  std::string line = score.name + '|' + score.signature + " = " + number_text(score, width);
  if (!score.details.empty()) line += ' ' + score.details;
  return line;
}

std::string score_json(const PrintedScore& score, int64_t width) {
  JsonObject object;
  object.add_text("name", score.name);
  object.add("score", metrics::json_float(rounded(score.score, width)));
  object.add_text("signature", score.signature);
  if (has_interval(score)) {
    object.add("confidence_mean", metrics::json_float(rounded(score.interval->mean, width)));
    object.add("confidence_var", metrics::json_float(rounded(score.interval->half_width, width)));
    object.add_text("confidence", interval_text(*score.interval, width));
  }
  if (!score.details.empty()) object.add_text("verbose_score", score.details);
  std::string_view rest = score.signature;
  while (!rest.empty()) {
    const std::string_view part = rest.substr(0, rest.find('|'));
    const size_t colon = part.find(':');
    object.add_text(part.substr(0, colon), part.substr(colon + 1));
    rest.remove_prefix(std::min(part.size() + 1, rest.size()));
  }
  return object.text();
}

std::string joined_json(const std::vector<std::string>& objects) {
  if (objects.size() == 1) return objects.front() + '\n';
  std::string text = "[\n";
  for (size_t i = 0; i < objects.size(); ++i) text += (i == 0 ? "" : ",\n") + objects[i];
  return text + "\n]\n";
}

std::string aligned_lines(std::vector<std::string> lines, const Palette& palette) {
  if (lines.front().find("μ") != std::string::npos) {
    for (std::string& line : lines) line = paint_interval(line, palette);
  }
  if (lines.size() == 1) return lines.front() + '\n';
  std::string text;
  std::vector<size_t> lengths;
  for (const std::string& line : lines) {
    const size_t equals = line.find('=');
    if (equals == std::string::npos) {
      text += line + '\n';
    } else {
      lengths.push_back(text::code_points(line.substr(0, equals)) - 1);
    }
  }
  if (lengths.empty()) return text;
  // The lengths go to the first lines, whichever lines they came from: sacreBLEU does so.
  const size_t widest = *std::max_element(lengths.begin(), lengths.end());
  for (size_t i = 0; i < lengths.size(); ++i) {
    const size_t shown = std::min(lengths[i], text::code_points(lines[i]));
    text += std::string(widest - shown, ' ') + lines[i] + '\n';
  }
  return text;
}

}  // namespace nmt::sacrebleu
