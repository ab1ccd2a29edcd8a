#include "nmt/metrics/tokenizers/sentence_piece_model.h"

#include <sentencepiece_processor.h>

#include <algorithm>
#include <charconv>
#include <limits>
#include <optional>
#include <vector>

#include "data/text/error.h"
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

struct SentencePieceModel::Parts {
  // What the model makes of `text` before it segments it.
  std::string normalized(std::string_view text) const {
    std::string result;
    for (const std::string& piece : processor.EncodeAsPieces(text)) {
      if (byte_pieces && processor.IsByte(processor.PieceToId(piece))) {
        result += byte_of(piece);
      } else {
        result += piece;
      }
    }
    return result;
  }

  SentencePieceProcessor processor;
  std::optional<UnigramPieces> unigram;
  bool byte_pieces = false;
};

SentencePieceModel::SentencePieceModel(const std::string& path) {
  auto parts = std::make_unique<Parts>();
  const auto status = parts->processor.Load(path);
  if (!status.ok()) {
    throw InputError(path, ": cannot be used as a SentencePiece model: ", status.message());
  }
  parts->unigram = unigram_pieces(parts->processor);
  parts->byte_pieces = has_byte_pieces(parts->processor);
  parts_ = std::move(parts);
}

SentencePieceModel::~SentencePieceModel() = default;

void SentencePieceModel::encode(std::string_view text, std::string& pieces) const {
  pieces.clear();
  if (!parts_->unigram) {
    for (const std::string& piece : parts_->processor.EncodeAsPieces(text)) {
      append_piece(piece, pieces);
    }
    return;
  }
  const std::string normalized = parts_->normalized(text);
  std::vector<UnigramPieces::Part> split;
  parts_->unigram->split(normalized, split);
  for (const UnigramPieces::Part& part : split) {
    if (parts_->byte_pieces && !part.is_piece) {
      append_byte_pieces(part.text, pieces);
    } else {
      append_piece(part.text, pieces);
    }
  }
}

}  // namespace nmt::metrics
