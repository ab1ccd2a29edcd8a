#include "nmt/sacrebleu/command/test_set_answers.h"

#include <algorithm>

#include "data/text/error.h"
#include "nmt/sacrebleu/encodings/text_decoder.h"
#include "nmt/sacrebleu/test_sets/segment_filter.h"
#include "nmt/sacrebleu/test_sets/test_set_cache.h"
#include "nmt/sacrebleu/test_sets/test_set_table.h"

namespace nmt::sacrebleu {
namespace {

constexpr size_t kNameWidth = 30;

bool is_given(const std::optional<std::string>& option) {
  return option && !option->empty();
}

std::string joined(const std::vector<std::string>& parts, std::string_view separator) {
  std::string text;
  for (size_t i = 0; i < parts.size(); ++i) {
    if (i > 0) text += separator;
    text += parts[i];
  }
  return text;
}

// --list -t SET
void list_fields(const ScoreRequest& request, std::string& text) {
  const TestSetCache cache(request.cache_folder);
  const TestSet* test_set = find_test_set(*request.test_set);
  std::vector<std::string> pairs;
  if (is_given(request.language_pair)) {
    if (test_set == nullptr) throw InputError("unknown test set '", *request.test_set, "'");
    pairs.push_back(*request.language_pair);
  } else if (test_set != nullptr) {
    for (const LanguagePair& pair : test_set->pairs) pairs.emplace_back(pair.name);
  }
  for (const std::string& pair : pairs) {
    text += pair + ": " + joined(cache.fields(*test_set, pair), ", ") + '\n';
  }
}

// The first of the names that are references, as "ref" means it in sets without such a field.
std::string first_reference(const std::vector<std::string>& names) {
  std::string first;
  for (const std::string& name : names) {
    if (name.starts_with("ref") && (first.empty() || name < first)) first = name;
  }
  return first;
}

// The fields among `names` that the request means.
std::vector<std::string> meant_fields(const ScoreRequest& request, const TestSet& test_set,
                                      const std::vector<std::string>& names) {
  std::vector<std::string> meant = request.echo;
  if (std::find(meant.begin(), meant.end(), "all") != meant.end()) {
    if (meant.size() == 1) return names;
    throw InputError("--echo all prints every field; name no other");
  }
  for (std::string& field : meant) {
    if (std::find(names.begin(), names.end(), field) != names.end()) continue;
    const std::string reference = first_reference(names);
    if (field == "ref" && !reference.empty()) {
      field = reference;
      continue;
    }
    throw InputError("--echo: test set ", test_set.name, ", ", *request.language_pair,
                     " has no field '", field, "'; it has ", joined(names, ", "));
  }
  return meant;
}

void echo_test_set(const ScoreRequest& request, const TestSet& test_set, std::string& text) {
  const TestSetCache cache(request.cache_folder);
  const std::string& pair = *request.language_pair;
  const std::vector<std::string> names = cache.fields(test_set, pair);
  cache.files(test_set, pair, names);
  const TextDecoder decoder("utf-8");
  std::vector<std::vector<std::string>> columns;
  for (const std::string& path :
       cache.files(test_set, pair, meant_fields(request, test_set, names))) {
    columns.push_back(read_decoded_lines(path, decoder));
  }
  if (request.origin_language || request.subset) {
    const std::vector<bool> chosen =
        SegmentFilter(cache, {&test_set}, pair).chosen(request.origin_language, request.subset);
    for (auto& column : columns) column = chosen_lines(column, chosen);
  }
  size_t rows = columns.front().size();
  for (const auto& column : columns) rows = std::min(rows, column.size());
  for (size_t row = 0; row < rows; ++row) {
    for (size_t i = 0; i < columns.size(); ++i) text += (i == 0 ? "" : "\t") + columns[i][row];
    text += '\n';
  }
}

}  // namespace

void list_test_sets(const ScoreRequest& request, std::string& text) {
  if (is_given(request.test_set)) return list_fields(request, text);
  std::string there, back;
  if (is_given(request.language_pair)) {
    text += "The available test sets for " + *request.language_pair + " are:\n";
    const std::vector<std::string> languages = split_names(*request.language_pair, '-');
    if (languages.size() < 2) {
      throw InputError("--language-pair '", *request.language_pair, "': expected SRC-TGT");
    }
    there = languages[0] + '-' + languages[1];
    back = languages[1] + '-' + languages[0];
  } else {
    text += "The available test sets are:\n";
  }
  for (const TestSet& test_set : test_sets()) {
    const bool fits = there.empty() || find_language_pair(test_set, there) != nullptr ||
                      find_language_pair(test_set, back) != nullptr;
    if (!fits) continue;
    const size_t missing = kNameWidth - std::min(kNameWidth, test_set.name.size());
    text += std::string(test_set.name) + std::string(missing, ' ') + ": ";
    text += std::string(test_set.description) + '\n';
  }
}

void echo_test_sets(const ScoreRequest& request, std::string& text) {
  if (!request.test_set || !request.language_pair) {
    throw InputError("--echo needs a --test-set (-t) and a --language-pair (-l)");
  }
  for (const TestSet* test_set : test_sets_named(*request.test_set)) {
    echo_test_set(request, *test_set, text);
  }
}

void answer_download(const ScoreRequest& request, std::vector<std::string>& notes) {
  const TestSet* test_set = find_test_set(*request.download);
  if (test_set == nullptr)
    throw InputError("--download: unknown test set '", *request.download, "'");
  if (!request.language_pair) {
    throw InputError("--download: nmt-score downloads nothing; let sacrebleu fill its cache, ",
                     request.cache_folder, ", by `sacrebleu -t ", test_set->name,
                     " -l SRC-TGT --echo src`");
  }
  const TestSetCache cache(request.cache_folder);
  const std::string& pair = *request.language_pair;
  cache.files(*test_set, pair, cache.fields(*test_set, pair));
  notes.push_back(
      concatenate(test_set->name, ", ", pair, " is in ", request.cache_folder, " already"));
}

void answer_citation(const ScoreRequest& request) {
  throw InputError("--citation: nmt-score has no citations; they are listed in sacreBLEU's sources",
                   is_given(request.test_set) ? " under " + *request.test_set : "");
}

}  // namespace nmt::sacrebleu
