// Attention temperatures: what divides the logits of which attention layers, and when that changes.
//
//     2                    every attention layer at temperature 2
//     0.25:cross           cross-attention at 0.25
//     0.5:encoder_self:3   encoder self-attention of layer 3; 2-4: of layers 2 to 4
//     500:0.25:cross       a change: from update 500 on
//
// Several are separated by commas; a later one wins where both apply. A temperature below 1 makes
// attention sharper and its entropy lower, so that it can be tested what low entropy does: the
// intervention of Zhai et al. 2023, arXiv:2303.06296, section 3.

#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "layers/attention_kind.h"

namespace nmt::config {

struct AttentionTemperature {
  double temperature = 1.0;                   ///< τ > 0.
  std::optional<layers::AttentionKind> kind;  ///< No value: every kind.
  int64_t first_layer = 1;                    ///< From 1.
  std::optional<int64_t> last_layer;          ///< Included; no value: to the last.

  bool covers(layers::AttentionKind which, int64_t layer) const;
  bool operator==(const AttentionTemperature&) const = default;
};

struct TemperatureChange {
  int64_t update = 1;  ///< The first that has it.
  AttentionTemperature setting;

  bool operator==(const TemperatureChange&) const = default;
};

/// Throws UsageError, with the grammar, if `text` does not parse; "" gives none.
std::vector<AttentionTemperature> parse_attention_temperatures(std::string_view text);
std::vector<TemperatureChange> parse_temperature_changes(std::string_view text);

/// What the parsers read back.
std::string to_string(const std::vector<AttentionTemperature>& settings);
std::string to_string(const std::vector<TemperatureChange>& changes);

}  // namespace nmt::config
