// The names of optimizers and learning-rate schedules; what they do is in nmt/optim, whose tables
// hold one row for each name.

#pragma once

#include <string>
#include <vector>

namespace nmt::config {

/// Values of the key optimizer; the first is the default.
inline std::vector<std::string> optimizer_names() {
  return {"adam"};
}

/// Values of the key lr-schedule; the first is the default.
inline std::vector<std::string> lr_schedule_names() {
  return {"inverse-sqrt", "constant"};
}

/// Values of the key device.
inline std::vector<std::string> device_names() {
  return {"cpu", "cuda", "auto"};
}

}  // namespace nmt::config
