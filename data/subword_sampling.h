// Subword regularization: random segmentations of a text, so that a model sees words cut in many
// ways. Drawn with our own random numbers, since SentencePiece's cannot be seeded for each text.
//
// Sources: Kudo 2018, arXiv:1804.10959, section 3 (sampling from the n best unigram segmentations);
// Provilkov et al. 2020, arXiv:1910.13267 (BPE-dropout).

#pragma once

#include <cstdint>
#include <string_view>
#include <vector>

#include "data/base/seeded_random.h"

namespace sentencepiece {
class SentencePieceProcessor;
}

namespace nmt::data {

/// Whether `model` knows n-best segmentations: unigram models do, BPE models do not.
bool has_n_best(const sentencepiece::SentencePieceProcessor& model);

/// One of the 64 best segmentations of `text`, each with probability proportional to P^alpha, where
/// P is its probability under the unigram model `model`; alpha >= 0.
std::vector<int32_t> sample_n_best(const sentencepiece::SentencePieceProcessor& model,
                                   std::string_view text, double alpha, base::SeededRandom& random);

/// BPE from single characters on, where a possible merge is left out with probability `dropout`,
/// decided once when its two parts come to stand side by side (as SentencePiece does; the paper
/// decides anew at each step): 0 gives the best segmentation, 1 single characters.
std::vector<int32_t> sample_merges(const sentencepiece::SentencePieceProcessor& model,
                                   std::string_view text, double dropout,
                                   base::SeededRandom& random);

}  // namespace nmt::data
