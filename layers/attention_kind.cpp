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

}  // namespace nmt::layers
