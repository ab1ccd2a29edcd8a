#include "data/text/error.h"
#include "nmt/sacrebleu/command/argument_parser.h"
#include "nmt/sacrebleu/python_number.h"

namespace nmt::sacrebleu {

std::function<void(const std::vector<std::string>&)> into_int(int64_t* target) {
  return [target](const std::vector<std::string>& values) {
    const std::optional<int64_t> value = python_int(values.back());
    if (!value) throw UsageError("invalid int value: '", values.back(), "'");
    *target = *value;
  };
}

std::function<void(const std::vector<std::string>&)> into_float(std::optional<double>* target) {
  return [target](const std::vector<std::string>& values) {
    const std::optional<double> value = python_float(values.back());
    if (!value) throw UsageError("invalid float value: '", values.back(), "'");
    *target = value;
  };
}

std::function<void(const std::vector<std::string>&)> into_text(std::string* target) {
  return [target](const std::vector<std::string>& values) { *target = values.back(); };
}

std::function<void(const std::vector<std::string>&)> into_texts(std::vector<std::string>* target) {
  return [target](const std::vector<std::string>& values) { *target = values; };
}

std::function<void(const std::vector<std::string>&)> into_true(bool* target) {
  return [target](const std::vector<std::string>&) { *target = true; };
}

}  // namespace nmt::sacrebleu
