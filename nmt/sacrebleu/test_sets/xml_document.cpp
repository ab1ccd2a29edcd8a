#include "nmt/sacrebleu/test_sets/xml_document.h"

#include <libxml/parser.h>

#include <climits>

#include "data/text/error.h"

namespace nmt::sacrebleu {
namespace {

constexpr int kOptions =
    XML_PARSE_NONET | XML_PARSE_NOCDATA | XML_PARSE_NOERROR | XML_PARSE_NOWARNING;

struct FreeParser {
  void operator()(xmlParserCtxt* parser) const { xmlFreeParserCtxt(parser); }
};

const xmlChar* xml_text(const char* text) {
  return reinterpret_cast<const xmlChar*>(text);
}

std::string_view view_of(const xmlChar* text) {
  return reinterpret_cast<const char*>(text);
}

void collect(const xmlNode* node, std::string_view tag, std::vector<XmlElement>& found) {
  for (xmlNode* child = node->children; child != nullptr; child = child->next) {
    if (child->type != XML_ELEMENT_NODE) continue;
    if (child->ns == nullptr && view_of(child->name) == tag) found.emplace_back(child);
    collect(child, tag, found);
  }
}

[[noreturn]] void refuse(const xmlError* error, const std::string& name) {
  std::string problem = error == nullptr ? "unknown" : error->message;
  while (problem.ends_with('\n')) problem.pop_back();
  throw InputError(name, ":", error == nullptr ? 1 : error->line,
                   ": not well-formed XML: ", problem);
}

}  // namespace

std::string XmlElement::name() const {
  return std::string(view_of(node_->name));
}

std::optional<std::string> XmlElement::attribute(const char* key) const {
  xmlChar* value = xmlGetNoNsProp(node_, xml_text(key));
  if (value == nullptr) return std::nullopt;
  std::string text(view_of(value));
  xmlFree(value);
  return text;
}

bool XmlElement::has_text() const {
  const xmlNode* first = node_->children;
  return first != nullptr && (first->type == XML_TEXT_NODE || first->type == XML_ENTITY_REF_NODE);
}

std::vector<XmlElement> XmlElement::descendants(std::string_view tag) const {
  std::vector<XmlElement> found;
  collect(node_, tag, found);
  return found;
}

void XmlDocument::Free::operator()(_xmlDoc* document) const {
  xmlFreeDoc(document);
}

XmlDocument::XmlDocument(std::string_view bytes, const std::string& name) {
  if (bytes.size() > INT_MAX) throw InputError(name, ": is larger than 2 GiB");
  const std::unique_ptr<xmlParserCtxt, FreeParser> parser(xmlNewParserCtxt());
  document_.reset(xmlCtxtReadMemory(parser.get(), bytes.data(), static_cast<int>(bytes.size()),
                                    name.c_str(), nullptr, kOptions));
  if (document_ == nullptr) refuse(xmlCtxtGetLastError(parser.get()), name);
}

XmlElement XmlDocument::root() const {
  return XmlElement(xmlDocGetRootElement(document_.get()));
}

}  // namespace nmt::sacrebleu
