// Names of encodings: "UTF-8", "utf 8" and "U8" are the same one, as in Python.

#pragma once

#include <string>
#include <string_view>

namespace nmt::sacrebleu {

/// How a text in some encoding is read.
enum class EncodingKind {
  kUtf8,
  kUtf8WithMark,  ///< UTF-8, of which a byte order mark at the start is dropped.
  kMarked,        ///< UTF-16 or UTF-32 in the byte order that a mark at the start tells.
  kOther,         ///< What iconv makes of it.
};

struct Encoding {
  EncodingKind kind = EncodingKind::kUtf8;
  std::string charset;  ///< The name for iconv, of the last two kinds; without LE or BE if marked.
};

/// The encoding that Python calls `name`, or iconv if Python has none of this name. Throws
/// InputError if iconv of this machine does not know it either.
Encoding find_encoding(std::string_view name);

}  // namespace nmt::sacrebleu
