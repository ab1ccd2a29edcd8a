// Where a training step's time and memory go, operation by operation, against what the machine can
// do at most. A Markdown table:
//
//     profile_train_step [--model base] [--arch preln] [--updates N]
//
// Models and batches are those of bench_train_step (step_models.h). One thread, so that the times
// of the operations add up to the time of the step. Columns: calls and milliseconds an update;
// share of the time; GFLOP/s of matrix products; GB/s of the others, if they moved no more than
// they must (inputs read once, outputs written once); MiB that they had allocated when most was
// allocated (the weights and the optimizer's state, which are there before, do not count).

#include <ATen/Parallel.h>
#include <torch/types.h>

#include <algorithm>
#include <boost/program_options.hpp>
#include <cstdio>
#include <map>
#include <string>
#include <utility>
#include <vector>

#include "nmt/model/init.h"
#include "nmt/model/parameters.h"
#include "nmt/train/train_step.h"
#include "tools/bench/bench_command.h"
#include "tools/bench/measuring.h"
#include "tools/bench/operation_profile.h"
#include "tools/bench/step_models.h"

namespace nmt::bench {
namespace {

namespace options = boost::program_options;

constexpr int kWarmUp = 2;

// GB/s of a copy that does not fit into the cache, reading and writing counted.
double copy_bandwidth() {
  const at::Tensor from = at::ones({int64_t{1} << 26}), to = at::empty_like(from);
  double best = 0.0;
  for (int i = 0; i < 5; ++i) {
    const auto start = Clock::now();
    to.copy_(from);
    const double seconds = std::chrono::duration<double>(Clock::now() - start).count();
    best = std::max(best, 2e-9 * static_cast<double>(from.nbytes()) / seconds);
  }
  return best;
}

// float32 values that an operation must at least read and write, of updates with `source_pieces`
// and `target_pieces` in all; `parameters`: the model's, once an update.
std::map<std::string, double> least_values(const Size& size, double parameters,
                                           double source_pieces, double target_pieces) {
  const double d = static_cast<double>(size.d_model), f = static_cast<double>(size.ffn_dim);
  const double layers = static_cast<double>(size.layers);
  const double pieces = source_pieces + target_pieces;
  const double sublayers = 2 * source_pieces + 3 * target_pieces;
  // Query side and key side of the three attentions of a layer pair.
  const double queries = source_pieces + 2 * target_pieces;
  const double keys = 2 * source_pieces + target_pieces;
  return {{"skip, dropout, norm, forward", 4 * layers * d * sublayers},
          {"skip, dropout, norm, backward", 5 * layers * d * sublayers},
          {"norm, again", 2 * layers * d * sublayers},
          {"bias, ReLU, dropout, forward", 2 * layers * f * pieces},
          {"bias, ReLU, dropout, backward", 3 * layers * f * pieces},
          {"attention, forward", layers * d * (2 * queries + 2 * keys)},
          {"attention, backward", layers * d * (4 * queries + 4 * keys)},
          {"cross-entropy, both ways", 2.0 * kVocabulary * target_pieces},
          {"gradients added up, their norm", parameters},
          {"optimizer", 7 * parameters}};
}

struct Profile {
  std::map<std::string, OperationCost> costs;
  std::map<std::string, double> least_values;
  double seconds = 0.0;  // Of all updates.
  double target_pieces = 0.0;
};

Profile profile(const Size& size, const config::TrainingConfig& config, int updates) {
  model::Transformer model(config.model);
  model::initialize(model, 1);
  const auto parameters = static_cast<double>(model::parameter_count(model));
  train::TrainStep step(model, config, /*workers=*/1);
  const auto batches = make_batches(size.batch_tokens, static_cast<size_t>(updates + kWarmUp));
  for (int i = 0; i < kWarmUp; ++i) step.run(i + 1, {batches[i]});
  step.free_gradients();
  Profile result;
  double source_pieces = 0.0;
  {
    const OperationProfile recorded;
    const auto start = Clock::now();
    for (int i = kWarmUp; i < updates + kWarmUp; ++i) step.run(i + 1, {batches[i]});
    result.seconds = std::chrono::duration<double>(Clock::now() - start).count();
    result.costs = recorded.costs();
  }
  for (int i = kWarmUp; i < updates + kWarmUp; ++i) {
    source_pieces += static_cast<double>(batches[i].source_tokens());
    result.target_pieces += static_cast<double>(batches[i].target_tokens());
  }
  result.least_values =
      least_values(size, updates * parameters, source_pieces, result.target_pieces);
  return result;
}

void print_row(const std::string& label, const OperationCost& cost, const Profile& profile,
               int updates) {
  const auto least = profile.least_values.find(label);
  std::printf("| %s | %.0f | %.1f | %.1f %% | ", label.c_str(),
              static_cast<double>(cost.calls) / updates, 1e3 * cost.seconds / updates,
              100 * cost.seconds / profile.seconds);
  if (cost.flops > 0) std::printf("%.0f", 1e-9 * cost.flops / cost.seconds);
  std::printf(" | ");
  if (least != profile.least_values.end()) std::printf("%.1f", 4e-9 * least->second / cost.seconds);
  std::printf(" | %.0f |\n", static_cast<double>(cost.peak_bytes) / (1 << 20));
}

void print(const Profile& profile, int updates) {
  std::vector<std::pair<std::string, OperationCost>> rows(profile.costs.begin(),
                                                          profile.costs.end());
  std::sort(rows.begin(), rows.end(),
            [](const auto& a, const auto& b) { return a.second.seconds > b.second.seconds; });
  OperationCost all, small, rest;
  for (const auto& [label, cost] : rows) {
    all.seconds += cost.seconds;
    all.peak_bytes += cost.peak_bytes;
  }
  std::puts("| operation | calls | ms | share | GFLOP/s | GB/s | MiB at the peak |");
  std::puts("|---|---:|---:|---:|---:|---:|---:|");
  constexpr double kSmallShare = 0.003;
  constexpr int64_t kSmallBytes = 10 << 20;
  for (const auto& [label, cost] : rows) {
    if (cost.seconds < kSmallShare * profile.seconds && cost.peak_bytes < kSmallBytes) {
      small.calls += cost.calls;
      small.seconds += cost.seconds;
      small.peak_bytes += cost.peak_bytes;
    } else {
      print_row(label, cost, profile, updates);
    }
  }
  print_row("small ones together", small, profile, updates);
  rest.seconds = profile.seconds - all.seconds;
  print_row("between operations", rest, profile, updates);
  all.seconds = profile.seconds;
  print_row("**all**", all, profile, updates);
}

int bench(int argc, char** argv) {
  std::string model = "base", arch = "preln";
  int updates = 3;
  options::options_description all("profile_train_step: where a training step's time goes");
  all.add_options()("help,h", "this page")("model", options::value(&model),
                                           "base, deep-thin or deep-narrow")(
      "arch", options::value(&arch), "architecture name without depth")(
      "updates", options::value(&updates), "updates that are recorded");
  if (!parse_flags(argc, argv, all)) return 0;
  at::set_num_threads(1);
  const Size& size = size_of(model);
  const Profile found = profile(size, config_of(size, arch), updates);
  std::printf(
      "%s, %s, one thread: %.0f target pieces/s; matrix products reach %.0f GFLOP/s, a copy "
      "%.1f GB/s.\n\n",
      model.c_str(), arch.c_str(), found.target_pieces / found.seconds, gemm_peak_gflops(),
      copy_bandwidth());
  print(found, updates);
  return 0;
}

}  // namespace
}  // namespace nmt::bench

int main(int argc, char** argv) {
  return nmt::bench::run_bench("profile_train_step", nmt::bench::bench, argc, argv);
}
