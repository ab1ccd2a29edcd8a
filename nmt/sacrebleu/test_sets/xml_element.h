// XmlElement: a small XML document as a tree, as much of XML 1.0 as released test sets use:
// elements, attributes, character data, CDATA, comments, processing instructions, the five entities
// of XML and characters by number. A document type is skipped; entities that it declares are
// unknown.

#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace nmt::sacrebleu {

struct XmlElement {
  std::string name;
  std::vector<std::pair<std::string, std::string>> attributes;
  std::string text;  ///< Character data before the first child, comment or instruction.
  std::vector<XmlElement> children;

  /// The attribute called `key`; none if it is absent.
  std::optional<std::string> attribute(std::string_view key) const;

  /// All elements called `tag` below this one, at any depth, in the order of the document. They
  /// live as long as this element.
  std::vector<const XmlElement*> descendants(std::string_view tag) const;
};

/// The outermost element of the document `bytes`, which must be UTF-8. Throws InputError, with
/// `name` and a line, if it is not well formed, or deeper than 200 elements.
XmlElement parse_xml(std::string_view bytes, const std::string& name);

}  // namespace nmt::sacrebleu
