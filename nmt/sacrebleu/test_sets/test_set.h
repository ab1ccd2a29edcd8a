// TestSet: what is known about one of sacreBLEU's built-in test sets. The texts themselves are in
// sacreBLEU's cache folder (test_set_cache.h).

#pragma once

#include <cstdint>
#include <span>
#include <string_view>

namespace nmt::sacrebleu {

/// How a test set was released, which decides what its fields are.
enum class TestSetLayout : uint8_t {
  kPlain,          ///< Text files; the fields are src and ref.
  kSgml,           ///< SGML files of early WMT years: src and the references.
  kAnnotatedSgml,  ///< The same, and docid, genre and origlang of every segment.
  kXml,            ///< XML of WMT 2021 and later: the file says which fields it has.
};

struct LanguagePair {
  std::string_view name;  ///< "en-de"
  /// Names of the fields that are scored against, separated by spaces: "ref", "ref:0 ref:1".
  std::string_view references;
  /// The released file that says where documents start and in which language each was written,
  /// below the folder `raw` of the test set; empty if there is none.
  std::string_view raw_file;
  /// Whether sacreBLEU 2.6.0 can choose segments by `raw_file`.
  bool selectable = true;
};

struct TestSet {
  std::string_view name;  ///< "wmt20", "wmt20/dev"
  std::string_view description;
  TestSetLayout layout;
  std::span<const LanguagePair> pairs;  ///< In the order in which they are listed.
};

/// What people noted about a document: country and topic, "US-politics".
struct DocumentTag {
  std::string_view document, tag;
};

struct DocumentTagList {
  std::string_view test_set;
  std::span<const DocumentTag> tags;
};

}  // namespace nmt::sacrebleu
