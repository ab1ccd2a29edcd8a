#include "nmt/decode/translate_stream.h"

#include <chrono>
#include <iomanip>
#include <span>
#include <sstream>
#include <vector>

#include "data/text/error.h"

namespace nmt::decode {
namespace {

/// Segments that are translated together.
struct Chunk {
  std::vector<std::string> segments;
  std::vector<std::string> positions;  ///< "file:line" of each.
};

void warn(const TranslationObserver& observer, const std::string& position,
          const std::string& message) {
  if (observer.warn) observer.warn(position + ": " + message);
}

/// `segment` as the translator takes it: no CR at its end, valid UTF-8.
std::string cleaned(std::string segment, const std::string& position, text::InvalidUtf8 rule,
                    const TranslationObserver& observer) {
  if (segment.ends_with('\r')) segment.pop_back();
  const std::optional<size_t> invalid = text::find_invalid_utf8(segment);
  if (!invalid) return segment;
  const std::string what = concatenate("invalid UTF-8 at byte ", *invalid + 1);
  switch (rule) {
    case text::InvalidUtf8::kFail:
      throw InputError(position, ": ", what,
                       "; convert the input to UTF-8, or use --invalid-utf8 replace or skip");
    case text::InvalidUtf8::kSkip:
      warn(observer, position, what + "; the translation is left empty");
      return {};
    case text::InvalidUtf8::kReplace:
      warn(observer, position, what + "; replaced by U+FFFD");
  }
  return text::replace_invalid_utf8(segment);
}

/// The next segments; none at the end of the input.
Chunk read_chunk(text::SegmentReader& input, const StreamOptions& options,
                 const TranslationObserver& observer) {
  Chunk chunk;
  std::string segment;
  while (std::ssize(chunk.segments) < options.chunk_segments && input.next(segment)) {
    chunk.positions.push_back(input.position());
    chunk.segments.push_back(
        cleaned(segment, chunk.positions.back(), options.invalid_utf8, observer));
    if (input.would_wait()) break;
  }
  return chunk;
}

/// The lines of the next segments' translations, all of them with `scores`, else the best of each;
/// they are counted in `totals`.
std::string lines_of(std::span<const std::vector<Translation>> translations, bool scores,
                     StreamTotals& totals) {
  std::ostringstream out;
  for (const std::vector<Translation>& found : translations) {
    for (const Translation& translation : std::span(found).first(scores ? found.size() : 1)) {
      if (scores) out << totals.segments << " ||| ";
      out << translation.text;
      if (scores) out << " ||| " << std::fixed << std::setprecision(6) << translation.score;
      out << '\n';
      ++totals.translations;
      totals.cut += translation.cut;
    }
    ++totals.segments;
  }
  return std::move(out).str();
}

}  // namespace

StreamTotals translate_stream(const Translator& translator, text::SegmentReader& input,
                              text::OutputFile& output, const StreamOptions& options,
                              const TranslationObserver& observer) {
  const auto start = std::chrono::steady_clock::now();
  StreamTotals totals;
  while (true) {
    const Chunk chunk = read_chunk(input, options, observer);
    if (chunk.segments.empty()) return totals;
    const auto translations =
        translator.translate_n_best(chunk.segments, [&](size_t index, const std::string& message) {
          warn(observer, chunk.positions[index], message);
        });
    output.write(lines_of(translations, options.scores, totals));
    if (observer.progress) {
      const std::chrono::duration<double> elapsed = std::chrono::steady_clock::now() - start;
      observer.progress({totals.segments, elapsed.count()});
    }
  }
}

}  // namespace nmt::decode
