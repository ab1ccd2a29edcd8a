#include "nmt/train/validate.h"

#include <ATen/Parallel.h>

#include <cmath>
#include <vector>

#include "data/base/thread_pool.h"
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

struct BatchSums {
  double loss = 0.0;
  double nll = 0.0;
};

// The sums of each batch of `plan`, dealt out to threads; on a GPU one batch behind the other.
std::vector<BatchSums> sums_of_batches(model::Transformer model, const data::ParallelCorpus& valid,
                                       const data::BatchPlan& plan,
                                       const config::TrainingConfig& config,
                                       const std::atomic<bool>& stop) {
  std::vector<BatchSums> sums(plan.size());
  base::ThreadPool pool(model->device().is_cpu() ? config.threads : 1,
                        [] { at::set_num_threads(1); });
  pool.for_each(plan.size(), [&](int64_t i) {
    if (stop) throw decode::Interrupted();
    const torch::NoGradGuard no_grad;  // Of this thread.
    const data::Batch batch = data::make_batch(valid, plan.pairs(i));
    const layers::LossSums of_batch =
        model->loss(batch, config.optimization.label_smoothing, {.backend = config.backend});
    sums[i] = {.loss = of_batch.loss.item<double>(), .nll = of_batch.nll.item<double>()};
  });
  return sums;
}

// Sums are added in the order of batches: which thread worked out which changes no bit.
run_log::ValidRecord scores(model::Transformer model, const TrainingData& data,
                            const config::TrainingConfig& config, const std::atomic<bool>& stop) {
  const data::BatchPlan plan(*data.valid,
                             std::max(config.data.max_tokens, config.model.max_positions));
  BatchSums total;
  for (const BatchSums& sums : sums_of_batches(model, *data.valid, plan, config, stop)) {
    total.loss += sums.loss;
    total.nll += sums.nll;
  }
  const double tokens = static_cast<double>(data.valid->target_tokens());
  run_log::ValidRecord record;
  record.loss = total.loss / tokens;
  record.nll = total.nll / tokens;
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
