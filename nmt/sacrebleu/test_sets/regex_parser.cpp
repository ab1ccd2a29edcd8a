#include <algorithm>
#include <map>
#include <optional>
#include <string>

#include "data/text/error.h"
#include "data/text/utf8.h"
#include "nmt/sacrebleu/test_sets/regex_source.h"
#include "nmt/sacrebleu/test_sets/regex_syntax.h"
#include "nmt/sacrebleu/test_sets/regex_width.h"

namespace nmt::sacrebleu {
namespace {

using Kind = RegexNode::Kind;

// A character of a set, or a category.
struct SetItem {
  char32_t literal = 0;
  std::optional<RegexCategory> category = std::nullopt;
};

bool is_digit(char32_t c) {
  return c >= '0' && c <= '9';
}

class RegexParser {
 public:
  explicit RegexParser(std::string_view pattern) : source_(pattern) {}

  RegexTree parse() {
    RegexTree tree{.branches = branches(flags_, /*outermost=*/true)};
    if (!source_.at_end()) source_.fail("unbalanced parenthesis");
    tree.groups = widths_.size();
    return tree;
  }

 private:
  std::vector<RegexSequence> branches(const RegexFlags& flags, bool outermost = false) {
    std::vector<RegexSequence> branches;
    do {
      const bool first = outermost && branches.empty();
      branches.push_back(sequence(outermost ? flags_ : flags, first));
    } while (source_.take('|'));
    return branches;
  }

  RegexSequence sequence(RegexFlags flags, bool may_set_flags) {
    RegexSequence nodes;
    while (!source_.at_end() && source_.peek() != '|' && source_.peek() != ')') {
      const char32_t c = source_.next();
      if (flags.verbose && skip_layout(c)) continue;
      if (c == '*' || c == '+' || c == '?') {
        repeat(nodes, c == '+' ? 1 : 0, c == '?' ? 1 : kNoLimit);
      } else if (c == '{') {
        counted_repeat(nodes, flags);
      } else if (c == '(') {
        group(nodes, flags, may_set_flags);
      } else {
        nodes.push_back(single(c, flags));
      }
    }
    return nodes;
  }

  // White space and comments of verbose patterns.
  bool skip_layout(char32_t c) {
    if (c == '#') {
      for (char32_t skipped = c; skipped != '\n' && !source_.at_end();) {
        skipped = source_.next();
        if (skipped == '\\') source_.next_escaped();
      }
      return true;
    }
    return c == ' ' || (c >= '\t' && c <= '\r');
  }

  RegexNode single(char32_t c, const RegexFlags& flags) {
    if (c == '\\') return escape(flags);
    if (c == '[') return {.kind = Kind::set, .flags = flags, .set = set()};
    const Kind kind = c == '.'   ? Kind::any
                      : c == '^' ? Kind::line_start
                      : c == '$' ? Kind::line_end
                                 : Kind::set;
    RegexNode node{.kind = kind, .flags = flags};
    if (kind == Kind::set) node.set.ranges = {{c, c}};
    return node;
  }

  RegexNode escape(const RegexFlags& flags) {
    const char32_t c = source_.next_escaped();
    if (c == 'A') return {.kind = Kind::text_start};
    if (c == 'Z') return {.kind = Kind::text_end};
    if (c == 'b' || c == 'B') return {.kind = Kind::boundary, .flags = flags, .negated = c == 'B'};
    if (const auto category = regex_category(c)) {
      return {.kind = Kind::set, .flags = flags, .set = {.categories = {*category}}};
    }
    if (is_digit(c) && c != '0') return number(c, flags);
    const char32_t literal = source_.take_literal(c);
    return {.kind = Kind::set, .flags = flags, .set = {.ranges = {{literal, literal}}}};
  }

  // \1 to \99, or three octal digits.
  RegexNode number(char32_t first, const RegexFlags& flags) {
    size_t number = first - '0';
    if (!source_.at_end() && is_digit(source_.peek())) {
      const char32_t second = source_.next();
      number = number * 10 + (second - '0');
      const auto octal = [](char32_t c) { return c >= '0' && c <= '7'; };
      if (octal(first) && octal(second) && !source_.at_end() && octal(source_.peek())) {
        const char32_t value = (first - '0') * 64 + (second - '0') * 8 + (source_.next() - '0');
        if (value > 0377) source_.fail("octal escape above 0o377");
        return {.kind = Kind::set, .flags = flags, .set = {.ranges = {{value, value}}}};
      }
    }
    return reference(number, flags);
  }

  RegexNode reference(size_t number, const RegexFlags& flags) {
    if (number == 0 || number > widths_.size()) source_.fail("invalid group reference");
    if (!widths_[number - 1]) source_.fail("cannot refer to an open group");
    if (number > lookbehind_groups_) {
      source_.fail("cannot refer to group defined in the same lookbehind subpattern");
    }
    return {.kind = Kind::back_reference, .flags = flags, .number = number};
  }

  // Behind "[".
  RegexSet set() {
    RegexSet set{.negated = source_.take('^')};
    for (bool empty = true;; empty = false) {
      const char32_t c = next_of_set();
      if (c == ']' && !empty) return set;
      const SetItem first = set_item(c);
      if (!source_.take('-')) {
        add(first, set);
        continue;
      }
      const char32_t behind = next_of_set();
      if (behind == ']') {
        add(first, set);
        set.ranges.emplace_back('-', '-');
        return set;
      }
      const SetItem last = set_item(behind);
      if (first.category || last.category || last.literal < first.literal) {
        source_.fail("bad character range");
      }
      set.ranges.emplace_back(first.literal, last.literal);
    }
  }

  char32_t next_of_set() {
    if (source_.at_end()) source_.fail("unterminated character set");
    return source_.next();
  }

  SetItem set_item(char32_t c) {
    if (c != '\\') return {.literal = c};
    const char32_t escaped = source_.next_escaped();
    if (const auto category = regex_category(escaped)) return {.category = category};
    if (escaped == 'b') return {.literal = '\b'};
    return {.literal = source_.take_literal(escaped)};
  }

  static void add(const SetItem& item, RegexSet& set) {
    if (item.category) {
      set.categories.push_back(*item.category);
    } else {
      set.ranges.emplace_back(item.literal, item.literal);
    }
  }

  // Behind "{": a count, or the brace itself.
  void counted_repeat(RegexSequence& nodes, const RegexFlags& flags) {
    const size_t start = source_.position();
    const std::string low = digits();
    const bool comma = source_.take(',');
    const std::string high = comma ? digits() : low;
    const bool empty = !comma && low.empty();
    if (empty || !source_.take('}')) {
      source_.seek(start);
      nodes.push_back(single('{', flags));
      return;
    }
    const uint32_t least = low.empty() ? 0 : count(low);
    const uint32_t most = high.empty() ? kNoLimit : count(high);
    if (most < least) source_.fail("min repeat greater than max repeat");
    repeat(nodes, least, most);
  }

  std::string digits() {
    std::string digits;
    while (!source_.at_end() && is_digit(source_.peek())) {
      digits += static_cast<char>(source_.next());
    }
    return digits;
  }

  uint32_t count(const std::string& digits) const {
    const size_t start = std::min(digits.find_first_not_of('0'), digits.size());
    const std::string significant = digits.substr(start);
    if (significant.empty()) return 0;
    if (significant.size() > 10 || std::stoull(significant) >= kNoLimit) {
      source_.fail("the repetition number is too large");
    }
    return static_cast<uint32_t>(std::stoull(significant));
  }

  void repeat(RegexSequence& nodes, uint32_t least, uint32_t most) {
    const auto is_place = [](Kind kind) {
      return kind == Kind::line_start || kind == Kind::line_end || kind == Kind::text_start ||
             kind == Kind::text_end || kind == Kind::boundary;
    };
    if (nodes.empty() || is_place(nodes.back().kind)) source_.fail("nothing to repeat");
    if (nodes.back().kind == Kind::repeat) source_.fail("multiple repeat");
    RegexNode node{.kind = Kind::repeat, .least = least, .most = most};
    if (source_.take('?')) {
      node.greed = RegexNode::Greed::lazy;
    } else if (source_.take('+')) {
      node.greed = RegexNode::Greed::possessive;
    }
    node.branches.emplace_back().push_back(std::move(nodes.back()));
    nodes.back() = std::move(node);
  }

  // Behind "(".
  void group(RegexSequence& nodes, RegexFlags& flags, bool may_set_flags) {
    if (!source_.take('?')) return capture(nodes, flags);
    const char32_t c = source_.next_or("unexpected end of pattern");
    switch (c) {
      case 'P':
        return named(nodes, flags);
      case ':':
        return enclosed(nodes, {.kind = Kind::group}, flags);
      case '>':
        return enclosed(nodes, {.kind = Kind::atomic}, flags);
      case '=':
      case '!':
        return enclosed(nodes, {.kind = Kind::look, .negated = c == '!'}, flags);
      case '<':
        return lookbehind(nodes, flags);
      case '#':
        return source_.skip_comment();
      case '(':
        source_.fail("conditional groups are not supported");
      default:
        break;
    }
    RegexFlags changed = flags;
    if (source_.take_flags(c, changed)) return enclosed(nodes, {.kind = Kind::group}, changed);
    if (!may_set_flags || !nodes.empty()) {
      source_.fail("global flags not at the start of the expression");
    }
    flags = flags_ = changed;
  }

  // Parses what is inside of `node`, up to its closing parenthesis.
  void enclosed(RegexSequence& nodes, RegexNode node, const RegexFlags& flags) {
    node.branches = branches(flags);
    if (!source_.take(')')) source_.fail("missing ), unterminated subpattern");
    nodes.push_back(std::move(node));
  }

  void capture(RegexSequence& nodes, const RegexFlags& flags) {
    widths_.emplace_back();
    const size_t number = widths_.size();
    enclosed(nodes, {.kind = Kind::group, .number = number}, flags);
    widths_[number - 1] = width(nodes.back().branches);
  }

  void named(RegexSequence& nodes, const RegexFlags& flags) {
    if (source_.take('=')) {
      const auto found = names_.find(source_.name_before(')'));
      if (found == names_.end()) source_.fail("unknown group name");
      nodes.push_back(reference(found->second, flags));
      return;
    }
    if (!source_.take('<')) source_.fail("unknown extension ?P");
    if (!names_.emplace(source_.name_before('>'), widths_.size() + 1).second) {
      source_.fail("redefinition of group name");
    }
    capture(nodes, flags);
  }

  void lookbehind(RegexSequence& nodes, const RegexFlags& flags) {
    const char32_t c = source_.next_or("unexpected end of pattern");
    if (c != '=' && c != '!') source_.fail("unknown extension ?<");
    const size_t outer = lookbehind_groups_;
    lookbehind_groups_ = std::min(outer, widths_.size());
    enclosed(nodes, {.kind = Kind::look, .negated = c == '!'}, flags);
    lookbehind_groups_ = outer;
    RegexNode& node = nodes.back();
    const RegexWidth width = this->width(node.branches);
    if (width.least != width.most) source_.fail("look-behind requires fixed-width pattern");
    node.width = width.least;
  }

  RegexWidth width(const std::vector<RegexSequence>& branches) const {
    std::vector<RegexWidth> known(1);
    for (const auto& group : widths_) known.push_back(group.value_or(RegexWidth{}));
    return regex_width(branches, known);
  }

  RegexSource source_;
  RegexFlags flags_;                               // Set by (?i) and the like at the start.
  std::vector<std::optional<RegexWidth>> widths_;  // Of groups, from 1; none: still open.
  std::map<std::u32string, size_t> names_;
  size_t lookbehind_groups_ = SIZE_MAX;  // Groups up to this one may be referred to.
};

}  // namespace

RegexTree parse_regex(std::string_view pattern) {
  return RegexParser(pattern).parse();
}

}  // namespace nmt::sacrebleu
