#include "tests/tree/folder_pages.h"

#include <algorithm>
#include <cctype>
#include <map>
#include <regex>
#include <set>

namespace nmt::tree {
namespace {

namespace fs = std::filesystem;

const std::set<std::string> kUnnamed = {"CMakeLists.txt", "README.md", "SOURCE.md"};

using Pages = std::map<std::string, const TextFile*>;  // Folder to its README.

std::string whole_text(const TextFile& file) {
  std::string text;
  for (const std::string& line : file.lines) text += line + '\n';
  return text;
}

bool is_word_character(char c) {
  return std::isalnum(static_cast<unsigned char>(c)) || c == '_';
}

// True if `word` stands in `text` as a word of its own: "adam" is not named by "adamant".
bool names(const std::string& text, const std::string& word) {
  for (std::size_t at = text.find(word); at != std::string::npos; at = text.find(word, at + 1)) {
    const std::size_t end = at + word.size();
    const bool starts = at == 0 || !is_word_character(text[at - 1]);
    const bool ends = end == text.size() || !is_word_character(text[end]);
    if (starts && ends) return true;
  }
  return false;
}

bool needs_own_page(const std::string& folder) {
  return is_below(folder, "data") || is_below(folder, "layers") || is_below(folder, "nmt") ||
         folder == "configs" || folder == "tools" || folder == "tests";
}

const TextFile* page_of(const Pages& pages, std::string folder) {
  const bool own_only = needs_own_page(folder);
  while (true) {
    const auto page = pages.find(folder);
    if (page != pages.end()) return page->second;
    const std::size_t slash = folder.rfind('/');
    if (own_only || slash == std::string::npos) return nullptr;
    folder.resize(slash);
  }
}

std::string name_to_look_for(const TextFile& file) {
  return file.is_source() ? file.stem() : file.name();
}

bool needs_a_name(const TextFile& file) {
  const std::string folder = file.folder();
  return needs_own_page(folder.substr(0, folder.find('/'))) && !kUnnamed.contains(file.name()) &&
         !file.is_test();
}

// Quoted words of a page that look like source files of ours, such as `flags.h`. X stands for a
// name.
std::vector<std::string> stale_names(const TextFile& page, const std::set<std::string>& names) {
  static const std::regex word(R"re(`(?!X)([A-Za-z0-9_]+\.(h|cpp|cu|cuh))`)re");
  std::vector<std::string> messages;
  for (std::size_t i = 0; i < page.lines.size(); ++i) {
    const std::string& line = page.lines[i];
    for (std::sregex_iterator match(line.begin(), line.end(), word), end; match != end; ++match) {
      const std::string name = (*match)[1];
      if (names.contains(name)) continue;
      messages.push_back(place(page, i) + "names " + name + ", which does not exist");
    }
  }
  return messages;
}

}  // namespace

std::vector<std::string> unlisted_files(const std::vector<TextFile>& tree) {
  Pages pages;
  std::set<std::string> file_names;
  for (const TextFile& file : tree) {
    if (file.name() == "README.md") pages[file.folder()] = &file;
    file_names.insert(file.name());
  }
  std::vector<std::string> messages;
  std::set<std::string> without_page;
  for (const TextFile& file : tree) {
    if (!needs_a_name(file)) continue;
    const TextFile* page = page_of(pages, file.folder());
    if (page == nullptr) {
      without_page.insert(file.folder());
    } else if (!names(whole_text(*page), name_to_look_for(file))) {
      messages.push_back(page->path + ": does not name " + file.path);
    }
  }
  for (const std::string& folder : without_page) messages.push_back(folder + ": has no README.md");
  for (const auto& [folder, page] : pages) {
    if (folder.empty() || !needs_own_page(folder)) continue;
    const std::vector<std::string> stale = stale_names(*page, file_names);
    messages.insert(messages.end(), stale.begin(), stale.end());
  }
  return messages;
}

std::vector<std::string> golden_without_source(const fs::path& root) {
  std::vector<std::string> messages;
  const fs::path golden = root / "tests" / "golden";
  if (!fs::is_directory(golden)) return messages;
  for (const auto& entry : fs::directory_iterator(golden)) {
    if (entry.is_directory() && !fs::exists(entry.path() / "SOURCE.md")) {
      messages.push_back(entry.path().lexically_relative(root).generic_string() +
                         ": recorded material without SOURCE.md");
    }
  }
  return messages;
}

}  // namespace nmt::tree
