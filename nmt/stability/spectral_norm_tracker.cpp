#include "nmt/stability/spectral_norm_tracker.h"

#include <utility>

namespace nmt::stability {

void SpectralNormTracker::add(std::string name, std::function<double()> sigma,
                              std::function<double()> gamma) {
  entries_.push_back({std::move(name), std::move(sigma), std::move(gamma)});
}

std::vector<MatrixRecord> SpectralNormTracker::measure() const {
  std::vector<MatrixRecord> records;
  records.reserve(entries_.size());
  for (const Entry& entry : entries_) {
    MatrixRecord record{.name = entry.name, .sigma = entry.sigma(), .gamma = std::nullopt};
    if (entry.gamma) record.gamma = entry.gamma();
    records.push_back(std::move(record));
  }
  return records;
}

}  // namespace nmt::stability
