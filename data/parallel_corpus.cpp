#include "data/parallel_corpus.h"

#include <algorithm>
#include <numeric>

#include "data/corpus_builder.h"
#include "data/text/error.h"

namespace nmt::data {
namespace {

constexpr size_t kChunkSize = 65536;  // Pairs that are text at the same time.

// 1234567 as "1,234,567".
std::string grouped(int64_t number) {
  std::string digits = std::to_string(number);
  for (auto end = static_cast<int64_t>(digits.size()) - 3; end > 0; end -= 3) {
    digits.insert(static_cast<size_t>(end), 1, ',');
  }
  return digits;
}

void require_pairs(const ParallelCorpus& corpus, const std::string& name) {
  if (corpus.size() > 0) return;
  throw InputError(name, ": there is no usable pair: ", corpus.report().to_text());
}

}  // namespace

std::string CorpusReport::to_text() const {
  const std::pair<int64_t, const char*> reasons[] = {
      {invalid_utf8, " with invalid UTF-8"},
      {empty, " with an empty side"},
      {too_long, " too long"},
      {length_ratio, " with sides of too different length"},
  };
  std::string text = "kept " + grouped(kept()) + " of " + grouped(read) + " pairs";
  const char* separator = "; dropped ";
  for (const auto& [count, reason] : reasons) {
    if (count == 0) continue;
    text += separator + grouped(count) + reason;
    separator = ", ";
  }
  return text;
}

ParallelCorpus::ParallelCorpus(const Vocabularies& vocabularies)
    : vocabularies_(vocabularies),
      sources_(vocabularies.source().size()),
      targets_(vocabularies.target().size()) {}

ParallelCorpus ParallelCorpus::read(const std::string& source_path, const std::string& target_path,
                                    const Vocabularies& vocabularies,
                                    const CorpusOptions& options) {
  PairReader reader(source_path, target_path, options.invalid_utf8);
  CorpusBuilder builder(vocabularies, options);
  std::vector<SentencePair> pairs;
  std::vector<int64_t> lines;
  bool more = true;
  while (more) {
    pairs.clear();
    lines.clear();
    SentencePair pair;
    while (pairs.size() < kChunkSize && (more = reader.next(pair))) {
      pairs.push_back(pair);
      lines.push_back(reader.line_number());
    }
    builder.add(pairs, lines);
  }
  ParallelCorpus corpus = builder.finish(reader.line_number());
  require_pairs(corpus, source_path + " and " + target_path);
  return corpus;
}

ParallelCorpus ParallelCorpus::from_pairs(std::span<const SentencePair> pairs,
                                          const Vocabularies& vocabularies,
                                          const CorpusOptions& options) {
  CorpusBuilder builder(vocabularies, options);
  for (size_t begin = 0; begin < pairs.size(); begin += kChunkSize) {
    const auto chunk = pairs.subspan(begin, std::min(kChunkSize, pairs.size() - begin));
    std::vector<int64_t> lines(chunk.size());
    std::iota(lines.begin(), lines.end(), static_cast<int64_t>(begin) + 1);
    builder.add(chunk, lines);
  }
  ParallelCorpus corpus = builder.finish(static_cast<int64_t>(pairs.size()));
  require_pairs(corpus, "the sentence pairs");
  return corpus;
}

int64_t ParallelCorpus::line(int64_t pair) const {
  // dropped_[j] stands behind dropped_[j] − 1 − j kept pairs, which grows with j.
  size_t low = 0;
  size_t high = dropped_.size();
  while (low < high) {
    const size_t middle = (low + high) / 2;
    if (dropped_[middle] - 1 - static_cast<int64_t>(middle) <= pair) {
      low = middle + 1;
    } else {
      high = middle;
    }
  }
  return pair + 1 + static_cast<int64_t>(low);
}

int64_t ParallelCorpus::memory_bytes() const {
  return sources_.memory_bytes() + targets_.memory_bytes() +
         static_cast<int64_t>(dropped_.capacity() * sizeof(int64_t));
}

}  // namespace nmt::data
