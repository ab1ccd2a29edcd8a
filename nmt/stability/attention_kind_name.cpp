#include "nmt/stability/attention_kind_name.h"

#include "data/text/error.h"

namespace nmt::stability {

layers::AttentionKind attention_kind(std::string_view name) {
  for (const layers::AttentionKind kind : layers::kAttentionKinds) {
    if (layers::name(kind) == name) return kind;
  }
  throw InputError("no attention kind is called \"", name,
                   "\": encoder_self, decoder_self and cross are");
}

}  // namespace nmt::stability
