#include "tests/tree/include_rules.h"

#include <fnmatch.h>

#include <algorithm>
#include <optional>
#include <regex>
#include <set>

namespace nmt::tree {
namespace {

// Prefixes of third-party headers. They do not overlap, so their order does not matter.
struct Library {
  std::string prefix;
  std::string name;
};

const Library kLibraries[] = {
    {"torch/", "LibTorch"},   {"ATen/", "LibTorch"},    {"c10/", "LibTorch"},
    {"hwy/", "Highway"},      {"boost/", "Boost"},      {"sentencepiece", "SentencePiece"},
    {"nlohmann/", "JSON"},    {"zlib.h", "zlib"},       {"mecab.h", "MeCab"},
    {"pcre2.h", "PCRE2"},     {"libxml/", "libxml2"},   {"cuda", "CUDA"},
    {"gtest/", "GoogleTest"}, {"gmock/", "GoogleTest"},
};

const std::set<std::string> kSystemFolders = {"sys", "netinet", "arpa"};

bool matches(const std::string& pattern, const std::string& path) {
  return ::fnmatch(pattern.c_str(), path.c_str(), FNM_PATHNAME) == 0;
}

const IncludeRule* rule_of(const std::string& path) {
  const IncludeRule* best = nullptr;
  for (const IncludeRule& rule : include_rules()) {
    const bool fits = is_below(path, rule.files) || matches(rule.files, path);
    if (fits && (best == nullptr || rule.files.size() > best->files.size())) best = &rule;
  }
  return best;
}

bool permits(const std::string& permission, const std::string& target) {
  const IncludeRule* row = rule_of(target);
  return permission == "*" || matches(permission, target) ||
         (row != nullptr && row->files == permission);
}

bool permits_library(const std::string& permission, const std::string& library) {
  return permission == "*" || permission == library;
}

// The library that the header of an angled #include belongs to, if it has a name.
std::optional<std::string> library_of(const std::string& header) {
  for (const Library& library : kLibraries) {
    if (header.starts_with(library.prefix)) return library.name;
  }
  return std::nullopt;
}

struct Include {
  std::string target;
  bool quoted = false;
  std::size_t line = 0;  // from 0
};

std::vector<Include> includes_of(const TextFile& file) {
  static const std::regex include(R"re(^\s*#\s*include\s*([<"])([^>"]+)[>"])re");
  std::vector<Include> includes;
  for (std::size_t i = 0; i < file.lines.size(); ++i) {
    std::smatch match;
    if (!std::regex_search(file.lines[i], match, include)) continue;
    includes.push_back({match[2], match[1] == "\"", i});
  }
  return includes;
}

std::optional<std::string> check_quoted(const IncludeRule& rule, const std::string& target,
                                        const std::set<std::string>& files) {
  if (!files.contains(target)) {
    return "\"" + target + "\" is not a file from the root of the project";
  }
  const IncludeRule* target_rule = rule_of(target);
  if (target_rule == &rule) return std::nullopt;
  for (const std::string& permission : rule.includes) {
    if (permits(permission, target)) return std::nullopt;
  }
  const std::string target_row = target_rule == nullptr ? target : target_rule->files;
  return rule.files + " may not include " + target_row + " (\"" + target + "\")";
}

std::optional<std::string> check_angled(const IncludeRule& rule, const std::string& target) {
  if (const auto library = library_of(target)) {
    for (const std::string& permission : rule.libraries) {
      if (permits_library(permission, *library)) return std::nullopt;
    }
    return rule.files + " may not include " + *library + " (<" + target + ">)";
  }
  const std::size_t slash = target.find('/');
  if (slash == std::string::npos || kSystemFolders.contains(target.substr(0, slash))) {
    return std::nullopt;
  }
  return "<" + target + "> belongs to no library that the table of include rules knows";
}

void check_file(const TextFile& file, const std::set<std::string>& files,
                std::vector<std::string>* messages) {
  const IncludeRule* rule = rule_of(file.path);
  if (rule == nullptr) {
    messages->push_back(file.path + ":1: the table of include rules has no row for this folder");
    return;
  }
  for (const Include& include : includes_of(file)) {
    const auto message = include.quoted ? check_quoted(*rule, include.target, files)
                                        : check_angled(*rule, include.target);
    if (message) messages->push_back(place(file, include.line) + *message);
  }
}

// What the files of one row include: files of other rows, and libraries.
struct Uses {
  std::set<std::string> files;
  std::set<std::string> libraries;
};

Uses uses_of(const IncludeRule& rule, const std::vector<TextFile>& tree) {
  Uses uses;
  for (const TextFile& file : tree) {
    if (!file.is_source() || rule_of(file.path) != &rule) continue;
    for (const Include& include : includes_of(file)) {
      if (include.quoted) {
        if (rule_of(include.target) != &rule) uses.files.insert(include.target);
      } else if (const auto library = library_of(include.target)) {
        uses.libraries.insert(*library);
      }
    }
  }
  return uses;
}

}  // namespace

const std::vector<IncludeRule>& include_rules() {
  static const std::vector<IncludeRule> rules = {
      {"data/base", {}, {}},
      {"data/text", {}, {"zlib"}},
      {"data", {"data/base", "data/text"}, {"SentencePiece", "LibTorch"}},
      {"data/toy_grammar", {"data/base"}, {}},
      {"layers/*_kind.*", {"data/text/named_table.h"}, {}},
      {"layers/block_options.h", {"layers/*_kind.*"}, {}},
      {"layers/kernels", {"data/base"}, {"LibTorch", "Highway", "CUDA"}},
      {"layers", {"layers/*_kind.*", "layers/block_options.h", "layers/kernels"}, {"LibTorch"}},
      {"nmt/cli", {"data/text"}, {"Boost"}},
      {"nmt/config",
       {"data/text", "data/subword_kind.h", "layers/*_kind.*", "layers/block_options.h", "nmt/cli"},
       {"JSON"}},
      {"nmt/metrics", {"data/base", "data/text"}, {"SentencePiece", "MeCab", "Highway"}},
      {"nmt/sacrebleu", {"data/text", "nmt/cli", "nmt/metrics"}, {"PCRE2", "libxml2", "JSON"}},
      {"nmt/tensorboard", {"data/text"}, {}},
      {"nmt/run_log", {"data/base", "data/text", "layers/*_kind.*"}, {"JSON"}},
      {"nmt/report",
       {"data/text", "layers/*_kind.*", "nmt/cli", "nmt/config", "nmt/run_log"},
       {"JSON"}},
      {"nmt/checkpoint", {"data/text", "nmt/config"}, {"LibTorch", "JSON"}},
      {"nmt/model",
       {"data/text", "data/batch.h", "layers/kernels", "layers", "nmt/config", "nmt/checkpoint"},
       {"LibTorch"}},
      {"nmt/optim",
       {"data/base", "data/text", "nmt/config", "nmt/checkpoint/named_tensors.h"},
       {"LibTorch", "Highway"}},
      {"nmt/stability",
       {"data/base", "data/text", "layers/*_kind.*", "layers", "nmt/run_log",
        "nmt/checkpoint/named_tensors.h"},
       {"LibTorch", "JSON"}},
      {"nmt/decode",
       {"data/base", "data/text", "data", "layers", "nmt/config", "nmt/checkpoint", "nmt/model"},
       {"LibTorch"}},
      {"nmt/distributed", {"data/text", "nmt/cli"}, {"LibTorch"}},
      {"nmt/train",
       {"data/base", "data/text", "data", "data/toy_grammar", "layers/*_kind.*", "layers",
        "nmt/cli", "nmt/config", "nmt/metrics", "nmt/tensorboard", "nmt/run_log", "nmt/checkpoint",
        "nmt/model", "nmt/optim", "nmt/stability", "nmt/decode", "nmt/distributed"},
       {"LibTorch", "JSON"}},
      {"nmt/sweep",
       {"data/text", "nmt/cli", "nmt/config", "nmt/run_log", "nmt/train/folder_lock.h",
        "nmt/train/memory_estimate.h"},
       {"JSON"}},
      {"tools",
       {"data/text", "data", "data/toy_grammar", "layers/kernels", "nmt/cli", "nmt/config",
        "nmt/sacrebleu", "nmt/run_log", "nmt/report", "nmt/model", "nmt/decode", "nmt/distributed",
        "nmt/train", "nmt/sweep"},
       {"LibTorch", "Highway", "Boost"}},
      {"tests", {"*"}, {"*"}},
  };
  return rules;
}

std::vector<std::string> forbidden_includes(const std::vector<TextFile>& tree) {
  std::set<std::string> files;
  for (const TextFile& file : tree) files.insert(file.path);
  std::vector<std::string> messages;
  for (const TextFile& file : tree) {
    if (file.is_source()) check_file(file, files, &messages);
  }
  return messages;
}

std::vector<std::string> unused_permissions(const std::vector<TextFile>& tree) {
  std::vector<std::string> messages;
  for (const IncludeRule& rule : include_rules()) {
    const Uses uses = uses_of(rule, tree);
    const auto report = [&](const std::string& permission, bool used) {
      if (used || permission == "*") return;
      messages.push_back("the row of " + rule.files + " permits " + permission +
                         ", which nothing there includes");
    };
    for (const std::string& permission : rule.includes) {
      report(permission, std::any_of(uses.files.begin(), uses.files.end(),
                                     [&](const auto& file) { return permits(permission, file); }));
    }
    for (const std::string& library : rule.libraries) {
      report(library, uses.libraries.contains(library));
    }
  }
  return messages;
}

std::vector<std::string> rows_out_of_order() {
  std::vector<std::string> messages;
  std::set<std::string> above;
  for (const IncludeRule& rule : include_rules()) {
    for (const std::string& permission : rule.includes) {
      const IncludeRule* row = rule_of(permission);
      if (permission == "*" || (row != nullptr && above.contains(row->files))) continue;
      messages.push_back("the row of " + rule.files + " permits " + permission +
                         ", whose row does not stand above it");
    }
    above.insert(rule.files);
  }
  return messages;
}

}  // namespace nmt::tree
