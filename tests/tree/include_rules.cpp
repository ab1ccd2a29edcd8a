#include "tests/tree/include_rules.h"

#include <algorithm>
#include <optional>
#include <regex>
#include <set>

namespace nmt::tree {
namespace {

// "*" permits every folder, or every library. A permitted folder includes the folders below it;
// "layers/*_kind.h" permits those headers alone.
struct FolderRule {
  std::string folder;
  std::vector<std::string> folders;
  std::vector<std::string> libraries;
};

// The most particular folder comes first: data/text before data.
const FolderRule kRules[] = {
    {"data/text", {}, {"zlib"}},
    {"data/toy_grammar", {"data/text", "data/seeded_random.h"}, {}},
    {"data", {"data/text"}, {"sentencepiece", "torch"}},
    {"layers/kernels", {}, {"torch", "highway", "cuda"}},
    {"layers", {"layers/kernels"}, {"torch"}},
    {"nmt/cli", {"data/text"}, {"boost"}},
    {"nmt/config", {"nmt/cli", "data/text", "layers/*_kind.h"}, {"json"}},
    {"nmt/metrics", {"data/text", "nmt/cli"}, {"sentencepiece", "mecab", "json", "highway"}},
    {"nmt/tensorboard", {"data/text"}, {}},
    {"nmt/model", {"layers", "nmt/config", "data/text/error.h"}, {"torch"}},
    {"nmt/optim", {"nmt/config", "data/text/error.h"}, {"torch", "highway"}},
    {"nmt/distributed", {"nmt/config", "data/text/error.h"}, {"torch", "mpi", "nccl"}},
    {"nmt/checkpoint", {"data/text", "nmt/config", "nmt/model", "layers"}, {"torch", "json"}},
    {"nmt/stability", {"layers", "nmt/model", "nmt/config", "data"}, {"torch", "json"}},
    {"nmt/report", {"data/text", "nmt/config", "nmt/cli"}, {"json"}},
    {"nmt/sweep",
     {"data/text", "nmt/config", "nmt/cli", "nmt/train/folder_lock.h",
      "nmt/train/memory_estimate.h"},
     {"json"}},
    {"nmt/decode", {"nmt/model", "nmt/config", "nmt/checkpoint", "layers", "data"}, {"torch"}},
    {"nmt/export", {"nmt/model", "nmt/config", "nmt/checkpoint", "layers", "data"}, {"torch"}},
    {"nmt/train",
     {"data", "layers", "nmt/cli", "nmt/config", "nmt/model", "nmt/optim", "nmt/distributed",
      "nmt/checkpoint", "nmt/stability", "nmt/decode", "nmt/metrics", "nmt/tensorboard"},
     {"torch", "json"}},
    {"tools", {"data", "layers", "nmt"}, {"*"}},
    {"tests", {"*"}, {"*"}},
};

// Prefixes of third-party headers. The longest prefixes need not come first: they do not overlap.
struct Library {
  std::string prefix;
  std::string name;
};

const Library kLibraries[] = {
    {"torch/", "torch"},      {"ATen/", "torch"},
    {"c10/", "torch"},        {"caffe2/", "torch"},
    {"hwy/", "highway"},      {"sentencepiece", "sentencepiece"},
    {"boost/", "boost"},      {"nlohmann/", "json"},
    {"zlib.h", "zlib"},       {"mecab.h", "mecab"},
    {"mpi.h", "mpi"},         {"nccl.h", "nccl"},
    {"cuda", "cuda"},         {"gtest/", "googletest"},
    {"gmock/", "googletest"}, {"benchmark/", "benchmark"},
};

const std::set<std::string> kSystemFolders = {"sys", "netinet", "arpa"};

const FolderRule* rule_of(const std::string& folder) {
  for (const FolderRule& rule : kRules) {
    if (is_below(folder, rule.folder)) return &rule;
  }
  return nullptr;
}

bool permits(const std::string& permission, const std::string& target) {
  const std::size_t star = permission.find('*');
  if (permission == "*" || is_below(target, permission)) return true;
  return star != std::string::npos && target.starts_with(permission.substr(0, star)) &&
         target.ends_with(permission.substr(star + 1)) &&
         target.find('/', star) == std::string::npos;
}

// A folder with a rule of its own is not part of the folder around it.
bool is_own_file(const FolderRule& rule, const std::string& target) {
  const FolderRule* target_rule = rule_of(target);
  return target_rule != nullptr && target_rule->folder == rule.folder;
}

std::optional<std::string> check_quoted(const FolderRule& rule, const std::string& target,
                                        const std::set<std::string>& files) {
  if (!files.contains(target)) {
    return "\"" + target + "\" is not a file from the root of the project";
  }
  if (is_own_file(rule, target)) return std::nullopt;
  for (const std::string& permission : rule.folders) {
    if (permits(permission, target)) return std::nullopt;
  }
  const FolderRule* target_rule = rule_of(target);
  const std::string target_folder = target_rule == nullptr ? target : target_rule->folder;
  return rule.folder + " may not include " + target_folder + " (\"" + target + "\")";
}

std::optional<std::string> check_angled(const FolderRule& rule, const std::string& target) {
  for (const Library& library : kLibraries) {
    if (!target.starts_with(library.prefix)) continue;
    const bool permitted =
        std::any_of(rule.libraries.begin(), rule.libraries.end(),
                    [&](const std::string& name) { return name == "*" || name == library.name; });
    if (permitted) return std::nullopt;
    return rule.folder + " may not include " + library.name + " (<" + target + ">)";
  }
  const std::size_t slash = target.find('/');
  if (slash == std::string::npos || kSystemFolders.contains(target.substr(0, slash))) {
    return std::nullopt;
  }
  return "<" + target + "> belongs to no library that the table of include rules knows";
}

// A header that LibTorch-free folders may read must not bring in more than its kind.
FolderRule rule_for_kind_headers(const FolderRule& rule, const TextFile& file) {
  if (rule.folder != "layers" || !file.stem().ends_with("_kind")) return rule;
  return {"layers/*_kind", {"layers/*_kind.h", "data/text"}, {}};
}

void check_file(const TextFile& file, const std::set<std::string>& files,
                std::vector<std::string>* messages) {
  static const std::regex include(R"re(^\s*#\s*include\s*([<"])([^>"]+)[>"])re");
  const FolderRule* rule = rule_of(file.folder());
  if (rule == nullptr) {
    messages->push_back(file.path + ":1: the table of include rules has no row for this folder");
    return;
  }
  const FolderRule effective = rule_for_kind_headers(*rule, file);
  for (std::size_t i = 0; i < file.lines.size(); ++i) {
    std::smatch match;
    if (!std::regex_search(file.lines[i], match, include)) continue;
    const std::string target = match[2];
    const auto message =
        match[1] == "\"" ? check_quoted(effective, target, files) : check_angled(effective, target);
    if (message) messages->push_back(place(file, i) + *message);
  }
}

}  // namespace

std::vector<std::string> forbidden_includes(const std::vector<TextFile>& tree) {
  std::set<std::string> files;
  for (const TextFile& file : tree) files.insert(file.path);
  std::vector<std::string> messages;
  for (const TextFile& file : tree) {
    if (file.is_source()) check_file(file, files, &messages);
  }
  return messages;
}

}  // namespace nmt::tree
