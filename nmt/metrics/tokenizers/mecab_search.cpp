#include "nmt/metrics/tokenizers/mecab_search.h"

#include <filesystem>
#include <fstream>

#include "data/text/error.h"
#include "data/text/unicode.h"
#include "nmt/metrics/tokenizers/data_places.h"

namespace nmt::metrics {
namespace {

bool exists(const std::string& path) {
  std::error_code problem;
  return std::filesystem::exists(path, problem);
}

// What keeps `model` from being the one wished for; empty if nothing does.
std::string objection(const MecabModel& model, const MecabWish& wish) {
  if (model.entries() != wish.entries) return concatenate("has ", model.entries(), " words");
  const std::string charset = text::lower_ascii(model.character_set());
  if (charset != "utf8" && charset != "utf-8")
    return "is in " + model.character_set() + ", not UTF-8";
  return model.has_user_dictionary() ? "brings a user dictionary with it" : "";
}

// The model of `folder` if it is the one wished for; else none, and why.
std::shared_ptr<const MecabModel> fitting_model(const std::string& folder, const MecabWish& wish,
                                                std::string& problem) {
  if (!exists(folder + "/sys.dic")) {
    problem = "has no sys.dic";
    return nullptr;
  }
  try {
    auto model = shared_mecab_model(wish.library, folder);
    problem = objection(*model, wish);
    return problem.empty() ? model : nullptr;
  } catch (const InputError& error) {
    problem = error.what();
    return nullptr;
  }
}

std::string settings_path() {
  const std::string own = home_folder() + "/.mecabrc";
  if (exists(own)) return own;
  return place_named_by("MECABRC").value_or("/etc/mecabrc");
}

}  // namespace

std::shared_ptr<const MecabModel> find_mecab_model(const MecabWish& wish) {
  const auto library = shared_mecab_library(wish.library);  // Without it, no folder is to blame.
  std::string objections;
  for (const std::string& folder : wish.folders) {
    std::string problem;
    if (const auto model = fitting_model(folder, wish, problem)) return model;
    objections += "\n  " + folder + ": " + problem;
  }
  throw InputError("need a MeCab dictionary with exactly ", wish.entries, " words; ", wish.advice,
                   ". Looked in:", objections);
}

std::vector<std::string> configured_dictionary() {
  const std::string path = settings_path();
  std::ifstream file(path);
  for (std::string line; std::getline(file, line);) {
    const size_t equals = line.find('=');
    if (equals == std::string::npos || text::strip(line.substr(0, equals)) != "dicdir") continue;
    std::string folder(text::strip(std::string_view(line).substr(equals + 1)));
    constexpr std::string_view kHere = "$(rcpath)";
    const size_t here = folder.find(kHere);
    if (here != std::string::npos) {
      folder.replace(here, kHere.size(), std::filesystem::path(path).parent_path().string());
    }
    return {folder};
  }
  return {};
}

}  // namespace nmt::metrics
