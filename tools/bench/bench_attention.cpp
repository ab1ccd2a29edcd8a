// Times the fused attention, with and without entropy, beside ATen's flash attention and beside
// plain LibTorch that writes the probabilities down and takes their entropy. One JSON object a
// line:
//
//     bench_attention [--json] [--threads N] [--tokens N] [--lengths T,...] [--repetitions N]
//                     [--bfloat16] [--avx2] [--device cpu|cuda]
//
// --avx2 keeps every side from using AVX-512, to see what a machine without it would do.
// Fields: pass (forward | forward+backward), T, S, causal, heads, head_size, dtype, threads;
// medians of interleaved repetitions in ms: ours_entropy_ms, ours_ms, flash_ms,
// materialized_entropy_ms; gflops of ours with entropy (2 products forward, 7 with backward; half
// of it if causal), gemm_peak_gflops (the best of 4096x512x2048 and 2048^3, in the same run). Every
// side reads the same strided views of a fused query-key-value product. On a GPU "flash" is what
// scaled_dot_product_attention chooses there.

#include <ATen/ATen.h>
#include <ATen/Parallel.h>
#include <hwy/targets.h>
#include <torch/torch.h>

#include <algorithm>
#include <boost/program_options.hpp>
#include <chrono>
#include <cmath>
#include <cstdio>
#include <cstdlib>
#include <functional>
#include <string>
#include <vector>

#include "layers/kernels/attention.h"
#include "layers/kernels/split_heads.h"
#include "tools/bench/bench_command.h"
#include "tools/bench/measuring.h"

namespace {

namespace options = boost::program_options;
using nmt::bench::Clock;
using nmt::bench::median;

struct Settings {
  int64_t threads = 2;
  int64_t tokens = 4096;
  int64_t heads = 8;
  int64_t head_size = 64;
  std::string lengths = "25,64,256,1024";
  int repetitions = 30;
  bool bfloat16 = false;
  bool avx2 = false;
  std::string device = "cpu";
};

double milliseconds(at::Device device, const std::function<void()>& work) {
  nmt::bench::wait_for(device);
  const auto start = Clock::now();
  work();
  nmt::bench::wait_for(device);
  return std::chrono::duration<double, std::milli>(Clock::now() - start).count();
}

// One (pass, T, causal).
class Case {
 public:
  Case(const Settings& settings, int64_t length, bool causal, bool backward)
      : settings_(settings),
        device_(settings.device),
        length_(length),
        causal_(causal),
        backward_(backward) {
    const int64_t batch = std::max<int64_t>(1, settings.tokens / length);
    product_ = torch::randn({batch, length, 3 * settings.heads * settings.head_size}, device_);
    if (settings.bfloat16) product_ = product_.to(torch::kBFloat16);
    grad_ = torch::randn({batch, length, settings.heads, settings.head_size}, product_.options());
    const torch::Tensor lengths = torch::full({batch}, length, torch::kInt64);
    mask_.emplace(lengths, lengths, length, length, causal);
  }

  void run_ours(bool statistics) {
    run([&](auto q, auto k, auto v) {
      return nmt::kernels::attention(
                 {.q = q, .k = k, .v = v, .mask = *mask_, .statistics = statistics})
          .out;
    });
  }

  void run_flash() {
    run([&](auto q, auto k, auto v) {
      if (device_.is_cuda()) {
        return at::scaled_dot_product_attention(q.transpose(1, 2), k.transpose(1, 2),
                                                v.transpose(1, 2), {}, 0.0, causal_)
            .transpose(1, 2);
      }
      return std::get<0>(at::_scaled_dot_product_flash_attention_for_cpu(
                             q.transpose(1, 2), k.transpose(1, 2), v.transpose(1, 2), 0.0, causal_))
          .transpose(1, 2);
    });
  }

  void run_materialized() {
    run([&](auto q, auto k, auto v) {
      torch::Tensor logits = at::matmul(q.transpose(1, 2), k.permute({0, 2, 3, 1})) /
                             std::sqrt(static_cast<double>(settings_.head_size));
      if (causal_) {
        const torch::Tensor hidden =
            torch::ones({length_, length_}, torch::kBool).triu(1).to(device_);
        logits = logits.masked_fill(hidden, -1e30);
      }
      const torch::Tensor logs = at::log_softmax(logits, -1);
      const torch::Tensor p = logs.exp();
      entropy_ = -(p * logs).detach().sum(-1);
      return at::matmul(p, v.transpose(1, 2)).transpose(1, 2);
    });
  }

  void print(double peak) {
    struct Side {
      std::function<void()> work;
      int every;  // Of so many repetitions.
      std::vector<double> times = {};
    };
    Side sides[] = {{[&] { run_ours(true); }, 1},
                    {[&] { run_ours(false); }, 1},
                    {[&] { run_flash(); }, 1},
                    {[&] { run_materialized(); }, length_ >= 256 ? 5 : 1}};
    // Each repetition starts with another side, for each leaves the caches in its own state.
    for (int i = 0; i < settings_.repetitions + 2; ++i) {
      for (int j = 0; j < 4; ++j) {
        Side& side = sides[(i + j) % 4];
        if (i % side.every != 0) continue;
        const double time = milliseconds(device_, side.work);
        if (i >= 2 || side.every > 1) side.times.push_back(time);  // The first ones warm up.
      }
    }
    const double ours_entropy = median(sides[0].times);
    const double products = (backward_ ? 7.0 : 2.0) * (causal_ ? 0.5 : 1.0);
    const double flops = products * 2.0 * product_.size(0) * settings_.heads * length_ * length_ *
                         settings_.head_size;
    std::printf(
        "{\"pass\": \"%s\", \"T\": %lld, \"S\": %lld, \"causal\": %s, \"heads\": %lld, "
        "\"head_size\": %lld, \"dtype\": \"%s\", \"threads\": %d, \"ours_entropy_ms\": %.3f, "
        "\"ours_ms\": %.3f, \"flash_ms\": %.3f, \"materialized_entropy_ms\": %.3f, "
        "\"gflops\": %.1f, \"gemm_peak_gflops\": %.1f}\n",
        backward_ ? "forward+backward" : "forward", static_cast<long long>(length_),
        static_cast<long long>(length_), causal_ ? "true" : "false",
        static_cast<long long>(settings_.heads), static_cast<long long>(settings_.head_size),
        settings_.bfloat16 ? "bfloat16" : "float32", at::get_num_threads(), ours_entropy,
        median(sides[1].times), median(sides[2].times), median(sides[3].times),
        1e-6 * flops / ours_entropy, peak);
    std::fflush(stdout);
  }

 private:
  template <class Attend>
  void run(const Attend& attend) {
    c10::AutoGradMode mode(backward_);
    const torch::Tensor leaf = product_.detach().requires_grad_(backward_);
    const std::vector<torch::Tensor> parts = nmt::kernels::split_heads(leaf, 3, settings_.heads);
    const torch::Tensor out = attend(parts[0], parts[1], parts[2]);
    if (backward_) out.backward(grad_);
  }

  Settings settings_;
  at::Device device_;
  int64_t length_;
  bool causal_, backward_;
  torch::Tensor product_, grad_, entropy_;
  std::optional<nmt::kernels::AttentionMask> mask_;
};

int bench(int argc, char** argv) {
  Settings settings;
  options::options_description all("bench_attention: fused attention beside ATen's");
  all.add_options()("help,h", "this page")("json", "accepted; lines are JSON anyway")(
      "threads", options::value(&settings.threads), "threads")(
      "tokens", options::value(&settings.tokens), "tokens a batch")(
      "heads", options::value(&settings.heads), "heads")(
      "head-size", options::value(&settings.head_size), "head size")(
      "lengths", options::value(&settings.lengths), "sentence lengths")(
      "repetitions", options::value(&settings.repetitions), "interleaved repetitions")(
      "bfloat16", options::bool_switch(&settings.bfloat16), "bfloat16 storage")(
      "device", options::value(&settings.device), "cpu or cuda")(
      "avx2", options::bool_switch(&settings.avx2), "no AVX-512, neither here nor in LibTorch");
  if (!nmt::bench::parse_flags(argc, argv, all)) return 0;
  if (settings.avx2) {  // LibTorch looks at its first operation.
    setenv("ATEN_CPU_CAPABILITY", "avx2", 1);
    setenv("MKL_ENABLE_INSTRUCTIONS", "AVX2", 1);
    setenv("ONEDNN_MAX_CPU_ISA", "AVX2", 1);
    hwy::DisableTargets(HWY_AVX3 | HWY_AVX3_DL);
  }
  torch::manual_seed(1);
  at::set_num_threads(static_cast<int>(settings.threads));
  const double peak = nmt::bench::gemm_peak_gflops(at::Device(settings.device));
  for (const bool backward : {false, true}) {
    for (const std::string& item : nmt::bench::split_list(settings.lengths)) {
      const int64_t length = std::stoll(item);
      for (const bool causal : {false, true}) Case(settings, length, causal, backward).print(peak);
    }
  }
  return 0;
}

}  // namespace

int main(int argc, char** argv) {
  return nmt::bench::run_bench("bench_attention", bench, argc, argv);
}
