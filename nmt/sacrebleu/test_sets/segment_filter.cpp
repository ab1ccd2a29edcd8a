#include "nmt/sacrebleu/test_sets/segment_filter.h"

#include <algorithm>

#include "data/text/error.h"
#include "nmt/sacrebleu/test_sets/search_pattern.h"
#include "nmt/sacrebleu/test_sets/test_set_table.h"

namespace nmt::sacrebleu {
namespace {

constexpr std::string_view kNot = "non-";
constexpr std::string_view kCountry = "country:";

bool has_origin(const DocumentMark& mark, const std::string& origin) {
  return origin.starts_with(kNot) ? mark.origin_language != origin.substr(kNot.size())
                                  : mark.origin_language == origin;
}

// Asks whether topics fit a regular expression, which is not compiled before the first topic.
class TopicQuestion {
 public:
  explicit TopicQuestion(const std::optional<std::string>& subset) : subset_(subset) {
    if (subset_ && subset_->starts_with(kCountry)) subset_->erase(0, kCountry.size());
  }

  bool fits(const DocumentMark& mark) {
    if (!subset_) return true;
    if (!mark.topic) return false;
    if (!pattern_) pattern_.emplace(*subset_);
    return pattern_->is_in(*mark.topic);
  }

 private:
  std::optional<std::string> subset_;
  std::optional<SearchPattern> pattern_;
};

void add_domains(const TestSet& test_set, const std::vector<DocumentMark>& documents,
                 std::set<std::string>& topics) {
  const auto has_topic = [](const DocumentMark& mark) { return mark.topic.has_value(); };
  if (std::none_of(documents.begin(), documents.end(), has_topic)) return;
  if (!std::all_of(documents.begin(), documents.end(), has_topic)) {
    throw InputError("--detail: only some documents of ", test_set.name, " have a domain");
  }
  for (const DocumentMark& mark : documents) topics.insert(*mark.topic);
}

}  // namespace

SegmentFilter::SegmentFilter(const TestSetCache& cache, std::vector<const TestSet*> test_sets,
                             const std::string& pair)
    : cache_(cache) {
  for (const TestSet* test_set : test_sets) {
    parts_.push_back({test_set, find_language_pair(*test_set, pair)});
  }
}

const DocumentMarks& SegmentFilter::marks(const Part& part) const {
  if (!part.marks) part.marks = cache_.marks(*part.test_set, *part.pair);
  return *part.marks;
}

std::vector<bool> SegmentFilter::chosen(const std::optional<std::string>& origin,
                                        const std::optional<std::string>& subset) const {
  std::vector<bool> chosen;
  TopicQuestion question(subset);
  for (const Part& part : parts_) {
    const DocumentMarks& marks = this->marks(part);
    const TestSet& test_set = *part.test_set;
    if (subset && test_set.layout != TestSetLayout::kXml && !document_tags(test_set.name)) {
      throw InputError("--subset: nobody noted topics of the documents of ", test_set.name);
    }
    chosen.insert(chosen.end(), marks.leading_segments, false);
    for (const DocumentMark& mark : marks.documents) {
      const bool fits = question.fits(mark);
      chosen.insert(chosen.end(), mark.segments, fits && (!origin || has_origin(mark, *origin)));
    }
  }
  return chosen;
}

std::set<std::string> SegmentFilter::origins() const {
  std::set<std::string> origins;
  for (const Part& part : parts_) {
    if (part.pair->raw_file.empty()) continue;
    for (const DocumentMark& mark : marks(part).documents) {
      origins.insert(mark.origin_language);
    }
  }
  return origins;
}

std::set<std::string> SegmentFilter::topics() const {
  std::set<std::string> topics;
  for (const Part& part : parts_) {
    if (part.test_set->layout == TestSetLayout::kXml) {
      add_domains(*part.test_set, marks(part).documents, topics);
    } else if (const DocumentTagList* list = document_tags(part.test_set->name)) {
      for (const DocumentTag& tag : list->tags) {
        const auto words = split_names(tag.tag, '-');
        topics.insert(std::string(kCountry) + words[0]);
        topics.insert(words[1]);
      }
    }
  }
  return topics;
}

std::vector<std::string> chosen_lines(const std::vector<std::string>& lines,
                                      const std::vector<bool>& chosen) {
  std::vector<std::string> kept;
  for (size_t i = 0; i < std::min(lines.size(), chosen.size()); ++i) {
    if (chosen[i]) kept.push_back(lines[i]);
  }
  return kept;
}

}  // namespace nmt::sacrebleu
