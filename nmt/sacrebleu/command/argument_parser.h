// ArgumentParser: the command line of a Python program. Names are resolved by the rules of Python's
// argparse (3.11), then Boost.Program_options cuts the line, as for programs of our own design
// (nmt/cli/flags.h).
//
// - Long options may be abbreviated while only one fits; `--option=value` gives a value.
// - `-w4`, `-w=4`, `-w 4`; `-qb` is `-q -b`; of options like `-tok` a beginning is enough, but
//   `-to` is ambiguous when there is a `-t` as well.
// - A negative number, and an argument with a space in it, is a value, not an option.
// - An option may be given twice; the last one counts. After `--` there are only positional
//   arguments.
// - The positional arguments are one unbroken run; options that take many values swallow what
//   follows.
//
//     ArgumentParser parser("nmt-score", "Scores translations.");
//     parser.group("Output");
//     parser.option("--width/-w", "N", into_int(&width), "decimals");
//     parser.parse(arguments);

#pragma once

#include <algorithm>
#include <cstdint>
#include <functional>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <type_traits>
#include <vector>

#include "nmt/cli/command_line.h"

namespace nmt::sacrebleu {

/// How many values an option takes.
enum class Arity { kNone, kOne, kOneOrMore, kAny };

/// Takes the values of an option.
using Assign = std::function<void(const std::vector<std::string>&)>;

/// An option, as declared.
struct Argument {
  std::vector<std::string> names;
  std::string placeholder;
  Assign assign;
  std::string help;
  std::vector<std::string> choices;
  Arity arity;
  std::string group;
};

class ArgumentParser {
 public:
  /// `sentence` says what the program does, for the head of the help page.
  ArgumentParser(std::string program, std::string sentence);

  /// Arguments added from here on stand under `title` in the help page.
  void group(std::string title);

  /// An option without values that sets `target`. `names` with dashes, the long one first:
  /// "--width/-w". `help`: one sentence without a full stop.
  void flag(std::string_view names, bool* target, std::string help);

  /// An option with values, which `assign` takes: it throws UsageError, saying what is wrong with a
  /// value alone. `placeholder`: what help shows for a value. `choices`: if not empty, all values
  /// that are allowed.
  void option(std::string_view names, std::string placeholder, Assign assign, std::string help,
              std::vector<std::string> choices = {}, Arity arity = Arity::kOne);

  /// Where the positional arguments go, any number of them.
  void positional(std::string placeholder, std::string help, std::vector<std::string>* values);

  /// Runs assign() of every argument in `arguments` (without the program's name), in order.
  /// Throws UsageError, whose second line is usage().
  void parse(const std::vector<std::string>& arguments);

  /// "usage: nmt-score [options] [REFERENCE ...]".
  std::string usage() const;

  /// The help page, at most 100 columns wide.
  std::string help() const;

 private:
  // An argument of the command line that looks like an option.
  struct Match {
    const Argument* argument = nullptr;  // None: unknown.
    std::string name;
    std::optional<std::string> value;  // What was attached to it.
  };

  std::optional<Match> classify(const std::string& text) const;
  std::vector<Match> abbreviations(const std::string& text) const;
  const Argument* find(std::string_view name) const;
  void append_canonical(Match match, std::vector<std::string>& words) const;
  std::vector<cli::FlagShape> shapes() const;
  void run(const Argument& argument, const std::vector<std::string>& values) const;

  std::string program_, sentence_, group_;
  std::vector<Argument> arguments_;
  std::string positional_placeholder_, positional_help_;
  std::vector<std::string>* positional_values_ = nullptr;
};

/// Where the values of an option go: all of them into a list, else the last one. Numbers are read
/// as Python reads them (python_number.h); an int takes what fits it.
Assign into(int64_t* target);
Assign into(int* target);
Assign into(std::optional<double>* target);
template <class Text>
Assign into(Text* target) {
  return [target](const std::vector<std::string>& values) {
    if constexpr (std::is_assignable_v<Text&, const std::vector<std::string>&>) {
      *target = values;
    } else {
      *target = values.back();
    }
  };
}

/// The same of an enumeration: the place of the value in `names`, which are the option's choices.
template <class Enum>
Assign into(Enum* target, std::span<const char* const> names) {
  return [target, names](const std::vector<std::string>& values) {
    const auto place = std::ranges::find(names, values.back()) - names.begin();
    *target = static_cast<Enum>(place);
  };
}

}  // namespace nmt::sacrebleu
