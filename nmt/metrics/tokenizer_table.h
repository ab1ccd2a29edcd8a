// The tokenizers of BLEU by name. A new one is a file pair in tokenizers/ and a row in
// tokenizer_table.cpp.

#pragma once

#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "nmt/metrics/tokenizers/tokenizer.h"

namespace nmt::metrics {

/// Every name that sacreBLEU knows, in its order.
std::vector<std::string> tokenizer_names();

/// The tokenizer called `name`. Throws UsageError, listing the names, if there is none,
/// and InputError if it needs a dictionary or a model that is not to be found.
std::unique_ptr<Tokenizer> make_tokenizer(std::string_view name);

/// The name that sacreBLEU takes for a target language ("zh", "ja", "ko", any other) when none is
/// asked for; make_tokenizer() need not know it.
std::string_view default_tokenizer(std::string_view target_language);

}  // namespace nmt::metrics
