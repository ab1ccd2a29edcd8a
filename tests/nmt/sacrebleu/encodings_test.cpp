// Decoders: every character of every character set is the one that Python has, whole texts come out
// as Python's, wherever they are cut, and what Python refuses is refused.

#include <gtest/gtest.h>

#include <fstream>
#include <functional>
#include <iomanip>
#include <optional>
#include <set>
#include <sstream>

#include "nmt/sacrebleu/encodings/character_set.h"
#include "nmt/sacrebleu/encodings/encoding_name.h"
#include "nmt/sacrebleu/encodings/stream_decoder.h"
#include "tests/nmt/metrics/golden.h"

namespace nmt::sacrebleu {
namespace {

// FNV-1a over the characters of a set: sequence, number of code points, code points.
struct Checksum {
  void add(uint32_t number) {
    for (int shift = 0; shift < 32; shift += 8) {
      value = (value ^ (number >> shift & 0xFF)) * 0x100000001B3;
    }
  }

  uint64_t value = 0xCBF29CE484222325;
  size_t characters = 0;
};

void add_meaning(CharacterSet& set, const CharacterSet::Meaning& meaning, uint32_t sequence,
                 Checksum& sum);

// Adds all characters that go on from `node`, to which `sequence` led, in the order of their bytes.
void add_node(CharacterSet& set, uint32_t node, uint32_t sequence, Checksum& sum) {
  for (uint32_t byte = 0; byte < 256; ++byte) {
    const auto meaning = set.meaning(node, static_cast<unsigned char>(byte));
    add_meaning(set, meaning, sequence << 8 | byte, sum);
  }
}

void add_meaning(CharacterSet& set, const CharacterSet::Meaning& meaning, uint32_t sequence,
                 Checksum& sum) {
  if (meaning.kind == CharacterSet::Kind::beginning) {
    return add_node(set, meaning.value, sequence, sum);
  }
  if (meaning.kind != CharacterSet::Kind::character) return;
  ++sum.characters;
  sum.add(sequence);
  sum.add(meaning.companion == 0 ? 1 : 2);
  sum.add(meaning.value);
  if (meaning.companion != 0) sum.add(meaning.companion);
}

TEST(EncodingsTest, EveryCharacterIsTheOneThatPythonHas) {
  std::ifstream file(metrics::golden_path("encodings.txt"));
  std::string name, expected;
  size_t characters = 0, sets = 0;
  for (; file >> name >> characters >> expected; ++sets) {
    Checksum sum;
    for (uint32_t byte = 0; byte < 256; ++byte) {
      CharacterSet set(name);  // A new one each time: GB 18030 as a whole takes 300 MB.
      const auto first = set.meaning(CharacterSet::kRoot, static_cast<unsigned char>(byte));
      add_meaning(set, first, byte, sum);
    }
    std::ostringstream text;
    text << std::hex << std::setw(16) << std::setfill('0') << sum.value;
    EXPECT_EQ(sum.characters, characters) << name;
    EXPECT_EQ(text.str(), expected) << name;
  }
  EXPECT_EQ(sets, character_set_rows().size());
}

std::string bytes_of_hex(const std::string& hex) {
  std::string bytes;
  for (size_t i = 0; i < hex.size(); i += 2) {
    bytes += static_cast<char>(std::stoi(hex.substr(i, 2), nullptr, 16));
  }
  return bytes;
}

// The text of `bytes`, given to the decoder `size` at a time; none if it refuses.
std::optional<std::string> decoded(const std::string& encoding, std::string_view bytes,
                                   size_t size) {
  const auto decoder = make_stream_decoder(encoding);
  std::string text;
  for (size_t start = 0; start < bytes.size(); start += size) {
    if (!decoder->decode(bytes.substr(start, size), text)) return std::nullopt;
  }
  if (!decoder->finish()) return std::nullopt;
  return text;
}

TEST(EncodingsTest, TextsComeOutAsPythonsWhereverTheyAreCut) {
  for (const nlohmann::json& record : metrics::golden_records("decoded.jsonl")) {
    const std::string bytes = bytes_of_hex(record["hex"]);
    std::optional<std::string> expected;
    if (!record["text"].is_null()) expected = record["text"];
    for (const size_t size : {1, 2, 3, 1000}) {
      EXPECT_EQ(decoded(record["encoding"], bytes, size), expected) << record << ", by " << size;
    }
  }
}

TEST(EncodingsTest, KoreanSyllablesMayBeMadeUpOfLetters) {
  EXPECT_EQ(decoded("euc_kr", "\xA4\xD4\xA4\xBE\xA4\xD3\xA4\xBE", 3), "\U0000D7A3");
  EXPECT_EQ(decoded("euc_kr", "\xA4\xD4\xA4\xA1\xA4\xBF\xA4\xD4!", 5), "가!");
  EXPECT_EQ(decoded("euc_kr", "\xA4\xD4\xA4\xA3\xA4\xBF\xA4\xD4", 8), std::nullopt);
  EXPECT_EQ(decoded("cp949", "\xA4\xD4", 2), "\u3164");
}

TEST(EncodingsTest, HalfASurrogatePairIsACharacterOfUtf7) {
  EXPECT_EQ(decoded("utf_7", "+2D0-x", 1), "\xED\xA0\xBDx");
  EXPECT_EQ(decoded("utf_7", "+2D0", 1), std::nullopt);
}

TEST(EncodingsTest, NamesAreFoundAsPythonFindsThem) {
  EXPECT_EQ(python_encoding("UTF-16LE"), "utf_16_le");
  EXPECT_EQ(python_encoding(" Windows-1252 "), "cp1252");
  EXPECT_EQ(python_encoding("ISO_8859-1:1987"), "latin_1");
  EXPECT_EQ(python_encoding("iso-8859.1"), "latin_1");
  EXPECT_EQ(python_encoding("ANSI_X3.4-1968"), "ascii");
  EXPECT_EQ(python_encoding("utf.8"), std::nullopt);
  EXPECT_EQ(python_encoding("csISO2022KR"), "iso2022_kr");
  for (const char* name : {"", "utf-9", "rot13", "hex", "mbcs", "aliases", "oem"}) {
    EXPECT_EQ(python_encoding(name), std::nullopt) << name;
  }
}

TEST(EncodingsTest, EveryEncodingOfPythonHasADecoderOrIsKnownNotTo) {
  const std::set<std::string_view> without = {
      "ascii",     "charmap", "idna",      "latin_1",       "punycode", "raw_unicode_escape",
      "undefined", "utf_8",   "utf_8_sig", "unicode_escape"};
  for (const EncodingName& name : encoding_names()) {
    EXPECT_EQ(make_stream_decoder(name.module) == nullptr, without.contains(name.module))
        << name.module;
  }
}

}  // namespace
}  // namespace nmt::sacrebleu
