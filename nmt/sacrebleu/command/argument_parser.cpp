#include "nmt/sacrebleu/command/argument_parser.h"

#include <algorithm>
#include <limits>
#include <utility>

#include "data/text/error.h"
#include "nmt/cli/flags.h"
#include "nmt/cli/help_page.h"
#include "nmt/cli/nearest_name.h"
#include "nmt/sacrebleu/python_number.h"

namespace nmt::sacrebleu {
namespace {

// -5, -5.5, -.5; not -1e5.
bool is_negative_number(const std::string& text) {
  std::string digits = text.substr(1);
  if (const size_t point = digits.find('.'); point != std::string::npos) digits.erase(point, 1);
  return text.starts_with('-') && !text.ends_with('.') && !digits.empty() &&
         digits.find_first_not_of("0123456789") == std::string::npos;
}

// Ends the name under which Boost knows a list whose only value is attached to it, so that `-i=a b`
// leaves b alone. It cannot be typed: what is typed is resolved first.
constexpr char kOnlyAttached = ' ';

bool takes_many(const Argument& argument) {
  return argument.arity == Arity::kOneOrMore || argument.arity == Arity::kAny;
}

int value_count(Arity arity) {
  if (arity == Arity::kAny) return cli::kAnyNumber;
  return arity == Arity::kOneOrMore ? cli::kOneOrMore : arity == Arity::kOne ? 1 : 0;
}

std::string all_names(const Argument& argument) {
  return cli::joined(argument.names, "/");
}

// "--width/-w" as its parts.
std::vector<std::string> names_of(std::string_view text) {
  const size_t slash = text.find('/');
  std::vector<std::string> names = {std::string(text.substr(0, slash))};
  if (slash != text.npos) names.emplace_back(text.substr(slash + 1));
  return names;
}

// "--width N, -w N".
std::string left_column(const Argument& argument) {
  std::string text;
  for (const std::string& name : argument.names) {
    if (!text.empty()) text += ", ";
    text += name;
  }
  if (argument.arity != Arity::kNone) text += ' ' + argument.placeholder;
  if (takes_many(argument)) text += " ...";
  return text;
}

}  // namespace

ArgumentParser::ArgumentParser(std::string program, std::string sentence)
    : program_(std::move(program)), sentence_(std::move(sentence)) {}

void ArgumentParser::group(std::string title) {
  group_ = std::move(title);
}

void ArgumentParser::flag(std::string_view names, bool* target, std::string help) {
  option(
      names, "", [target](const auto&) { *target = true; }, std::move(help), {}, Arity::kNone);
}

void ArgumentParser::option(std::string_view names, std::string placeholder, Assign assign,
                            std::string help, std::vector<std::string> choices, Arity arity) {
  arguments_.push_back({names_of(names), std::move(placeholder), std::move(assign), std::move(help),
                        std::move(choices), arity, group_});
}

void ArgumentParser::positional(std::string placeholder, std::string help,
                                std::vector<std::string>* values) {
  positional_placeholder_ = std::move(placeholder);
  positional_help_ = std::move(help);
  positional_values_ = values;
}

const Argument* ArgumentParser::find(std::string_view name) const {
  for (const Argument& argument : arguments_) {
    const auto& names = argument.names;
    if (std::find(names.begin(), names.end(), name) != names.end()) return &argument;
  }
  return nullptr;
}

std::vector<ArgumentParser::Match> ArgumentParser::abbreviations(const std::string& text) const {
  std::vector<Match> matches;
  const bool is_long = text.starts_with("--");
  const size_t equals = is_long ? text.find('=') : std::string::npos;
  const std::string beginning = text.substr(0, equals);
  std::optional<std::string> value;
  if (equals != std::string::npos) value = text.substr(equals + 1);
  for (const Argument& argument : arguments_) {
    for (const std::string& name : argument.names) {
      if (!is_long && name == text.substr(0, 2)) {
        matches.push_back({&argument, name, text.substr(2)});
      } else if (name.starts_with(beginning)) {
        matches.push_back({&argument, name, value});
      }
    }
  }
  return matches;
}

std::optional<ArgumentParser::Match> ArgumentParser::classify(const std::string& text) const {
  if (!text.starts_with('-')) return std::nullopt;
  if (const Argument* argument = find(text)) return Match{argument, text, std::nullopt};
  if (text.size() == 1) return std::nullopt;
  if (const size_t equals = text.find('='); equals != std::string::npos) {
    const std::string name = text.substr(0, equals);
    if (const Argument* argument = find(name))
      return Match{argument, name, text.substr(equals + 1)};
  }
  const std::vector<Match> matches = abbreviations(text);
  if (matches.size() == 1) return matches.front();
  if (matches.size() > 1) {
    std::vector<std::string> names;
    for (const Match& match : matches) names.push_back(match.name);
    throw UsageError("ambiguous option: ", text, " could match ", cli::joined(names));
  }
  if (is_negative_number(text) || text.find(' ') != std::string::npos) return std::nullopt;
  return Match{};
}

// The option as --name or --name=value, after the toggles before it in a cluster such as -qb.
void ArgumentParser::append_canonical(Match match, std::vector<std::string>& words) const {
  while (match.value && match.argument->arity == Arity::kNone) {
    const std::string rest = *match.value;
    const Argument* next =
        rest.empty() || match.name.starts_with("--") ? nullptr : find("-" + rest.substr(0, 1));
    if (next == nullptr)
      throw UsageError(all_names(*match.argument), " takes no value: '", rest, "'");
    words.push_back(match.argument->names.front());
    match = {next, "-" + rest.substr(0, 1), std::nullopt};
    if (rest.size() > 1) match.value = rest.substr(1);
  }
  std::string word = match.argument->names.front();
  if (match.value && takes_many(*match.argument)) word += kOnlyAttached;
  if (match.value && !match.value->empty()) word += '=' + *match.value;
  words.push_back(std::move(word));
  if (match.value && match.value->empty()) words.emplace_back();
}

std::vector<cli::FlagShape> ArgumentParser::shapes() const {
  std::vector<cli::FlagShape> shapes;
  for (const Argument& argument : arguments_) {
    const std::string name = argument.names.front().substr(2);
    shapes.push_back({name, argument.placeholder, value_count(argument.arity)});
    if (takes_many(argument)) shapes.push_back({name + kOnlyAttached, argument.placeholder, 1});
  }
  return shapes;
}

void ArgumentParser::parse(const std::vector<std::string>& arguments) {
  std::vector<std::string> words, unrecognized;
  try {
    auto argument = arguments.begin();
    for (; argument != arguments.end() && *argument != "--"; ++argument) {
      const std::optional<Match> match = classify(*argument);
      if (match && match->argument == nullptr) {
        unrecognized.push_back(*argument);
      } else if (match) {
        append_canonical(*match, words);
      } else {
        words.push_back(*argument);
      }
    }
    words.insert(words.end(), argument, arguments.end());
    // A last "--" is a run of no positional arguments, which Boost would not show.
    const bool ends_empty = argument != arguments.end() && argument + 1 == arguments.end();
    if (ends_empty) words.emplace_back();
    cli::SplitCommandLine line = cli::split_command_line(words, shapes());
    if (ends_empty) line.positional.pop_back();
    for (const cli::GivenFlag& flag : line.flags) {
      run(*find("--" + flag.name.substr(0, flag.name.find(kOnlyAttached))), flag.values);
    }
    if (line.positional_runs > 1) {
      unrecognized.push_back(ends_empty ? "--" : line.positional.back());
    }
    if (!unrecognized.empty()) {
      throw UsageError("unrecognized arguments: ", cli::joined(unrecognized, " "));
    }
    if (positional_values_ != nullptr) *positional_values_ = line.positional;
  } catch (const UsageError& error) {
    throw UsageError(error.what(), '\n', usage());
  }
}

void ArgumentParser::run(const Argument& argument, const std::vector<std::string>& values) const {
  for (const std::string& value : values) {
    const auto& choices = argument.choices;
    if (choices.empty() || std::find(choices.begin(), choices.end(), value) != choices.end())
      continue;
    throw UsageError(all_names(argument), ": invalid choice: '", value, "' (choose from ",
                     cli::joined(choices), ")", cli::did_you_mean(value, choices));
  }
  try {
    argument.assign(values);
  } catch (const UsageError& error) {
    throw UsageError(all_names(argument), ": ", error.what());
  }
}

std::string ArgumentParser::usage() const {
  std::string text = "usage: " + program_ + " [options]";
  if (positional_values_ != nullptr) text += " [" + positional_placeholder_ + " ...]";
  return text;
}

std::string ArgumentParser::help() const {
  constexpr size_t kRightColumn = 36;
  std::string page = usage() + "\n\n" + sentence_ + "\n";
  if (positional_values_ != nullptr) {
    page +=
        '\n' + cli::help_entry(positional_placeholder_ + " ...", positional_help_, kRightColumn);
  }
  const std::string* group = nullptr;
  for (const Argument& argument : arguments_) {
    if (group == nullptr || *group != argument.group) page += "\n" + argument.group + ":\n";
    group = &argument.group;
    std::string help = argument.help;
    if (!argument.choices.empty()) help += " (" + cli::joined(argument.choices) + ")";
    page += cli::help_entry(left_column(argument), help, kRightColumn);
  }
  return page;
}

Assign into(int64_t* target) {
  return [target](const std::vector<std::string>& values) {
    const std::optional<int64_t> value = python_int(values.back());
    if (!value) throw UsageError("invalid int value: '", values.back(), "'");
    *target = *value;
  };
}

Assign into(int* target) {
  return [target](const std::vector<std::string>& values) {
    int64_t value = 0;
    into (&value)(values);
    if (value < -std::numeric_limits<int>::max() || value > std::numeric_limits<int>::max()) {
      throw UsageError("value out of range: '", values.back(), "'");
    }
    *target = static_cast<int>(value);
  };
}

Assign into(std::optional<double>* target) {
  return [target](const std::vector<std::string>& values) {
    *target = python_float(values.back());
    if (!*target) throw UsageError("invalid float value: '", values.back(), "'");
  };
}

}  // namespace nmt::sacrebleu
