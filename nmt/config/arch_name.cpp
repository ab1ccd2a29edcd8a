#include "nmt/config/arch_name.h"

#include <algorithm>
#include <charconv>
#include <map>
#include <optional>
#include <tuple>

#include "data/text/error.h"
#include "data/text/named_table.h"
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

// The words behind the residual scheme, in the order in which names have them: of each set a name
// has one or none, which means its first row.
template <class Table, class Kind>
struct ModifierSet {
  const Table& table;
  Kind Architecture::*member;
  std::string_view what;
};

constexpr std::tuple kModifierSets = {
    ModifierSet{layers::kLinearKinds, &Architecture::linear, "weight parametrisation"},
    ModifierSet{layers::kNormKinds, &Architecture::norm, "norm"},
    ModifierSet{layers::kHeadNormKinds, &Architecture::head_norm, "normalisation of heads"},
};

// Calls `visit` with each set.
template <class Visit>
void for_each_set(const Visit& visit) {
  std::apply([&](const auto&... set) { (visit(set), ...); }, kModifierSets);
}

// What the words in front of the depths say. The mistake of two words of one set, otherwise well
// formed, is kept to be told.
struct Modifiers {
  std::string two_of_a_set;
  bool repeated = false;
};

// Takes the modifiers at the start of `words` from there into `architecture`.
Modifiers take_modifiers(std::vector<std::string_view>& words, Architecture& architecture) {
  Modifiers found;
  std::map<std::string_view, std::string_view> taken;  // By set.
  for (bool known = true; known && !words.empty();) {
    known = false;
    const std::string_view word = words.front();
    for_each_set([&](const auto& set) {
      const auto* row = find_row(set.table, word);
      if (row == nullptr) return;
      known = true;
      architecture.*set.member = row->kind;
      const auto [first, is_first] = taken.emplace(set.what, word);
      if (is_first) return;
      found.repeated = true;
      if (first->second == word || !found.two_of_a_set.empty()) return;
      found.two_of_a_set =
          concatenate("must have one ", set.what, ", ", first->second, " or ", word);
    });
    if (known) words.erase(words.begin());
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

std::optional<Architecture> try_parse(std::string_view name) {
  auto words = split(name);
  const auto* residual = find_row(layers::residual_schemes(), words[0]);
  if (residual == nullptr) return std::nullopt;
  words.erase(words.begin());
  Architecture architecture{.residual = residual->kind};
  const Modifiers modifiers = take_modifiers(words, architecture);
  if (words.empty() || words.size() > 2) return std::nullopt;
  const auto encoder = parse_depth(words.front());
  const auto decoder = parse_depth(words.back());
  if (!encoder || !decoder) return std::nullopt;
  if (!modifiers.two_of_a_set.empty()) {
    throw UsageError(modifiers.two_of_a_set, "; got '", name, "'");
  }
  if (modifiers.repeated) return std::nullopt;
  architecture.encoder_layers = *encoder;
  architecture.decoder_layers = *decoder;
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

// `all`, each with every kind of every set from the `set`-th on.
template <size_t set = 0>
std::vector<Architecture> with_all_modifiers(const std::vector<Architecture>& all) {
  if constexpr (set == std::tuple_size_v<decltype(kModifierSets)>) {
    return all;
  } else {
    std::vector<Architecture> more;
    for (Architecture one : all) {
      for (const auto& row : std::get<set>(kModifierSets).table) {
        one.*std::get<set>(kModifierSets).member = row.kind;
        more.push_back(one);
      }
    }
    return with_all_modifiers<set + 1>(more);
  }
}

// Every valid name with the depths of `name`.
std::vector<std::string> similar_names(std::string_view name) {
  const std::vector<int64_t> depths = depths_in(name);
  std::vector<Architecture> plain;
  for (const auto& residual : layers::residual_schemes()) {
    plain.push_back({.residual = residual.kind,
                     .encoder_layers = depths.front(),
                     .decoder_layers = depths.back()});
  }
  std::vector<std::string> names;
  for (const Architecture& one : with_all_modifiers(plain)) {
    if (objection(one).empty()) names.push_back(to_string(one));
  }
  return names;
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
  throw UsageError("must be ", architecture_grammar(), " with depths from 1 to ", kLargestDepth,
                   "; got '", name, "'", cli::did_you_mean(name, similar_names(name)));
}

std::string to_string(const Architecture& architecture) {
  std::string name(layers::residual_scheme(architecture.residual).name);
  for_each_set([&](const auto& set) {
    const std::string_view word = row_of(set.table, architecture.*set.member).name;
    if (!word.empty()) name += concatenate('-', word);
  });
  name += concatenate('-', architecture.encoder_layers, 'L');
  if (architecture.decoder_layers != architecture.encoder_layers) {
    name += concatenate('-', architecture.decoder_layers, 'L');
  }
  return name;
}

std::string architecture_grammar() {
  std::string grammar =
      concatenate("<", cli::joined(names_in(layers::residual_schemes()), "|"), ">");
  for_each_set([&](const auto& set) {
    const std::vector<std::string> words = names_in(set.table);
    if (words.empty()) return;
    const std::string all = cli::joined(words, "|");
    grammar += words.size() == 1 ? "[-" + all + "]" : "[-<" + all + ">]";
  });
  return grammar + "-<depth>L[-<depth>L]";
}

std::vector<std::pair<std::string_view, std::string_view>> architecture_words() {
  std::vector<std::pair<std::string_view, std::string_view>> words;
  const auto add = [&](const auto& table) {
    for (const auto& row : table) {
      if (!row.name.empty()) words.emplace_back(row.name, row.sentence);
    }
  };
  add(layers::residual_schemes());
  for_each_set([&](const auto& set) { add(set.table); });
  return words;
}

}  // namespace nmt::config
