#include "nmt/config/enum_names.h"

#include <array>

namespace nmt::config {
namespace {

using layers::ActivationKind;
using layers::BackendKind;
using layers::EmbeddingTie;
using layers::PositionKind;

constexpr std::array kActivations = {
    EnumName{ActivationKind::kRelu, "relu"},
    EnumName{ActivationKind::kGelu, "gelu"},
    EnumName{ActivationKind::kSwiglu, "swiglu"},
};

constexpr std::array kPositions = {
    EnumName{PositionKind::kSinusoidal, "sinusoidal"},
    EnumName{PositionKind::kLearned, "learned"},
};

constexpr std::array kTies = {
    EnumName{EmbeddingTie::kThreeWay, "three-way"},
    EnumName{EmbeddingTie::kTwoWay, "two-way"},
    EnumName{EmbeddingTie::kNone, "none"},
};

constexpr std::array kSigmaGroups = {
    EnumName{SigmaGroups::kSeparate, "separate"},
    EnumName{SigmaGroups::kQkAndV, "qk-v"},
    EnumName{SigmaGroups::kQkv, "qkv"},
};

constexpr std::array kInvalidUtf8Rules = {
    EnumName{InvalidUtf8Rule::kFail, "fail"},
    EnumName{InvalidUtf8Rule::kSkip, "skip"},
    EnumName{InvalidUtf8Rule::kReplace, "replace"},
};

constexpr std::array kSubwordKinds = {
    EnumName{SubwordKind::kUnigram, "unigram"},
    EnumName{SubwordKind::kBpe, "bpe"},
};

constexpr std::array kNormalizations = {
    EnumName{Normalization::kIdentity, "identity"},
    EnumName{Normalization::kNmtNfkc, "nmt_nfkc"},
    EnumName{Normalization::kNfkc, "nfkc"},
    EnumName{Normalization::kNmtNfkcCf, "nmt_nfkc_cf"},
};

constexpr std::array kValidMetrics = {
    EnumName{ValidMetric::kNll, "nll"},
    EnumName{ValidMetric::kBleu, "bleu"},
};

constexpr std::array kUnstableActions = {
    EnumName{UnstableAction::kGoOn, "go-on"},
    EnumName{UnstableAction::kLowerLearningRate, "lower-learning-rate"},
    EnumName{UnstableAction::kStop, "stop"},
};

constexpr std::array kOptimizers = {
    EnumName{OptimizerKind::kAdam, "adam"}, EnumName{OptimizerKind::kAdamW, "adamw"},
    EnumName{OptimizerKind::kSgd, "sgd"},   EnumName{OptimizerKind::kAdagrad, "adagrad"},
    EnumName{OptimizerKind::kLars, "lars"}, EnumName{OptimizerKind::kLamb, "lamb"},
    EnumName{OptimizerKind::kLion, "lion"},
};

constexpr std::array kLrSchedules = {
    EnumName{LrSchedule::kInverseSqrt, "inverse-sqrt"},
    EnumName{LrSchedule::kConstant, "constant"},
    EnumName{LrSchedule::kLinear, "linear"},
    EnumName{LrSchedule::kCosine, "cosine"},
    EnumName{LrSchedule::kStep, "step"},
    EnumName{LrSchedule::kPlateau, "plateau"},
};

constexpr std::array kDevices = {
    EnumName{DeviceKind::kCpu, "cpu"},
    EnumName{DeviceKind::kCuda, "cuda"},
    EnumName{DeviceKind::kAuto, "auto"},
};

constexpr std::array kBackends = {
    EnumName{BackendKind::kFused, "fused"},
    EnumName{BackendKind::kReference, "reference"},
};

}  // namespace

std::span<const EnumName<ActivationKind>> names_of(ActivationKind) {
  return kActivations;
}
std::span<const EnumName<PositionKind>> names_of(PositionKind) {
  return kPositions;
}
std::span<const EnumName<EmbeddingTie>> names_of(EmbeddingTie) {
  return kTies;
}
std::span<const EnumName<SigmaGroups>> names_of(SigmaGroups) {
  return kSigmaGroups;
}
std::span<const EnumName<InvalidUtf8Rule>> names_of(InvalidUtf8Rule) {
  return kInvalidUtf8Rules;
}
std::span<const EnumName<SubwordKind>> names_of(SubwordKind) {
  return kSubwordKinds;
}
std::span<const EnumName<Normalization>> names_of(Normalization) {
  return kNormalizations;
}
std::span<const EnumName<ValidMetric>> names_of(ValidMetric) {
  return kValidMetrics;
}
std::span<const EnumName<UnstableAction>> names_of(UnstableAction) {
  return kUnstableActions;
}
std::span<const EnumName<OptimizerKind>> names_of(OptimizerKind) {
  return kOptimizers;
}
std::span<const EnumName<LrSchedule>> names_of(LrSchedule) {
  return kLrSchedules;
}
std::span<const EnumName<DeviceKind>> names_of(DeviceKind) {
  return kDevices;
}
std::span<const EnumName<BackendKind>> names_of(BackendKind) {
  return kBackends;
}

}  // namespace nmt::config
