#include "data/vocabulary.h"

#include <sentencepiece_processor.h>

#include <stdexcept>
#include <utility>

#include "data/subword_sampling.h"
#include "data/text/byte_source.h"
#include "data/text/error.h"

namespace nmt::data {

struct Vocabulary::Model {
  std::string bytes;
  sentencepiece::SentencePieceProcessor processor;
  bool n_best = false;
  int64_t pad_id = 0;
};

namespace {

void check_id(int64_t id, int64_t size) {
  if (id < 0 || id >= size) {
    throw std::out_of_range(concatenate("piece id ", id, " is not in 0..", size - 1));
  }
}

}  // namespace

Vocabulary::Vocabulary(std::shared_ptr<const Model> model) : model_(std::move(model)) {}

Vocabulary Vocabulary::load(const std::string& path) {
  return from_serialized(text::read_file(path), path);
}

Vocabulary Vocabulary::from_serialized(std::string bytes, const std::string& name) {
  auto model = std::make_shared<Model>();
  sentencepiece::SentencePieceProcessor& processor = model->processor;
  if (bytes.empty() || !processor.LoadFromSerializedProto(bytes).ok() ||
      processor.GetPieceSize() == 0) {
    throw InputError(name, ": is not a SentencePiece model, or is damaged");
  }
  if (processor.eos_id() < 0) {
    throw InputError(name, ": this SentencePiece model has no end-of-sentence piece; train it ",
                     "with an eos_id of 0 or more");
  }
  model->bytes = std::move(bytes);
  model->n_best = has_n_best(processor);
  model->pad_id = processor.pad_id() >= 0 ? processor.pad_id() : processor.unk_id();
  return Vocabulary(std::move(model));
}

const std::string& Vocabulary::serialized() const {
  return model_->bytes;
}

int64_t Vocabulary::size() const {
  return model_->processor.GetPieceSize();
}

int64_t Vocabulary::pad_id() const {
  return model_->pad_id;
}

int64_t Vocabulary::unk_id() const {
  return model_->processor.unk_id();
}

int64_t Vocabulary::eos_id() const {
  return model_->processor.eos_id();
}

std::vector<int32_t> Vocabulary::encode(std::string_view text) const {
  return model_->processor.EncodeAsIds(text);
}

std::vector<int32_t> Vocabulary::sample(std::string_view text, double alpha, uint64_t seed) const {
  base::SeededRandom random(seed);
  return model_->n_best ? sample_n_best(model_->processor, text, alpha, random)
                        : sample_merges(model_->processor, text, alpha, random);
}

std::string Vocabulary::decode(std::span<const int32_t> ids) const {
  for (const int32_t id : ids) check_id(id, size());
  return model_->processor.DecodeIds({ids.begin(), ids.end()});
}

const std::string& Vocabulary::piece(int64_t id) const {
  check_id(id, size());
  return model_->processor.IdToPiece(static_cast<int>(id));
}

}  // namespace nmt::data
