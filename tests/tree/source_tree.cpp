#include "tests/tree/source_tree.h"

#include <algorithm>
#include <array>
#include <fstream>
#include <sstream>

namespace nmt::tree {
namespace {

namespace fs = std::filesystem;

constexpr std::array kTopFolders = {"data",  "layers", "nmt", "configs",
                                    "tools", "tests",  ".ci", ".github"};

void add_file(const fs::path& root, const fs::path& path, std::vector<TextFile>* files) {
  std::ifstream stream(path, std::ios::binary);
  std::ostringstream content;
  content << stream.rdbuf();
  const std::string text = content.str();
  if (text.find('\0') != std::string::npos) return;
  TextFile file{path.lexically_relative(root).generic_string(), {}};
  std::istringstream lines(text);
  for (std::string line; std::getline(lines, line);) file.lines.push_back(line);
  files->push_back(std::move(file));
}

// Removes comments and blanks literals of one line; `in_comment` carries a block comment over.
class LineStripper {
 public:
  std::string strip(const std::string& line) {
    std::string code;
    for (std::size_t i = 0; i < line.size();) i = step(line, i, &code);
    return code;
  }

 private:
  std::size_t step(const std::string& line, std::size_t i, std::string* code) {
    if (in_comment_) {
      const std::size_t end = line.find("*/", i);
      in_comment_ = end == std::string::npos;
      return in_comment_ ? line.size() : end + 2;
    }
    if (line.compare(i, 2, "//") == 0) return line.size();
    if (line.compare(i, 2, "/*") == 0) {
      in_comment_ = true;
      return i + 2;
    }
    const bool digit_separator = line[i] == '\'' && i > 0 && std::isalnum(line[i - 1]);
    if ((line[i] == '"' || line[i] == '\'') && !digit_separator) return skip_literal(line, i, code);
    code->push_back(line[i]);
    return i + 1;
  }

  static std::size_t skip_literal(const std::string& line, std::size_t i, std::string* code) {
    const char quote = line[i];
    code->push_back(quote);
    for (++i; i < line.size() && line[i] != quote; ++i) {
      if (line[i] == '\\') ++i;
    }
    code->push_back(quote);
    return i + 1;
  }

  bool in_comment_ = false;
};

}  // namespace

std::string TextFile::folder() const {
  return fs::path(path).parent_path().generic_string();
}
std::string TextFile::name() const {
  return fs::path(path).filename().string();
}
std::string TextFile::stem() const {
  return fs::path(path).stem().string();
}

bool TextFile::is_header() const {
  return path.ends_with(".h") || path.ends_with(".cuh");
}
bool TextFile::is_source() const {
  return is_header() || path.ends_with(".cpp") || path.ends_with(".cu");
}
bool TextFile::is_test() const {
  return path.ends_with("_test.cpp");
}

std::vector<std::string> project_files(const fs::path& root) {
  std::vector<std::string> files;
  const auto add = [&](const fs::directory_entry& entry) {
    if (entry.is_regular_file()) {
      files.push_back(entry.path().lexically_relative(root).generic_string());
    }
  };
  for (const auto& entry : fs::directory_iterator(root)) add(entry);
  for (const char* top : kTopFolders) {
    if (!fs::is_directory(root / top)) continue;
    for (auto entry = fs::recursive_directory_iterator(root / top);
         entry != fs::recursive_directory_iterator(); ++entry) {
      if (entry->path().filename() == "__pycache__") entry.disable_recursion_pending();
      add(*entry);
    }
  }
  std::ranges::sort(files);
  return files;
}

std::vector<TextFile> read_tree(const fs::path& root) {
  std::vector<TextFile> files;
  for (const std::string& path : project_files(root)) {
    if (!is_below(path, "tests/golden")) add_file(root, root / path, &files);
  }
  return files;
}

std::vector<std::string> code_lines(const TextFile& file) {
  LineStripper stripper;
  std::vector<std::string> code;
  for (const std::string& line : file.lines) code.push_back(stripper.strip(line));
  return code;
}

std::string in_lines(const std::vector<std::string>& messages) {
  std::string text;
  for (const std::string& message : messages) text += message + '\n';
  return text;
}

std::string place(const TextFile& file, std::size_t line_index) {
  return file.path + ":" + std::to_string(line_index + 1) + ": ";
}

bool is_below(const std::string& path, const std::string& folder) {
  return path == folder || path.starts_with(folder + "/");
}

}  // namespace nmt::tree
