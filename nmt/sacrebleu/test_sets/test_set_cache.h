// TestSetCache: the folder in which sacreBLEU keeps its test sets. Nothing is ever downloaded into
// it.
//
//     FOLDER/wmt20/wmt20.en-de.src                 one segment a line; also .ref, .docid, ...
//     FOLDER/wmt20/raw/sgm/newstest2020-ende...    as released
//
// sacreBLEU writes both when a test set is first used. As there, all fields of a language pair must
// be in the folder, and the fields of a set with XML are those that its released file says.

#pragma once

#include <map>
#include <string>
#include <vector>

#include "nmt/sacrebleu/test_sets/document_marks.h"
#include "nmt/sacrebleu/test_sets/test_set.h"

namespace nmt::sacrebleu {

class TestSetCache {
 public:
  explicit TestSetCache(std::string folder) : folder_(std::move(folder)) {}

  const std::string& folder() const { return folder_; }

  /// Names of the fields of `test_set` in `pair`, in sacreBLEU's order. Throws InputError if the
  /// set does not know the pair (a plain set says src and ref for any), or needs a released file
  /// that is missing or damaged.
  std::vector<std::string> fields(const TestSet& test_set, const std::string& pair) const;

  /// Paths of the files that hold `fields`, in that order. Throws InputError if one is missing; it
  /// says which, and what to do.
  std::vector<std::string> files(const TestSet& test_set, const std::string& pair,
                                 const std::vector<std::string>& fields) const;

  /// Those of files() that are scored against.
  std::vector<std::string> references(const TestSet& test_set, const std::string& pair) const;

  /// The documents of `test_set`. Throws InputError if no released file marks them (no WMT test
  /// set), if sacreBLEU 2.6.0 does not know where that file is, or if it is missing or damaged.
  DocumentMarks marks(const TestSet& test_set, const LanguagePair& pair) const;

 private:
  std::string set_folder(const TestSet& test_set) const;
  std::string raw_file(const TestSet& test_set, const LanguagePair& pair) const;

  std::string folder_;
};

}  // namespace nmt::sacrebleu
