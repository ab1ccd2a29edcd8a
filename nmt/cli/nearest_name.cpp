#include "nmt/cli/nearest_name.h"

#include <algorithm>

namespace nmt::cli {

size_t edit_distance(std::string_view a, std::string_view b) {
  std::vector<size_t> before(b.size() + 1), above(b.size() + 1), row(b.size() + 1);
  for (size_t j = 0; j <= b.size(); ++j) row[j] = j;
  for (size_t i = 1; i <= a.size(); ++i) {
    before.swap(above);
    above.swap(row);
    row[0] = i;
    for (size_t j = 1; j <= b.size(); ++j) {
      const size_t substitution = above[j - 1] + (a[i - 1] != b[j - 1]);
      row[j] = std::min({substitution, above[j] + 1, row[j - 1] + 1});
      if (i > 1 && j > 1 && a[i - 1] == b[j - 2] && a[i - 2] == b[j - 1]) {
        row[j] = std::min(row[j], before[j - 2] + 1);
      }
    }
  }
  return row[b.size()];
}

std::optional<std::string> nearest_name(std::string_view wrong,
                                        std::span<const std::string> names) {
  std::optional<std::string> nearest;
  size_t smallest = 0;
  for (const std::string& name : names) {
    const size_t distance = edit_distance(wrong, name);
    if (distance > std::max<size_t>(2, std::max(wrong.size(), name.size()) / 3)) continue;
    // Two edits turn any two letters into any other two.
    if (distance >= std::max(wrong.size(), name.size())) continue;
    if (!nearest || distance < smallest) {
      nearest = name;
      smallest = distance;
    }
  }
  return nearest;
}

std::string did_you_mean(std::string_view wrong, std::span<const std::string> names) {
  const auto nearest = nearest_name(wrong, names);
  return nearest ? "; did you mean " + *nearest + "?" : "";
}

std::string joined(std::span<const std::string> names, std::string_view separator) {
  std::string text;
  for (const std::string& name : names) {
    if (!text.empty()) text += separator;
    text += name;
  }
  return text;
}

}  // namespace nmt::cli
