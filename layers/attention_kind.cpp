#include "layers/attention_kind.h"

namespace nmt::layers {

std::string_view name(AttentionKind kind) {
  switch (kind) {
    case AttentionKind::kEncoderSelf:
      return "encoder_self";
    case AttentionKind::kDecoderSelf:
      return "decoder_self";
    case AttentionKind::kCross:
      return "cross";
  }
  return "";
}

std::optional<AttentionKind> find_attention_kind(std::string_view wanted) {
  for (const AttentionKind kind : kAttentionKinds) {
    if (name(kind) == wanted) return kind;
  }
  return std::nullopt;
}

}  // namespace nmt::layers
