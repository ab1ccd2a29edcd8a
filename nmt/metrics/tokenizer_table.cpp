#include "nmt/metrics/tokenizer_table.h"

#include "data/text/error.h"
#include "nmt/metrics/tokenizers/characters.h"
#include "nmt/metrics/tokenizers/chinese.h"
#include "nmt/metrics/tokenizers/international.h"
#include "nmt/metrics/tokenizers/mteval_13a.h"
#include "nmt/metrics/tokenizers/none.h"

namespace nmt::metrics {
namespace {

struct TokenizerRow {
  std::string_view name;
  std::unique_ptr<Tokenizer> (*make)();  // None: sacreBLEU has it, we do not.
  std::string_view lacking;              // What it would need.
};

template <class T>
std::unique_ptr<Tokenizer> make() {
  return std::make_unique<T>();
}

constexpr std::string_view kMecab = "MeCab and its dictionary";
constexpr std::string_view kSentencePiece = "a SentencePiece model that sacreBLEU downloads";

constexpr TokenizerRow kTokenizers[] = {
    {"none", make<NoneTokenizer>, ""},      {"zh", make<ChineseTokenizer>, ""},
    {"13a", make<Mteval13aTokenizer>, ""},  {"intl", make<InternationalTokenizer>, ""},
    {"char", make<CharacterTokenizer>, ""}, {"ja-mecab", nullptr, kMecab},
    {"ko-mecab", nullptr, kMecab},          {"spm", nullptr, kSentencePiece},
    {"flores101", nullptr, kSentencePiece}, {"flores200", nullptr, kSentencePiece},
    {"spBLEU-1K", nullptr, kSentencePiece},
};

}  // namespace

std::vector<std::string> tokenizer_names() {
  std::vector<std::string> names;
  for (const TokenizerRow& row : kTokenizers) names.emplace_back(row.name);
  return names;
}

std::unique_ptr<Tokenizer> make_tokenizer(std::string_view name) {
  for (const TokenizerRow& row : kTokenizers) {
    if (row.name != name) continue;
    if (row.make != nullptr) return row.make();
    throw InputError("tokenizer '", name, "' is not supported: it needs ", row.lacking,
                     "; tokenize the files yourself and use 'none'");
  }
  std::string known;
  for (const TokenizerRow& row : kTokenizers) {
    if (row.make != nullptr) known += (known.empty() ? "" : ", ") + std::string(row.name);
  }
  throw UsageError("unknown tokenizer '", name, "'; known are ", known);
}

std::string_view default_tokenizer(std::string_view target_language) {
  if (target_language == "zh") return "zh";
  if (target_language == "ja") return "ja-mecab";
  if (target_language == "ko") return "ko-mecab";
  return "13a";
}

}  // namespace nmt::metrics
