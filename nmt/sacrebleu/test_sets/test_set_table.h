// The test sets by name, and the tags of their documents. The rows stand in test_set_data.cpp,
// which tools/scripts/make_test_set_table.py generates.

#pragma once

#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "nmt/sacrebleu/test_sets/test_set.h"

namespace nmt::sacrebleu {

/// All test sets, sorted by name.
std::span<const TestSet> test_sets();

/// The tags of all test sets that have some.
std::span<const DocumentTagList> document_tag_lists();

/// The test set called `name`; null if there is none.
const TestSet* find_test_set(std::string_view name);

/// The pair called `name`; null if `test_set` lacks it.
const LanguagePair* find_language_pair(const TestSet& test_set, std::string_view name);

/// The test sets that `names`, separated by commas, stand for. Throws InputError for an unknown
/// one, with the nearest known names.
std::vector<const TestSet*> test_sets_named(std::string_view names);

/// The tags of documents of `test_set`; null if there are none.
const DocumentTagList* document_tags(std::string_view test_set);

/// Names that `list`, such as LanguagePair::references, separates by `separator`; at least one,
/// which may be empty.
std::vector<std::string> split_names(std::string_view list, char separator);

}  // namespace nmt::sacrebleu
