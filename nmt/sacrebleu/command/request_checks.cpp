#include "nmt/sacrebleu/command/request_checks.h"

#include <algorithm>

#include "data/text/error.h"
#include "nmt/metrics/tokenizer_table.h"
#include "nmt/sacrebleu/test_sets/test_set_table.h"

namespace nmt::sacrebleu {
namespace {

std::string pair_names(const TestSet& test_set) {
  std::string names;
  for (const LanguagePair& pair : test_set.pairs) {
    names += (names.empty() ? "" : ", ") + std::string(pair.name);
  }
  return names;
}

void check_language_pair(const ScoreRequest& request, const std::vector<const TestSet*>& sets) {
  if (!request.language_pair) {
    throw InputError("--test-set needs a --language-pair (-l); ", sets.front()->name, " has ",
                     pair_names(*sets.front()));
  }
  for (const TestSet* test_set : sets) {
    if (find_language_pair(*test_set, *request.language_pair)) continue;
    throw InputError("test set ", test_set->name, " has no language pair '", *request.language_pair,
                     "'; it has ", pair_names(*test_set));
  }
}

void drop_repetitions(std::vector<std::string>& names) {
  std::vector<std::string> unique;
  for (std::string& name : names) {
    if (std::find(unique.begin(), unique.end(), name) == unique.end())
      unique.push_back(std::move(name));
  }
  names = std::move(unique);
}

// What stands behind the first "-" of a language pair, up to the next.
std::string target_language(const ScoreRequest& request) {
  if (!request.language_pair || request.language_pair->empty()) return "";
  const std::vector<std::string> languages = split_names(*request.language_pair, '-');
  if (languages.size() > 1) return languages[1];
  throw InputError("--language-pair '", *request.language_pair, "': expected SRC-TGT, as en-de");
}

}  // namespace

void check_metrics(const ScoreRequest& request) {
  if (request.sentence_level && request.metrics.size() > 1) {
    throw InputError("--sentence-level takes one metric only");
  }
}

void check_sources(const ScoreRequest& request) {
  const size_t files = request.references.size();
  if (request.reference_fields != 1 && request.test_set) {
    throw InputError("--num-refs is for a reference file of your own, not for --test-set");
  }
  if (request.reference_fields != 1 && files > 1) {
    throw InputError("--num-refs splits one reference file at tabs; there are ", files, " files");
  }
  if (!request.test_set) {
    if (files > 0) return;
    throw InputError("no references: name the reference files before -i, or a --test-set");
  }
  const std::vector<const TestSet*> sets = test_sets_named(*request.test_set);
  if (files > 0) {
    throw InputError("either --test-set or reference files, not both: ", request.references[0]);
  }
  check_language_pair(request, sets);
}

void settle_metrics(ScoreRequest& request) {
  drop_repetitions(request.metrics);
  metrics::BleuOptions& bleu = request.settings.bleu;
  bleu.effective_order = request.sentence_level;
  const std::string language = target_language(request);
  bleu.tokenize = request.tokenizer.value_or(std::string(metrics::default_tokenizer(language)));
}

}  // namespace nmt::sacrebleu
