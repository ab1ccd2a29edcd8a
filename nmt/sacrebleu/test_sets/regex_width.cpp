#include "nmt/sacrebleu/test_sets/regex_width.h"

#include <algorithm>

namespace nmt::sacrebleu {
namespace {

RegexWidth width_of(const RegexNode& node, std::span<const RegexWidth> groups) {
  using enum RegexNode::Kind;
  switch (node.kind) {
    case set:
    case any:
      return {1, 1};
    case group:
    case atomic:
      return regex_width(node.branches, groups);
    case back_reference:
      return groups[node.number];
    case repeat: {
      const RegexWidth one = regex_width(node.branches, groups);
      const bool endless = node.most == kNoLimit && one.most > 0;
      return {std::min(kManyCharacters, one.least * node.least),
              endless ? kManyCharacters : std::min(kManyCharacters, one.most * node.most)};
    }
    default:
      return {};
  }
}

}  // namespace

RegexWidth regex_width(std::span<const RegexSequence> branches,
                       std::span<const RegexWidth> groups) {
  RegexWidth width{kManyCharacters, 0};
  for (const RegexSequence& branch : branches) {
    RegexWidth sum;
    for (const RegexNode& node : branch) {
      const RegexWidth part = width_of(node, groups);
      sum.least = std::min(kManyCharacters, sum.least + part.least);
      sum.most = std::min(kManyCharacters, sum.most + part.most);
    }
    width.least = std::min(width.least, sum.least);
    width.most = std::max(width.most, sum.most);
  }
  return width;
}

}  // namespace nmt::sacrebleu
