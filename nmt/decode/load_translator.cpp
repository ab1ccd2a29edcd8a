#include "nmt/decode/load_translator.h"

#include <memory>

#include "data/text/error.h"
#include "nmt/checkpoint/checkpoint.h"
#include "nmt/checkpoint/fold.h"
#include "nmt/checkpoint/named_tensors.h"
#include "nmt/model/parameters.h"

namespace nmt::decode {

Translator load_translator(const std::string& folder, const TranslatorOptions& options,
                           torch::Device device) {
  check(options);
  const checkpoint::ModelFolder loaded = checkpoint::fold(checkpoint::load_model(folder), folder);
  const std::string vocabulary_path = folder + "/" + checkpoint::kVocabularyFile;
  auto vocabulary = std::make_shared<const data::Vocabulary>(
      data::Vocabulary::from_serialized(loaded.vocabulary, vocabulary_path));
  if (vocabulary->size() != loaded.config.vocab_size) {
    throw InputError(vocabulary_path, ": does not fit the model: it has ", vocabulary->size(),
                     " pieces but the model was built for ", loaded.config.vocab_size,
                     "; put back the file that the model was trained with");
  }
  model::Transformer model(checkpoint::module_config(loaded));
  checkpoint::load_into(loaded.tensors, model::named_tensors(model),
                        folder + "/" + checkpoint::kModelFile);
  model::refresh(model);
  model->to(device);
  return Translator(std::move(model), std::move(vocabulary), options);
}

}  // namespace nmt::decode
