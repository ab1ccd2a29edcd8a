#include "nmt/decode/transformer_step_model.h"

#include <algorithm>
#include <numeric>

#include "layers/forward_context.h"

namespace nmt::decode {
namespace {

std::vector<int64_t> range(int64_t size) {
  std::vector<int64_t> numbers(size);
  std::iota(numbers.begin(), numbers.end(), int64_t{0});
  return numbers;
}

std::vector<int64_t> as_vector(const torch::Tensor& values) {
  const torch::Tensor packed = values.contiguous();
  const int64_t* data = packed.const_data_ptr<int64_t>();
  return {data, data + packed.numel()};
}

/// Where the rows of a step go: `width` slots for each sentence.
struct Layout {
  std::vector<int64_t> sentences;        ///< Memory of each group of rows.
  std::vector<int64_t> sentence_of_row;  ///< Group of each row.
  std::vector<int64_t> slot_of_row;
  std::vector<int64_t> row_of_slot;  ///< A sentence's last row again where it has no more.
};

/// `memory_of_row` is the same for neighbours that belong together.
Layout make_layout(const std::vector<int64_t>& memory_of_row) {
  Layout layout;
  std::vector<int64_t> first_row;
  const int64_t rows = std::ssize(memory_of_row);
  for (int64_t row = 0; row < rows; ++row) {
    if (row == 0 || memory_of_row[row] != memory_of_row[row - 1]) {
      layout.sentences.push_back(memory_of_row[row]);
      first_row.push_back(row);
    }
    layout.sentence_of_row.push_back(std::ssize(layout.sentences) - 1);
  }
  first_row.push_back(rows);

  int64_t width = 0;
  for (size_t s = 0; s + 1 < first_row.size(); ++s) {
    width = std::max(width, first_row[s + 1] - first_row[s]);
  }
  for (int64_t row = 0; row < rows; ++row) {
    const int64_t sentence = layout.sentence_of_row[row];
    layout.slot_of_row.push_back(sentence * width + row - first_row[sentence]);
  }
  for (size_t s = 0; s + 1 < first_row.size(); ++s) {
    for (int64_t i = 0; i < width; ++i) {
      layout.row_of_slot.push_back(std::min(first_row[s] + i, first_row[s + 1] - 1));
    }
  }
  return layout;
}

/// values[indices[i]] for every i.
std::vector<int64_t> gather(const std::vector<int64_t>& values,
                            const std::vector<int64_t>& indices) {
  std::vector<int64_t> gathered;
  gathered.reserve(indices.size());
  for (const int64_t index : indices) gathered.push_back(values.at(index));
  return gathered;
}

}  // namespace

TransformerStepModel::TransformerStepModel(model::Transformer model, const torch::Tensor& source,
                                           const torch::Tensor& source_lengths)
    : model_(std::move(model)),
      device_(model_->device()),
      sentences_(source.size(0)),
      memories_(sentences_),
      slots_(sentences_),
      sentence_of_row_(range(sentences_)),
      slot_of_row_(range(sentences_)) {
  const torch::NoGradGuard no_grad;
  const torch::Tensor memory =
      model_->encode(source.to(device_), source_lengths, layers::ForwardContext{});
  state_ = model_->start_decoding(memory, source_lengths);
}

torch::Tensor TransformerStepModel::step(const torch::Tensor& pieces,
                                         const torch::Tensor& parents) {
  const torch::NoGradGuard no_grad;
  const std::vector<int64_t> parent_rows = as_vector(parents);
  Layout layout = make_layout(gather(sentence_of_row_, parent_rows));
  keep_sentences(layout.sentences);
  arrange_slots(gather(gather(slot_of_row_, parent_rows), layout.row_of_slot));
  sentence_of_row_ = std::move(layout.sentence_of_row);
  slot_of_row_ = std::move(layout.slot_of_row);

  const std::vector<int64_t> fed = gather(as_vector(pieces), layout.row_of_slot);
  const torch::Tensor logits = model_->decode_step(torch::tensor(fed).to(device_), state_);
  if (slots_ == pieces.size(0)) return logits;
  return logits.index_select(0, torch::tensor(slot_of_row_).to(device_));
}

void TransformerStepModel::keep_sentences(const std::vector<int64_t>& kept) {
  if (std::ssize(kept) == memories_) return;
  model::TransformerImpl::select_sentences(state_, torch::tensor(kept).to(device_));
  memories_ = std::ssize(kept);
}

void TransformerStepModel::arrange_slots(const std::vector<int64_t>& parent_slots) {
  if (parent_slots == range(slots_)) return;
  model::TransformerImpl::select_rows(state_, torch::tensor(parent_slots).to(device_));
  slots_ = std::ssize(parent_slots);
}

}  // namespace nmt::decode
