#include "nmt/sacrebleu/test_sets/xml_element.h"

#include <algorithm>
#include <cstdint>

#include "data/text/error.h"
#include "data/text/utf8.h"

namespace nmt::sacrebleu {
namespace {

constexpr std::string_view kSpaces = " \t\r\n";
constexpr int kDeepest = 200;

constexpr std::pair<std::string_view, char> kEntities[] = {
    {"lt", '<'}, {"gt", '>'}, {"amp", '&'}, {"quot", '"'}, {"apos", '\''}};

bool is_control(char c) {
  return c >= 0 && c < ' ' && kSpaces.find(c) == kSpaces.npos;
}

bool is_in_name(char c) {
  const bool letter = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '_' || c < 0;
  return letter || (c >= '0' && c <= '9') || c == '-' || c == '.' || c == ':';
}

class XmlParser {
 public:
  XmlParser(std::string_view bytes, const std::string& name) : bytes_(bytes), name_(name) {}

  XmlElement document() {
    check_characters();
    take("\xEF\xBB\xBF");
    if (bytes_.substr(at_).starts_with("<?xml ") && take("<?xml")) declaration();
    skip_outside(/*before_root=*/true);
    XmlElement root;
    if (!take("<")) fail("no element");
    element(root, 1);
    skip_outside(/*before_root=*/false);
    if (at_ < bytes_.size()) fail("text behind the outermost element");
    return root;
  }

 private:
  [[noreturn]] void fail(std::string_view problem) const {
    const auto read = bytes_.substr(0, at_);
    throw InputError(name_, ":", 1 + std::count(read.begin(), read.end(), '\n'),
                     ": not well-formed XML: ", problem);
  }

  void check_characters() {
    const auto refuse = [&](size_t place, std::string_view problem) {
      at_ = place;
      fail(problem);
    };
    if (const auto bad = text::find_invalid_utf8(bytes_)) refuse(*bad, "byte that is not UTF-8");
    const auto control = std::find_if(bytes_.begin(), bytes_.end(), is_control);
    if (control != bytes_.end()) refuse(control - bytes_.begin(), "control character");
    for (const char* character : {"\xEF\xBF\xBE", "\xEF\xBF\xBF"}) {
      const size_t found = bytes_.find(character);
      if (found != bytes_.npos) refuse(found, "U+FFFE or U+FFFF");
    }
  }

  bool take(std::string_view text) {
    if (!bytes_.substr(at_).starts_with(text)) return false;
    at_ += text.size();
    return true;
  }

  void skip_spaces() { at_ = std::min(bytes_.find_first_not_of(kSpaces, at_), bytes_.size()); }

  bool take_behind_spaces(std::string_view text) {
    const size_t end = std::min(bytes_.find_first_not_of(kSpaces, at_), bytes_.size());
    if (!bytes_.substr(end).starts_with(text)) return false;
    at_ = end + text.size();
    return true;
  }

  // What stands before `end`, behind which reading goes on.
  std::string_view take_until(std::string_view end, std::string_view what) {
    const size_t found = bytes_.find(end, at_);
    if (found == std::string_view::npos) fail(what);
    const std::string_view taken = bytes_.substr(at_, found - at_);
    at_ = found + end.size();
    return taken;
  }

  // Comments, instructions, the XML declaration and the document type.
  void skip_outside(bool before_root) {
    for (;;) {
      skip_spaces();
      if (take("<!--")) {
        comment();
      } else if (take("<?")) {
        instruction();
      } else if (before_root && take("<!DOCTYPE")) {
        document_type();
      } else {
        return;
      }
    }
  }

  // Behind "<!--".
  void comment() {
    const std::string_view text = take_until("-->", "comment without end");
    if (text.find("--") != text.npos || text.ends_with('-')) fail("'--' in a comment");
  }

  // Behind "<?".
  void instruction() {
    const std::string target = take_name();
    if (target.size() == 3 && (target[0] | 32) == 'x' && (target[1] | 32) == 'm' &&
        (target[2] | 32) == 'l') {
      fail("a declaration that is not at the start");
    }
    if (take("?>")) return;
    const size_t start = at_;
    skip_spaces();
    if (at_ == start) fail("instruction without a space behind its name");
    take_until("?>", "instruction without end");
  }

  // Behind "<?xml".
  void declaration() {
    XmlElement declared;
    while (!take_behind_spaces("?>")) attribute(declared);
    const auto& keys = declared.attributes;
    const bool versioned = !keys.empty() && keys[0].first == "version" &&
                           keys[0].second.find_first_not_of("0123456789.") == std::string::npos;
    for (size_t i = 1; i < keys.size(); ++i) {
      const bool encoding = i == 1 && keys[i].first == "encoding";
      if (!encoding && (i + 1 < keys.size() || keys[i].first != "standalone")) fail("declaration");
    }
    if (!versioned) fail("declaration without version");
    std::string encoding = declared.attribute("encoding").value_or("utf-8");
    for (char& c : encoding) c = c >= 'A' && c <= 'Z' ? static_cast<char>(c + 32) : c;
    if (encoding != "utf-8" && encoding != "us-ascii" && encoding != "ascii") {
      fail("an encoding other than UTF-8");
    }
  }

  void document_type() {
    const size_t end = bytes_.find_first_of("[>", at_);
    if (end == std::string_view::npos) fail("document type without end");
    at_ = end + 1;
    if (bytes_[end] == '[') {
      take_until("]", "document type without end");
      take_until(">", "document type without end");
    }
  }

  std::string take_name() {
    const size_t start = at_;
    while (at_ < bytes_.size() && is_in_name(bytes_[at_])) ++at_;
    std::string name(bytes_.substr(start, at_ - start));
    if (name.empty() || (name[0] >= '-' && name[0] <= ':')) fail("a name is missing");
    if (name == "xmlns" || (name.find(':') != name.npos && !name.starts_with("xml:"))) {
      fail("namespaces are not supported");
    }
    return name;
  }

  // Behind the "<" of a start tag.
  void element(XmlElement& element, int depth) {
    if (depth > kDeepest) fail("elements too deep");
    element.name = take_name();
    while (!take_behind_spaces(">")) {
      if (take_behind_spaces("/>")) return;
      attribute(element);
    }
    content(element, depth);
    if (take_name() != element.name) fail("end of another element than <" + element.name + ">");
    skip_spaces();
    if (!take(">")) fail("end tag without '>'");
  }

  void attribute(XmlElement& element) {
    const size_t start = at_;
    skip_spaces();
    if (at_ == start) fail("attribute without a space before it");
    std::string key = take_name();
    skip_spaces();
    if (!take("=")) fail("attribute without value");
    skip_spaces();
    const std::string_view quote = bytes_.substr(at_, 1);
    if (!take("\"") && !take("'")) fail("attribute without quotes");
    std::string raw(take_until(quote, "attribute without end"));
    if (raw.find('<') != std::string::npos) fail("'<' in an attribute");
    if (element.attribute(key)) fail("attribute " + key + " twice");
    std::replace_if(
        raw.begin(), raw.end(), [](char c) { return kSpaces.find(c) != kSpaces.npos; }, ' ');
    element.attributes.emplace_back(std::move(key), with_entities(raw));
  }

  // Everything up to the end tag, behind whose "</" reading goes on.
  void content(XmlElement& element, int depth) {
    bool leading = true;
    const auto add = [&](const std::string& text) {
      if (leading) element.text += text;
    };
    for (;;) {
      const size_t end = bytes_.find('<', at_);
      if (end == std::string_view::npos) fail("<" + element.name + "> without end");
      const std::string_view text = bytes_.substr(at_, end - at_);
      if (text.find("]]>") != text.npos) fail("']]>' in text");
      add(with_entities(text));
      at_ = end;
      if (take("</")) return;
      if (take("<![CDATA[")) {
        add(std::string(take_until("]]>", "CDATA without end")));
        continue;
      }
      leading = false;
      if (take("<!--")) {
        comment();
      } else if (take("<?")) {
        instruction();
      } else {
        take("<");
        this->element(element.children.emplace_back(), depth + 1);
      }
    }
  }

  std::string with_entities(std::string_view raw) const {
    std::string text;
    for (;;) {
      const size_t start = raw.find('&');
      text += raw.substr(0, start);
      if (start == std::string_view::npos) return text;
      const size_t end = raw.find(';', start);
      if (end == std::string_view::npos) fail("'&' without ';'");
      append_entity(raw.substr(start + 1, end - start - 1), text);
      raw.remove_prefix(end + 1);
    }
  }

  void append_entity(std::string_view entity, std::string& text) const {
    for (const auto& [name, character] : kEntities) {
      if (entity == name) return text.push_back(character);
    }
    const bool hexadecimal = entity.starts_with("#x");
    const std::string digits(entity.substr(std::min<size_t>(entity.size(), hexadecimal ? 2 : 1)));
    const char* allowed = hexadecimal ? "0123456789abcdefABCDEF" : "0123456789";
    if (!entity.starts_with('#') || digits.empty() || digits.size() > 8 ||
        digits.find_first_not_of(allowed) != std::string::npos) {
      fail("unknown entity &" + std::string(entity) + ";");
    }
    const unsigned long number = std::stoul(digits, nullptr, hexadecimal ? 16 : 10);
    const bool control = number < ' ' && is_control(static_cast<char>(number));
    if (control || number > 0x10FFFF || (number >= 0xD800 && number < 0xE000)) {
      fail("&" + std::string(entity) + "; is no character");
    }
    text::append_utf8(static_cast<char32_t>(number), text);
  }

  std::string_view bytes_;
  const std::string& name_;
  size_t at_ = 0;
};

}  // namespace

std::optional<std::string> XmlElement::attribute(std::string_view key) const {
  for (const auto& [name, value] : attributes) {
    if (name == key) return value;
  }
  return std::nullopt;
}

std::vector<const XmlElement*> XmlElement::descendants(std::string_view tag) const {
  std::vector<const XmlElement*> found;
  for (const XmlElement& child : children) {
    if (child.name == tag) found.push_back(&child);
    const auto below = child.descendants(tag);
    found.insert(found.end(), below.begin(), below.end());
  }
  return found;
}

XmlElement parse_xml(std::string_view bytes, const std::string& name) {
  return XmlParser(bytes, name).document();
}

}  // namespace nmt::sacrebleu
