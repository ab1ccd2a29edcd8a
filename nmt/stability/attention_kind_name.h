// The name of an attention kind back to the kind; layers::name() is the other way.

#pragma once

#include <string_view>

#include "layers/attention_kind.h"

namespace nmt::stability {

/// The kind called `name`. Throws InputError if there is none.
layers::AttentionKind attention_kind(std::string_view name);

}  // namespace nmt::stability
