// SegmentFilter: which segments of test sets --origlang and --subset choose.
//
// A segment belongs to the document around it. `origin` "de" chooses documents written in German,
// "non-de" all others; `subset` is a regular expression (search_pattern.h) that must be found in
// the document's topic, "country:" in front of it being ignored. Released files are read when they
// are first needed, and once.

#pragma once

#include <optional>
#include <set>
#include <string>
#include <vector>

#include "nmt/sacrebleu/test_sets/test_set_cache.h"

namespace nmt::sacrebleu {

class SegmentFilter {
 public:
  /// For `test_sets` one behind the other, each in `pair`, which all of them must have.
  SegmentFilter(const TestSetCache& cache, std::vector<const TestSet*> test_sets,
                const std::string& pair);

  /// Whether each segment is chosen, over all test sets. Throws InputError as
  /// TestSetCache::marks(), if `subset` is no regular expression, or if a test set of SGML has no
  /// topics.
  std::vector<bool> chosen(const std::optional<std::string>& origin,
                           const std::optional<std::string>& subset) const;

  /// The languages that documents of the test sets were written in; test sets that mark no
  /// documents have none. Throws InputError as TestSetCache::marks().
  std::set<std::string> origins() const;

  /// The topics of their documents: the domains of XML; in SGML of tags such as "US-crime" their
  /// two parts, "country:US" and "crime". Throws InputError as TestSetCache::marks(), and if only
  /// some documents have a domain.
  std::set<std::string> topics() const;

 private:
  struct Part {
    const TestSet* test_set;
    const LanguagePair* pair;
    mutable std::optional<DocumentMarks> marks = std::nullopt;
  };

  const DocumentMarks& marks(const Part& part) const;

  const TestSetCache& cache_;
  std::vector<Part> parts_;
};

/// The lines for which `chosen` is true; lines without a counterpart there are left out.
std::vector<std::string> chosen_lines(const std::vector<std::string>& lines,
                                      const std::vector<bool>& chosen);

}  // namespace nmt::sacrebleu
