// Where tokenizers look for data that is not ours to ship: dictionaries, SentencePiece models.
// Nothing is ever downloaded.

#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace nmt::metrics {

/// sacreBLEU's folder: `sacrebleu` if it is set, else .sacrebleu in `home`.
std::string cache_folder(const std::string* sacrebleu, std::string home);

/// The folder in which sacreBLEU keeps models: models/ in the folder that the environment variable
/// SACREBLEU names, else in ~/.sacrebleu. It need not exist.
std::string models_folder();

/// The user's: $HOME, or what the system knows.
std::string home_folder();

/// What the environment variable `name` says; none if it is unset or empty.
std::optional<std::string> place_named_by(const char* name);

/// Existing paths of `inner` in the package folders of the Pythons in reach, in this order: those
/// that PATH names (so that an active virtual environment comes first), the user's own, the
/// system's. `inner` may end in "*": any ending.
std::vector<std::string> in_python_packages(std::string_view inner);

}  // namespace nmt::metrics
