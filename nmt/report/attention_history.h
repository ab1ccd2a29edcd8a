// Attention statistics of one kind over a run: by layer and by head, down-sampled while reading,
// and the exact facts that down-sampling would blur.

#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "layers/attention_kind.h"
#include "nmt/report/block_matrix.h"
#include "nmt/run_log/run_record.h"

namespace nmt::report {

/// As a person writes it: "cross attention".
std::string kind_in_words(layers::AttentionKind kind);

/// A value of the log and where it stood.
struct Extreme {
  double value = 0;
  layers::AttentionKind kind = layers::AttentionKind::kEncoderSelf;
  int64_t layer = 0;  ///< From 1; 0 where there is no such value.
  int64_t head = 0;   ///< From 1; 0 for a whole layer.
  int64_t update = 0;
};

class AttentionHistory {
 public:
  explicit AttentionHistory(layers::AttentionKind kind) : kind_(kind) {}

  /// Adds those of `records` that are of this kind, of the record of update `update`, which belongs
  /// to block `block`.
  void add(int64_t update, size_t block, const std::vector<run_log::AttentionRecord>& records);
  void halve();

  layers::AttentionKind kind() const { return kind_; }
  size_t layers() const { return relative_mean.rows(); }
  size_t heads() const { return heads_; }

  /// Rows: layers. Mean over heads of the relative entropy; that of the lowest head; the smallest
  /// entropy of any row (nats); the largest logit.
  BlockMatrix relative_mean{Merge::kMean}, relative_lowest{Merge::kMinimum};
  BlockMatrix smallest_row{Merge::kMinimum}, largest_logit{Merge::kMaximum};

  /// Rows: layers x heads, head fastest. Relative entropy and entropy in nats; smallest row;
  /// largest logit; Theorem 3.1's bound and the mean entropy on the same probe, in nats.
  BlockMatrix head_relative{Merge::kMean}, head_entropy{Merge::kMean};
  BlockMatrix head_smallest_row{Merge::kMinimum}, head_largest_logit{Merge::kMaximum};
  BlockMatrix head_bound{Merge::kMean}, head_bound_entropy{Merge::kMean};
  /// run_log::kEntropyQuantiles of relative entropy over rows; no rows where none are logged.
  std::vector<BlockMatrix> head_quantiles =
      std::vector<BlockMatrix>(run_log::kEntropyQuantiles.size(), BlockMatrix(Merge::kMean));

  /// Lowest mean relative entropy of a layer, and the largest logit of a head, of any record.
  const Extreme& lowest() const { return lowest_; }
  const Extreme& largest() const { return largest_; }

  /// The first head of layer `layer` (from 1) that fell below the relative entropy of a collapse
  /// (run_log::kStabilityRules), and its update; head 0 if none did.
  Extreme first_low_head(int64_t layer) const;

  /// Lowest mean relative entropy of any layer in the last record.
  double last_lowest() const { return last_lowest_; }

 private:
  void watch(int64_t update, const std::vector<double>& means, const std::vector<double>& relative,
             const std::vector<double>& logits);

  layers::AttentionKind kind_;
  size_t heads_ = 0;
  Extreme lowest_, largest_;
  std::vector<int64_t> first_low_;  // Layers x heads; 0: never.
  double last_lowest_ = 0;
};

}  // namespace nmt::report
