#include "nmt/decode/load_translator.h"

#include "data/text/error.h"
#include "nmt/checkpoint/checkpoint.h"
#include "nmt/config/vocabulary_sizes.h"
#include "nmt/model/fold.h"

namespace nmt::decode {
namespace {

data::Vocabulary load_vocabulary(const std::string& bytes, int64_t expected_size,
                                 const std::string& path) {
  data::Vocabulary vocabulary = data::Vocabulary::from_serialized(bytes, path);
  if (vocabulary.size() != expected_size) {
    throw InputError(path, ": does not fit the model: it has ", vocabulary.size(),
                     " pieces but the model was built for ", expected_size,
                     "; put back the file that the model was trained with");
  }
  return vocabulary;
}

data::Vocabularies load_vocabularies(const checkpoint::ModelFolder& model,
                                     const std::string& folder) {
  const config::ModelConfig& config = model.config;
  const checkpoint::VocabularyBytes& bytes = model.vocabulary;
  const auto in_folder = [&](const char* file) { return folder + "/" + file; };
  if (bytes.shared()) {
    return load_vocabulary(bytes.target, config.vocab_size, in_folder(checkpoint::kVocabularyFile));
  }
  return {load_vocabulary(bytes.source, config::source_vocab_size(config),
                          in_folder(checkpoint::kSourceVocabularyFile)),
          load_vocabulary(bytes.target, config.vocab_size,
                          in_folder(checkpoint::kTargetVocabularyFile))};
}

}  // namespace

Translator load_translator(const std::string& folder, const TranslatorOptions& options,
                           torch::Device device) {
  check(options);
  const checkpoint::ModelFolder loaded = checkpoint::load_model(folder);
  const data::Vocabularies vocabularies = load_vocabularies(loaded, folder);
  model::Transformer model = model::folded_model(loaded, folder + "/" + checkpoint::kModelFile);
  model->to(device);
  return Translator(std::move(model), vocabularies, options);
}

}  // namespace nmt::decode
