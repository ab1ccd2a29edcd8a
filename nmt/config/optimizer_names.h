// The names of optimizers and learning-rate schedules; what they do is in nmt/optim, whose tables
// hold one row for each name.

#pragma once

#include <string>
#include <vector>

namespace nmt::config {

/// Values of the key optimizer; the first is the default.
inline std::vector<std::string> optimizer_names() {
  return {"adam", "adamw", "sgd", "adagrad", "lars", "lamb", "lion"};
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
