#include "nmt/sacrebleu/test_sets/test_set_table.h"

#include <algorithm>

#include "data/text/error.h"

namespace nmt::sacrebleu {
namespace {

// "wmt19, wmt19/dev, ...": the test sets whose names begin as `name` does.
std::string names_like(std::string_view name) {
  std::string names;
  for (const TestSet& test_set : test_sets()) {
    if (!test_set.name.starts_with(name.substr(0, 5))) continue;
    names += (names.empty() ? "" : ", ") + std::string(test_set.name);
  }
  return names;
}

}  // namespace

const TestSet* find_test_set(std::string_view name) {
  const auto sets = test_sets();
  const auto found = std::find_if(sets.begin(), sets.end(),
                                  [&](const TestSet& test_set) { return test_set.name == name; });
  return found == sets.end() ? nullptr : &*found;
}

const LanguagePair* find_language_pair(const TestSet& test_set, std::string_view name) {
  const auto found = std::find_if(test_set.pairs.begin(), test_set.pairs.end(),
                                  [&](const LanguagePair& pair) { return pair.name == name; });
  return found == test_set.pairs.end() ? nullptr : &*found;
}

std::vector<const TestSet*> test_sets_named(std::string_view names) {
  std::vector<const TestSet*> sets;
  for (const std::string& name : split_names(names, ',')) {
    sets.push_back(find_test_set(name));
    if (sets.back() != nullptr) continue;
    const std::string similar = name.size() < 3 ? "" : names_like(name);
    throw InputError("unknown test set '", name, "'; --list prints all of them",
                     similar.empty() ? "" : ", such as ", similar);
  }
  return sets;
}

const DocumentTagList* document_tags(std::string_view test_set) {
  const auto lists = document_tag_lists();
  const auto found = std::find_if(lists.begin(), lists.end(), [&](const DocumentTagList& list) {
    return list.test_set == test_set;
  });
  return found == lists.end() ? nullptr : &*found;
}

std::vector<std::string> split_names(std::string_view list, char separator) {
  std::vector<std::string> names;
  for (;;) {
    const size_t end = list.find(separator);
    names.emplace_back(list.substr(0, end));
    if (end == std::string_view::npos) return names;
    list.remove_prefix(end + 1);
  }
}

}  // namespace nmt::sacrebleu
