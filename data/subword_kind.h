// The kinds of SentencePiece models that are trained here, by SentencePiece's names of them.
//
// Sources: Kudo 2018, arXiv:1804.10959 (unigram); Sennrich et al. 2016, arXiv:1508.07909 (BPE).

#pragma once

#include <array>

#include "data/text/named_table.h"

namespace nmt::data {

enum class SubwordModel { kUnigram, kBpe };

inline constexpr auto kSubwordModels = std::to_array<NamedKind<SubwordModel>>({
    {SubwordModel::kUnigram, "unigram"},
    {SubwordModel::kBpe, "bpe"},
});

/// How text is rewritten before it is cut. What a rule takes away no model can write: all but
/// kIdentity turn `m²` into `m2` and an ellipsis into `...`.
enum class Normalization {
  kIdentity,   ///< Not at all; runs of spaces become one.
  kNmtNfkc,    ///< NFKC, and what Google's translation does: control characters go.
  kNfkc,       ///< Unicode's NFKC.
  kNmtNfkcCf,  ///< kNmtNfkc with case folding.
};

inline constexpr auto kNormalizations = std::to_array<NamedKind<Normalization>>({
    {Normalization::kIdentity, "identity"},
    {Normalization::kNmtNfkc, "nmt_nfkc"},
    {Normalization::kNfkc, "nfkc"},
    {Normalization::kNmtNfkcCf, "nmt_nfkc_cf"},
});

}  // namespace nmt::data
