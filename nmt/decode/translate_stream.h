// Translating a stream of any length: segments are read in chunks, each chunk is translated and
// written before the next is read, one translation a line in the order of the input.
//
// With n-best output every translation is a line `index ||| translation ||| score`, index from 0,
// the best first: the format of Moses and Marian.

#pragma once

#include <cstdint>
#include <functional>
#include <string>

#include "data/text/output_file.h"
#include "data/text/segment_file.h"
#include "data/text/utf8.h"
#include "nmt/decode/translator.h"

namespace nmt::decode {

struct StreamOptions {
  /// Segments translated together at most. Where a chunk ends follows from the input alone, except
  /// that what a pipe has to offer at the moment is translated at once.
  int64_t chunk_segments = 1024;
  bool scores = false;  ///< Whether to write the n-best format.
  /// What happens to a segment with invalid UTF-8: an error, an empty translation, or each invalid
  /// part becomes U+FFFD.
  text::InvalidUtf8 invalid_utf8 = text::InvalidUtf8::kReplace;
};

/// How far a stream is.
struct StreamProgress {
  int64_t segments = 0;
  double seconds = 0.0;  ///< Since the first segment was asked for.
};

/// What a stream came to.
struct StreamTotals {
  int64_t segments = 0;
  int64_t translations = 0;  ///< With n-best output more than segments.
  int64_t cut = 0;           ///< Translations that the limit on their length ended.
};

/// What the caller may want to show; either may be empty.
struct TranslationObserver {
  std::function<void(const std::string& message)> warn;  ///< One line, with its position.
  std::function<void(const StreamProgress&)> progress;   ///< After each chunk.
};

/// Translates all of `input` to `output`, chunk by chunk, and does not commit it. Throws InputError
/// if reading or writing fails, or at invalid UTF-8 under kFail (file, line and byte are named).
StreamTotals translate_stream(const Translator& translator, text::SegmentReader& input,
                              text::OutputFile& output, const StreamOptions& options,
                              const TranslationObserver& observer = {});

}  // namespace nmt::decode
