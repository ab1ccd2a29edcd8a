#include "nmt/decode/translator.h"

#include <ATen/Parallel.h>

#include <algorithm>

#include "data/base/thread_pool.h"
#include "data/text/error.h"
#include "data/text/one_line.h"
#include "nmt/config/vocabulary_sizes.h"
#include "nmt/decode/transformer_step_model.h"
#include "nmt/decode/translation_batches.h"

namespace nmt::decode {
namespace {

// A model that never ends a translation may take so many times what it takes under a bound of this
// size (translate_unless_endless).
constexpr config::LengthBound kUsualBound = {.factor = 2.0, .pieces = 10};
constexpr double kUsualTimes = 2.0;

/// One source, without the `</s>` that its row in a batch ends in.
using Pieces = std::vector<int32_t>;

void check_fit(const char* name, int64_t expected, const data::Vocabulary& vocabulary) {
  if (expected == vocabulary.size()) return;
  throw InputError("the ", name, " does not fit the model: it has ", vocabulary.size(),
                   " pieces but the model was built for ", expected,
                   "; use the vocabulary that the model was trained with");
}

void check_fit(const config::ModelConfig& config, const data::Vocabularies& vocabularies) {
  if (vocabularies.shared()) {
    check_fit("vocabulary", config::source_vocab_size(config), vocabularies.source());
    return;
  }
  check_fit("source vocabulary", config::source_vocab_size(config), vocabularies.source());
  check_fit("target vocabulary", config.vocab_size, vocabularies.target());
}

/// `</s>` counted; 0 for a source without pieces, which takes no part in the search.
std::vector<int64_t> lengths_with_eos(std::span<const Pieces> sources) {
  std::vector<int64_t> lengths;
  for (const Pieces& pieces : sources) {
    lengths.push_back(pieces.empty() ? 0 : std::ssize(pieces) + 1);
  }
  return lengths;
}

/// The rows of one batch [B, S], each with its `</s>`, and their lengths [B].
std::pair<torch::Tensor, torch::Tensor> source_rows(std::span<const Pieces> sources,
                                                    std::span<const size_t> batch,
                                                    const data::Vocabulary& vocabulary) {
  const int64_t longest = std::ssize(sources[batch.front()]) + 1;
  torch::Tensor rows =
      torch::full({std::ssize(batch), longest}, vocabulary.pad_id(), torch::kInt64);
  torch::Tensor lengths = torch::empty({std::ssize(batch)}, torch::kInt64);
  auto row = rows.accessor<int64_t, 2>();
  for (int64_t b = 0; b < std::ssize(batch); ++b) {
    const Pieces& pieces = sources[batch[b]];
    std::copy(pieces.begin(), pieces.end(), &row[b][0]);
    row[b][std::ssize(pieces)] = vocabulary.eos_id();
    lengths[b] = std::ssize(pieces) + 1;
  }
  return {rows, lengths};
}

std::vector<Translation> to_text(const std::vector<Hypothesis>& hypotheses,
                                 const data::Vocabulary& vocabulary) {
  std::vector<Translation> translations;
  for (const Hypothesis& hypothesis : hypotheses) {
    const Pieces pieces(hypothesis.pieces.begin(), hypothesis.pieces.end());
    translations.push_back(
        {text::on_one_line(vocabulary.decode(pieces)), hypothesis.score, hypothesis.cut});
  }
  return translations;
}

/// The best translation of each segment; empty where there is none.
std::vector<std::string> best_texts(std::span<const std::vector<Translation>> translations) {
  std::vector<std::string> best;
  for (const std::vector<Translation>& found : translations) {
    best.push_back(found.empty() ? std::string() : found.front().text);
  }
  return best;
}

}  // namespace

void check(const TranslatorOptions& options) {
  const auto at_least = [](const char* name, int64_t value, int64_t minimum) {
    if (value < minimum) {
      throw UsageError(name, " must be at least ", minimum, ", got ", value);
    }
  };
  at_least("beam-size", options.beam_size, 1);
  at_least("n-best", options.n_best, 1);
  at_least("max-tokens", options.max_tokens, 1);
  if (options.max_length) at_least("max-length", *options.max_length, 2);
  at_least("threads", options.threads, 1);
  if (options.n_best > options.beam_size) {
    throw UsageError("n-best must be at most the beam size ", options.beam_size, ", got ",
                     options.n_best);
  }
}

Translator::Translator(model::Transformer model, const data::Vocabularies& vocabularies,
                       const TranslatorOptions& options)
    : model_(std::move(model)), vocabularies_(vocabularies), options_(options) {
  check(options_);
  check_fit(model_->config(), vocabularies_);
  length_bound_ = options_.length_bound;
  if (!length_bound_ && !options_.max_length) length_bound_ = model_->config().length_bound;
}

int64_t Translator::longest_side() const {
  const int64_t positions = model_->config().max_positions;
  return std::min(positions, options_.max_length.value_or(positions));
}

int64_t Translator::longest_translation(const Pieces& source) const {
  if (!length_bound_) return longest_side();
  return std::clamp<int64_t>(length_bound_->of(std::ssize(source) + 1), 1, longest_side());
}

bool Translator::positions_bind() const {
  return longest_side() == model_->config().max_positions;
}

std::string Translator::length_limit() const {
  const std::string side = positions_bind()
                               ? concatenate("the model's ", longest_side(), " positions")
                               : concatenate(longest_side(), " pieces");
  if (!length_bound_) return side;
  return concatenate(config::to_string(*length_bound_),
                     " pieces, x those of the source, and at most ", side);
}

std::vector<Pieces> Translator::encode(std::span<const std::string> segments,
                                       const TranslationWarning& warn) const {
  const int64_t longest = longest_side() - 1;
  std::vector<Pieces> sources;
  for (size_t i = 0; i < segments.size(); ++i) {
    Pieces pieces = vocabularies_.source().encode(segments[i]);
    if (std::ssize(pieces) > longest) {
      if (warn) {
        warn(i, concatenate("has ", pieces.size(), " pieces, over the limit of ", longest, " (",
                            positions_bind() ? "the model's positions: " : "max-length ",
                            longest_side(), " with </s>); only the first ", longest,
                            " are translated"));
      }
      pieces.resize(longest);
    }
    sources.push_back(std::move(pieces));
  }
  return sources;
}

Translator::Batches Translator::batches_of(std::span<const Pieces> sources) const {
  return translation_batches(lengths_with_eos(sources), options_.max_tokens / options_.beam_size);
}

void Translator::translate_batches(std::span<const Pieces> sources, const Batches& batches,
                                   Translations& translations) const {
  if (batches.empty()) return;
  // At least two: a pool of one would run in the calling thread, which has its own number of
  // threads.
  const int64_t threads =
      options_.threads <= 1 ? 1 : std::clamp<int64_t>(std::ssize(batches), 2, options_.threads);
  base::ThreadPool pool(threads, [] { at::set_num_threads(1); });
  pool.for_each(std::ssize(batches), [&](int64_t b) {
    if (options_.stop != nullptr && *options_.stop) throw Interrupted();
    std::vector<std::vector<Hypothesis>> found = search(sources, batches[b]);
    for (size_t i = 0; i < found.size(); ++i) {
      translations[batches[b][i]] = to_text(found[i], vocabularies_.target());
    }
  });
}

std::vector<std::vector<Translation>> Translator::translate_n_best(
    std::span<const std::string> segments, const TranslationWarning& warn) const {
  const std::vector<Pieces> sources = encode(segments, warn);
  Translations translations(segments.size());
  translate_batches(sources, batches_of(sources), translations);
  for (size_t i = 0; i < segments.size(); ++i) {
    if (!translations[i].empty()) continue;
    translations[i].push_back({});
    if (warn && !sources[i].empty()) {
      warn(i, "has no translation: the model's scores are not finite numbers");
    }
  }
  return translations;
}

std::vector<std::string> Translator::translate(std::span<const std::string> segments,
                                               const TranslationWarning& warn) const {
  return best_texts(translate_n_best(segments, warn));
}

bool Translator::may_take_long(std::span<const Pieces> sources) const {
  double longest = 0.0, usual = 0.0;
  for (const Pieces& source : sources) {
    longest += static_cast<double>(longest_translation(source));
    usual += static_cast<double>(kUsualBound.of(std::ssize(source) + 1));
  }
  return longest > kUsualTimes * usual;
}

std::optional<std::vector<std::string>> Translator::translate_unless_endless(
    std::span<const std::string> segments) const {
  const std::vector<Pieces> sources = encode(segments, {});
  Batches batches = batches_of(sources);
  Translations translations(segments.size());
  if (!batches.empty() && may_take_long(sources)) {
    const auto middle = batches.begin() + std::ssize(batches) / 2;
    const std::vector<size_t> sample = std::move(*middle);
    batches.erase(middle);
    translate_batches(sources, {sample}, translations);
    const auto cut = std::ranges::count_if(
        sample, [&](size_t i) { return !translations[i].empty() && translations[i].front().cut; });
    if (2 * cut > std::ssize(sample)) return std::nullopt;
  }
  translate_batches(sources, batches, translations);
  return best_texts(translations);
}

std::vector<std::vector<Hypothesis>> Translator::search(std::span<const Pieces> sources,
                                                        std::span<const size_t> batch) const {
  const auto [rows, lengths] = source_rows(sources, batch, vocabularies_.source());
  std::vector<int64_t> max_lengths;
  for (const size_t index : batch) max_lengths.push_back(longest_translation(sources[index]));
  const data::Vocabulary& target = vocabularies_.target();
  TransformerStepModel model(model_, rows, lengths);
  return beam_search(model, max_lengths,
                     {.beam_size = options_.beam_size,
                      .n_best = options_.n_best,
                      .length_penalty = options_.length_penalty,
                      .eos_id = target.eos_id(),
                      .forbidden = {target.pad_id(), target.unk_id()}});
}

}  // namespace nmt::decode
