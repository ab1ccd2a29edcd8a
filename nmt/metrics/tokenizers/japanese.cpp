#include "nmt/metrics/tokenizers/japanese.h"

#include <iterator>

#include "data/text/unicode.h"
#include "nmt/metrics/tokenizers/data_places.h"
#include "nmt/metrics/tokenizers/mecab_search.h"

namespace nmt::metrics {
namespace {

constexpr char kLibrary[] = "libmecab.so.2";  // Of Debian's package libmecab2.
constexpr size_t kIpadicEntries = 392126;

std::vector<std::string> ipadic_folders() {
  if (const auto named = place_named_by("NMT_IPADIC")) return {*named};
  std::vector<std::string> folders = {models_folder() + "/ipadic"};
  for (auto& more : {in_python_packages("ipadic/dicdir"), configured_dictionary()}) {
    folders.insert(folders.end(), more.begin(), more.end());
  }
  folders.emplace_back("/var/lib/mecab/dic/ipadic-utf8");
  return folders;
}

}  // namespace

JapaneseTokenizer::JapaneseTokenizer()
    : splitter_(find_mecab_model(
          {.library = kLibrary,
           .folders = ipadic_folders(),
           .entries = kIpadicEntries,
           .advice = "tokenizer 'ja-mecab' takes IPADIC 2.7.0-20070801: `tools/ipadic` makes it of "
                     "the package mecab-ipadic, `pip install ipadic==1.0.0` brings it, NMT_IPADIC "
                     "may name the folder of its sys.dic"})) {}

void JapaneseTokenizer::tokenize(std::string_view segment, std::string& words) const {
  splitter_.split(text::strip(segment), words);
}

std::string JapaneseTokenizer::signature() const {
  return std::string("ja-mecab-") + splitter_.model().library().version() + "-IPA";
}

}  // namespace nmt::metrics
