// The three kinds of attention in an encoder-decoder model. No LibTorch, so that the configuration
// can name them.

#pragma once

#include <array>
#include <optional>
#include <string_view>

namespace nmt::layers {

enum class AttentionKind { kEncoderSelf, kDecoderSelf, kCross };

/// Every kind, in the order in which records list them.
inline constexpr std::array kAttentionKinds = {
    AttentionKind::kEncoderSelf,
    AttentionKind::kDecoderSelf,
    AttentionKind::kCross,
};

/// "encoder_self", "decoder_self" or "cross".
std::string_view name(AttentionKind kind);

/// The kind called `name`; none if there is no such kind.
std::optional<AttentionKind> find_attention_kind(std::string_view name);

/// As a message lists the names.
inline constexpr const char* kAttentionKindNames = "encoder_self, decoder_self or cross";

}  // namespace nmt::layers
