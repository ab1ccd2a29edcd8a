// A training run as its log tells it: everything that the page, the table and the sentences need.

#pragma once

#include <array>
#include <cstdint>
#include <limits>
#include <nlohmann/json.hpp>
#include <optional>
#include <string>
#include <vector>

#include "layers/attention_kind.h"
#include "nmt/report/attention_history.h"
#include "nmt/report/block_matrix.h"
#include "nmt/report/matrix_history.h"
#include "nmt/run_log/run_record.h"

namespace nmt::report {

inline constexpr double kNoValue = std::numeric_limits<double>::quiet_NaN();

struct Run {
  explicit Run(size_t heat_columns) : clock(heat_columns) {}

  std::string path;               ///< Of the log.
  std::string label;              ///< Unique in a report; set by label_runs().
  std::string architecture;       ///< As in the log: "postln-sigma-18L".
  nlohmann::ordered_json config;  ///< Every key with its value; an object.
  int64_t parameters = 0;
  std::optional<double> unigram_nll;  ///< What piece frequencies alone give.

  std::vector<run_log::UpdateRecord> updates;  ///< Their numbers; the lists are empty.
  std::vector<run_log::ValidRecord> valids;
  std::vector<run_log::EventRecord> events;
  std::vector<run_log::SharpnessRecord> sharpness;
  std::optional<run_log::EndRecord> end;  ///< None: the run is unfinished.

  BlockClock clock;  ///< The blocks of all matrices below.
  std::array<AttentionHistory, layers::kAttentionKinds.size()> attention = {
      AttentionHistory(layers::AttentionKind::kEncoderSelf),
      AttentionHistory(layers::AttentionKind::kDecoderSelf),
      AttentionHistory(layers::AttentionKind::kCross)};
  MatrixHistory matrices;
  StreamHistory stream;

  /// The value of a configuration key as a person writes it: 0.05, true, adam; `absent` without.
  std::string setting(const std::string& key, const std::string& absent) const;
  std::string seed() const { return setting("seed", "?"); }
  /// The same as a number; NaN if it is none.
  double number(const std::string& key) const;
  double learning_rate() const { return number("learning-rate"); }
  int64_t last_update() const { return updates.empty() ? 0 : updates.back().update; }
};

/// A scalar of a configuration as a person writes it.
std::string scalar_text(const nlohmann::ordered_json& value);

/// When `event` began: its field "first_update", or else when it was found.
int64_t began(const run_log::EventRecord& event);

}  // namespace nmt::report
