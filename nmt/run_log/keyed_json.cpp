#include "nmt/run_log/keyed_json.h"

#include <algorithm>
#include <cmath>
#include <limits>

#include "data/text/error.h"

namespace nmt::run_log::keyed {

std::string take(const Json& json, double& value) {
  const std::optional<double> number =
      json.is_null() ? std::numeric_limits<double>::quiet_NaN() : number_in(json);
  if (!number) return "a number, \"nan\", \"inf\" or \"-inf\"";
  value = *number;
  return "";
}

std::string take(const Json& json, int64_t& value) {
  if (!json.is_number_integer()) return "a whole number";
  value = json.get<int64_t>();
  return "";
}

std::string take(const Json& json, bool& value) {
  if (!json.is_boolean()) return "true or false";
  value = json.get<bool>();
  return "";
}

std::string take(const Json& json, std::string& value) {
  if (!json.is_string()) return "text";
  value = json.get<std::string>();
  return "";
}

std::string take(const Json& json, Json& value) {
  if (!json.is_object()) return "an object";
  value = json;
  return "";
}

std::string take(const Json& json, layers::AttentionKind& value) {
  const auto kind =
      json.is_string() ? layers::find_attention_kind(json.get<std::string>()) : std::nullopt;
  if (!kind) return layers::kAttentionKindNames;
  value = *kind;
  return "";
}

std::string take(const Json& json, EntropyQuantiles& value) {
  const bool fits = json.is_array() && json.size() == value.size();
  for (size_t i = 0; fits && i < value.size(); ++i) {
    if (!take(json[i], value[i]).empty()) return "a number";
  }
  return fits ? "" : concatenate("a list of ", value.size(), " quantiles");
}

Json bins_of(const std::vector<EntropyQuantiles>& heads) {
  Json list = Json::array();
  for (const EntropyQuantiles& quantiles : heads) {
    Json bins = Json::array();
    for (const double value : quantiles) {
      const bool known = !std::isnan(value);
      bins.push_back(known ? Json(static_cast<int64_t>(value * kEntropyBins)) : Json(nullptr));
    }
    list.push_back(std::move(bins));
  }
  return list;
}

std::string take_bins(const Json& json, std::vector<EntropyQuantiles>& heads) {
  std::string rule = take(json, heads);
  for (EntropyQuantiles& quantiles : heads) {
    for (double& value : quantiles) {
      if (value < 0 || value >= kEntropyBins)
        rule = concatenate("bins from 0 to ", kEntropyBins - 1);
      value = (value + 0.5) / kEntropyBins;
    }
  }
  return rule;
}

void refuse(const std::string& what, const std::string& rule, const Json& found) {
  const std::string text = found.dump(-1, ' ', false, Json::error_handler_t::replace);
  throw InputError(what, " must be ", rule, ", found ", text.substr(0, 60),
                   text.size() > 60 ? " ..." : "");
}

}  // namespace nmt::run_log::keyed
