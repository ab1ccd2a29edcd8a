// The names of enumerations as they stand in configuration files: one table each.

#pragma once

#include <array>
#include <string>
#include <string_view>
#include <vector>

#include "data/text/error.h"
#include "data/text/named_table.h"
#include "nmt/config/training_config.h"

namespace nmt::config {

/// The names of `Enum`; a specialisation for each.
template <class Enum>
inline constexpr auto kNames = [] { static_assert(sizeof(Enum) == 0, "needs a table of names"); };

template <>
inline constexpr auto kNames<layers::ActivationKind> =
    std::to_array<NamedKind<layers::ActivationKind>>({
        {layers::ActivationKind::kRelu, "relu"},
        {layers::ActivationKind::kGelu, "gelu"},
        {layers::ActivationKind::kSwiglu, "swiglu"},
    });

template <>
inline constexpr auto kNames<layers::PositionKind> =
    std::to_array<NamedKind<layers::PositionKind>>({
        {layers::PositionKind::kSinusoidal, "sinusoidal"},
        {layers::PositionKind::kLearned, "learned"},
    });

template <>
inline constexpr auto kNames<layers::EmbeddingTie> =
    std::to_array<NamedKind<layers::EmbeddingTie>>({
        {layers::EmbeddingTie::kThreeWay, "three-way"},
        {layers::EmbeddingTie::kTwoWay, "two-way"},
        {layers::EmbeddingTie::kNone, "none"},
    });

template <>
inline constexpr auto kNames<layers::SigmaGroups> = std::to_array<NamedKind<layers::SigmaGroups>>({
    {layers::SigmaGroups::kSeparate, "separate"},
    {layers::SigmaGroups::kQkAndV, "qk-v"},
    {layers::SigmaGroups::kQkv, "qkv"},
});

template <>
inline constexpr auto kNames<text::InvalidUtf8> = std::to_array<NamedKind<text::InvalidUtf8>>({
    {text::InvalidUtf8::kFail, "fail"},
    {text::InvalidUtf8::kSkip, "skip"},
    {text::InvalidUtf8::kReplace, "replace"},
});

template <>
inline constexpr auto kNames<data::SubwordModel> = data::kSubwordModels;

template <>
inline constexpr auto kNames<data::Normalization> = data::kNormalizations;

template <>
inline constexpr auto kNames<ValidMetric> = std::to_array<NamedKind<ValidMetric>>({
    {ValidMetric::kNll, "nll"},
    {ValidMetric::kBleu, "bleu"},
});

template <>
inline constexpr auto kNames<UnstableAction> = std::to_array<NamedKind<UnstableAction>>({
    {UnstableAction::kGoOn, "go-on"},
    {UnstableAction::kLowerLearningRate, "lower-learning-rate"},
    {UnstableAction::kStop, "stop"},
});

template <>
inline constexpr auto kNames<OptimizerKind> = kOptimizerRows;

template <>
inline constexpr auto kNames<LrSchedule> = std::to_array<NamedKind<LrSchedule>>({
    {LrSchedule::kInverseSqrt, "inverse-sqrt"},
    {LrSchedule::kConstant, "constant"},
    {LrSchedule::kLinear, "linear"},
    {LrSchedule::kCosine, "cosine"},
    {LrSchedule::kStep, "step"},
    {LrSchedule::kPlateau, "plateau"},
});

template <>
inline constexpr auto kNames<DeviceKind> = std::to_array<NamedKind<DeviceKind>>({
    {DeviceKind::kCpu, "cpu"},
    {DeviceKind::kCuda, "cuda"},
    {DeviceKind::kAuto, "auto"},
});

template <>
inline constexpr auto kNames<layers::BackendKind> = std::to_array<NamedKind<layers::BackendKind>>({
    {layers::BackendKind::kFused, "fused"},
    {layers::BackendKind::kReference, "reference"},
});

template <class Enum>
std::string name_of(Enum value) {
  return std::string(row_of(kNames<Enum>, value).name);
}

/// Every name of `Enum`, in order.
template <class Enum>
std::vector<std::string> enum_names() {
  return names_in(kNames<Enum>);
}

/// The value called `name`. Throws UsageError if there is none.
template <class Enum>
Enum enum_value(std::string_view name) {
  if (const auto* row = find_row(kNames<Enum>, name)) return row->kind;
  throw UsageError("no such name: '", name, "'");
}

}  // namespace nmt::config
