// XmlDocument: a whole XML document by libxml2, which sacreBLEU reads test sets with, too. Only
// names without a namespace are found. Nothing outside the document is read for it.

#pragma once

#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

struct _xmlDoc;
struct _xmlNode;

namespace nmt::sacrebleu {

/// An element of a document, as long as that lives.
class XmlElement {
 public:
  explicit XmlElement(_xmlNode* node) : node_(node) {}

  std::string name() const;

  /// The attribute called `key`; none if it is absent.
  std::optional<std::string> attribute(const char* key) const;

  /// Whether there is character data before the first child, comment or instruction.
  bool has_text() const;

  /// All elements called `tag` below this one, at any depth, in the order of the document.
  std::vector<XmlElement> descendants(std::string_view tag) const;

 private:
  _xmlNode* node_;
};

class XmlDocument {
 public:
  /// The document `bytes`. Throws InputError, with `name` and a line, if it is not well formed.
  XmlDocument(std::string_view bytes, const std::string& name);

  /// The outermost element.
  XmlElement root() const;

 private:
  struct Free {
    void operator()(_xmlDoc* document) const;
  };

  std::unique_ptr<_xmlDoc, Free> document_;
};

}  // namespace nmt::sacrebleu
