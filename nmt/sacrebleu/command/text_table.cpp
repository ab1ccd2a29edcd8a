#include "nmt/sacrebleu/command/text_table.h"

#include <algorithm>
#include <cmath>
#include <map>
#include <optional>
#include <string_view>

#include "data/text/unicode.h"
#include "nmt/metrics/python_format.h"
#include "nmt/sacrebleu/python_number.h"

namespace nmt::sacrebleu {
namespace {

using Lines = std::vector<std::string>;

constexpr size_t kHeaderPadding = 2;

// What a cell is, from the least to the most general; a column is what its most general cell is.
enum class CellType { kEmpty, kBoolean, kInteger, kReal, kText };

// `text` without colours.
std::string plain(std::string_view text) {
  std::string result;
  for (size_t i = 0; i < text.size(); ++i) {
    if (text[i] == '\033' && i + 1 < text.size() && text[i + 1] == '[') {
      while (i < text.size() && text[i] != 'm') ++i;
    } else {
      result += text[i];
    }
  }
  return result;
}

size_t visible_width(std::string_view text) {
  return text::code_points(plain(text));
}

Lines lines_of(std::string_view text) {
  Lines lines;
  while (true) {
    const size_t end = text.find('\n');
    lines.emplace_back(text.substr(0, end));
    if (end == std::string_view::npos) return lines;
    text.remove_prefix(end + 1);
  }
}

// "1,234,567", "1,234.5", ".5": digits in groups of three.
bool has_thousands(std::string_view text) {
  size_t i = !text.empty() && (text[0] == '+' || text[0] == '-') ? 1 : 0;
  const size_t first = i;
  const auto digits_from = [&](size_t start) {
    size_t end = start;
    while (end < text.size() && text[end] >= '0' && text[end] <= '9') ++end;
    return end - start;
  };
  const size_t leading = digits_from(i);
  if (leading > 3 || (leading == 0 && first > 0)) return false;
  i += leading;
  while (leading > 0 && i < text.size() && text[i] == ',' && digits_from(i + 1) == 3) i += 4;
  if (i == text.size()) return true;
  if (text[i] != '.') return false;
  const size_t fraction = digits_from(i + 1);
  return i + 1 + fraction == text.size() && (leading > 0 || fraction > 0);
}

bool is_real(const std::string& text) {
  const std::optional<double> value = python_float(text);
  if (!value) return false;
  if (std::isfinite(*value)) return true;
  const std::string lower = text::lower_ascii(text);
  return lower == "inf" || lower == "-inf" || lower == "nan";
}

CellType type_of(const std::string& cell) {
  const std::string text = plain(cell);
  if (text.empty()) return CellType::kEmpty;
  if (text == "True" || text == "False") return CellType::kBoolean;
  const bool thousands = has_thousands(text);
  if (python_int(text) || (thousands && text.find('.') == std::string::npos)) {
    return CellType::kInteger;
  }
  return thousands || is_real(text) ? CellType::kReal : CellType::kText;
}

std::string reprinted(const std::string& cell, const TextTable& table) {
  std::string text = plain(cell);
  const std::string shown = text;
  if (table.commas_are_numbers) text.erase(std::remove(text.begin(), text.end(), ','), text.end());
  const std::optional<double> value = python_float(text);
  if (!value || shown.empty()) return cell;
  std::string result = cell;
  return result.replace(cell.find(shown), shown.size(), metrics::fixed(*value, table.decimals));
}

void format_cells(TextTable& table) {
  for (TextTable::Column& column : table.columns) {
    CellType type = CellType::kBoolean;
    for (const std::string& cell : column.cells) type = std::max(type, type_of(cell));
    if (type != CellType::kReal) continue;
    for (std::string& cell : column.cells) cell = reprinted(cell, table);
  }
}

std::string padded(const std::string& line, size_t width, bool flush_right) {
  const size_t missing = width - visible_width(line);
  const size_t left = flush_right ? missing : missing / 2;
  return std::string(left, ' ') + line + std::string(missing - left, ' ');
}

// A table whose cells are lists of lines of equal width.
struct LaidOut {
  std::vector<size_t> widths;
  std::vector<std::vector<Lines>> rows;  // The first is the header.
};

LaidOut lay_out(TextTable table) {
  format_cells(table);
  LaidOut result;
  result.rows.resize(table.columns.front().cells.size() + 1);
  for (size_t c = 0; c < table.columns.size(); ++c) {
    const TextTable::Column& column = table.columns[c];
    std::vector<Lines> cells = {lines_of(column.header)};
    size_t width = visible_width(column.header) + kHeaderPadding;
    for (const std::string& cell : column.cells) {
      cells.push_back(lines_of(text::strip(cell)));
      for (const std::string& line : cells.back()) width = std::max(width, visible_width(line));
    }
    for (size_t r = 0; r < cells.size(); ++r) {
      for (std::string& line : cells[r]) line = padded(line, width, /*flush_right=*/c == 0);
      result.rows[r].push_back(std::move(cells[r]));
    }
    result.widths.push_back(width);
  }
  return result;
}

struct Rule {
  std::string_view begin, fill, between, end;
};

std::string rule(const Rule& rule, const std::vector<size_t>& widths) {
  std::string text(rule.begin);
  for (size_t c = 0; c < widths.size(); ++c) {
    if (c > 0) text += rule.between;
    for (size_t i = 0; i < widths[c] + 2; ++i) text += rule.fill;
  }
  return text.append(rule.end);
}

std::string grid_row(const std::vector<Lines>& cells, const std::vector<size_t>& widths) {
  size_t height = 0;
  for (const Lines& cell : cells) height = std::max(height, cell.size());
  std::string text;
  for (size_t line = 0; line < height; ++line) {
    if (line > 0) text += '\n';
    text += "│";
    for (size_t c = 0; c < cells.size(); ++c) {
      if (c > 0) text += "│";
      text += ' ' + (line < cells[c].size() ? cells[c][line] : std::string(widths[c], ' ')) + ' ';
    }
    text += "│";
  }
  return text;
}

std::string latex_escaped(std::string_view cell) {
  static const std::map<char, std::string> kEscaped = {{'^', "\\^{}"},
                                                       {'~', "\\textasciitilde{}"},
                                                       {'\\', "\\textbackslash{}"},
                                                       {'<', "\\ensuremath{<}"},
                                                       {'>', "\\ensuremath{>}"}};
  std::string text;
  for (const char c : cell) {
    if (std::string_view("&%$#_{}").find(c) != std::string_view::npos) text += '\\';
    const auto escaped = kEscaped.find(c);
    text += escaped == kEscaped.end() ? std::string(1, c) : escaped->second;
  }
  return text;
}

}  // namespace

std::string fancy_grid(TextTable table) {
  const LaidOut laid_out = lay_out(std::move(table));
  std::string text = rule({"╒", "═", "╤", "╕"}, laid_out.widths);
  for (size_t r = 0; r < laid_out.rows.size(); ++r) {
    text += '\n' + grid_row(laid_out.rows[r], laid_out.widths) + '\n';
    if (r + 1 == laid_out.rows.size()) break;
    text += r == 0 ? rule({"╞", "═", "╪", "╡"}, laid_out.widths)
                   : rule({"├", "─", "┼", "┤"}, laid_out.widths);
  }
  return text + rule({"╘", "═", "╧", "╛"}, laid_out.widths);
}

std::string latex_booktabs(TextTable table) {
  const LaidOut laid_out = lay_out(std::move(table));
  std::string text =
      "\\begin{tabular}{r" + std::string(laid_out.widths.size() - 1, 'c') + "}\n\\toprule";
  for (size_t r = 0; r < laid_out.rows.size(); ++r) {
    text += '\n';
    for (size_t c = 0; c < laid_out.rows[r].size(); ++c) {
      std::string cell;
      for (const std::string& line : laid_out.rows[r][c]) cell += (cell.empty() ? "" : "\n") + line;
      text += (c == 0 ? " " : "& ") + latex_escaped(cell) + ' ';
    }
    text += "\\\\";
    if (r == 0) text += "\n\\midrule";
  }
  return text + "\n\\bottomrule\n\\end{tabular}";
}

}  // namespace nmt::sacrebleu
