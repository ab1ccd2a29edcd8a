// Architecture names: <residual>[-<modifier>...]-<depth>L[-<depth>L].
//
//     preln-6L                 6 encoder and 6 decoder layers, pre-LN, plain weights
//     postln-sigma-18L         18 and 18, post-LN, σReparam
//     admin-sigma-qknorm-18L   18 and 18, Admin, σReparam, QK-norm
//     deepnorm-60L-12L         60 encoder and 12 decoder layers, DeepNorm
//
// Residual schemes and modifiers are the rows of layers/residual_kind.cpp, linear_kind.h and
// norm_kind.h: a new row there is a new name here. A name has at most one modifier of each table;
// their order does not matter when reading, and is that of linear, norm, normalisation of heads in
// what is printed. The name sets structure alone; width and heads are other keys.

#pragma once

#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "nmt/config/model_config.h"

namespace nmt::config {

inline constexpr int64_t kLargestDepth = 1000;

/// Why the parts of `architecture` do not go together; empty if they do.
std::string objection(const Architecture& architecture);

/// Throws UsageError, with the grammar and the nearest valid name, if `name` does not parse, and
/// with the reason if its parts do not go together.
Architecture parse_architecture(std::string_view name);

/// The name, with one depth if both are equal: parse_architecture gives `architecture` back.
std::string to_string(const Architecture& architecture);

/// The grammar with its names, in one line; depths are from 1 to kLargestDepth.
std::string architecture_grammar();

/// Every word that a name is made of, with the sentence that explains it.
std::vector<std::pair<std::string_view, std::string_view>> architecture_words();

}  // namespace nmt::config
