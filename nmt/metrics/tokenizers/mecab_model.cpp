#include "nmt/metrics/tokenizers/mecab_model.h"

#include <array>
#include <utility>

#include "data/text/error.h"
#include "nmt/metrics/tokenizers/model_cache.h"

namespace nmt::metrics {

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
