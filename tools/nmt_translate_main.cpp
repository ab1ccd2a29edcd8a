// nmt-translate: translates segments, one a line, with a trained model.
//
//     nmt-translate --model model/best < source.txt > translation.txt
//
// Translations go to standard output or --output; warnings and progress to standard error.
// Exit status: 0 translated, 1 unusable model or input, 2 wrong command line.

#include <ATen/Parallel.h>
#include <unistd.h>

#include <algorithm>
#include <cmath>
#include <iostream>
#include <optional>
#include <string>
#include <thread>

#include "data/text/error.h"
#include "nmt/cli/flags.h"
#include "nmt/cli/parse_value.h"
#include "nmt/cli/progress_bar.h"
#include "nmt/cli/terminal.h"
#include "nmt/config/enum_names.h"
#include "nmt/config/length_bound.h"
#include "nmt/decode/load_translator.h"
#include "nmt/decode/translate_stream.h"
#include "tools/choose_device.h"
#include "tools/torch_program.h"

namespace {

using nmt::config::DeviceKind;
using nmt::text::InvalidUtf8;

constexpr int64_t kLongestSide = 1'000'000;  // As max-positions of a model.

struct TranslateFlags {
  std::string model, input = "-", output = "-";
  std::string invalid_utf8 = nmt::config::name_of(InvalidUtf8::kReplace);
  bool quiet = false;
  std::string device = nmt::config::name_of(DeviceKind::kAuto);
  nmt::decode::TranslatorOptions translator;
};

TranslateFlags parse(int argc, char** argv) {
  TranslateFlags flags;
  nmt::decode::TranslatorOptions& options = flags.translator;
  nmt::cli::FlagSet set("nmt-translate", "Translates segments, one a line, with a trained model.");
  set.example("  nmt-translate --model model/best < source.txt > translation.txt\n");
  set.group("Model and text");
  set.text("model", &flags.model, "model folder: best/ of a run, or any checkpoint", "FOLDER");
  set.text("input", &flags.input, "source, plain or gzip; - reads standard input", "FILE");
  set.text("output", &flags.output, "translations; - writes standard output", "FILE");
  set.choice("invalid-utf8", &flags.invalid_utf8, {"replace", "skip", "fail"},
             "what to do with a source that is not UTF-8; skip translates it to an empty line");
  set.group("Search");
  set.number("beam-size", &options.beam_size, "live translations of a segment; 1 is greedy", 1);
  set.real("length-penalty", &options.length_penalty, "alpha of score = log P / length^alpha");
  set.number("n-best", &options.n_best,
             "translations of a segment; over 1, lines are 'index ||| translation ||| score'", 1);
  set.add({.name = "max-length",
           .placeholder = "NUMBER",
           .help = "longest source and longest translation in pieces; what is longer is cut, and "
                   "said; without it what the model can read, and its length-bound",
           .assign = [&options](const std::vector<std::string>& values) {
             options.max_length = nmt::cli::parse_whole_number(values[0], 2, kLongestSide);
           }});
  set.add({.name = "length-bound",
           .placeholder = "Ax+B",
           .help = "longest translation: A times the source's pieces plus B, in the place of the "
                   "model's own bound",
           .assign = [&options](const std::vector<std::string>& values) {
             options.length_bound = nmt::config::parse_length_bound(values[0]);
           }});
  set.group("Speed");
  set.number("max-tokens", &options.max_tokens,
             "size of a batch: segments x beam size x longest source in pieces", 1);
  options.threads = 0;
  set.number("threads", &options.threads,
             "batches translated at a time; 0: one for each core, or one on a GPU", 0);
  set.choice("device", &flags.device, nmt::config::enum_names<DeviceKind>(),
             "where to compute; auto: a GPU if there is one");
  set.toggle("quiet", &flags.quiet, "neither warnings nor progress on standard error");
  set.parse(argc, argv);
  if (flags.model.empty()) throw nmt::UsageError("--model FOLDER is missing");
  return flags;
}

/// What to tell of translations that the limit ended; empty if there are none.
std::string cut_translations(const nmt::decode::StreamTotals& totals,
                             const nmt::decode::Translator& translator) {
  if (totals.cut == 0) return "";
  return nmt::concatenate(
      totals.cut, " of ", totals.translations,
      totals.translations == 1 ? " translation was" : " translations were",
      " cut at the length limit of ", translator.length_limit(),
      translator.can_be_longer() ? "; --max-length or --length-bound sets another" : "");
}

/// Warnings, and how many segments are done and how fast where the translations do not show it.
nmt::decode::TranslationObserver observer_of(const TranslateFlags& flags,
                                             nmt::cli::ProgressBar& bar) {
  nmt::decode::TranslationObserver observer;
  if (flags.quiet) return observer;
  observer.warn = [&bar](const std::string& message) { bar.message("warning: " + message); };
  const bool shows_translations =
      nmt::text::is_standard_output(flags.output) && nmt::cli::is_terminal(STDOUT_FILENO);
  if (!shows_translations && nmt::cli::is_terminal(STDERR_FILENO)) {
    observer.progress = [&bar](const nmt::decode::StreamProgress& done) {
      const long speed = std::lround(static_cast<double>(done.segments) / done.seconds);
      bar.show({.text = nmt::concatenate(done.segments, " segments  ", speed, " segments/s"),
                .elapsed_seconds = done.seconds,
                .fraction = std::nullopt});
    };
  }
  return observer;
}

int translate(int argc, char** argv) {
  TranslateFlags flags = parse(argc, argv);
  const bool on_gpu =
      nmt::tools::choose_gpu(nmt::config::enum_value<DeviceKind>(flags.device)).has_value();
  int64_t& threads = flags.translator.threads;
  if (threads == 0) threads = on_gpu ? 1 : std::max(1u, std::thread::hardware_concurrency());
  at::set_num_threads(1);  // Threads take whole batches; one alone must not be split among cores.
  const auto translator = nmt::decode::load_translator(flags.model, flags.translator,
                                                       on_gpu ? torch::kCUDA : torch::kCPU);
  nmt::text::SegmentReader input(flags.input);
  nmt::text::OutputFile output(flags.output);
  nmt::cli::ProgressBar bar(std::cerr, nmt::cli::progress_options(STDERR_FILENO));
  const nmt::decode::TranslationObserver observer = observer_of(flags, bar);
  const nmt::decode::StreamTotals totals =
      translate_stream(translator, input, output,
                       {.scores = flags.translator.n_best > 1,
                        .invalid_utf8 = nmt::config::enum_value<InvalidUtf8>(flags.invalid_utf8)},
                       observer);
  const std::string cut = cut_translations(totals, translator);
  if (observer.warn && !cut.empty()) observer.warn(cut);
  output.commit();
  bar.finish();
  return nmt::cli::kExitDone;
}

}  // namespace

int main(int argc, char** argv) {
  return nmt::tools::run_torch_program("nmt-translate", argc, argv, translate,
                                       {.work = "the model and its batches",
                                        .remedy = "lower --max-tokens, --beam-size or --threads"});
}
