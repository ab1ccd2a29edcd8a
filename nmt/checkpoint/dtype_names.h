// The element types of safetensors files by name.

#pragma once

#include <c10/core/ScalarType.h>

#include <optional>
#include <string>
#include <string_view>

namespace nmt::checkpoint {

/// The dtype called `name` in a file ("F32"), or none if it is not supported.
std::optional<c10::ScalarType> dtype_of_name(std::string_view name);

/// Its name in a file. Throws c10::Error if it is not supported.
std::string name_of_dtype(c10::ScalarType dtype);

/// "F64, F32, ...", for messages.
std::string supported_dtypes();

}  // namespace nmt::checkpoint
