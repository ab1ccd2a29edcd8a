#include "nmt/metrics/tokenizer_table.h"

#include "data/text/error.h"
#include "nmt/metrics/tokenizers/characters.h"
#include "nmt/metrics/tokenizers/chinese.h"
#include "nmt/metrics/tokenizers/international.h"
#include "nmt/metrics/tokenizers/mecab_tokenizer.h"
#include "nmt/metrics/tokenizers/mteval_13a.h"
#include "nmt/metrics/tokenizers/none.h"
#include "nmt/metrics/tokenizers/sentence_pieces.h"

namespace nmt::metrics {
namespace {

struct TokenizerRow {
  std::string_view name;
  std::unique_ptr<Tokenizer> (*make)(std::string_view name);
};

template <class T>
std::unique_ptr<Tokenizer> make(std::string_view name) {
  if constexpr (std::is_constructible_v<T, std::string_view>) return std::make_unique<T>(name);
  if constexpr (std::is_default_constructible_v<T>) return std::make_unique<T>();
}

constexpr TokenizerRow kTokenizers[] = {
    {"none", make<NoneTokenizer>},
    {"zh", make<ChineseTokenizer>},
    {"13a", make<Mteval13aTokenizer>},
    {"intl", make<InternationalTokenizer>},
    {"char", make<CharacterTokenizer>},
    {"ja-mecab", make<MecabTokenizer>},
    {"ko-mecab", make<MecabTokenizer>},
    {"spm", make<SentencePieceTokenizer>},
    {"flores101", make<SentencePieceTokenizer>},
    {"flores200", make<SentencePieceTokenizer>},
    {"spBLEU-1K", make<SentencePieceTokenizer>},
};

}  // namespace

std::vector<std::string> tokenizer_names() {
  std::vector<std::string> names;
  for (const TokenizerRow& row : kTokenizers) names.emplace_back(row.name);
  return names;
}

std::unique_ptr<Tokenizer> make_tokenizer(std::string_view name) {
  std::string known;
  for (const TokenizerRow& row : kTokenizers) {
    if (row.name == name) return row.make(name);
    known += (known.empty() ? "" : ", ") + std::string(row.name);
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
