#include "nmt/stability/layer_entropy.h"

#include <string>

#include "nmt/stability/attention_kind_name.h"
#include "nmt/stability/json_number.h"

namespace nmt::stability {

using nlohmann::ordered_json;

ordered_json to_json(const std::optional<HeadEntropy>& head) {
  if (!head) return nullptr;
  return {{"kind", layers::name(head->kind)},
          {"layer", head->layer},
          {"head", head->head},
          {"relative_entropy", json_number(head->relative_entropy)}};
}

std::optional<HeadEntropy> head_from_json(const ordered_json& json) {
  if (json.is_null()) return std::nullopt;
  return HeadEntropy{.kind = attention_kind(json.at("kind").get<std::string>()),
                     .layer = json.at("layer").get<int64_t>(),
                     .head = json.at("head").get<int64_t>(),
                     .relative_entropy = number_from_json(json.at("relative_entropy"))};
}

}  // namespace nmt::stability
