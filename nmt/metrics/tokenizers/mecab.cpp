#include "nmt/metrics/tokenizers/mecab.h"

#include <dlfcn.h>

#include <array>
#include <utility>

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

MecabModel::MecabModel(std::shared_ptr<const MecabLibrary> library, const std::string& dictionary)
    : library_(std::move(library)), handle_(nullptr, library_->model_destroy) {
  std::array<std::string, 4> words = {"mecab", "--rcfile=/dev/null", "--dicdir=" + dictionary,
                                      "--output-format-type=wakati"};
  std::array<char*, words.size()> arguments;
  for (size_t i = 0; i < words.size(); ++i) arguments[i] = words[i].data();
  handle_.reset(library_->model_new(static_cast<int>(arguments.size()), arguments.data()));
  if (handle_ == nullptr) {
    throw InputError(dictionary, ": MeCab cannot use it: ", library_->strerror(nullptr));
  }
}

std::shared_ptr<const MecabModel> shared_mecab_model(const std::string& library,
                                                     const std::string& dictionary) {
  static ModelCache<MecabModel> models;
  return models.get(library + '\n' + dictionary, [&] {
    return std::make_shared<const MecabModel>(shared_mecab_library(library), dictionary);
  });
}

MecabSplitter::MecabSplitter(std::shared_ptr<const MecabModel> model)
    : model_(std::move(model)),
      tagger_(model_->library().model_new_tagger(model_->handle()), model_->library().destroy),
      lattice_(model_->library().model_new_lattice(model_->handle()),
               model_->library().lattice_destroy) {}

void MecabSplitter::split(std::string_view line, std::string& words) {
  const MecabLibrary& mecab = model_->library();
  line_ = line;
  mecab.lattice_set_sentence(lattice_.get(), line_.c_str());
  const bool cut = mecab.parse_lattice(tagger_.get(), lattice_.get()) != 0;
  const char* result = cut ? mecab.lattice_tostr(lattice_.get()) : nullptr;
  if (result == nullptr) {
    throw InputError("MeCab cannot cut a segment: ", mecab.lattice_strerror(lattice_.get()));
  }
  words = result;
}

}  // namespace nmt::metrics
