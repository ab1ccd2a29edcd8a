// SpectralNormTracker: the list of weight matrices whose spectral norms a log record shows.
//
// It knows names and asks for numbers; computing σ(W) is the business of layers/spectral_norm.

#pragma once

#include <functional>
#include <string>
#include <vector>

#include "nmt/stability/run_record.h"

namespace nmt::stability {

class SpectralNormTracker {
 public:
  /// Adds a matrix. `sigma` gives σ(W) when a record is made, `gamma` gives γ and is empty for a
  /// plain matrix. What they refer to must outlive the tracker.
  void add(std::string name, std::function<double()> sigma, std::function<double()> gamma = {});

  /// The matrices as they are now, in the order in which they were added.
  std::vector<MatrixRecord> measure() const;

 private:
  struct Entry {
    std::string name;
    std::function<double()> sigma;
    std::function<double()> gamma;
  };
  std::vector<Entry> entries_;
};

}  // namespace nmt::stability
