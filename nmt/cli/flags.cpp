#include "nmt/cli/flags.h"

#include <algorithm>
#include <string_view>
#include <utility>

#include "data/text/byte_source.h"
#include "data/text/error.h"
#include "nmt/cli/command_line.h"
#include "nmt/cli/config_lines.h"
#include "nmt/cli/help_page.h"
#include "nmt/cli/nearest_name.h"
#include "nmt/cli/parse_value.h"
#include "nmt/cli/program.h"

namespace nmt::cli {
namespace {

constexpr size_t kLargestLeftColumn = 34;

std::string left_column(const Flag& flag) {
  return "--" + flag.name + (flag.placeholder.empty() ? "" : " " + flag.placeholder);
}

std::string right_column(const Flag& flag) {
  if (flag.required) return flag.help + " (required)";
  return flag.default_text.empty() ? flag.help
                                   : flag.help + " (default: " + flag.default_text + ")";
}

std::string value_counts(const Flag& flag) {
  if (flag.values == kOneOrMore) return "one or more values";
  if (flag.optional_values == 0) return concatenate(flag.values, " values");
  return concatenate(flag.values, " to ", flag.values + flag.optional_values, " values");
}

// What a configuration file says of `flag`; a toggle too takes a value there.
std::vector<std::string> values_of(const Flag& flag, const std::string& value) {
  if (flag.values == kOneOrMore) return many_values(value);
  const size_t least = std::max(1, flag.values);
  return split_values(value, least, least + flag.optional_values);
}

// Says whose value it was: a flag, or a key with file and line.
void assign(const Flag& flag, const std::vector<std::string>& values, const std::string& where) {
  const size_t least = flag.values == kOneOrMore ? 1 : std::max(1, flag.values);
  const bool fits = values.size() >= least &&
                    (flag.values == kOneOrMore || values.size() <= least + flag.optional_values);
  if (!fits) {
    throw UsageError(where, " takes ", flag.placeholder, " (", value_counts(flag), "), got ",
                     values.size());
  }
  try {
    flag.assign(values);
  } catch (const UsageError& error) {
    throw UsageError(where, " ", error.what());
  }
}

bool asks_for(const std::vector<std::string>& arguments, std::string_view flag) {
  const auto end = std::ranges::find(arguments, "--");
  return std::find(arguments.begin(), end, flag) != end;
}

}  // namespace

FlagSet::FlagSet(std::string program, std::string sentence)
    : program_(std::move(program)), sentence_(std::move(sentence)) {}

void FlagSet::group(std::string title) {
  sections_.push_back({std::move(title), {}});
}

void FlagSet::text(const std::string& name, std::string* value, const std::string& help,
                   const std::string& placeholder) {
  add({.name = name,
       .placeholder = placeholder,
       .help = help,
       .default_text = *value,
       .assign = [value](const auto& values) { *value = values[0]; }});
}

void FlagSet::number(const std::string& name, int64_t* value, const std::string& help,
                     int64_t minimum, int64_t maximum) {
  add({.name = name,
       .placeholder = "NUMBER",
       .help = help,
       .default_text = std::to_string(*value),
       .assign = [=](const auto& values) {
         *value = parse_whole_number(values[0], minimum, maximum);
       }});
}

void FlagSet::real(const std::string& name, double* value, const std::string& help) {
  add({.name = name,
       .placeholder = "NUMBER",
       .help = help,
       .default_text = format_real(*value),
       .assign = [value](const auto& values) { *value = parse_real(values[0]); }});
}

void FlagSet::toggle(const std::string& name, bool* value, const std::string& help) {
  add({.name = name, .help = help, .values = 0, .assign = [value](const auto& values) {
         *value = parse_truth(values[0]);
       }});
}

void FlagSet::choice(const std::string& name, std::string* value, std::vector<std::string> names,
                     const std::string& help) {
  const std::string placeholder = joined(names, "|");
  add({.name = name,
       .placeholder = placeholder,
       .help = help,
       .default_text = *value,
       .assign = [value, names = std::move(names)](const auto& values) {
         *value = parse_choice(values[0], names);
       }});
}

void FlagSet::texts(const std::string& name, std::vector<std::string>* values, int count,
                    const std::string& help, const std::string& placeholder) {
  add({.name = name,
       .placeholder = placeholder,
       .help = help,
       .default_text = joined(*values, " "),
       .values = count,
       .assign = [values](const auto& given) { *values = given; }});
}

void FlagSet::add(Flag flag) {
  if (sections_.empty()) group("Flags");
  sections_.back().flags.push_back(std::move(flag));
}

void FlagSet::config_file() {
  takes_config_ = true;
}

void FlagSet::positional(const std::string& placeholder, std::vector<std::string>* values,
                         const std::string& help, size_t minimum) {
  positional_ = {placeholder, help, values, minimum};
}

void FlagSet::example(std::string text) {
  example_ = std::move(text);
}

const Flag* FlagSet::find(const std::string& name) const {
  for (const Section& section : sections_) {
    for (const Flag& flag : section.flags) {
      if (flag.name == name) return &flag;
    }
  }
  return nullptr;
}

std::vector<std::string> FlagSet::names() const {
  std::vector<std::string> names;
  for (const Section& section : sections_) {
    for (const Flag& flag : section.flags) names.push_back(flag.name);
  }
  return names;
}

void FlagSet::apply_config(const std::string& text, const std::string& source, bool weaker) {
  for (const ConfigEntry& entry : parse_config(text, source)) {
    const std::string where = concatenate(source, ":", entry.line, ": ");
    const Flag* flag = find(entry.key);
    if (flag == nullptr) {
      throw UsageError(where, "unknown key '", entry.key, "'", did_you_mean(entry.key, names()));
    }
    if (weaker && was_set(entry.key)) continue;
    assign(*flag, values_of(*flag, entry.value), where + entry.key);
    if (!weaker) set_names_.insert(entry.key);
  }
}

void FlagSet::apply_defaults(const std::string& text, const std::string& source) {
  apply_config(text, source, /*weaker=*/true);
}

void FlagSet::parse(int argc, const char* const* argv) {
  const std::vector<std::string> arguments(argv + std::min(argc, 1), argv + argc);
  if (asks_for(arguments, "--help") || asks_for(arguments, "-h")) throw InformationRequest{help()};
  if (asks_for(arguments, "--version")) {
    throw InformationRequest{concatenate(program_, " (deepnmt) ", version(), "\n")};
  }

  std::vector<FlagShape> shapes;
  for (const Section& section : sections_) {
    for (const Flag& flag : section.flags) {
      shapes.push_back({flag.name, flag.placeholder, flag.values, flag.optional_values});
    }
  }
  if (takes_config_) shapes.push_back({"config", "FILE", 1});
  const SplitCommandLine line = split_command_line(arguments, shapes);

  for (const GivenFlag& given : line.flags) {
    if (takes_config_ && given.name == "config") config_path_ = given.values[0];
  }
  if (!config_path_.empty()) {
    apply_config(text::read_text(config_path_), config_path_, /*weaker=*/false);
  }
  for (const GivenFlag& given : line.flags) {
    if (takes_config_ && given.name == "config") continue;
    assign(*find(given.name), given.values, "--" + given.name);
    set_names_.insert(given.name);
  }
  take_positional(line.positional);
  check_required();
}

void FlagSet::take_positional(const std::vector<std::string>& given) {
  if (positional_.values == nullptr) {
    if (given.empty()) return;
    throw UsageError("unexpected argument '", given[0], "'; flags are written --name value");
  }
  if (given.size() < positional_.minimum) {
    throw UsageError("needs ", positional_.placeholder, ": ", positional_.help);
  }
  if (!given.empty()) *positional_.values = given;
}

void FlagSet::check_required() const {
  for (const Section& section : sections_) {
    for (const Flag& flag : section.flags) {
      if (flag.required && !was_set(flag.name)) {
        throw UsageError("--", flag.name, " is missing: ", flag.help);
      }
    }
  }
}

std::string FlagSet::help() const {
  std::vector<Section> sections = sections_;
  sections.push_back({"General", {}});
  if (takes_config_) {
    sections.back().flags.push_back(
        {.name = "config",
         .placeholder = "FILE",
         .help = "file of 'key = value' lines, the keys being these flags; flags win over it"});
  }
  sections.back().flags.push_back({.name = "help", .help = "prints this page"});
  sections.back().flags.push_back({.name = "version", .help = "prints the version"});

  size_t column = 0;
  for (const Section& section : sections) {
    for (const Flag& flag : section.flags) column = std::max(column, left_column(flag).size() + 4);
  }
  column = std::min(column, kLargestLeftColumn);

  const bool takes_positional = positional_.values != nullptr;
  std::string page = sentence_ + "\n\nUsage: " + program_ + " [flags]" +
                     (takes_positional ? " " + positional_.placeholder : "") + "\n";
  if (takes_positional) page += help_entry(positional_.placeholder, positional_.help, column);
  if (!example_.empty()) page += "\n" + example_ + "\n";
  for (const Section& section : sections) {
    page += "\n" + section.title + "\n";
    for (const Flag& flag : section.flags) {
      page += help_entry(left_column(flag), right_column(flag), column);
    }
  }
  return page;
}

}  // namespace nmt::cli
