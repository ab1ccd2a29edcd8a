// Architecture names: <residual>[-<modifier>...]-<depth>L[-<depth>L].
//
//     preln-6L               6 encoder and 6 decoder layers, pre-LN, plain weights
//     postln-sigma-18L       18 and 18, post-LN, σReparam
//     deepnorm-60L-12L       60 encoder and 12 decoder layers, DeepNorm
//
// Residual schemes and modifiers are the rows of layers/residual_kind.cpp and linear_kind.cpp: a
// new row there is a new name here. The name sets structure alone; width and heads are other keys.

#pragma once

#include <string>
#include <string_view>

#include "nmt/config/model_config.h"

namespace nmt::config {

inline constexpr int64_t kLargestDepth = 1000;

/// Throws UsageError, with the grammar and the nearest valid name, if `name` does not parse.
Architecture parse_architecture(std::string_view name);

/// The name, with one depth if both are equal: parse_architecture gives `architecture` back.
std::string to_string(const Architecture& architecture);

/// The grammar with its names, in one line.
std::string architecture_grammar();

}  // namespace nmt::config
