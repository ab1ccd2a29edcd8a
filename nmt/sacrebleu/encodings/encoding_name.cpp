#include "nmt/sacrebleu/encodings/encoding_name.h"

#include <iconv.h>

#include <algorithm>

#include "data/text/error.h"

namespace nmt::sacrebleu {
namespace {

struct NamedEncoding {
  std::string_view name;  // As normalized() gives it.
  EncodingKind kind;
  std::string_view charset = {};
};

using enum EncodingKind;

// What needs no iconv or has a name there that is not Python's with another spelling.
constexpr NamedEncoding kEncodings[] = {
    {"utf_8", utf8},
    {"utf8", utf8},
    {"u8", utf8},
    {"utf", utf8},
    {"cp65001", utf8},
    {"utf_8_sig", utf8_with_mark},
    {"ascii", other, "ASCII"},
    {"646", other, "ASCII"},
    {"latin_1", other, "ISO-8859-1"},
    {"latin", other, "ISO-8859-1"},
    {"iso8859", other, "ISO-8859-1"},
    {"8859", other, "ISO-8859-1"},
    {"charmap", other, "ISO-8859-1"},
    {"utf_16", marked, "UTF-16"},
    {"utf16", marked, "UTF-16"},
    {"u16", marked, "UTF-16"},
    {"utf_32", marked, "UTF-32"},
    {"utf32", marked, "UTF-32"},
    {"u32", marked, "UTF-32"},
    {"u7", other, "UTF-7"},
    {"big5_tw", other, "BIG5"},
    {"hkscs", other, "BIG5-HKSCS"},
    {"chinese", other, "GB2312"},
    {"gb18030_2000", other, "GB18030"},
    {"korean", other, "EUC-KR"},
    {"ksc5601", other, "EUC-KR"},
    {"ks_c_5601_1987", other, "EUC-KR"},
    {"ms949", other, "UHC"},
    {"ms950", other, "CP950"},
    {"ms1361", other, "JOHAB"},
    {"mskanji", other, "CP932"},
    {"shiftjis", other, "SJIS"},
    {"shift_jis_2004", other, "SHIFT_JISX0213"},
    {"euc_jis_2004", other, "EUC-JISX0213"},
    {"iso2022_jp_3", other, "ISO-2022-JP-3"},
    {"cp1051", other, "HP-ROMAN8"},
    {"ptcp154", other, "PT154"},
    {"kz1048", other, "RK1048"},
    {"mac_roman", other, "MACINTOSH"},
    {"macroman", other, "MACINTOSH"},
    {"mac_latin2", other, "MAC-CENTRALEUROPE"},
    {"thai", other, "ISO-8859-11"},
    {"l9", other, "ISO-8859-15"},
};

bool is_word_character(char c) {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '.';
}

// In lower case, with one "_" for everything between words.
std::string normalized(std::string_view name) {
  std::string result;
  bool between = false;
  for (const char c : name) {
    if (!is_word_character(c)) {
      between = true;
      continue;
    }
    if (between && !result.empty()) result += '_';
    between = false;
    result += c >= 'A' && c <= 'Z' ? static_cast<char>(c + 32) : c;
  }
  return result;
}

bool is_known_to_iconv(const std::string& charset) {
  const iconv_t converter = iconv_open("UTF-8", charset.c_str());
  if (converter == reinterpret_cast<iconv_t>(-1)) return false;
  iconv_close(converter);
  return true;
}

}  // namespace

Encoding find_encoding(std::string_view name) {
  const std::string wanted = normalized(name);
  for (const NamedEncoding& encoding : kEncodings) {
    if (encoding.name == wanted) return {encoding.kind, std::string(encoding.charset)};
  }
  std::string dashed = wanted, joined = wanted;
  std::replace(dashed.begin(), dashed.end(), '_', '-');
  std::erase(joined, '_');
  for (const std::string& charset : {dashed, wanted, joined, "cp" + wanted}) {
    if (!wanted.empty() && is_known_to_iconv(charset)) return {other, charset};
  }
  throw InputError("encoding '", name, "' is not supported: iconv of this machine does not know ",
                   "it (`iconv -l` lists what it does); convert the files to utf-8");
}

}  // namespace nmt::sacrebleu
