// Runs for tests, straight from planted logs.

#pragma once

#include <string>
#include <vector>

#include "nmt/report/read_run.h"
#include "nmt/report/run_label.h"
#include "tests/nmt/report/planted_log.h"
#include "tests/testing/temp_folder.h"

namespace nmt::report {

/// The runs of `logs`, labelled and in order.
inline std::vector<Run> planted_runs(const std::vector<PlantedLog>& logs) {
  const nmt::testing::TempFolder folder;
  std::vector<Run> runs;
  for (const PlantedLog& log : logs) {
    const std::string name = std::to_string(runs.size()) + ".jsonl";
    runs.push_back(read_run(folder.write(name, log.text()), 64));
  }
  label_runs(runs);
  return runs;
}

/// A run whose cross attention collapses at update 840 in layer 2, head 2 first, and whose loss
/// rises from update 960 on if `diverges`.
inline PlantedLog collapsing_run(int64_t seed, bool diverges) {
  PlantedLog log;
  log.config("postln-18L", 0.0007, seed);
  for (int64_t update = 10; update <= 1200; update += 10) {
    const double head_1 = update < 840 ? 0.5 : 0.01, head_2 = update < 830 ? 0.5 : 0.02;
    const double logit = update < 800 ? 3.0 : 60.0;
    const double grown = update < 800 ? 2 : 8;
    log.update(update, update < 960 ? 2.0 : 7.0, {{"cross", {{0.6, 0.6}, {head_1, head_2}}, logit}},
               {{{"name", "decoder.layers.1.cross_attn.q_proj"}, {"sigma", grown}},
                {{"name", "decoder.layers.1.cross_attn.k_proj"}, {"sigma", 2.5}}});
  }
  log.valid(500, 2.25, 40.5).valid(1000, 6.5, 0);
  log.collapse("cross", 2, 840);
  if (diverges) log.divergence("loss_rise", 960);
  return log.end(diverges ? "diverged" : "collapsed", {{"peak_mib", 900 + seed}});
}

/// A run to which nothing happens.
inline PlantedLog calm_run(const std::string& architecture, int64_t seed, double nll, double bleu) {
  PlantedLog log;
  log.config(architecture, 0.0007, seed);
  log.update(10, 6).update(20, nll, {{"cross", {{0.4, 0.6}}, 9}});
  return log.valid(10, 5, 1).valid(20, nll, bleu).end("ok", {{"peak_mib", 500}});
}

/// A run whose validation nll never leaves that of piece frequencies, 5.26, if `learnt` is false.
/// `collapse`, if not empty, is what the loss does while cross attention collapses.
inline PlantedLog judged_run(int64_t seed, bool learnt, const std::string& collapse = "") {
  PlantedLog log;
  log.line({{"type", "config"},
            {"architecture", "postln-18L"},
            {"config", {{"arch", "postln-18L"}, {"learning-rate", 0.0007}, {"seed", seed}}},
            {"unigram_nll", 5.26}});
  log.update(10, 6).update(200, 5).valid(200, learnt ? 2.5 : 5.25, 1);
  if (!collapse.empty()) log.collapse("cross", 2, 100, collapse);
  return log.end(!collapse.empty() ? "collapsed"
                 : learnt          ? "ok"
                                   : "did_not_learn",
                 {{"learnt", learnt}});
}

}  // namespace nmt::report
