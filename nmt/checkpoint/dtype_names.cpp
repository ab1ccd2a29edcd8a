#include "nmt/checkpoint/dtype_names.h"

#include <c10/util/Exception.h>

namespace nmt::checkpoint {
namespace {

struct Row {
  c10::ScalarType dtype;
  const char* name;
};

constexpr Row kRows[] = {
    {c10::ScalarType::Double, "F64"}, {c10::ScalarType::Float, "F32"},
    {c10::ScalarType::Half, "F16"},   {c10::ScalarType::BFloat16, "BF16"},
    {c10::ScalarType::Long, "I64"},   {c10::ScalarType::Int, "I32"},
    {c10::ScalarType::Byte, "U8"},    {c10::ScalarType::Bool, "BOOL"},
};

}  // namespace

std::optional<c10::ScalarType> dtype_of_name(std::string_view name) {
  for (const Row& row : kRows) {
    if (name == row.name) return row.dtype;
  }
  return std::nullopt;
}

std::string name_of_dtype(c10::ScalarType dtype) {
  for (const Row& row : kRows) {
    if (dtype == row.dtype) return row.name;
  }
  TORCH_CHECK(false, "safetensors: dtype ", dtype, " is not among ", supported_dtypes());
}

std::string supported_dtypes() {
  std::string text;
  for (const Row& row : kRows) text += (text.empty() ? "" : ", ") + std::string(row.name);
  return text;
}

}  // namespace nmt::checkpoint
