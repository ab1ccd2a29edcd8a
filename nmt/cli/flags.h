// FlagSet: the flags of one program, typed, with help grouped by purpose.
//
//     FlagSet set("nmt-translate", "Translates segments with a trained model.");
//     set.group("Decoding");
//     set.number("beam-size", &flags.beam_size, "hypotheses kept at each step");
//     set.choice("invalid-utf8", &flags.rule, {"skip", "replace", "fail"}, "what to do with ...");
//     set.parse(argc, argv);
//
// A variable's value before parse() is the default that --help shows. A flag is written `--name
// value` or `--name=value`, never abbreviated; given twice, the last one counts. After `--` come
// positional arguments only. --help and --version are always there: parse() throws
// InformationRequest (program.h), which run_program prints.

#pragma once

#include <cstdint>
#include <functional>
#include <set>
#include <string>
#include <vector>

namespace nmt::cli {

/// One flag in full; the typed functions of FlagSet fill it.
struct Flag {
  std::string name;          ///< Without dashes: "beam-size".
  std::string placeholder;   ///< What help shows for the value: "NUMBER"; empty for a toggle.
  std::string help;          ///< One sentence, without a full stop.
  std::string default_text;  ///< Shown by help unless empty.
  int values = 1;            ///< How many it takes; 0: a toggle; kOneOrMore.
  int optional_values = 0;   ///< How many more may follow.
  bool required = false;     ///< Whether a command line without it is an error.
  /// Takes the values (one, "true" or "false", for a toggle); throws UsageError, saying the rule
  /// and the value but not the flag's name, if they are no good.
  std::function<void(const std::vector<std::string>&)> assign;
};

inline constexpr int kOneOrMore = -1;

class FlagSet {
 public:
  /// `sentence` says what the program does, for the head of the help page.
  FlagSet(std::string program, std::string sentence);

  /// Flags added from here on stand under `title` in the help page.
  void group(std::string title);

  void text(const std::string& name, std::string* value, const std::string& help,
            const std::string& placeholder = "TEXT");
  void number(const std::string& name, int64_t* value, const std::string& help,
              int64_t minimum = INT64_MIN, int64_t maximum = INT64_MAX);
  void real(const std::string& name, double* value, const std::string& help);
  void toggle(const std::string& name, bool* value, const std::string& help);
  void choice(const std::string& name, std::string* value, std::vector<std::string> names,
              const std::string& help);
  /// `count` values, or kOneOrMore; `placeholder` such as "SRC TGT".
  void texts(const std::string& name, std::vector<std::string>* values, int count,
             const std::string& help, const std::string& placeholder);
  void add(Flag flag);

  /// Adds `--config FILE`: lines `key = value` (config_lines.h), the keys being this set's flags.
  void config_file();

  /// Collects the arguments that belong to no flag; without it they are errors.
  void positional(const std::string& placeholder, std::vector<std::string>* values,
                  const std::string& help, size_t minimum = 0);

  /// Text between the usage line and the flags of the help page, such as examples; lines as given.
  void example(std::string text);

  /// Reads the configuration file, if one is named, then the command line, which wins.
  /// Throws UsageError: unknown flag or key (with the nearest name), bad value (with flag, or file
  /// and line), missing value, missing required flag or positional argument; InputError if the
  /// file cannot be read; InformationRequest for --help and --version.
  void parse(int argc, const char* const* argv);

  /// Applies configuration text as a weaker source than file and flags, before parse() or after:
  /// what they set stays. `source` names it in messages. Its keys do not count as set.
  void apply_defaults(const std::string& text, const std::string& source);

  /// Whether the command line or the configuration file set `name`.
  bool was_set(const std::string& name) const { return set_names_.contains(name); }
  const std::set<std::string>& set_names() const { return set_names_; }

  /// The help page, at most 100 columns wide.
  std::string help() const;

  /// Names in the order of the help page.
  std::vector<std::string> names() const;

 private:
  struct Section {
    std::string title;
    std::vector<Flag> flags;
  };
  struct Positional {
    std::string placeholder, help;
    std::vector<std::string>* values = nullptr;
    size_t minimum = 0;
  };

  const Flag* find(const std::string& name) const;
  void apply_config(const std::string& text, const std::string& source, bool weaker);
  void take_positional(const std::vector<std::string>& given);
  void check_required() const;

  std::string program_;
  std::string sentence_;
  std::string example_;
  std::vector<Section> sections_;
  Positional positional_;
  bool takes_config_ = false;
  std::string config_path_;
  std::set<std::string> set_names_;
};

}  // namespace nmt::cli
