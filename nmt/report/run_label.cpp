#include "nmt/report/run_label.h"

#include <algorithm>
#include <cmath>
#include <map>
#include <set>
#include <tuple>

#include "nmt/config/config_table.h"

namespace nmt::report {
namespace {

bool is_depth(const std::string& word) {
  return word.size() > 1 && word.back() == 'L' &&
         std::all_of(word.begin(), word.end() - 1, [](char c) { return c >= '0' && c <= '9'; });
}

// Whether a key says what is learned, and not how long, where or how it is written down. A key that
// this program does not know does.
bool matters(const std::string& key) {
  static const std::set<std::string> kSaidElsewhere = {"arch", "learning-rate", "seed"};
  if (kSaidElsewhere.contains(key)) return false;
  const config::ConfigKey* row = config::find_key(key);
  if (row == nullptr) return true;
  const bool only_watches =
      row->group == config::Group::kStability && row->on_resume == config::OnResume::kMayChange;
  return row->group != config::Group::kLimits && row->group != config::Group::kValidation &&
         row->group != config::Group::kRun && !only_watches;
}

std::string joined(const std::string& left, const std::string& right) {
  return left.empty() || right.empty() ? left + right : left + ", " + right;
}

std::string rate_text(double rate) {
  return std::isnan(rate) ? "?" : scalar_text(rate);
}

std::string unnumbered_label(const Run& run, const std::string& settings) {
  const std::string label = run.architecture + ", lr " + rate_text(run.learning_rate());
  return joined(label, settings) + ", seed " + run.seed();
}

// What runs are sorted by; numbers as numbers.
auto order(const Run& run, const std::string& settings) {
  const ArchitectureParts parts = split_architecture(run.architecture);
  const double rate = run.learning_rate(), seed = run.number("seed");
  return std::tuple(parts.variant, depth_in_layers(parts.depth), run.architecture,
                    std::isnan(rate) ? -1 : rate, settings, std::isnan(seed) ? 0 : seed, run.path);
}

}  // namespace

ArchitectureParts split_architecture(const std::string& name) {
  ArchitectureParts parts{name, ""};
  while (true) {
    const size_t dash = parts.variant.rfind('-');
    if (dash == std::string::npos || !is_depth(parts.variant.substr(dash + 1))) return parts;
    const std::string word = parts.variant.substr(dash + 1);
    parts.depth = parts.depth.empty() ? word : word + "-" + parts.depth;
    parts.variant.resize(dash);
  }
}

int64_t depth_in_layers(const std::string& depth) {
  int64_t layers = 0;
  for (const char c : depth) {
    if (c < '0' || c > '9' || layers > 100'000) break;
    layers = layers * 10 + (c - '0');
  }
  return layers;
}

std::vector<std::string> differing_settings(const std::vector<Run>& runs) {
  std::map<std::string, std::set<std::string>> values;
  const auto value = [](const Run& run, const std::string& key) {
    return run.setting(key, "absent");
  };
  for (const Run& run : runs) {
    for (const auto& [key, unused] : run.config.items()) {
      if (matters(key)) values[key];
    }
  }
  for (auto& [key, found] : values) {
    for (const Run& run : runs) found.insert(value(run, key));
  }
  std::vector<std::string> settings(runs.size());
  for (const auto& [key, found] : values) {
    if (found.size() < 2) continue;
    for (size_t i = 0; i < runs.size(); ++i) {
      settings[i] = joined(settings[i], key + "=" + value(runs[i], key));
    }
  }
  return settings;
}

void label_runs(std::vector<Run>& runs) {
  const std::vector<std::string> settings = differing_settings(runs);
  for (size_t i = 0; i < runs.size(); ++i) runs[i].label = settings[i];
  std::stable_sort(runs.begin(), runs.end(), [](const Run& a, const Run& b) {
    return order(a, a.label) < order(b, b.label);
  });
  std::map<std::string, int> count;
  for (Run& run : runs) {
    run.label = unnumbered_label(run, run.label);
    const int number = ++count[run.label];
    if (number > 1) run.label += " #" + std::to_string(number);
  }
}

std::vector<RunGroup> group_runs(const std::vector<Run>& runs) {
  const std::vector<std::string> settings = differing_settings(runs);
  std::vector<RunGroup> groups;
  for (size_t i = 0; i < runs.size(); ++i) {
    const Run& run = runs[i];
    const auto same = [&](const RunGroup& group) {
      const double rate = run.learning_rate();
      return group.architecture == run.architecture && group.settings == settings[i] &&
             (group.learning_rate == rate || (std::isnan(group.learning_rate) && std::isnan(rate)));
    };
    auto group = std::ranges::find_if(groups, same);
    if (group == groups.end()) {
      groups.push_back({run.architecture, run.learning_rate(), settings[i], {}});
      group = groups.end() - 1;
    }
    group->runs.push_back(&run);
  }
  return groups;
}

}  // namespace nmt::report
