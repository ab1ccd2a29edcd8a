#include "nmt/sacrebleu/test_sets/wmt_xml.h"

#include <algorithm>
#include <map>
#include <optional>
#include <set>

#include "data/text/byte_source.h"
#include "data/text/error.h"
#include "nmt/sacrebleu/python_number.h"
#include "nmt/sacrebleu/test_sets/xml_document.h"

namespace nmt::sacrebleu {
namespace {

using Name = std::optional<std::string>;

class WmtXmlReader {
 public:
  explicit WmtXmlReader(const std::string& path)
      : path_(path), document_(text::read_file(path), path), root_(document_.root()) {}

  WmtXml read() {
    check_one_language("src");
    check_one_language("ref");
    for (const XmlElement& document : root_.descendants("doc")) {
      if (!document.attribute("testsuite")) add_document(document);
    }
    WmtXml xml{.fields = {"src"}, .marks = std::move(marks_)};
    for (const XmlElement& reference : root_.descendants("ref")) {
      const Name translator = reference.attribute("translator");
      add_once(xml.fields, translator && !translator->empty() ? "ref:" + *translator : "ref");
    }
    for (const char* field : {"docid", "origlang"}) add_once(xml.fields, field);
    for (const std::string& system : systems_) add_once(xml.fields, system);
    const auto& documents = xml.marks.documents;
    if (!documents.empty() && documents.back().topic) {
      add_once(xml.fields, "domain");
    } else {
      for (DocumentMark& mark : xml.marks.documents) mark.topic.reset();
    }
    return xml;
  }

 private:
  static void add_once(std::vector<std::string>& names, const std::string& name) {
    if (std::find(names.begin(), names.end(), name) == names.end()) names.push_back(name);
  }

  void check_one_language(const char* tag) const {
    std::set<Name> languages;
    for (const XmlElement& text : root_.descendants(tag)) languages.insert(text.attribute("lang"));
    if (languages.size() == 1) return;
    throw InputError(path_, ": needs <", tag, "> elements of one language, has ", languages.size());
  }

  std::string needed(const XmlElement& element, const char* key) const {
    const Name value = element.attribute(key);
    if (!value) throw InputError(path_, ": <", element.name(), "> without ", key);
    return *value;
  }

  int64_t number_of(const XmlElement& segment) const {
    const std::string id = needed(segment, "id");
    const auto number = python_int(id);
    if (!number) throw InputError(path_, ": <seg> with id '", id, "', which is no number");
    return *number;
  }

  // Numbers of the segments of `element`, and whether each has text.
  std::map<int64_t, bool> segments_of(const XmlElement& element) const {
    std::map<int64_t, bool> segments;
    for (const XmlElement& segment : element.descendants("seg")) {
      segments[number_of(segment)] = segment.has_text();
    }
    return segments;
  }

  void add_document(const XmlElement& document) {
    std::map<Name, std::map<int64_t, bool>> references, hypotheses;
    for (const XmlElement& text : document.descendants("ref")) {
      references[text.attribute("translator")] = segments_of(text);
    }
    std::vector<std::string> systems;
    for (const XmlElement& text : document.descendants("hyp")) {
      hypotheses[text.attribute("system")] = segments_of(text);
      add_once(systems, text.attribute("system").value_or(""));
    }
    std::set<int64_t> numbers;
    for (const XmlElement& text : document.descendants("src")) {
      for (const auto& [number, has_text] : segments_of(text)) numbers.insert(number);
    }
    std::erase_if(numbers, [&](int64_t number) {
      return std::none_of(references.begin(), references.end(), [&](const auto& reference) {
        const auto found = reference.second.find(number);
        return found != reference.second.end() && found->second;
      });
    });
    if (numbers.empty()) return;
    check_hypotheses(hypotheses, numbers);
    for (const std::string& system : systems) add_once(systems_, system);
    needed(document, "id");
    marks_.documents.push_back(
        {needed(document, "origlang"), document.attribute("domain"), numbers.size()});
  }

  void check_hypotheses(const std::map<Name, std::map<int64_t, bool>>& hypotheses,
                        const std::set<int64_t>& numbers) const {
    for (const auto& [system, segments] : hypotheses) {
      if (!system) throw InputError(path_, ": <hyp> without system");
      for (const int64_t number : numbers) {
        if (segments.contains(number)) continue;
        throw InputError(path_, ": system ", *system, " lacks segment ", number, " of a document");
      }
    }
  }

  std::string path_;
  XmlDocument document_;
  XmlElement root_;
  DocumentMarks marks_;
  std::vector<std::string> systems_;
};

}  // namespace

WmtXml read_wmt_xml(const std::string& path) {
  return WmtXmlReader(path).read();
}

}  // namespace nmt::sacrebleu
