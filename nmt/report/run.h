// A training run as its log tells it: everything that the page, the table and the sentences need.

#pragma once

#include <array>
#include <cstdint>
#include <limits>
#include <optional>
#include <string>
#include <vector>

#include "nmt/report/attention_history.h"
#include "nmt/report/block_matrix.h"
#include "nmt/report/json_value.h"
#include "nmt/report/matrix_history.h"

namespace nmt::report {

inline constexpr double kNoValue = std::numeric_limits<double>::quiet_NaN();

/// The scalars of an update record, NaN where the log has none.
struct UpdatePoint {
  int64_t update = 0;
  int64_t tokens = 0;  ///< Target pieces so far.
  double seconds = 0;  ///< Training time so far.
  double nll = kNoValue, loss = kNoValue, gradient_norm = kNoValue, learning_rate = kNoValue;
  double tokens_per_second = kNoValue;
};

struct ValidPoint {
  int64_t update = 0;
  double nll = kNoValue, bleu = kNoValue;  ///< BLEU: NaN where nothing was translated.
};

struct RunEvent {
  int64_t update = 0;   ///< When it was found.
  std::string kind;     ///< "collapse", "divergence", "spike", ...
  std::string message;  ///< One sentence.
  Json fields;

  /// When it began: "first_update" of the fields where there is one.
  int64_t began() const {
    return fields.is_object() ? integer_at(fields, "first_update", update) : update;
  }
};

struct SharpnessPoint {
  int64_t update = 0;
  double sharpness = kNoValue, preconditioned = kNoValue;
};

/// The log's last line.
struct RunEnd {
  std::string reason, status;
  bool collapsed = false, diverged = false, plateau = false;
  std::optional<bool> learnt;  ///< None where that was not judged, as in older logs.
  double peak_mib = kNoValue;
};

struct Run {
  explicit Run(size_t heat_columns) : clock(heat_columns) {}

  std::string path;          ///< Of the log.
  std::string label;         ///< Unique among the runs of a report; set by label_runs().
  std::string architecture;  ///< As in the log: "postln-sigma-18L".
  Json config;               ///< Every key with its value; an object.
  int64_t parameters = 0;
  double unigram_nll = kNoValue;  ///< What piece frequencies alone give; NaN in older logs.

  std::vector<UpdatePoint> updates;
  std::vector<ValidPoint> valids;
  std::vector<RunEvent> events;
  std::vector<SharpnessPoint> sharpness;
  std::optional<RunEnd> end;  ///< None: the run is unfinished.

  BlockClock clock;  ///< The blocks of all matrices below.
  std::array<AttentionHistory, 3> attention = {AttentionHistory("encoder_self"),
                                               AttentionHistory("decoder_self"),
                                               AttentionHistory("cross")};
  MatrixHistory matrices;
  StreamHistory stream;

  std::string seed() const { return text_at(config, "seed", "?"); }
  double learning_rate() const { return number_at(config, "learning-rate"); }
  int64_t last_update() const { return updates.empty() ? 0 : updates.back().update; }
};

}  // namespace nmt::report
