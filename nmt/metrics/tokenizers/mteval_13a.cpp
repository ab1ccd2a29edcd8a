#include "nmt/metrics/tokenizers/mteval_13a.h"

#include "nmt/metrics/tokenizers/western_marks.h"

namespace nmt::metrics {

void Mteval13aTokenizer::tokenize(std::string_view segment, std::string& words) const {
  std::string line(" ");
  line += segment;
  if (line.find('<') != std::string::npos) replace_all(line, "<skipped>", "");
  if (line.find('\n') != std::string::npos) {
    replace_all(line, "-\n", "");
    replace_all(line, "\n", " ");
  }
  unescape_entities(line);
  line += ' ';
  std::string separated;
  separate_marks(line, separated);
  separate_points_and_dashes(separated, words);
}

}  // namespace nmt::metrics
