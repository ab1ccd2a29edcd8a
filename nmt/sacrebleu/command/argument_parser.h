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
//     parser.add({.names = {"--width", "-w"}, .arity = Arity::one, .placeholder = "N",
//                 .assign = into_int(&width), .help = "decimals"});
//     parser.parse(arguments);

#pragma once

#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "nmt/cli/command_line.h"

namespace nmt::sacrebleu {

/// How many values an option takes.
enum class Arity { none, one, one_or_more, any };

struct Argument {
  std::vector<std::string> names;  ///< With dashes: {"--width", "-w"}.
  Arity arity = Arity::none;
  std::string placeholder;           ///< What help shows for a value: "N".
  std::vector<std::string> choices;  ///< If not empty, all values that are allowed.
  /// Takes the values. Throws UsageError, saying what is wrong with the value alone.
  std::function<void(const std::vector<std::string>&)> assign;
  std::string help;  ///< One sentence without a full stop.
};

class ArgumentParser {
 public:
  /// `sentence` says what the program does, for the head of the help page.
  ArgumentParser(std::string program, std::string sentence);

  /// Arguments added from here on stand under `title` in the help page.
  void group(std::string title);

  void add(Argument argument);

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
  struct Entry {
    Argument argument;
    std::string group;
  };
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
  std::vector<Entry> entries_;
  std::string positional_placeholder_, positional_help_;
  std::vector<std::string>* positional_values_ = nullptr;
};

/// Assigners for Argument::assign; each takes the last value.
/// Numbers as Python's int() and float() read them: spaces around, underscores between digits.
std::function<void(const std::vector<std::string>&)> into_int(int64_t* target);
std::function<void(const std::vector<std::string>&)> into_float(std::optional<double>* target);
std::function<void(const std::vector<std::string>&)> into_text(std::string* target);
std::function<void(const std::vector<std::string>&)> into_texts(std::vector<std::string>* target);
std::function<void(const std::vector<std::string>&)> into_true(bool* target);

}  // namespace nmt::sacrebleu
