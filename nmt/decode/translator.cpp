#include "nmt/decode/translator.h"

#include <algorithm>

#include "data/text/error.h"
#include "nmt/decode/transformer_step_model.h"
#include "nmt/decode/translation_batches.h"
#include "nmt/decode/worker_threads.h"

namespace nmt::decode {
namespace {

constexpr int64_t kLengthFactor = 2;  // Longest translation: factor × source pieces + extra.
constexpr int64_t kLengthExtra = 10;

/// One source, without the `</s>` that its row in a batch ends in.
using Pieces = std::vector<int32_t>;

void check_fit(const config::ModelConfig& config, const data::Vocabulary& vocabulary) {
  if (config.vocab_size == vocabulary.size()) return;
  throw InputError("the vocabulary does not fit the model: it has ", vocabulary.size(),
                   " pieces but the model was built for ", config.vocab_size,
                   "; use the vocabulary that the model was trained with");
}

/// Pieces of each segment, at most max_length − 1.
std::vector<Pieces> encode(const data::Vocabulary& vocabulary,
                           std::span<const std::string> segments, int64_t max_length,
                           const TranslationWarning& warn) {
  std::vector<Pieces> sources;
  for (size_t i = 0; i < segments.size(); ++i) {
    Pieces pieces = vocabulary.encode(segments[i]);
    const int64_t longest = max_length - 1;
    if (std::ssize(pieces) > longest) {
      if (warn) {
        warn(i, concatenate("has ", pieces.size(), " pieces, over the limit of ", longest,
                            " (max-length ", max_length, " with </s>); only the first ", longest,
                            " are translated"));
      }
      pieces.resize(longest);
    }
    sources.push_back(std::move(pieces));
  }
  return sources;
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

std::vector<int64_t> longest_translations(const torch::Tensor& source_lengths, int64_t limit) {
  std::vector<int64_t> max_lengths;
  for (int64_t b = 0; b < source_lengths.size(0); ++b) {
    const int64_t source = source_lengths[b].item<int64_t>();
    max_lengths.push_back(std::min(limit, kLengthFactor * source + kLengthExtra));
  }
  return max_lengths;
}

std::vector<Translation> to_text(const std::vector<Hypothesis>& hypotheses,
                                 const data::Vocabulary& vocabulary) {
  std::vector<Translation> translations;
  for (const Hypothesis& hypothesis : hypotheses) {
    const Pieces pieces(hypothesis.pieces.begin(), hypothesis.pieces.end());
    translations.push_back({vocabulary.decode(pieces), hypothesis.score});
  }
  return translations;
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
  at_least("max-length", options.max_length, 2);
  at_least("threads", options.threads, 1);
  if (options.n_best > options.beam_size) {
    throw UsageError("n-best must be at most the beam size ", options.beam_size, ", got ",
                     options.n_best);
  }
}

Translator::Translator(model::Transformer model, std::shared_ptr<const data::Vocabulary> vocabulary,
                       const TranslatorOptions& options)
    : model_(std::move(model)), vocabulary_(std::move(vocabulary)), options_(options) {
  check(options_);
  check_fit(model_->config(), *vocabulary_);
  options_.max_length = std::min(options_.max_length, model_->config().max_positions);
}

std::vector<std::vector<Translation>> Translator::translate_n_best(
    std::span<const std::string> segments, const TranslationWarning& warn) const {
  const std::vector<Pieces> sources = encode(*vocabulary_, segments, options_.max_length, warn);
  const std::vector<std::vector<size_t>> batches =
      translation_batches(lengths_with_eos(sources), options_.max_tokens / options_.beam_size);
  std::vector<std::vector<Translation>> translations(segments.size());
  run_on_threads(batches.size(), options_.threads, [&](size_t b) {
    if (options_.stop != nullptr && *options_.stop) throw Interrupted();
    std::vector<std::vector<Hypothesis>> found = search(sources, batches[b]);
    for (size_t i = 0; i < found.size(); ++i) {
      translations[batches[b][i]] = to_text(found[i], *vocabulary_);
    }
  });
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
  std::vector<std::string> best;
  for (const std::vector<Translation>& translations : translate_n_best(segments, warn)) {
    best.push_back(translations.front().text);
  }
  return best;
}

std::vector<std::vector<Hypothesis>> Translator::search(std::span<const Pieces> sources,
                                                        std::span<const size_t> batch) const {
  const auto [rows, lengths] = source_rows(sources, batch, *vocabulary_);
  TransformerStepModel model(model_, rows, lengths);
  return beam_search(model, longest_translations(lengths, options_.max_length),
                     {.beam_size = options_.beam_size,
                      .n_best = options_.n_best,
                      .length_penalty = options_.length_penalty,
                      .eos_id = vocabulary_->eos_id(),
                      .forbidden = {vocabulary_->pad_id(), vocabulary_->unk_id()}});
}

}  // namespace nmt::decode
