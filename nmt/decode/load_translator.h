// A translator out of a model folder: nmt-train's best/ or any checkpoint.

#pragma once

#include <string>

#include "nmt/decode/translator.h"

namespace nmt::decode {

/// Reads `folder`, folding reparametrised weights once into plain ones, for `device`. Throws
/// UsageError if an option is out of range, InputError if the folder is missing, incomplete,
/// damaged or another program's, or if a vocabulary does not fit its model.
Translator load_translator(const std::string& folder, const TranslatorOptions& options,
                           torch::Device device = torch::kCPU);

}  // namespace nmt::decode
