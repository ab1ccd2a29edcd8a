// Weight matrices over a run: spectral norms, gains and updates, a row each, down-sampled while
// reading.

#pragma once

#include <string>
#include <vector>

#include "nmt/report/block_matrix.h"
#include "nmt/run_log/run_record.h"

namespace nmt::report {

class MatrixHistory {
 public:
  /// Adds the matrices of the record that belongs to block `block`; an unknown effective_sigma is
  /// |gamma|, for a plain matrix sigma.
  void add(size_t block, const std::vector<run_log::MatrixRecord>& matrices);
  void halve();

  /// A row each, in the order of the log.
  const std::vector<std::string>& names() const { return names_; }

  /// Largest value of the block, of gamma its mean.
  BlockMatrix sigma{Merge::kMaximum}, gamma{Merge::kMean}, effective_sigma{Merge::kMaximum};
  BlockMatrix weight_norm{Merge::kMaximum}, update_ratio{Merge::kMaximum};
  BlockMatrix gradient_norm{Merge::kMaximum};

 private:
  std::vector<std::string> names_;
};

/// RMS of every layer's output, and of the gradient with respect to it; a row each, the encoder's
/// layers first.
class StreamHistory {
 public:
  /// Adds the stream of the record that belongs to block `block`.
  void add(size_t block, const std::vector<run_log::StreamRecord>& stream);
  void halve();

  size_t encoder_layers() const { return encoder_layers_; }

  BlockMatrix activation_rms{Merge::kMaximum}, gradient_rms{Merge::kMaximum};

 private:
  size_t encoder_layers_ = 0;
};

}  // namespace nmt::report
