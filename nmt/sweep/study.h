// Study: which runs are wanted, as a .study file or a command line says it.
//
//     # Anything of nmt-train, and four keys of the sweep's own, lists with spaces or commas.
//     variants       = preln postln postln-sigma
//     depths         = 6L 18L
//     learning-rates = 0.002
//     seeds          = 1 2 3
//     max-updates    = 500
//
//     [postln-*]                 # a section: the architectures whose name fits (glob(7))
//     learning-rates = 0.001 0.005
//
//     [postln-18L]
//     skip = true
//
// Lines follow the rules of configuration files (nmt/cli/config_lines.h). Of several blocks that
// say something about an architecture, the last one counts, key by key.

#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace nmt::sweep {

/// A key of nmt-train, or `config` (its --config), with its values.
struct Setting {
  std::string key;
  std::vector<std::string> values;
};

/// What is said about the architectures that a pattern fits.
struct Block {
  std::string pattern = "*";  ///< Glob on the architecture's name, as fnmatch(3) reads it.
  std::string place;          ///< Where the block begins: "depth.study:12"; for messages.
  std::vector<std::string> learning_rates;  ///< Shortest decimal texts; empty: nothing said.
  std::vector<std::string> seeds;           ///< Whole numbers; empty: nothing said.
  std::optional<bool> skip;                 ///< Whether these architectures are left out.
  std::vector<Setting> settings;

  /// Whether `architecture` ("postln-sigma-18L") is meant.
  bool fits(const std::string& architecture) const;
};

struct Study {
  std::vector<std::string> variants;  ///< Architecture names without depth: "postln-sigma".
  std::vector<std::string> depths;    ///< "18L", "60L-12L".
  std::vector<Block> blocks;          ///< The head of the file, then its sections.
};

/// Reads a study file's `text`; `source` names it in messages. Throws UsageError, naming file and
/// line: a line that is none, an unknown key (with the nearest name), a key that the sweep sets
/// itself, a value that the key does not allow, variants or depths inside a section, a section that
/// fits no architecture.
Study parse_study(std::string_view text, const std::string& source);

/// Sets the variants (key "variants") or depths ("depths") of `study` to the words of `value`.
/// Throws UsageError, its message beginning with `where`, if one is no part of an architecture's
/// name.
void put_axis(Study& study, const std::string& key, const std::string& value,
              const std::string& where);

/// Every variant at every depth, skipped ones too, by depth: "preln-6L", "postln-6L", "preln-18L".
/// Throws UsageError if the study names no variants or no depths.
std::vector<std::string> architectures(const Study& study);

/// Puts `values` of `key` into `block`; `values` of a list may hold commas and spaces. `where`
/// begins messages ("depth.study:3: ", "--"). Throws UsageError as parse_study does.
void put(Block& block, const std::string& key, const std::vector<std::string>& values,
         const std::string& where);

/// `text` cut at commas and spaces.
std::vector<std::string> list_words(std::string_view text);

}  // namespace nmt::sweep
