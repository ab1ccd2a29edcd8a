#include "nmt/sacrebleu/command/argparse.h"

#include <algorithm>
#include <utility>

#include "data/text/error.h"
#include "nmt/cli/help_page.h"
#include "nmt/cli/nearest_name.h"

namespace nmt::sacrebleu {
namespace {

bool is_digit(char c) {
  return c >= '0' && c <= '9';
}

bool all_digits(std::string_view text) {
  return !text.empty() && std::all_of(text.begin(), text.end(), is_digit);
}

// -5, -5.5, -.5; not -1e5.
bool is_negative_number(std::string_view text) {
  if (!text.starts_with('-')) return false;
  text.remove_prefix(1);
  const size_t point = text.find('.');
  if (point == std::string_view::npos) return all_digits(text);
  const std::string_view whole = text.substr(0, point);
  return (whole.empty() || all_digits(whole)) && all_digits(text.substr(point + 1));
}

std::string all_names(const Argument& argument) {
  return cli::joined(argument.names, "/");
}

// "--width N, -w N".
std::string left_column(const Argument& argument) {
  std::string text;
  for (const std::string& name : argument.names) {
    if (!text.empty()) text += ", ";
    text += name;
  }
  if (argument.arity != Arity::none) text += ' ' + argument.placeholder;
  if (argument.arity == Arity::one_or_more || argument.arity == Arity::any) text += " ...";
  return text;
}

}  // namespace

// One run of parse().
struct ArgumentParser::State {
  std::vector<std::string> arguments;
  std::vector<std::optional<Match>> options;  // Aligned with arguments; none: a value or "--".
  std::optional<size_t> separator;            // Where the first "--" stands.
  std::vector<std::string> unrecognized;
  std::vector<const Argument*> seen;
  bool positionals_taken = false;

  size_t values_from(size_t start) const {
    size_t end = start;
    while (end < arguments.size() && !options[end] && end != separator) ++end;
    return end - start;
  }
};

ArgumentParser::ArgumentParser(std::string program, std::string sentence)
    : program_(std::move(program)), sentence_(std::move(sentence)) {}

void ArgumentParser::group(std::string title) {
  group_ = std::move(title);
}

void ArgumentParser::add(Argument argument) {
  entries_.push_back({std::move(argument), group_});
}

void ArgumentParser::positional(std::string placeholder, std::string help,
                                std::vector<std::string>* values) {
  positional_placeholder_ = std::move(placeholder);
  positional_help_ = std::move(help);
  positional_values_ = values;
}

void ArgumentParser::exclude(const std::string& one, const std::string& other) {
  exclusions_.emplace_back(one, other);
  exclusions_.emplace_back(other, one);
}

const Argument* ArgumentParser::find(std::string_view name) const {
  for (const Entry& entry : entries_) {
    for (const std::string& candidate : entry.argument.names) {
      if (candidate == name) return &entry.argument;
    }
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
  for (const Entry& entry : entries_) {
    for (const std::string& name : entry.argument.names) {
      if (!is_long && name == text.substr(0, 2)) {
        matches.push_back({&entry.argument, name, text.substr(2)});
      } else if (name.starts_with(beginning)) {
        matches.push_back({&entry.argument, name, value});
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
    fail("ambiguous option: " + text + " could match " + cli::joined(names));
  }
  if (is_negative_number(text) || text.find(' ') != std::string::npos) return std::nullopt;
  return Match{};
}

void ArgumentParser::parse(const std::vector<std::string>& arguments) {
  State state;
  state.arguments = arguments;
  for (size_t i = 0; i < arguments.size(); ++i) {
    if (!state.separator && arguments[i] == "--") state.separator = i;
    state.options.push_back(state.separator ? std::nullopt : classify(arguments[i]));
  }
  size_t index = 0;
  while (true) {
    const auto next = std::find_if(state.options.begin() + index, state.options.end(),
                                   [](const auto& option) { return option.has_value(); });
    if (next == state.options.end()) break;
    const size_t next_option = next - state.options.begin();
    if (index != next_option) take_positionals(state, index);
    state.unrecognized.insert(state.unrecognized.end(), arguments.begin() + index,
                              arguments.begin() + next_option);
    index = take_option(state, next_option);
  }
  take_positionals(state, index);
  state.unrecognized.insert(state.unrecognized.end(), arguments.begin() + index, arguments.end());
  if (!state.unrecognized.empty()) {
    fail("unrecognized arguments: " + cli::joined(state.unrecognized, " "));
  }
}

// The first run of values, even an empty one at the end, is all that there is.
void ArgumentParser::take_positionals(State& state, size_t& index) {
  if (state.positionals_taken || positional_values_ == nullptr) return;
  state.positionals_taken = true;
  for (; index < state.arguments.size() && !state.options[index]; ++index) {
    if (index != state.separator) positional_values_->push_back(state.arguments[index]);
  }
}

size_t ArgumentParser::take_option(State& state, size_t index) {
  Match match = *state.options[index];
  if (match.argument == nullptr) {
    state.unrecognized.push_back(state.arguments[index]);
    return index + 1;
  }
  // -qb: the toggles before the last option of a cluster.
  while (match.value && match.argument->arity == Arity::none) {
    const std::string rest = *match.value;
    const Argument* next =
        rest.empty() || match.name.starts_with("--") ? nullptr : find("-" + rest.substr(0, 1));
    if (next == nullptr) fail(*match.argument, "ignored explicit argument '" + rest + "'");
    run(state, *match.argument, {});
    match = {next, "-" + rest.substr(0, 1), std::nullopt};
    if (rest.size() > 1) match.value = rest.substr(1);
  }
  const Argument& argument = *match.argument;
  if (match.value) {
    run(state, argument, {*match.value});
    return index + 1;
  }
  size_t count = state.values_from(index + 1);
  if (argument.arity == Arity::none) count = 0;
  if (argument.arity == Arity::one) {
    if (count == 0) fail(argument, "expected one argument");
    count = 1;
  }
  if (argument.arity == Arity::one_or_more && count == 0) {
    fail(argument, "expected at least one argument");
  }
  const auto first = state.arguments.begin() + index + 1;
  run(state, argument, std::vector<std::string>(first, first + count));
  return index + 1 + count;
}

void ArgumentParser::run(State& state, const Argument& argument,
                         const std::vector<std::string>& values) {
  for (const auto& [one, other] : exclusions_) {
    if (argument.names.front() != one) continue;
    const auto seen =
        std::find_if(state.seen.begin(), state.seen.end(),
                     [&](const Argument* before) { return before->names.front() == other; });
    if (seen != state.seen.end()) fail(argument, "not allowed with argument " + all_names(**seen));
  }
  state.seen.push_back(&argument);
  for (const std::string& value : values) {
    const auto& choices = argument.choices;
    if (choices.empty() || std::find(choices.begin(), choices.end(), value) != choices.end())
      continue;
    fail(argument, "invalid choice: '" + value + "' (choose from " + cli::joined(choices) + ")" +
                       cli::did_you_mean(value, choices));
  }
  try {
    argument.assign(values);
  } catch (const UsageError& error) {
    fail(argument, error.what());
  }
}

void ArgumentParser::fail(const std::string& message) const {
  throw UsageError(message, '\n', usage());
}

void ArgumentParser::fail(const Argument& argument, const std::string& message) const {
  fail("argument " + all_names(argument) + ": " + message);
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
  for (const Entry& entry : entries_) {
    if (group == nullptr || *group != entry.group) page += "\n" + entry.group + ":\n";
    group = &entry.group;
    std::string help = entry.argument.help;
    if (!entry.argument.choices.empty()) help += " (" + cli::joined(entry.argument.choices) + ")";
    page += cli::help_entry(left_column(entry.argument), help, kRightColumn);
  }
  return page;
}

}  // namespace nmt::sacrebleu
