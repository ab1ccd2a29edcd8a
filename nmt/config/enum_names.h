// The names of enumerations as they stand in configuration files.

#pragma once

#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "data/text/error.h"
#include "nmt/config/training_config.h"

namespace nmt::config {

template <class Enum>
struct EnumName {
  Enum value;
  std::string_view name;
};

/// All names of the enumeration that the argument belongs to; its value does not matter.
std::span<const EnumName<layers::ActivationKind>> names_of(layers::ActivationKind);
std::span<const EnumName<layers::PositionKind>> names_of(layers::PositionKind);
std::span<const EnumName<layers::BackendKind>> names_of(layers::BackendKind);
std::span<const EnumName<layers::EmbeddingTie>> names_of(layers::EmbeddingTie);
std::span<const EnumName<SigmaGroups>> names_of(SigmaGroups);
std::span<const EnumName<InvalidUtf8Rule>> names_of(InvalidUtf8Rule);
std::span<const EnumName<SubwordKind>> names_of(SubwordKind);
std::span<const EnumName<Normalization>> names_of(Normalization);
std::span<const EnumName<ValidMetric>> names_of(ValidMetric);
std::span<const EnumName<UnstableAction>> names_of(UnstableAction);
std::span<const EnumName<OptimizerKind>> names_of(OptimizerKind);
std::span<const EnumName<LrSchedule>> names_of(LrSchedule);
std::span<const EnumName<DeviceKind>> names_of(DeviceKind);

template <class Enum>
std::string name_of(Enum value) {
  for (const auto& row : names_of(value)) {
    if (row.value == value) return std::string(row.name);
  }
  return "";
}

/// Every name of `Enum`, in order.
template <class Enum>
std::vector<std::string> enum_names() {
  std::vector<std::string> names;
  for (const auto& row : names_of(Enum{})) names.emplace_back(row.name);
  return names;
}

/// The value called `name`. Throws UsageError if there is none.
template <class Enum>
Enum enum_value(std::string_view name) {
  for (const auto& row : names_of(Enum{})) {
    if (row.name == name) return row.value;
  }
  throw UsageError("no such name: '", name, "'");
}

}  // namespace nmt::config
