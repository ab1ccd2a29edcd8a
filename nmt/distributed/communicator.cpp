#include "nmt/distributed/communicator.h"

#include <algorithm>
#include <cstring>

namespace nmt::distributed {
namespace {

// It has no state, so that all who train alone can share it.
class Alone : public Communicator {
 public:
  int64_t rank() const override { return 0; }
  int64_t size() const override { return 1; }
  void sum(torch::Tensor) override {}
  void broadcast(torch::Tensor, int64_t) override {}
  torch::Tensor gather(const torch::Tensor& own) override { return own.unsqueeze(0); }
  void meet() override {}
};

torch::Tensor bytes_of(const std::string& text, int64_t size) {
  torch::Tensor bytes = torch::zeros({size}, torch::kUInt8);
  std::memcpy(bytes.mutable_data_ptr<uint8_t>(), text.data(), text.size());
  return bytes;
}

std::string text_of(const torch::Tensor& bytes, int64_t size) {
  return {reinterpret_cast<const char*>(bytes.const_data_ptr<uint8_t>()),
          static_cast<size_t>(size)};
}

}  // namespace

Communicator& alone() {
  static Alone group;
  return group;
}

std::string broadcast_text(Communicator& team, const std::string& text) {
  torch::Tensor size = torch::full({1}, static_cast<int64_t>(text.size()), torch::kInt64);
  team.broadcast(size, 0);
  const int64_t count = size.item<int64_t>();
  torch::Tensor bytes = team.leads() ? bytes_of(text, count) : torch::empty({count}, torch::kUInt8);
  team.broadcast(bytes, 0);
  return text_of(bytes, count);
}

std::vector<std::string> gather_texts(Communicator& team, const std::string& own) {
  if (team.size() == 1) return {own};
  const torch::Tensor sizes =
      team.gather(torch::full({1}, static_cast<int64_t>(own.size()), torch::kInt64));
  const int64_t largest = sizes.max().item<int64_t>();
  const torch::Tensor all = team.gather(bytes_of(own, largest));
  std::vector<std::string> texts;
  for (int64_t rank = 0; rank < team.size(); ++rank) {
    texts.push_back(text_of(all[rank], sizes[rank].item<int64_t>()));
  }
  return texts;
}

std::vector<std::vector<double>> gather_numbers(Communicator& team,
                                                const std::vector<double>& own) {
  const char* bytes = reinterpret_cast<const char*>(own.data());
  std::vector<std::vector<double>> all;
  for (const std::string& text : gather_texts(team, {bytes, own.size() * sizeof(double)})) {
    std::vector<double>& numbers = all.emplace_back(text.size() / sizeof(double));
    if (!numbers.empty()) std::memcpy(numbers.data(), text.data(), text.size());
  }
  return all;
}

}  // namespace nmt::distributed
