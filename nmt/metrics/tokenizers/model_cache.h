// ModelCache: models that take time or memory to load, shared by all who ask for the same file
// while anybody uses it.

#pragma once

#include <map>
#include <memory>
#include <mutex>
#include <string>

namespace nmt::metrics {

template <class Model>
class ModelCache {
 public:
  /// The model of `key`, made by `make()` (a std::shared_ptr<const Model>) unless it is in use
  /// already. Any number of threads. Throws what `make` throws.
  template <class Make>
  std::shared_ptr<const Model> get(const std::string& key, const Make& make) {
    const std::lock_guard lock(mutex_);
    std::shared_ptr<const Model> model = models_[key].lock();
    if (model == nullptr) models_[key] = model = make();
    return model;
  }

 private:
  std::mutex mutex_;
  std::map<std::string, std::weak_ptr<const Model>> models_;
};

}  // namespace nmt::metrics
