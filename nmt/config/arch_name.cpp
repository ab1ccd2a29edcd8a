#include "nmt/config/arch_name.h"

#include <algorithm>
#include <charconv>
#include <optional>
#include <span>
#include <vector>

#include "data/text/error.h"
#include "nmt/cli/nearest_name.h"

namespace nmt::config {
namespace {

std::vector<std::string_view> split(std::string_view name) {
  std::vector<std::string_view> words;
  while (true) {
    const size_t dash = name.find('-');
    words.push_back(name.substr(0, dash));
    if (dash == std::string_view::npos) return words;
    name.remove_prefix(dash + 1);
  }
}

const layers::ResidualScheme* find_residual(std::string_view word) {
  const auto schemes = layers::residual_schemes();
  const auto row = std::ranges::find(schemes, word, &layers::ResidualScheme::name);
  return row == schemes.end() ? nullptr : &*row;
}

// The row of `rows` whose modifier is `word`.
template <class Row>
const Row* find_modifier(std::span<const Row> rows, std::string_view word) {
  const auto row = std::ranges::find(rows, word, &Row::modifier);
  return row == rows.end() || word.empty() ? nullptr : &*row;
}

// The rows that `words` names at their start, each removed from there.
struct Modifiers {
  std::vector<const layers::LinearKindRow*> linear;
  std::vector<const layers::HeadNormRow*> head_norm;
};

Modifiers take_modifiers(std::vector<std::string_view>& words) {
  Modifiers found;
  while (!words.empty()) {
    const auto* linear = find_modifier(layers::linear_kinds(), words.front());
    const auto* head_norm = find_modifier(layers::head_norm_kinds(), words.front());
    if (linear == nullptr && head_norm == nullptr) break;
    if (linear != nullptr) found.linear.push_back(linear);
    if (head_norm != nullptr) found.head_norm.push_back(head_norm);
    words.erase(words.begin());
  }
  return found;
}

// "18L": a number from 1 to kLargestDepth without leading zeros, and an L.
std::optional<int64_t> parse_depth(std::string_view word) {
  int64_t depth = 0;
  const auto [stop, error] = std::from_chars(word.data(), word.data() + word.size(), depth);
  const bool whole = error == std::errc() && stop + 1 == word.data() + word.size();
  if (!whole || *stop != 'L' || word.front() == '0') return std::nullopt;
  if (depth < 1 || depth > kLargestDepth) return std::nullopt;
  return depth;
}

// Two parametrisations of one weight, the commonest mistake that is otherwise well formed.
void refuse_two(const std::vector<const layers::LinearKindRow*>& rows, std::string_view name) {
  if (rows.size() < 2 || rows[0] == rows[1]) return;
  throw UsageError("must have one weight parametrisation, ", rows[0]->modifier, " or ",
                   rows[1]->modifier, "; got '", name, "'");
}

std::optional<Architecture> try_parse(std::string_view name) {
  auto words = split(name);
  const auto* residual = find_residual(words[0]);
  if (residual == nullptr) return std::nullopt;
  words.erase(words.begin());
  const Modifiers modifiers = take_modifiers(words);
  if (words.empty() || words.size() > 2) return std::nullopt;
  const auto encoder = parse_depth(words.front());
  const auto decoder = parse_depth(words.back());
  if (!encoder || !decoder) return std::nullopt;
  refuse_two(modifiers.linear, name);
  if (modifiers.linear.size() > 1 || modifiers.head_norm.size() > 1) return std::nullopt;
  Architecture architecture{
      .residual = residual->kind, .encoder_layers = *encoder, .decoder_layers = *decoder};
  if (!modifiers.linear.empty()) architecture.linear = modifiers.linear[0]->kind;
  if (!modifiers.head_norm.empty()) architecture.head_norm = modifiers.head_norm[0]->kind;
  return architecture;
}

// The numbers behind the first word of `name`, brought into range; at most two, {6} if there are
// none.
std::vector<int64_t> depths_in(std::string_view name) {
  std::vector<int64_t> depths;
  const size_t first_word = name.find_first_of("-_ ");
  if (first_word != std::string_view::npos) name.remove_prefix(first_word);
  while (depths.size() < 2) {
    const size_t start = name.find_first_of("0123456789");
    if (start == std::string_view::npos) break;
    name.remove_prefix(start);
    const size_t length = std::min(name.find_first_not_of("0123456789"), name.size());
    int64_t depth = 0;
    const auto result = std::from_chars(name.data(), name.data() + length, depth);
    if (result.ec != std::errc()) depth = kLargestDepth;
    depths.push_back(std::clamp<int64_t>(depth, 1, kLargestDepth));
    name.remove_prefix(length);
  }
  if (depths.empty()) depths.push_back(6);
  return depths;
}

// Every valid name with the depths of `name`.
std::vector<std::string> similar_names(std::string_view name) {
  const std::vector<int64_t> depths = depths_in(name);
  std::vector<std::string> names;
  for (const auto& residual : layers::residual_schemes()) {
    for (const auto& linear : layers::linear_kinds()) {
      for (const auto& head_norm : layers::head_norm_kinds()) {
        const Architecture one{.residual = residual.kind,
                               .linear = linear.kind,
                               .encoder_layers = depths.front(),
                               .decoder_layers = depths.back(),
                               .head_norm = head_norm.kind};
        if (objection(one).empty()) names.push_back(to_string(one));
      }
    }
  }
  return names;
}

// "[-<a|b>]" of a table, "[-a]" if it has but one modifier.
template <class Row>
std::string optional_modifier(std::span<const Row> rows) {
  std::vector<std::string> modifiers;
  for (const Row& row : rows) {
    if (!row.modifier.empty()) modifiers.emplace_back(row.modifier);
  }
  const std::string all = cli::joined(modifiers, "|");
  return modifiers.size() == 1 ? "[-" + all + "]" : "[-<" + all + ">]";
}

}  // namespace

std::string objection(const Architecture& architecture) {
  if (architecture.residual == layers::ResidualKind::kDeepNorm &&
      architecture.linear == layers::LinearKind::kSpectralNorm) {
    return "spectralnorm divides by the scale of the initial weights, which is DeepNorm's beta; "
           "take deepnorm-sigma, whose gamma starts at that scale, or postln-spectralnorm";
  }
  return "";
}

Architecture parse_architecture(std::string_view name) {
  if (const auto architecture = try_parse(name)) {
    const std::string reason = objection(*architecture);
    if (reason.empty()) return *architecture;
    throw UsageError("must not be '", name, "': ", reason);
  }
  throw UsageError("must be ", architecture_grammar(), "; got '", name, "'",
                   cli::did_you_mean(name, similar_names(name)));
}

std::string to_string(const Architecture& architecture) {
  std::string name(layers::residual_scheme(architecture.residual).name);
  for (const std::string_view modifier : {layers::linear_kind_row(architecture.linear).modifier,
                                          layers::head_norm_row(architecture.head_norm).modifier}) {
    if (!modifier.empty()) name += concatenate('-', modifier);
  }
  name += concatenate('-', architecture.encoder_layers, 'L');
  if (architecture.decoder_layers != architecture.encoder_layers) {
    name += concatenate('-', architecture.decoder_layers, 'L');
  }
  return name;
}

std::string architecture_grammar() {
  std::vector<std::string> residuals;
  for (const auto& row : layers::residual_schemes()) residuals.emplace_back(row.name);
  return concatenate("<", cli::joined(residuals, "|"), ">",
                     optional_modifier(layers::linear_kinds()),
                     optional_modifier(layers::head_norm_kinds()),
                     "-<depth>L[-<depth>L] with depths from 1 to ", kLargestDepth);
}

}  // namespace nmt::config
