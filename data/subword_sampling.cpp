#include "data/subword_sampling.h"

#include <sentencepiece_processor.h>

#include <cmath>
#include <optional>
#include <string>

namespace nmt::data {
namespace {

constexpr int kNBest = 64;

using sentencepiece::SentencePieceProcessor;

// The characters of `text` as the model's normalization leaves them.
std::vector<std::string> normalized_characters(const SentencePieceProcessor& model,
                                               std::string_view text) {
  std::vector<std::string> characters;
  for (const std::string& piece : model.EncodeAsPieces(text)) {
    for (const char byte : piece) {
      const bool continues = (static_cast<unsigned char>(byte) & 0xC0) == 0x80;
      if (continues && !characters.empty()) {
        characters.back().push_back(byte);
      } else {
        characters.emplace_back(1, byte);
      }
    }
  }
  return characters;
}

// The score of merging `left` and `right`, if the result is a piece.
std::optional<float> merge_score(const SentencePieceProcessor& model, const std::string& left,
                                 const std::string& right) {
  const int id = model.PieceToId(left + right);
  if (model.IsUnknown(id) || model.IsControl(id) || model.IsUnused(id)) return std::nullopt;
  return model.GetScore(id);
}

}  // namespace

bool has_n_best(const SentencePieceProcessor& model) {
  std::vector<std::vector<int>> unused;
  return model.NBestEncode("a", 2, &unused).ok();
}

std::vector<int32_t> sample_n_best(const SentencePieceProcessor& model, std::string_view text,
                                   double alpha, SeededRandom& random) {
  const auto n_best = model.NBestEncodeAsImmutableProto(text, kNBest);
  const int count = static_cast<int>(n_best.nbests_size());
  if (count == 0) return {};
  std::vector<double> cumulative;
  double total = 0.0;
  for (int i = 0; i < count; ++i) {
    const double distance = n_best.nbests(i).score() - n_best.nbests(0).score();
    cumulative.push_back(total += std::exp(alpha * distance));
  }
  const double draw = random.uniform() * total;
  int chosen = 0;
  while (chosen + 1 < count && cumulative[chosen] <= draw) ++chosen;
  std::vector<int32_t> ids;
  for (const auto& piece : n_best.nbests(chosen).pieces()) {
    ids.push_back(static_cast<int32_t>(piece.id()));
  }
  return ids;
}

std::vector<int32_t> sample_merges(const SentencePieceProcessor& model, std::string_view text,
                                   double dropout, SeededRandom& random) {
  std::vector<std::string> pieces = normalized_characters(model, text);
  std::vector<std::optional<float>> scores;  // scores[i]: of merging pieces i and i + 1.
  for (size_t i = 0; i + 1 < pieces.size(); ++i) {
    scores.push_back(merge_score(model, pieces[i], pieces[i + 1]));
  }
  while (true) {
    std::optional<size_t> best;
    for (size_t i = 0; i < scores.size(); ++i) {
      if (!scores[i] || (dropout > 0.0 && random.uniform() < dropout)) continue;
      if (!best || *scores[i] > *scores[*best]) best = i;
    }
    if (!best) break;
    pieces[*best] += pieces[*best + 1];
    pieces.erase(pieces.begin() + static_cast<std::ptrdiff_t>(*best) + 1);
    scores.erase(scores.begin() + static_cast<std::ptrdiff_t>(*best));
    if (*best > 0) scores[*best - 1] = merge_score(model, pieces[*best - 1], pieces[*best]);
    if (*best < scores.size()) {
      scores[*best] = merge_score(model, pieces[*best], pieces[*best + 1]);
    }
  }
  std::vector<int32_t> ids;
  for (const std::string& piece : pieces) ids.push_back(model.PieceToId(piece));
  return ids;
}

}  // namespace nmt::data
