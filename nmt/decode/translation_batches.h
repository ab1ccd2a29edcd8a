// How segments are grouped for decoding: neighbours in length share a batch, so that little of it
// is padding.

#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

namespace nmt::decode {

/// Indices of `lengths`, longest first (equal ones in their order), cut into batches of
/// segments × longest length ≤ max_tokens; at least one segment a batch. A length of 0 takes no
/// part.
std::vector<std::vector<size_t>> translation_batches(std::span<const int64_t> lengths,
                                                     int64_t max_tokens);

}  // namespace nmt::decode
