#include "nmt/train/validate.h"

#include <cmath>

#include "data/batch_plan.h"
#include "data/token_batcher.h"
#include "nmt/decode/translator.h"
#include "nmt/metrics/bleu.h"

namespace nmt::train {
namespace {

std::optional<double> bleu_of_translations(model::Transformer model, const TrainingData& data,
                                           const config::TrainingConfig& config,
                                           const std::atomic<bool>& stop) {
  std::vector<std::string> sources, references;
  for (const data::SentencePair& pair : data.valid_pairs) {
    sources.push_back(pair.source);
    references.push_back(pair.target);
  }
  const decode::Translator translator(
      model, data.vocabularies(),
      {.beam_size = config.schedule.valid_beam_size, .threads = config.threads, .stop = &stop});
  const auto hypotheses = translator.translate_unless_endless(sources);
  if (!hypotheses) return std::nullopt;
  return metrics::corpus_bleu(*hypotheses, std::vector<std::vector<std::string>>{references}, {})
      .score;
}

run_log::ValidRecord scores(model::Transformer model, const TrainingData& data,
                            const config::TrainingConfig& config, const std::atomic<bool>& stop) {
  const torch::NoGradGuard no_grad;
  const data::BatchPlan plan(*data.valid,
                             std::max(config.data.max_tokens, config.model.max_positions));
  double loss = 0.0;
  double nll = 0.0;
  for (int64_t i = 0; i < plan.size(); ++i) {
    if (stop) throw decode::Interrupted();
    const data::Batch batch = data::make_batch(*data.valid, plan.pairs(i));
    const layers::LossSums sums =
        model->loss(batch, config.optimization.label_smoothing, {.backend = config.backend});
    loss += sums.loss.item<double>();
    nll += sums.nll.item<double>();
  }
  const double tokens = static_cast<double>(data.valid->target_tokens());
  run_log::ValidRecord record;
  record.loss = loss / tokens;
  record.nll = nll / tokens;
  record.perplexity = std::exp(record.nll);
  if (!data.valid_pairs.empty()) record.bleu = bleu_of_translations(model, data, config, stop);
  return record;
}

}  // namespace

std::optional<run_log::ValidRecord> validate(model::Transformer model, const TrainingData& data,
                                             const config::TrainingConfig& config, int64_t update,
                                             const std::atomic<bool>& stop) {
  try {
    run_log::ValidRecord record = scores(std::move(model), data, config, stop);
    record.update = update;
    return record;
  } catch (const decode::Interrupted&) {
    return std::nullopt;
  }
}

}  // namespace nmt::train
