// Closed sets of things that have names, as tables: what help lists, files say and programs look
// up. Every row has a `kind`, an enumerator, and a `name`; an empty name is never said.

#pragma once

#include <ranges>
#include <string>
#include <string_view>
#include <vector>

namespace nmt {

/// A row that says nothing else.
template <class Kind>
struct NamedKind {
  Kind kind;
  std::string_view name;
};

/// A row that help explains.
template <class Kind>
struct DescribedKind {
  Kind kind;
  std::string_view name;
  std::string_view sentence;
};

/// The row of `kind`, which must be in the table.
template <class Table, class Kind>
constexpr const auto& row_of(const Table& table, Kind kind) {
  for (const auto& row : table) {
    if (row.kind == kind) return row;
  }
  return *std::ranges::begin(table);
}

/// The row called `name`, or null.
template <class Table>
constexpr auto* find_row(const Table& table, std::string_view name) {
  for (const auto& row : table) {
    if (row.name == name && !name.empty()) return &row;
  }
  return static_cast<decltype(&*std::ranges::begin(table))>(nullptr);
}

/// Every name, in order.
template <class Table>
std::vector<std::string> names_in(const Table& table) {
  std::vector<std::string> names;
  for (const auto& row : table) {
    if (!row.name.empty()) names.emplace_back(row.name);
  }
  return names;
}

}  // namespace nmt
