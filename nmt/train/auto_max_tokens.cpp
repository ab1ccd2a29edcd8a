#include "nmt/train/auto_max_tokens.h"

#include "data/text/error.h"

namespace nmt::train {
namespace {

constexpr double kShareToUse = 0.8;
constexpr int64_t kWithoutKnowledge = 4096;

MemoryNeed need_with(config::TrainingConfig config, const TrainingData& data, int64_t max_tokens) {
  config.data.max_tokens = max_tokens;
  return memory_need(config, data, approximate_parameters(config.model));
}

// The readable number below `tokens`, one of them.
int64_t next_smaller(int64_t tokens) {
  const bool power = (tokens & (tokens - 1)) == 0;
  return power ? tokens / 4 * 3 : tokens / 3 * 2;
}

}  // namespace

int64_t auto_max_tokens(const config::TrainingConfig& config, const TrainingData& data,
                        int64_t available) {
  const int64_t least = config.data.max_length;
  const auto usable = static_cast<int64_t>(kShareToUse * static_cast<double>(available));
  const auto fits = [&](int64_t tokens) {
    return available <= 0 || need_with(config, data, tokens).total() <= usable;
  };
  for (int64_t tokens = available > 0 ? kMostAutoTokens : kWithoutKnowledge; tokens > least;
       tokens = next_smaller(tokens)) {
    if (fits(tokens)) return tokens;
  }
  if (fits(least)) return least;
  constexpr double kMib = 1024.0 * 1024.0;
  throw UsageError(
      "max-tokens auto: micro-batches of one sentence of max-length ", least, " need about ",
      need_with(config, data, least).total() / kMib, " MiB, over 80 % of the ", available / kMib,
      " MiB of this machine; lower --max-length or --threads, set --recompute true, or "
      "choose a smaller --arch, --d-model, --ffn-dim or --vocab-size");
}

void settle_max_tokens(config::TrainingConfig& config, const TrainingData& data) {
  if (config.data.max_tokens > 0) return;
  if (config.device == config::DeviceKind::kCuda) {
    throw UsageError(
        "max-tokens auto goes by the memory of a CPU's machine, and this run trains on a GPU; give "
        "a number, or --device cpu");
  }
  config.data.max_tokens = auto_max_tokens(config, data, machine_memory());
}

}  // namespace nmt::train
