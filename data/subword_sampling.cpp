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

// What two neighbours score when merged; nothing if the result is no piece or the merge is dropped.
class Merges {
 public:
  Merges(const SentencePieceProcessor& model, double dropout, base::SeededRandom& random)
      : model_(model), dropout_(dropout), random_(random) {}

  std::optional<float> score(const std::string& left, const std::string& right) {
    const int id = model_.PieceToId(left + right);
    if (model_.IsUnknown(id) || model_.IsControl(id) || model_.IsUnused(id)) return std::nullopt;
    if (dropout_ > 0.0 && random_.uniform() < dropout_) return std::nullopt;
    return model_.GetScore(id);
  }

 private:
  const SentencePieceProcessor& model_;
  double dropout_;
  base::SeededRandom& random_;
};

// The place of the highest score, the first of equal ones.
std::optional<size_t> best_merge(const std::vector<std::optional<float>>& scores) {
  std::optional<size_t> best;
  for (size_t i = 0; i < scores.size(); ++i) {
    if (scores[i] && (!best || *scores[i] > *scores[*best])) best = i;
  }
  return best;
}

}  // namespace

bool has_n_best(const SentencePieceProcessor& model) {
  std::vector<std::vector<int>> unused;
  return model.NBestEncode("a", 2, &unused).ok();
}

std::vector<int32_t> sample_n_best(const SentencePieceProcessor& model, std::string_view text,
                                   double alpha, base::SeededRandom& random) {
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
                                   double dropout, base::SeededRandom& random) {
  Merges merges(model, dropout, random);
  std::vector<std::string> pieces = normalized_characters(model, text);
  std::vector<std::optional<float>> scores;  // scores[i]: of merging pieces i and i + 1.
  for (size_t i = 0; i + 1 < pieces.size(); ++i) {
    scores.push_back(merges.score(pieces[i], pieces[i + 1]));
  }
  while (const std::optional<size_t> best = best_merge(scores)) {
    const auto place = static_cast<std::ptrdiff_t>(*best);
    pieces[*best] += pieces[*best + 1];
    pieces.erase(pieces.begin() + place + 1);
    scores.erase(scores.begin() + place);
    if (*best > 0) scores[*best - 1] = merges.score(pieces[*best - 1], pieces[*best]);
    if (*best < scores.size()) scores[*best] = merges.score(pieces[*best], pieces[*best + 1]);
  }
  std::vector<int32_t> ids;
  for (const std::string& piece : pieces) ids.push_back(model.PieceToId(piece));
  return ids;
}

}  // namespace nmt::data
