#include "nmt/decode/beam_search.h"

#include "data/text/error.h"

namespace nmt::decode {
namespace {

/// What the next step feeds to the model: all live prefixes, those of one sentence side by side.
struct Rows {
  std::vector<int64_t> pieces;
  std::vector<int64_t> parents;

  bool empty() const { return pieces.empty(); }
};

void check(const BeamSearchOptions& options) {
  if (options.beam_size < 1) {
    throw UsageError("beam-size must be at least 1, got ", options.beam_size);
  }
  if (options.n_best < 1 || options.n_best > options.beam_size) {
    throw UsageError("n-best must be between 1 and the beam size ", options.beam_size, ", got ",
                     options.n_best);
  }
}

std::vector<SentenceBeam> empty_beams(std::span<const int64_t> max_lengths,
                                      const BeamSearchOptions& options) {
  std::vector<SentenceBeam> beams;
  for (const int64_t max_length : max_lengths) {
    beams.emplace_back(
        SentenceBeamOptions{.beam_size = options.beam_size,
                            .n_best = options.n_best,
                            .max_length = max_length,
                            .eos_id = options.eos_id,
                            .length_penalty = LengthPenalty(options.length_penalty)});
  }
  return beams;
}

Rows first_rows(int64_t sentences, int64_t eos_id) {
  Rows rows{.pieces = std::vector<int64_t>(sentences, eos_id)};
  for (int64_t sentence = 0; sentence < sentences; ++sentence) rows.parents.push_back(sentence);
  return rows;
}

/// Gives every sentence the best pieces of its own rows and collects the rows of the next step.
Rows advance(std::vector<SentenceBeam>& beams, const BestPieces& best) {
  Rows rows;
  size_t first_row = 0;
  for (SentenceBeam& beam : beams) {
    const size_t width = beam.live().size();
    if (width == 0) continue;
    beam.advance(std::span(best.rows).subspan(first_row, width),
                 std::span(best.eos).subspan(first_row, width));
    for (const Prefix& prefix : beam.live()) {
      rows.pieces.push_back(prefix.pieces.back());
      rows.parents.push_back(static_cast<int64_t>(first_row) + prefix.parent);
    }
    first_row += width;
  }
  return rows;
}

}  // namespace

std::vector<std::vector<Hypothesis>> beam_search(StepModel& model,
                                                 std::span<const int64_t> max_lengths,
                                                 const BeamSearchOptions& options) {
  check(options);
  std::vector<SentenceBeam> beams = empty_beams(max_lengths, options);
  Rows rows = first_rows(model.sentences(), options.eos_id);
  while (!rows.empty()) {
    const torch::Tensor logits =
        model.step(torch::tensor(rows.pieces), torch::tensor(rows.parents));
    rows =
        advance(beams, best_pieces(logits, options.beam_size, options.eos_id, options.forbidden));
  }

  std::vector<std::vector<Hypothesis>> hypotheses;
  for (const SentenceBeam& beam : beams) hypotheses.push_back(beam.finished());
  return hypotheses;
}

}  // namespace nmt::decode
