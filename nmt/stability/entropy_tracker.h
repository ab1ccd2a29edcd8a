// EntropyTracker: how sharp each attention head is, over one update and since the last log record.
//
//     H_t = −Σ_j p_tj ln p_tj           entropy of query row t over the n keys that it sees, nats
//     entropy = mean H_t      relative entropy = mean H_t / ln n      minimum = min H_t
//     quantiles of H_t / ln n, from a histogram of kBins bins: off by half a bin at most
//
// per attention kind, layer and head, over the valid query rows (t < the sentence's length) that
// see n >= 2 keys: a row that sees one key has entropy 0 whatever the weights. Sums are float64.
//
// Source: Zhai et al. 2023, arXiv:2303.06296, section 3 (entropy of a row); entropy over ln n and
// the exclusion of padding and of one-key rows are this project's own.
//
// Rows that lie on a device are looked at when the update ends: to wait for each layer would leave
// the device idle.
//
// Life of an update: observe_rows() in each forward pass, merge() the trackers of other workers in
// a fixed order, then finish_update() once. take() at each log record.
//
// Shape letters: B batch, H heads, T queries.

#pragma once

#include <array>
#include <cstdint>
#include <nlohmann/json.hpp>
#include <span>
#include <vector>

#include "layers/forward_observer.h"
#include "nmt/run_log/layer_entropy.h"
#include "nmt/run_log/run_record.h"

namespace nmt::stability {

/// Not thread-safe: one tracker a worker.
class EntropyTracker : public layers::ForwardObserver {
 public:
  bool wants_rows() const override { return true; }
  /// Adds one forward pass to the update under way. A NaN row makes its head's means NaN; minimum
  /// and largest logit skip it.
  void observe_rows(const layers::AttentionRows& rows) override;

  /// Adds what `other` has seen in the update under way, and forgets it there. The order of merges
  /// decides the last bits of the sums: keep it fixed. Throws c10::Error if head counts differ.
  void merge(EntropyTracker& other);

  /// Appends what this has seen in the update under way to `numbers`, and forgets it here: for the
  /// tracker of another process.
  void move_update_to(std::vector<double>& numbers);

  /// Adds what another tracker moved to `numbers`, from its beginning, and drops it there.
  void merge(std::span<const double>& numbers);

  /// Ends the update under way: adds it to the period since the last take() and returns its layers,
  /// encoder_self, decoder_self, cross, each by layer. Layers without a countable row are left out.
  std::vector<run_log::LayerEntropy> finish_update();

  /// Forgets the update under way, whose loss was not finite and whose step is skipped; it stands
  /// as NaN in the record's list of updates.
  void skip_update();

  /// The statistics of the finished updates since the last take(), in the same order, values
  /// of heads to four digits, those of updates to six, and starts the next period.
  std::vector<run_log::AttentionRecord> take();

  /// The period since the last take(), exact to the bit; the update under way is not in it, so call
  /// between updates.
  nlohmann::ordered_json state() const;

  /// Puts back what state() gave. Throws InputError if `state` is malformed.
  void restore(const nlohmann::ordered_json& state);

 private:
  // Sums of one layer; the vectors hold one value a head.
  struct Sums {
    static constexpr int64_t kBins = run_log::kEntropyBins;

    int64_t rows = 0;
    std::vector<double> entropy;
    std::vector<double> relative_entropy;
    std::vector<double> min_entropy;
    std::vector<double> max_logit;
    std::vector<int64_t> histogram;  // [heads · kBins] rows.

    std::vector<run_log::EntropyQuantiles> quantiles() const;
    void grow(int64_t heads);
    void add(const Sums& other);
    void append_to(std::vector<double>& numbers) const;
    static Sums taken_from(std::span<const double>& numbers);
  };
  // By kind, then by layer − 1.
  using AllSums = std::array<std::vector<Sums>, 3>;

  static Sums& sums_of(AllSums& all, layers::AttentionKind kind, int64_t layer);
  static void add(AllSums& to, const AllSums& from);
  static run_log::LayerEntropy summary_of(layers::AttentionKind kind, int64_t layer,
                                          const Sums& sums);
  std::vector<double>& history_of(layers::AttentionKind kind, int64_t layer);
  void add_rows(const layers::AttentionRows& rows);
  void add_waiting_rows();
  void discard_update() { update_ = {}; }
  double inverse_log(int64_t keys);
  int64_t weigh_rows(const int64_t* keys, int64_t stride, int64_t queries);

  AllSums update_;
  std::vector<layers::AttentionRows> waiting_;  // On a device, not yet in update_.
  AllSums period_;
  // Mean relative entropy of each update of the period, by kind, then by layer − 1.
  std::array<std::vector<std::vector<double>>, 3> history_;
  std::vector<double> inverse_logs_;  // 1 / ln n by n; 0 for n < 2.
  std::vector<double> row_weights_;   // Scratch: inverse_log of each query of one sentence.
};

}  // namespace nmt::stability
