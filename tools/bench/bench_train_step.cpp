// Times a training step of ours beside the same model in plain LibTorch modules
// (plain_transformer.h, torch::optim::Adam), and weighs both. One JSON object a line:
//
//     bench_train_step [--json] [--models base,deep-thin,deep-narrow] [--archs preln,postln,...]
//                      [--threads N] [--updates N] [--rounds N] [--recompute] [--tracking]
//                      [--device cpu|cuda]
//
// Models: base is 6L-6L of 512/2048/8, deep-thin 18L-18L of 256/1024/4, deep-narrow 18L-18L of
// 64/256/4 with half the batch. Random sentences, both sides 15 to 35 pieces long, in bucketed
// batches of 4096 target pieces; vocabulary 8,000, tied; dropout 0.1; entropy tracked at every
// update.
//
// Fields: model, arch, threads; tokens_per_second (target pieces), peak_mib (largest resident set),
// activation_mib (that less what is resident after an update with gradients freed), the same of the
// plain side (on a GPU: memory of the GPU that is in use); gflops of ours (matrix products alone),
// gemm_peak_gflops (the best of 4096x512x2048 and 2048^3); with --tracking also
// untracked_tokens_per_second, without attention entropy, and measured_tokens_per_second, with
// matrices, stream and bounds measured at every update; with --recompute also
// recompute_tokens_per_second and recompute_activation_mib of ours that recomputes its activations.
// Ours runs with the allocator that nmt-train is linked with, the plain side with the C library's,
// as PyTorch's users do. Each side runs in processes of its own, `rounds` of them in turn; medians.
// The plain side of a sigma architecture has plain weights.

#include <ATen/Parallel.h>
#include <c10/core/CachingDeviceAllocator.h>
#include <dlfcn.h>
#include <malloc.h>
#include <torch/torch.h>
#include <unistd.h>

#include <algorithm>
#include <boost/program_options.hpp>
#include <chrono>
#include <cstdio>
#include <fstream>
#include <memory>
#include <sstream>
#include <string>
#include <vector>

#include "data/text/error.h"
#include "nmt/model/init.h"
#include "nmt/train/train_step.h"
#include "tools/bench/bench_command.h"
#include "tools/bench/measuring.h"
#include "tools/bench/plain_transformer.h"
#include "tools/bench/step_models.h"

namespace nmt::bench {
namespace {

namespace options = boost::program_options;

constexpr int kWarmUp = 2;

struct Settings {
  std::string models = "base,deep-thin,deep-narrow";
  std::string archs = "preln,postln,preln-sigma,postln-sigma";
  std::string device = "cpu";
  std::string side;  // "ours", "recompute", "untracked", "measured" or "plain" in a child process.
  bool recompute = false;
  bool tracking = false;
  int64_t threads = 2;
  int updates = 5;
  int rounds = 3;
};

// A number of /proc/self/status, in MiB.
double status_mib(const std::string& key) {
  std::ifstream file("/proc/self/status");
  for (std::string line; std::getline(file, line);) {
    if (line.starts_with(key)) return std::stod(line.substr(key.size() + 1)) / 1024.0;
  }
  return 0.0;
}

// Memory of a GPU in use, in MiB: the most so far, or now.
double device_mib(at::Device device, bool peak) {
  const auto bytes = at::getDeviceAllocator(device.type())->getDeviceStats(0).allocated_bytes[0];
  return static_cast<double>(peak ? bytes.peak : bytes.current) / 1048576.0;
}

void give_free_memory_back() {
  malloc_trim(0);
  const auto release = dlsym(RTLD_DEFAULT, "MallocExtension_ReleaseFreeMemory");
  if (release != nullptr) reinterpret_cast<void (*)()>(release)();
}

struct Measured {
  double tokens_per_second, peak_mib, activation_mib;
};

// `step` runs one update, `release` frees its gradients.
template <class Step, class Release>
Measured measure(at::Device device, const std::vector<data::Batch>& batches, const Step& step,
                 const Release& release) {
  double tokens = 0.0;
  Clock::time_point start;
  for (size_t i = 0; i < batches.size(); ++i) {
    if (i == kWarmUp) {
      wait_for(device);
      start = Clock::now();
    }
    step(static_cast<int64_t>(i) + 1, batches[i]);
    if (i >= kWarmUp) tokens += static_cast<double>(batches[i].target_tokens());
  }
  wait_for(device);
  const double seconds = std::chrono::duration<double>(Clock::now() - start).count();
  const double peak = device.is_cuda() ? device_mib(device, true) : status_mib("VmHWM:");
  release();
  give_free_memory_back();
  const double left = device.is_cuda() ? device_mib(device, false) : status_mib("VmRSS:");
  return {tokens / seconds, peak, peak - left};
}

Measured measure_ours(const config::TrainingConfig& config, int64_t threads, at::Device device,
                      const std::vector<data::Batch>& batches, bool statistics) {
  model::Transformer model(config.model);
  model::initialize(model, 1);
  model->to(device);
  train::TrainStep step(model, config, threads);
  return measure(
      device, batches,
      [&](int64_t update, const data::Batch& batch) {
        step.run(update, {batch}, {.layers = statistics, .matrices = statistics});
      },
      [&] { step.free_gradients(); });
}

Measured measure_plain(const config::TrainingConfig& config, at::Device device,
                       const std::vector<data::Batch>& batches) {
  PlainTransformer model(config.model);
  model->to(device);
  torch::optim::Adam optimizer(model->parameters(),
                               torch::optim::AdamOptions(1e-4).betas({0.9, 0.98}).eps(1e-9));
  return measure(
      device, batches,
      [&](int64_t, const data::Batch& batch) {
        optimizer.zero_grad();
        model->loss(batch, config.optimization.label_smoothing).backward();
        torch::nn::utils::clip_grad_norm_(model->parameters(), config.optimization.clip_norm);
        optimizer.step();
      },
      [&] { optimizer.zero_grad(/*set_to_none=*/true); });
}

int run_side(const Settings& settings) {
  at::set_num_threads(static_cast<int>(settings.threads));
  torch::manual_seed(1);
  const Size& size = size_of(settings.models);
  config::TrainingConfig config = config_of(size, settings.archs);
  config.recompute = settings.side == "recompute";
  config.stability.track_attention = settings.side != "untracked";
  const auto batches =
      make_batches(size.batch_tokens, static_cast<size_t>(settings.updates + kWarmUp));
  const at::Device device(settings.device);
  const Measured measured =
      settings.side == "plain"
          ? measure_plain(config, device, batches)
          : measure_ours(config, settings.threads, device, batches, settings.side == "measured");
  std::printf("%.17g %.17g %.17g\n", measured.tokens_per_second, measured.peak_mib,
              measured.activation_mib);
  return 0;
}

Measured run_child(const Settings& settings, const std::string& side, const Size& size,
                   const std::string& arch) {
  std::ostringstream command;
  if (side != "plain") command << "LD_PRELOAD=" NMT_ALLOCATOR " ";
  command << "/proc/" << getpid() << "/exe --side " << side << " --models " << size.name
          << " --archs " << arch << " --device " << settings.device << " --threads "
          << settings.threads << " --updates " << settings.updates;
  const std::unique_ptr<FILE, int (*)(FILE*)> pipe(popen(command.str().c_str(), "r"), pclose);
  Measured measured{};
  if (!pipe || std::fscanf(pipe.get(), "%lf %lf %lf", &measured.tokens_per_second,
                           &measured.peak_mib, &measured.activation_mib) != 3) {
    throw UsageError("the process of ", side, " ", size.name, " ", arch, " gave no numbers");
  }
  return measured;
}

double median_of(const std::vector<Measured>& all, double Measured::*field) {
  std::vector<double> values;
  for (const Measured& one : all) values.push_back(one.*field);
  return median(std::move(values));
}

void compare(const Settings& settings, const Size& size, const std::string& arch, double peak) {
  const std::string plain_arch = arch.substr(0, arch.find('-'));
  std::vector<Measured> ours, recomputed, untracked, with_statistics, plain;
  for (int i = 0; i < settings.rounds; ++i) {
    ours.push_back(run_child(settings, "ours", size, arch));
    if (settings.recompute) recomputed.push_back(run_child(settings, "recompute", size, arch));
    if (settings.tracking) {
      untracked.push_back(run_child(settings, "untracked", size, arch));
      with_statistics.push_back(run_child(settings, "measured", size, arch));
    }
    plain.push_back(run_child(settings, "plain", size, plain_arch));
  }
  const double speed = median_of(ours, &Measured::tokens_per_second);
  std::printf(
      "{\"model\": \"%s\", \"arch\": \"%s\", \"threads\": %lld, \"tokens_per_second\": %.0f, "
      "\"plain_tokens_per_second\": %.0f, \"peak_mib\": %.0f, \"plain_peak_mib\": %.0f, "
      "\"activation_mib\": %.0f, \"plain_activation_mib\": %.0f, \"gflops\": %.1f, "
      "\"gemm_peak_gflops\": %.1f",
      size.name.c_str(), arch.c_str(), static_cast<long long>(settings.threads), speed,
      median_of(plain, &Measured::tokens_per_second), median_of(ours, &Measured::peak_mib),
      median_of(plain, &Measured::peak_mib), median_of(ours, &Measured::activation_mib),
      median_of(plain, &Measured::activation_mib), 1e-9 * speed * flops_per_token(size), peak);
  if (settings.recompute) {
    std::printf(", \"recompute_tokens_per_second\": %.0f, \"recompute_activation_mib\": %.0f",
                median_of(recomputed, &Measured::tokens_per_second),
                median_of(recomputed, &Measured::activation_mib));
  }
  if (settings.tracking) {
    std::printf(", \"untracked_tokens_per_second\": %.0f, \"measured_tokens_per_second\": %.0f",
                median_of(untracked, &Measured::tokens_per_second),
                median_of(with_statistics, &Measured::tokens_per_second));
  }
  std::puts("}");
  std::fflush(stdout);
}

int bench(int argc, char** argv) {
  Settings settings;
  options::options_description all("bench_train_step: a training step beside plain LibTorch");
  all.add_options()("help,h", "this page")("json", "accepted; lines are JSON anyway")(
      "models", options::value(&settings.models), "base, deep-thin, deep-narrow")(
      "archs", options::value(&settings.archs), "architecture names without depth")(
      "threads", options::value(&settings.threads), "threads")(
      "device", options::value(&settings.device), "cpu or cuda")(
      "updates", options::value(&settings.updates), "timed updates of a process")(
      "rounds", options::value(&settings.rounds), "processes of each side")(
      "recompute", options::bool_switch(&settings.recompute),
      "ours with recomputed activations too")(
      "tracking", options::bool_switch(&settings.tracking),
      "ours without attention entropy too, and with all statistics of every update")(
      "side", options::value(&settings.side),
      "ours, recompute, untracked, measured or plain: measure one side, print 3 numbers");
  if (!parse_flags(argc, argv, all)) return 0;
  if (!settings.side.empty()) return run_side(settings);
  at::set_num_threads(static_cast<int>(settings.threads));
  const double peak = gemm_peak_gflops(at::Device(settings.device));
  for (const std::string& model : split_list(settings.models)) {
    for (const std::string& arch : split_list(settings.archs)) {
      compare(settings, size_of(model), arch, peak);
    }
  }
  return 0;
}

}  // namespace
}  // namespace nmt::bench

int main(int argc, char** argv) {
  return nmt::bench::run_bench("bench_train_step", nmt::bench::bench, argc, argv);
}
