#include "nmt/metrics/tokenizers/sentence_pieces.h"

#include <sentencepiece_processor.h>

#include <algorithm>
#include <charconv>
#include <filesystem>
#include <limits>
#include <optional>
#include <vector>

#include "data/text/error.h"
#include "nmt/metrics/tokenizers/data_places.h"
#include "nmt/metrics/tokenizers/model_cache.h"
#include "nmt/metrics/tokenizers/unigram_pieces.h"

namespace nmt::metrics {
namespace {

using sentencepiece::SentencePieceProcessor;

// SentencePiece's constants: how much worse than the worst piece an unknown character is, and what
// a piece counts that the user has defined, which any log p is lower than.
constexpr float kUnknownPenalty = 10.0F;
constexpr float kUserPieceScore = -0.1F;

// Only unigram models have a second best segmentation to offer.
bool is_unigram(const SentencePieceProcessor& processor) {
  std::vector<std::vector<int>> segmentations;
  return processor.NBestEncode("a", 2, &segmentations).ok();
}

std::optional<UnigramPieces> unigram_pieces(const SentencePieceProcessor& processor) {
  if (!is_unigram(processor)) return std::nullopt;
  std::vector<UnigramPieces::Piece> pieces;
  float lowest = std::numeric_limits<float>::max();
  for (int id = 0; id < processor.GetPieceSize(); ++id) {
    if (processor.IsUnknown(id) || processor.IsControl(id) || processor.IsUnused(id) ||
        processor.IsByte(id)) {
      continue;
    }
    const float score = processor.GetScore(id);
    const bool is_users = score == 0.0F;  // A model's own has log p < 0.
    if (!is_users) lowest = std::min(lowest, score);
    pieces.push_back({processor.IdToPiece(id), is_users ? kUserPieceScore : score});
  }
  return UnigramPieces(std::move(pieces), lowest - kUnknownPenalty);
}

bool has_byte_pieces(const SentencePieceProcessor& processor) {
  return processor.IsByte(processor.PieceToId("<0x00>"));
}

// The byte that the piece "<0xE3>" stands for.
char byte_of(std::string_view piece) {
  unsigned value = 0;
  std::from_chars(piece.data() + 3, piece.data() + 5, value, 16);
  return static_cast<char>(value);
}

void append_byte_pieces(std::string_view text, std::string& pieces) {
  constexpr char kDigits[] = "0123456789ABCDEF";
  for (const char c : text) {
    const auto byte = static_cast<unsigned char>(c);
    pieces += pieces.empty() ? "<0x" : " <0x";
    pieces += kDigits[byte >> 4];
    pieces += kDigits[byte & 15];
    pieces += '>';
  }
}

void append_piece(std::string_view piece, std::string& pieces) {
  if (!pieces.empty()) pieces += ' ';
  pieces += piece;
}

}  // namespace

// The pieces of a text under a SentencePiece model of any kind, as SentencePiece 0.2.3 finds them,
// whatever version is here.
class SentencePieceModel {
 public:
  // Throws InputError if the file cannot be read or is no model.
  explicit SentencePieceModel(const std::string& path) {
    const auto status = processor_.Load(path);
    if (!status.ok()) {
      throw InputError(path, ": cannot be used as a SentencePiece model: ", status.message());
    }
    unigram_ = unigram_pieces(processor_);
    byte_pieces_ = has_byte_pieces(processor_);
  }

  // Replaces `pieces` by the pieces of `text`, separated by spaces. Any number of threads.
  void encode(std::string_view text, std::string& pieces) const;

 private:
  // What the model makes of `text` before it segments it.
  std::string normalized(std::string_view text) const;

  SentencePieceProcessor processor_;
  std::optional<UnigramPieces> unigram_;
  bool byte_pieces_ = false;
};

std::string SentencePieceModel::normalized(std::string_view text) const {
  std::string result;
  for (const std::string& piece : processor_.EncodeAsPieces(text)) {
    if (byte_pieces_ && processor_.IsByte(processor_.PieceToId(piece))) {
      result += byte_of(piece);
    } else {
      result += piece;
    }
  }
  return result;
}

void SentencePieceModel::encode(std::string_view text, std::string& pieces) const {
  pieces.clear();
  if (!unigram_) {
    for (const std::string& piece : processor_.EncodeAsPieces(text)) {
      append_piece(piece, pieces);
    }
    return;
  }
  const std::string normal = normalized(text);
  std::vector<UnigramPieces::Part> split;
  unigram_->split(normal, split);
  for (const UnigramPieces::Part& part : split) {
    if (byte_pieces_ && !part.is_piece) {
      append_byte_pieces(part.text, pieces);
    } else {
      append_piece(part.text, pieces);
    }
  }
}

namespace {

struct KnownModel {
  std::string_view name, signature, file, source;
};

constexpr std::string_view kFlores101 = "sacrebleu_tokenizer_spm.model";
constexpr std::string_view kFlores101Source =
    "https://dl.fbaipublicfiles.com/fairseq/models/flores/sacrebleu_tokenizer_spm.model";

constexpr KnownModel kModels[] = {
    {"spm", "flores101", kFlores101, kFlores101Source},
    {"flores101", "flores101", kFlores101, kFlores101Source},
    {"flores200", "flores200", "flores200sacrebleuspm",
     "https://tinyurl.com/flores200sacrebleuspm"},
    {"spBLEU-1K", "spBLEU-1K", "spbleu-1k_tokenizer_spm.model",
     "https://www.dlnlp.ai/spBLEU-1K/spbleu-1k_tokenizer_spm.model"},
};

const KnownModel& known_model(std::string_view name) {
  for (const KnownModel& model : kModels) {
    if (model.name == name) return model;
  }
  throw UsageError("no SentencePiece tokenizer is called '", name, "'");
}

std::shared_ptr<const SentencePieceModel> find_model(const KnownModel& model) {
  static ModelCache<SentencePieceModel> models;
  const std::string path = models_folder() + "/" + std::string(model.file);
  std::error_code problem;
  if (!std::filesystem::exists(path, problem)) {
    throw InputError("tokenizer '", model.name, "' needs the SentencePiece model ", path,
                     ", which is not there, and nothing is downloaded: fetch it from ",
                     model.source, ", or let sacreBLEU do so by running it once with -tok ",
                     model.name, "; SACREBLEU may name another folder than ~/.sacrebleu");
  }
  return models.get(path, [&] { return std::make_shared<const SentencePieceModel>(path); });
}

}  // namespace

SentencePieceTokenizer::SentencePieceTokenizer(std::string_view name)
    : signature_(known_model(name).signature), model_(find_model(known_model(name))) {}

void SentencePieceTokenizer::tokenize(std::string_view segment, std::string& words) const {
  model_->encode(segment, words);
}

}  // namespace nmt::metrics
