// The names of optimizers and learning-rate schedules; what they do is in nmt/optim, whose tables
// hold one row for each name.

#pragma once

#include <cstdint>
#include <string>
#include <vector>

namespace nmt::config {

/// Values of the key optimizer; the first is the default.
inline std::vector<std::string> optimizer_names() {
  return {"adam", "adamw", "sgd", "adagrad", "lars", "lamb", "lion"};
}

/// Tensors of a parameter's shape that an optimizer keeps for each; `momentum` is sgd's.
inline int64_t optimizer_state_tensors(const std::string& optimizer, double momentum) {
  if (optimizer == "adam" || optimizer == "adamw" || optimizer == "lamb") return 2;
  return optimizer == "sgd" && momentum == 0.0 ? 0 : 1;
}

/// Values of the key lr-schedule; the first is the default.
inline std::vector<std::string> lr_schedule_names() {
  return {"inverse-sqrt", "constant", "linear", "cosine", "step", "plateau"};
}

/// Whether a schedule falls until a fixed update, lr-decay-updates.
inline bool falls_until_an_update(const std::string& lr_schedule) {
  return lr_schedule == "linear" || lr_schedule == "cosine";
}

/// Values of the key device.
inline std::vector<std::string> device_names() {
  return {"cpu", "cuda", "auto"};
}

}  // namespace nmt::config
