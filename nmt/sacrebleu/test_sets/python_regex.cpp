#include "nmt/sacrebleu/test_sets/python_regex.h"

#include <algorithm>
#include <functional>
#include <optional>
#include <string>

#include "data/text/unicode.h"
#include "data/text/unicode_case.h"
#include "data/text/utf8.h"

namespace nmt::sacrebleu {
namespace {

using Kind = RegexNode::Kind;
using Continue = std::function<bool(size_t)>;

bool is_word(char32_t c, bool ascii) {
  if (c < 0x80) {
    const char32_t small = c | 0x20;
    return (small >= 'a' && small <= 'z') || (c >= '0' && c <= '9') || c == '_';
  }
  if (ascii || text::is_white_space(c)) return false;
  const text::CharacterClass general = text::character_class(c);
  return general == text::CharacterClass::other || general == text::CharacterClass::number;
}

bool in_category(char32_t letter, char32_t c, bool ascii) {
  if (letter == 'w') return is_word(c, ascii);
  if (letter == 's') return ascii ? c == ' ' || (c >= 9 && c <= 13) : text::is_white_space(c);
  if (c < 0x80 || ascii) return c >= '0' && c <= '9';
  return text::character_class(c) == text::CharacterClass::number;
}

bool in_ranges(const RegexSet& set, char32_t c, bool ignore_case) {
  const char32_t lower = text::lower_code_point(c);
  return std::any_of(set.ranges.begin(), set.ranges.end(), [&](const auto& range) {
    const auto within = [&](char32_t x) { return x >= range.first && x <= range.second; };
    if (!ignore_case) return within(c);
    if (within(c) || within(lower)) return true;
    for (char32_t member = range.first; member <= range.second; ++member) {
      if (text::lower_code_point(member) == lower) return true;
    }
    return false;
  });
}

bool in_set(const RegexNode& node, char32_t c) {
  const RegexSet& set = node.set;
  const RegexFlags& flags = node.flags;
  const char32_t asked = flags.ignore_case ? text::lower_code_point(c) : c;
  const bool found =
      in_ranges(set, c, flags.ignore_case) ||
      std::any_of(set.categories.begin(), set.categories.end(), [&](const RegexCategory& category) {
        return in_category(category.letter, asked, flags.ascii) != category.negated;
      });
  return found != set.negated;
}

// One search in one text.
class RegexMatcher {
 public:
  RegexMatcher(const RegexTree& tree, std::u32string_view text)
      : tree_(tree), text_(text), captures_(tree.groups + 1) {}

  bool matches_at(size_t start) {
    std::fill(captures_.begin(), captures_.end(), std::nullopt);
    return any_branch(tree_.branches, start, [](size_t) { return true; });
  }

 private:
  struct Span {
    size_t start, end;
  };

  bool any_branch(const std::vector<RegexSequence>& branches, size_t at, const Continue& then) {
    return std::any_of(branches.begin(), branches.end(),
                       [&](const RegexSequence& branch) { return sequence(branch, 0, at, then); });
  }

  bool sequence(const RegexSequence& nodes, size_t index, size_t at, const Continue& then) {
    if (index == nodes.size()) return then(at);
    return match(nodes[index], at,
                 [&](size_t end) { return sequence(nodes, index + 1, end, then); });
  }

  bool match(const RegexNode& node, size_t at, const Continue& then) {
    switch (node.kind) {
      case Kind::set:
        return at < text_.size() && in_set(node, text_[at]) && then(at + 1);
      case Kind::any:
        return at < text_.size() && (node.flags.dot_all || text_[at] != '\n') && then(at + 1);
      case Kind::group:
        return group(node, at, then);
      case Kind::atomic:
        return or_restore([&] {
          const auto end = first_way(node.branches, at);
          return end && then(*end);
        });
      case Kind::repeat:
        return start_repeat(node, at, then);
      case Kind::back_reference:
        return back_reference(node, at, then);
      case Kind::look:
        return or_restore([&] {
          const bool found = at >= node.width && first_way(node.branches, at - node.width);
          return found != node.negated && then(at);
        });
      default:
        return at_place(node, at) && then(at);
    }
  }

  bool at_place(const RegexNode& node, size_t at) const {
    const bool start = at == 0, end = at == text_.size();
    switch (node.kind) {
      case Kind::line_start:
        return start || (node.flags.multiline && text_[at - 1] == '\n');
      case Kind::line_end:
        return end || (text_[at] == '\n' && (node.flags.multiline || at + 1 == text_.size()));
      case Kind::boundary: {
        if (text_.empty()) return false;
        const bool before = !start && is_word(text_[at - 1], node.flags.ascii);
        const bool behind = !end && is_word(text_[at], node.flags.ascii);
        return (before != behind) != node.negated;
      }
      default:
        return node.kind == Kind::text_start ? start : end;
    }
  }

  bool group(const RegexNode& node, size_t at, const Continue& then) {
    if (node.number == 0) return any_branch(node.branches, at, then);
    return any_branch(node.branches, at, [&](size_t end) {
      const std::optional<Span> before = captures_[node.number];
      captures_[node.number] = Span{at, end};
      if (then(end)) return true;
      captures_[node.number] = before;
      return false;
    });
  }

  // What `attempt` returns; if that is false, nothing stays captured that was not before.
  bool or_restore(const std::function<bool()>& attempt) {
    const auto before = captures_;
    if (attempt()) return true;
    captures_ = before;
    return false;
  }

  // Where the first way to match `branches` ends.
  std::optional<size_t> first_way(const std::vector<RegexSequence>& branches, size_t at) {
    std::optional<size_t> end;
    any_branch(branches, at, [&](size_t reached) {
      end = reached;
      return true;
    });
    return end;
  }

  bool start_repeat(const RegexNode& node, size_t at, const Continue& then) {
    if (node.greed != RegexNode::Greed::possessive) return repeat(node, 0, at, at, then);
    return or_restore([&] {
      std::optional<size_t> end;
      repeat(node, 0, at, at, [&](size_t reached) {
        end = reached;
        return true;
      });
      return end && then(*end);
    });
  }

  // `count` times done, the last time from `last` to `at`.
  bool repeat(const RegexNode& node, uint32_t count, size_t last, size_t at, const Continue& then) {
    // What matched nothing once does so as often as it must: from there on only progress counts.
    const bool stuck = count > 0 && at == last;
    const auto once_more = [&] {
      return any_branch(node.branches, at, [&](size_t end) {
        return !(stuck && end == at) && repeat(node, count + 1, at, end, then);
      });
    };
    if (count < node.least) return once_more() || (stuck && then(at));
    const bool may_go_on = count < node.most && !stuck;
    if (node.greed == RegexNode::Greed::lazy) return then(at) || (may_go_on && once_more());
    return (may_go_on && once_more()) || then(at);
  }

  bool back_reference(const RegexNode& node, size_t at, const Continue& then) {
    const std::optional<Span>& span = captures_[node.number];
    if (!span) return false;
    const size_t length = span->end - span->start;
    if (length > text_.size() - at) return false;
    for (size_t i = 0; i < length; ++i) {
      const char32_t one = text_[span->start + i], other = text_[at + i];
      const bool same = node.flags.ignore_case
                            ? text::lower_code_point(one) == text::lower_code_point(other)
                            : one == other;
      if (!same) return false;
    }
    return then(at + length);
  }

  const RegexTree& tree_;
  std::u32string_view text_;
  std::vector<std::optional<Span>> captures_;  // By number; 0 is unused.
};

}  // namespace

PythonRegex::PythonRegex(std::string_view pattern) : tree_(parse_regex(pattern)) {}

bool PythonRegex::search(std::string_view text) const {
  const std::u32string characters = text::decode_utf8(text);
  RegexMatcher matcher(tree_, characters);
  for (size_t start = 0; start <= characters.size(); ++start) {
    if (matcher.matches_at(start)) return true;
  }
  return false;
}

}  // namespace nmt::sacrebleu
