#include "nmt/sacrebleu/encodings/encoding_name.h"

#include <iconv.h>

#include <algorithm>

#include "data/text/error.h"
#include "data/text/unicode.h"

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
    {"utf_8", kUtf8},
    {"utf8", kUtf8},
    {"u8", kUtf8},
    {"utf", kUtf8},
    {"cp65001", kUtf8},
    {"utf_8_sig", kUtf8WithMark},
    {"ascii", kOther, "ASCII"},
    {"646", kOther, "ASCII"},
    {"latin_1", kOther, "ISO-8859-1"},
    {"latin", kOther, "ISO-8859-1"},
    {"iso8859", kOther, "ISO-8859-1"},
    {"8859", kOther, "ISO-8859-1"},
    {"charmap", kOther, "ISO-8859-1"},
    {"utf_16", kMarked, "UTF-16"},
    {"utf16", kMarked, "UTF-16"},
    {"u16", kMarked, "UTF-16"},
    {"utf_32", kMarked, "UTF-32"},
    {"utf32", kMarked, "UTF-32"},
    {"u32", kMarked, "UTF-32"},
    {"u7", kOther, "UTF-7"},
    {"big5_tw", kOther, "BIG5"},
    {"hkscs", kOther, "BIG5-HKSCS"},
    {"chinese", kOther, "GB2312"},
    {"gb18030_2000", kOther, "GB18030"},
    {"korean", kOther, "EUC-KR"},
    {"ksc5601", kOther, "EUC-KR"},
    {"ks_c_5601_1987", kOther, "EUC-KR"},
    {"ms949", kOther, "UHC"},
    {"ms950", kOther, "CP950"},
    {"ms1361", kOther, "JOHAB"},
    {"mskanji", kOther, "CP932"},
    {"shiftjis", kOther, "SJIS"},
    {"shift_jis_2004", kOther, "SHIFT_JISX0213"},
    {"euc_jis_2004", kOther, "EUC-JISX0213"},
    {"iso2022_jp_3", kOther, "ISO-2022-JP-3"},
    {"cp1051", kOther, "HP-ROMAN8"},
    {"ptcp154", kOther, "PT154"},
    {"kz1048", kOther, "RK1048"},
    {"mac_roman", kOther, "MACINTOSH"},
    {"macroman", kOther, "MACINTOSH"},
    {"mac_latin2", kOther, "MAC-CENTRALEUROPE"},
    {"thai", kOther, "ISO-8859-11"},
    {"l9", kOther, "ISO-8859-15"},
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
    result += c;
  }
  return text::lower_ascii(result);
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
    if (!wanted.empty() && is_known_to_iconv(charset)) return {kOther, charset};
  }
  throw InputError("encoding '", name, "' is not supported: iconv of this machine does not know ",
                   "it (`iconv -l` lists what it does); convert the files to utf-8");
}

}  // namespace nmt::sacrebleu
