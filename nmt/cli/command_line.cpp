#include "nmt/cli/command_line.h"

#include <algorithm>
#include <boost/make_shared.hpp>
#include <boost/program_options.hpp>
#include <climits>

#include "data/text/error.h"
#include "nmt/cli/flags.h"
#include "nmt/cli/nearest_name.h"

namespace nmt::cli {
namespace {

namespace po = boost::program_options;

// Only how many words belong to a flag; FlagSet gives them their meaning.
class WordCount : public po::value_semantic {
 public:
  explicit WordCount(const FlagShape& shape)
      : values_(shape.values), optional_values_(shape.optional_values) {}
  std::string name() const override { return "value"; }
  unsigned min_tokens() const override {
    return values_ == kOneOrMore ? 1 : values_ == kAnyNumber ? 0 : values_;
  }
  unsigned max_tokens() const override {
    return values_ < 0 ? INT_MAX : values_ + optional_values_;
  }
  bool is_composing() const override { return false; }
  bool is_required() const override { return false; }
  void parse(boost::any&, const std::vector<std::string>&, bool) const override {}
  bool apply_default(boost::any&) const override { return false; }
  void notify(const boost::any&) const override {}

 private:
  int values_;
  int optional_values_;
};

std::vector<std::string> names_of(const std::vector<FlagShape>& shapes) {
  std::vector<std::string> names;
  for (const FlagShape& shape : shapes) names.push_back(shape.name);
  return names;
}

const FlagShape* find(const std::vector<FlagShape>& shapes, const std::string& dashed_name) {
  for (const FlagShape& shape : shapes) {
    if ("--" + shape.name == dashed_name) return &shape;
  }
  return nullptr;
}

[[noreturn]] void refuse_values(const std::string& dashed_name,
                                const std::vector<FlagShape>& shapes) {
  const FlagShape* shape = find(shapes, dashed_name);
  if (shape == nullptr) throw UsageError("cannot understand '", dashed_name, "'");
  if (shape->values == 0) throw UsageError(dashed_name, " takes no value");
  throw UsageError(dashed_name, " needs ",
                   shape->values == 1 ? "a value: " : "values: ", shape->placeholder);
}

// "--vocab --resume" is a forgotten value; "--vocab=--resume" is meant.
bool takes_a_flag_as_value(const po::option& option) {
  return std::any_of(option.original_tokens.begin() + 1, option.original_tokens.end(),
                     [](const std::string& token) { return token.starts_with("--"); });
}

}  // namespace

SplitCommandLine split_command_line(const std::vector<std::string>& arguments,
                                    const std::vector<FlagShape>& shapes) {
  po::options_description description;
  for (const FlagShape& shape : shapes) {
    // The description owns the WordCount.
    description.add(
        boost::make_shared<po::option_description>(shape.name.c_str(), new WordCount(shape)));
  }
  // No allow_guessing: an abbreviation would change its meaning when a flag is added.
  namespace style = po::command_line_style;
  po::command_line_parser parser(arguments);
  parser.options(description)
      .allow_unregistered()
      .style(style::allow_long | style::long_allow_adjacent | style::long_allow_next);

  SplitCommandLine line;
  bool in_positional_run = false;
  try {
    for (const po::option& option : parser.run().options) {
      const bool is_positional = option.string_key.empty();
      if (is_positional && !in_positional_run) ++line.positional_runs;
      in_positional_run = is_positional;
      if (is_positional) {
        line.positional.insert(line.positional.end(), option.value.begin(), option.value.end());
      } else if (option.unregistered) {
        throw UsageError("unknown flag --", option.string_key,
                         did_you_mean(option.string_key, names_of(shapes), "--"));
      } else if (takes_a_flag_as_value(option)) {
        refuse_values("--" + option.string_key, shapes);
      } else {
        line.flags.push_back({option.string_key, option.value});
        const bool is_toggle = find(shapes, "--" + option.string_key)->values == 0;
        if (is_toggle && option.value.empty()) line.flags.back().values = {"true"};
      }
    }
  } catch (const po::error_with_option_name& error) {
    refuse_values(error.get_option_name(), shapes);
  }
  return line;
}

}  // namespace nmt::cli
