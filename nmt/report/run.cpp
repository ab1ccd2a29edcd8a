#include "nmt/report/run.h"

#include "nmt/cli/parse_value.h"
#include "nmt/run_log/keyed_json.h"

namespace nmt::report {

using nlohmann::ordered_json;

std::string Run::setting(const std::string& key, const std::string& absent) const {
  const auto found = config.find(key);
  return found == config.end() || found->is_null() ? absent : scalar_text(*found);
}

double Run::number(const std::string& key) const {
  const auto found = config.find(key);
  return found == config.end() ? kNoValue : run_log::number_in(*found).value_or(kNoValue);
}

std::string scalar_text(const ordered_json& value) {
  if (value.is_string()) return value.get<std::string>();
  if (value.is_number_float()) return cli::format_real(value.get<double>());
  return value.dump(-1, ' ', false, ordered_json::error_handler_t::replace);
}

int64_t began(const run_log::EventRecord& event) {
  int64_t update = event.update;
  run_log::keyed::take_key(event.fields, run_log::kFirstUpdateKey, update);
  return update;
}

}  // namespace nmt::report
