#include "nmt/config/arch_name.h"

#include <algorithm>
#include <charconv>
#include <optional>
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

const layers::LinearKindRow* find_modifier(std::string_view word) {
  const auto kinds = layers::linear_kinds();
  const auto row = std::ranges::find(kinds, word, &layers::LinearKindRow::modifier);
  return row == kinds.end() || word.empty() ? nullptr : &*row;
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

std::optional<Architecture> try_parse(std::string_view name) {
  const auto words = split(name);
  const auto* residual = find_residual(words[0]);
  if (residual == nullptr) return std::nullopt;
  Architecture architecture{.residual = residual->kind};

  size_t next = 1;
  if (next < words.size()) {
    if (const auto* modifier = find_modifier(words[next])) {
      architecture.linear = modifier->kind;
      ++next;
    }
  }
  const size_t depths = words.size() - next;
  if (depths < 1 || depths > 2) return std::nullopt;
  const auto encoder = parse_depth(words[next]);
  const auto decoder = parse_depth(words.back());
  if (!encoder || !decoder) return std::nullopt;
  architecture.encoder_layers = *encoder;
  architecture.decoder_layers = *decoder;
  return architecture;
}

// The numbers in `name`, brought into range; at most two, {6} if there are none.
std::vector<int64_t> depths_in(std::string_view name) {
  std::vector<int64_t> depths;
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
      names.push_back(to_string({.residual = residual.kind,
                                 .linear = linear.kind,
                                 .encoder_layers = depths.front(),
                                 .decoder_layers = depths.back()}));
    }
  }
  return names;
}

}  // namespace

Architecture parse_architecture(std::string_view name) {
  if (const auto architecture = try_parse(name)) return *architecture;
  throw UsageError("must be ", architecture_grammar(), "; got '", name, "'",
                   cli::did_you_mean(name, similar_names(name)));
}

std::string to_string(const Architecture& architecture) {
  std::string name(layers::residual_scheme(architecture.residual).name);
  for (const auto& row : layers::linear_kinds()) {
    if (row.kind == architecture.linear && !row.modifier.empty()) {
      name += '-';
      name += row.modifier;
    }
  }
  name += concatenate('-', architecture.encoder_layers, 'L');
  if (architecture.decoder_layers != architecture.encoder_layers) {
    name += concatenate('-', architecture.decoder_layers, 'L');
  }
  return name;
}

std::string architecture_grammar() {
  std::vector<std::string> residuals, modifiers;
  for (const auto& row : layers::residual_schemes()) residuals.emplace_back(row.name);
  for (const auto& row : layers::linear_kinds()) {
    if (!row.modifier.empty()) modifiers.emplace_back(row.modifier);
  }
  return concatenate("<", cli::joined(residuals, "|"), ">[-", cli::joined(modifiers, "|"),
                     "]-<depth>L[-<depth>L] with depths from 1 to ", kLargestDepth);
}

}  // namespace nmt::config
