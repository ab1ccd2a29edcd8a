// The name of an attention kind back to the kind; layers::name() is the other way.

#pragma once

#include <array>
#include <string_view>

#include "layers/attention_observer.h"

namespace nmt::stability {

/// Every kind, in the order in which records list them.
inline constexpr std::array kAttentionKinds = {
    layers::AttentionKind::kEncoderSelf,
    layers::AttentionKind::kDecoderSelf,
    layers::AttentionKind::kCross,
};

/// The kind called `name`. Throws InputError if there is none.
layers::AttentionKind attention_kind(std::string_view name);

}  // namespace nmt::stability
