#include <limits>

#include "data/text/error.h"
#include "nmt/sacrebleu/command/argument_parser.h"
#include "nmt/sacrebleu/python_number.h"

namespace nmt::sacrebleu {
namespace {

using Values = std::vector<std::string>;

}  // namespace

Assign into(int64_t* target) {
  return [target](const Values& values) {
    const std::optional<int64_t> value = python_int(values.back());
    if (!value) throw UsageError("invalid int value: '", values.back(), "'");
    *target = *value;
  };
}

Assign into(int* target) {
  return [target](const Values& values) {
    int64_t value = 0;
    const Assign assign = into(&value);
    assign(values);
    if (value < -std::numeric_limits<int>::max() || value > std::numeric_limits<int>::max()) {
      throw UsageError("value out of range: '", values.back(), "'");
    }
    *target = static_cast<int>(value);
  };
}

Assign into(std::optional<double>* target) {
  return [target](const Values& values) {
    *target = python_float(values.back());
    if (!*target) throw UsageError("invalid float value: '", values.back(), "'");
  };
}

Assign into(std::string* target) {
  return [target](const Values& values) { *target = values.back(); };
}

Assign into(std::optional<std::string>* target) {
  return [target](const Values& values) { *target = values.back(); };
}

Assign into(std::vector<std::string>* target) {
  return [target](const Values& values) { *target = values; };
}

}  // namespace nmt::sacrebleu
