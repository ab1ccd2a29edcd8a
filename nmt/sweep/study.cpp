#include "nmt/sweep/study.h"

#include <fnmatch.h>

#include <algorithm>
#include <map>

#include "data/text/error.h"
#include "nmt/cli/config_lines.h"
#include "nmt/cli/nearest_name.h"
#include "nmt/cli/parse_value.h"
#include "nmt/config/arch_name.h"
#include "nmt/config/config_table.h"

namespace nmt::sweep {
namespace {

// A section's lines, or the head's, each under its number in the file: the lines of others are
// blank.
struct Part {
  std::string pattern;
  int64_t line = 1;
  std::string text;
};

const std::map<std::string, std::string>& set_by_the_sweep() {
  static const std::map<std::string, std::string> keys = {
      {"arch", "write variants and depths"},
      {"learning-rate", "write learning-rates"},
      {"seed", "write seeds"},
      {"model-dir", "--runs names the folder of all runs"},
      {"resume", "the sweep resumes what has a checkpoint"},
      {"overwrite", "remove the folder of a run to repeat it"}};
  return keys;
}

std::vector<std::string> known_keys(bool head) {
  std::vector<std::string> names = {"learning-rates", "seeds", "skip", "config"};
  if (head) names.insert(names.begin(), {"variants", "depths"});
  for (const config::ConfigKey& key : config::config_table()) {
    if (!set_by_the_sweep().contains(std::string(key.name))) names.emplace_back(key.name);
  }
  return names;
}

std::string_view trimmed(std::string_view text) {
  const size_t first = text.find_first_not_of(" \t\r");
  if (first == std::string_view::npos) return {};
  return text.substr(first, text.find_last_not_of(" \t\r") - first + 1);
}

std::string section_pattern(std::string_view line, const std::string& place) {
  line = trimmed(line.substr(0, line.find(" #")));
  if (line.size() < 3 || line.back() != ']') {
    throw UsageError(place, ": a section must be '[PATTERN]', got '", line, "'");
  }
  return std::string(line.substr(1, line.size() - 2));
}

std::vector<Part> cut_into_parts(std::string_view text, const std::string& source) {
  std::vector<Part> parts = {{"*", 1, ""}};
  for (int64_t number = 1; !text.empty(); ++number) {
    const size_t end = std::min(text.find('\n'), text.size());
    const std::string_view line = text.substr(0, end);
    text.remove_prefix(std::min(end + 1, text.size()));
    if (trimmed(line).starts_with('[')) {
      const std::string place = concatenate(source, ":", number);
      parts.push_back({section_pattern(line, place), number, std::string(number, '\n')});
    } else {
      parts.back().text += std::string(line) + "\n";
    }
  }
  return parts;
}

// The words of `values`, each once, as the table's key `name` writes them.
std::vector<std::string> checked_list(const char* name, const std::vector<std::string>& values,
                                      const std::string& where) {
  const config::Member& member = config::find_key(name)->member;
  std::vector<std::string> list;
  for (const std::string& value : values) {
    for (const std::string& word : list_words(value)) {
      config::TrainingConfig scratch;
      try {
        config::assign(member, scratch, {word});
      } catch (const UsageError& error) {
        throw UsageError(where, " ", error.what());
      }
      const std::string text = config::value_text(member, scratch);
      if (std::ranges::find(list, text) == list.end()) list.push_back(text);
    }
  }
  if (list.empty()) throw UsageError(where, " needs at least one value");
  return list;
}

std::string count_text(size_t least, size_t most) {
  if (most > least) return concatenate(least, " to ", most, " values");
  return concatenate(least, least == 1 ? " value" : " values");
}

void check_setting(const std::string& key, const std::vector<std::string>& values,
                   const std::string& where) {
  const config::ConfigKey* row = config::find_key(key);
  const config::Shape shape = row == nullptr ? config::Shape{} : config::shape(row->member);
  const size_t least = shape.values;
  const size_t most = least + shape.optional_values;
  if (values.size() < least || values.size() > most) {
    throw UsageError(where, " takes ", count_text(least, most), ", got ", values.size());
  }
  if (row == nullptr) return;
  try {
    config::TrainingConfig scratch;
    config::assign(row->member, scratch, values);
  } catch (const UsageError& error) {
    throw UsageError(where, " ", error.what());
  }
}

std::vector<std::string> values_of(const cli::ConfigEntry& entry) {
  const config::ConfigKey* row = config::find_key(entry.key);
  if (row == nullptr) return {cli::one_value(entry.value)};
  const config::Shape shape = config::shape(row->member);
  const size_t least = std::max(1, shape.values);
  return cli::split_values(entry.value, least, least + shape.optional_values);
}

bool is_axis(const std::string& key) {
  return key == "variants" || key == "depths";
}

void put_entry(Study& study, Block& block, const cli::ConfigEntry& entry,
               const std::string& where) {
  if (!is_axis(entry.key)) {
    put(block, entry.key, values_of(entry), where);
  } else if (study.blocks.empty()) {
    put_axis(study, entry.key, cli::one_value(entry.value), where);
  } else {
    throw UsageError(where, entry.key, " stands at the head of a study, before its sections");
  }
}

// A mistyped pattern would otherwise pass unseen.
void refuse_idle_sections(const Study& study) {
  if (study.variants.empty() || study.depths.empty()) return;
  const std::vector<std::string> names = architectures(study);
  for (const Block& block : study.blocks) {
    const auto fits = [&](const std::string& name) { return block.fits(name); };
    if (std::ranges::none_of(names, fits)) {
      throw UsageError(block.place, ": section [", block.pattern,
                       "] fits no architecture of the study; it has ", cli::joined(names));
    }
  }
}

}  // namespace

bool Block::fits(const std::string& architecture) const {
  return fnmatch(pattern.c_str(), architecture.c_str(), 0) == 0;
}

std::vector<std::string> list_words(std::string_view text) {
  std::vector<std::string> words;
  while (true) {
    const size_t start = text.find_first_not_of(", \t");
    if (start == std::string_view::npos) return words;
    text.remove_prefix(start);
    const size_t length = std::min(text.find_first_of(", \t"), text.size());
    words.emplace_back(text.substr(0, length));
    text.remove_prefix(length);
  }
}

void put_axis(Study& study, const std::string& key, const std::string& value,
              const std::string& where) {
  const std::vector<std::string> words = list_words(value);
  if (words.empty()) throw UsageError(where, key, " needs at least one name");
  for (const std::string& word : words) {
    try {
      config::parse_architecture(key == "variants" ? word + "-6L" : "preln-" + word);
    } catch (const UsageError& error) {
      throw UsageError(where, key, ": an architecture's name ", error.what());
    }
  }
  (key == "variants" ? study.variants : study.depths) = words;
}

std::vector<std::string> architectures(const Study& study) {
  if (study.variants.empty())
    throw UsageError("a study needs variants, such as preln,postln-sigma");
  if (study.depths.empty()) throw UsageError("a study needs depths, such as 6L,18L");
  std::vector<std::string> names;
  for (const std::string& depth : study.depths) {
    for (const std::string& variant : study.variants) {
      const std::string name = config::to_string(config::parse_architecture(variant + "-" + depth));
      if (std::ranges::find(names, name) == names.end()) names.push_back(name);
    }
  }
  return names;
}

void put(Block& block, const std::string& key, const std::vector<std::string>& values,
         const std::string& where) {
  const auto own = set_by_the_sweep().find(key);
  if (own != set_by_the_sweep().end()) {
    throw UsageError(where, key, " is set by nmt-sweep for each run: ", own->second);
  }
  if (key == "learning-rates") {
    block.learning_rates = checked_list("learning-rate", values, where + key);
  } else if (key == "seeds") {
    block.seeds = checked_list("seed", values, where + key);
  } else if (key == "skip") {
    try {
      block.skip = cli::parse_truth(values.at(0));
    } catch (const UsageError& error) {
      throw UsageError(where, "skip ", error.what());
    }
  } else if (key == "config" || config::find_key(key) != nullptr) {
    check_setting(key, values, where + key);
    block.settings.push_back({key, values});
  } else {
    const std::vector<std::string> names = known_keys(block.pattern == "*");
    throw UsageError(where, "unknown key '", key, "'", cli::did_you_mean(key, names));
  }
}

Study parse_study(std::string_view text, const std::string& source) {
  Study study;
  for (const Part& part : cut_into_parts(text, source)) {
    Block block{.pattern = part.pattern, .place = concatenate(source, ":", part.line)};
    for (const cli::ConfigEntry& entry : cli::parse_config(part.text, source)) {
      const std::string where = concatenate(source, ":", entry.line, ": ");
      put_entry(study, block, entry, where);
    }
    study.blocks.push_back(std::move(block));
  }
  refuse_idle_sections(study);
  return study;
}

}  // namespace nmt::sweep
