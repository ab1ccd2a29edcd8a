#include "nmt/sacrebleu/test_sets/document_marks.h"

#include <algorithm>

#include "data/text/byte_source.h"
#include "data/text/error.h"
#include "data/text/utf8.h"
#include "nmt/sacrebleu/test_sets/test_set_table.h"

namespace nmt::sacrebleu {
namespace {

// The value of the last ` key="value"` of `line`; the line itself if there is none, or if it lacks
// its newline: sacreBLEU substitutes the whole line by the value.
std::string attribute_of(const std::string& line, const std::string& key) {
  if (!line.ends_with('\n')) return line;
  const std::string start = ' ' + key + "=\"";
  for (size_t found = line.rfind(start); found != std::string::npos;
       found = found == 0 ? std::string::npos : line.rfind(start, found - 1)) {
    const size_t value = found + start.size();
    const size_t end = line.find('"', value);
    if (end != std::string::npos && end > value) return line.substr(value, end - value);
  }
  return line;
}

std::string tag_of(const DocumentTagList& list, const std::string& document) {
  const auto found = std::find_if(list.tags.begin(), list.tags.end(),
                                  [&](const DocumentTag& tag) { return tag.document == document; });
  return found == list.tags.end() ? "" : std::string(found->tag);
}

}  // namespace

DocumentMarks read_sgml_marks(const std::string& path, const std::string& test_set) {
  const std::string bytes = text::read_file(path);
  if (text::find_invalid_utf8(bytes)) throw InputError(path, ": is not UTF-8");
  const DocumentTagList* tags = document_tags(test_set);
  DocumentMarks marks;
  for (size_t start = 0; start < bytes.size();) {
    const size_t end = std::min(bytes.find('\n', start), bytes.size() - 1) + 1;
    const std::string line = bytes.substr(start, end - start);
    start = end;
    if (line.starts_with("<doc ")) {
      DocumentMark& mark = marks.documents.emplace_back();
      mark.origin_language = attribute_of(line, "origlang");
      if (tags != nullptr) mark.topic = tag_of(*tags, attribute_of(line, "docid"));
    } else if (line.starts_with("<seg ")) {
      ++(marks.documents.empty() ? marks.leading_segments : marks.documents.back().segments);
    }
  }
  return marks;
}

}  // namespace nmt::sacrebleu
