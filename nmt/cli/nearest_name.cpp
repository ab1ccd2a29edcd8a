#include "nmt/cli/nearest_name.h"

#include <algorithm>
#include <utility>

namespace nmt::cli {
namespace {

using Names = std::span<const std::string>;

// What fairseq, Marian, OpenNMT and others call a thing, and its name here.
constexpr std::pair<std::string_view, std::string_view> kOtherNames[] = {
    {"batch-size", "max-tokens"},
    {"bsz", "max-tokens"},
    {"mini-batch", "max-tokens"},
    {"accumulation-steps", "update-freq"},
    {"accum-count", "update-freq"},
    {"optimizer-delay", "update-freq"},
    {"max-steps", "max-updates"},
    {"train-steps", "max-updates"},
    {"after-batches", "max-updates"},
    {"after-epochs", "max-epochs"},
    {"hidden-size", "d-model"},
    {"embed-dim", "d-model"},
    {"dim-emb", "d-model"},
    {"layers", "arch"},
    {"depth", "arch"},
    {"early-stopping", "max-bad-updates"},
    {"gpu", "device"},
    {"gpus", "device"},
    {"save-dir", "model-dir"},
    {"save-model", "model-dir"},
    {"restore-file", "resume"},
    {"finetune-from-model", "init-from"},
    {"fine-tune", "init-from"},
    {"pretrained-model", "init-from"},
    {"lenpen", "length-penalty"},
    {"normalize", "length-penalty"},
    {"workers", "threads"},
    {"cpu-threads", "threads"},
};

constexpr size_t kShortestPart = 3;

std::string_view first_word(std::string_view name) {
  return name.substr(0, name.find('-'));
}

std::string initials(std::string_view name) {
  std::string letters;
  for (size_t i = 0; i < name.size(); ++i) {
    if (i == 0 || name[i - 1] == '-') letters += name[i];
  }
  return letters;
}

// Whether `part` stands at the start of `name` or of one of its words.
bool begins_a_word(std::string_view name, std::string_view part) {
  for (size_t at = name.find(part); at != std::string_view::npos; at = name.find(part, at + 1)) {
    if (at == 0 || name[at - 1] == '-') return true;
  }
  return false;
}

bool has_first_words(std::string_view text, std::string_view words) {
  return text.starts_with(words) && text.size() > words.size() && text[words.size()] == '-';
}

std::optional<std::string> from_another_toolkit(std::string_view wrong, Names names) {
  for (const auto& [other, ours] : kOtherNames) {
    if (other == wrong && std::ranges::find(names, ours) != names.end()) return std::string(ours);
  }
  return std::nullopt;
}

std::optional<std::string> by_initials(std::string_view wrong, Names names) {
  if (wrong.size() < 2) return std::nullopt;
  const auto found = std::ranges::find(names, wrong, initials);
  return found == names.end() ? std::nullopt : std::optional(*found);
}

std::optional<std::string> by_part(std::string_view wrong, Names names) {
  if (wrong.size() < kShortestPart) return std::nullopt;
  std::optional<std::string> shortest;
  for (const std::string& name : names) {
    if (!begins_a_word(name, wrong) && !has_first_words(wrong, name)) continue;
    if (!shortest || name.size() < shortest->size()) shortest = name;
  }
  return shortest;
}

std::optional<std::string> by_edits(std::string_view wrong, Names names) {
  std::optional<std::string> nearest;
  size_t smallest = 0;
  for (const std::string& name : names) {
    const size_t distance = edit_distance(wrong, name);
    if (distance > std::max<size_t>(2, std::max(wrong.size(), name.size()) / 3)) continue;
    // Two edits turn any two letters into any other two.
    if (distance >= std::max(wrong.size(), name.size())) continue;
    if (!nearest || distance < smallest) {
      nearest = name;
      smallest = distance;
    }
  }
  return nearest;
}

std::optional<std::string> by_first_word(std::string_view wrong, Names names) {
  const auto same = [&](const std::string& name) { return first_word(name) == first_word(wrong); };
  if (std::ranges::count_if(names, same) != 1) return std::nullopt;
  return *std::ranges::find_if(names, same);
}

}  // namespace

size_t edit_distance(std::string_view a, std::string_view b) {
  std::vector<size_t> before(b.size() + 1), above(b.size() + 1), row(b.size() + 1);
  for (size_t j = 0; j <= b.size(); ++j) row[j] = j;
  for (size_t i = 1; i <= a.size(); ++i) {
    before.swap(above);
    above.swap(row);
    row[0] = i;
    for (size_t j = 1; j <= b.size(); ++j) {
      const size_t substitution = above[j - 1] + (a[i - 1] != b[j - 1]);
      row[j] = std::min({substitution, above[j] + 1, row[j - 1] + 1});
      if (i > 1 && j > 1 && a[i - 1] == b[j - 2] && a[i - 2] == b[j - 1]) {
        row[j] = std::min(row[j], before[j - 2] + 1);
      }
    }
  }
  return row[b.size()];
}

std::optional<std::string> nearest_name(std::string_view wrong, Names names) {
  for (const auto rule : {from_another_toolkit, by_initials, by_part, by_edits, by_first_word}) {
    if (auto name = rule(wrong, names)) return name;
  }
  return std::nullopt;
}

std::string did_you_mean(std::string_view wrong, Names names, std::string_view dashes) {
  const auto nearest = nearest_name(wrong, names);
  return nearest ? "; did you mean " + std::string(dashes) + *nearest + "?" : "";
}

std::string joined(std::span<const std::string> names, std::string_view separator) {
  std::string text;
  for (const std::string& name : names) {
    if (!text.empty()) text += separator;
    text += name;
  }
  return text;
}

}  // namespace nmt::cli
