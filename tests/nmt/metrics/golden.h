// The recorded results in tests/golden/metrics.

#pragma once

#include <gtest/gtest.h>

#include <fstream>
#include <nlohmann/json.hpp>
#include <string>
#include <vector>

#include "data/text/segment_file.h"
#include "data/text/unicode.h"

namespace nmt::metrics {

inline std::string golden_path(const std::string& name) {
  return std::string(NMT_GOLDEN_METRICS) + "/" + name;
}

/// Every record of a file of JSON lines; fails the test if there is none.
inline std::vector<nlohmann::json> golden_records(const std::string& name) {
  std::vector<nlohmann::json> records;
  std::ifstream file(golden_path(name));
  for (std::string line; std::getline(file, line);) records.push_back(nlohmann::json::parse(line));
  EXPECT_FALSE(records.empty()) << golden_path(name);
  return records;
}

/// The lines of a recorded text, without white space at their ends.
inline std::vector<std::string> golden_text(const std::string& name) {
  std::vector<std::string> lines = text::read_segments(golden_path("texts/" + name));
  for (std::string& line : lines) line.resize(text::strip_right(line).size());
  return lines;
}

}  // namespace nmt::metrics
