#include "nmt/sacrebleu/encodings/stream_decoder.h"

#include <algorithm>

#include "nmt/sacrebleu/encodings/character_set_decoder.h"
#include "nmt/sacrebleu/encodings/encoding_tables.h"
#include "nmt/sacrebleu/encodings/hz_decoder.h"
#include "nmt/sacrebleu/encodings/iso2022_decoder.h"
#include "nmt/sacrebleu/encodings/unicode_decoder.h"
#include "nmt/sacrebleu/encodings/utf7_decoder.h"

namespace nmt::sacrebleu {
namespace {

struct UnicodeForm {
  std::string_view module;
  int unit;
  ByteOrder order;
};

constexpr UnicodeForm kUnicodeForms[] = {
    {"utf_16", 2, ByteOrder::by_mark},   {"utf_32", 4, ByteOrder::by_mark},
    {"utf_16_le", 2, ByteOrder::little}, {"utf_32_le", 4, ByteOrder::little},
    {"utf_16_be", 2, ByteOrder::big},    {"utf_32_be", 4, ByteOrder::big},
};

bool is_character_set(std::string_view name) {
  const auto rows = character_set_rows();
  return std::any_of(rows.begin(), rows.end(),
                     [&](const CharacterSetRow& row) { return row.name == name; });
}

}  // namespace

std::unique_ptr<StreamDecoder> make_stream_decoder(std::string_view module) {
  for (const UnicodeForm& form : kUnicodeForms) {
    if (form.module == module) return std::make_unique<UnicodeDecoder>(form.unit, form.order);
  }
  if (module == "utf_7") return std::make_unique<Utf7Decoder>();
  if (module == "hz") return std::make_unique<HzDecoder>();
  if (Iso2022Decoder::knows(module)) return std::make_unique<Iso2022Decoder>(module);
  if (!is_character_set(module)) return nullptr;
  return std::make_unique<CharacterSetDecoder>(module, /*makes_up=*/module == "euc_kr");
}

}  // namespace nmt::sacrebleu
