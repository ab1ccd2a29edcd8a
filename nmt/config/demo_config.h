// configs/demo.conf, embedded when the project is configured, so that an installed program has it.

#pragma once

#include <string_view>

namespace nmt::config {

/// The text of configs/demo.conf.
std::string_view demo_config();

}  // namespace nmt::config
