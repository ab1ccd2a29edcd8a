#include "nmt/metrics/tokenizers/mecab_library.h"

#include <dlfcn.h>

#include "data/text/error.h"
#include "nmt/metrics/tokenizers/model_cache.h"

namespace nmt::metrics {
namespace {

void* load(const std::string& path) {
  // Local: another MeCab in the process must not lend its functions to this one.
  void* handle = ::dlopen(path.c_str(), RTLD_NOW | RTLD_LOCAL);
  if (handle != nullptr) return handle;
  const char* reason = ::dlerror();
  throw InputError("cannot load MeCab's library: ", reason == nullptr ? path : reason);
}

}  // namespace

MecabLibrary::MecabLibrary(const std::string& path) : handle_(load(path), &::dlclose) {
  const auto resolve = [&](const char* symbol, auto& function) {
    function = reinterpret_cast<std::decay_t<decltype(function)>>(::dlsym(handle_.get(), symbol));
    if (function != nullptr) return;
    throw InputError(path, ": is not MeCab's library, as it has no ", symbol, "()");
  };
  resolve("mecab_version", version);
  resolve("mecab_strerror", strerror);
  resolve("mecab_destroy", destroy);
  resolve("mecab_parse_lattice", parse_lattice);
  resolve("mecab_model_new", model_new);
  resolve("mecab_model_destroy", model_destroy);
  resolve("mecab_model_new_tagger", model_new_tagger);
  resolve("mecab_model_new_lattice", model_new_lattice);
  resolve("mecab_model_dictionary_info", model_dictionary_info);
  resolve("mecab_lattice_destroy", lattice_destroy);
  resolve("mecab_lattice_set_sentence", lattice_set_sentence);
  resolve("mecab_lattice_strerror", lattice_strerror);
  resolve("mecab_lattice_tostr", lattice_tostr);
}

std::shared_ptr<const MecabLibrary> shared_mecab_library(const std::string& path) {
  static ModelCache<MecabLibrary> libraries;
  return libraries.get(path, [&] { return std::make_shared<const MecabLibrary>(path); });
}

}  // namespace nmt::metrics
