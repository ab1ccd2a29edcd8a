#include "nmt/config/reference.h"

#include "data/text/error.h"
#include "nmt/config/arch_name.h"
#include "nmt/config/config_table.h"

namespace nmt::config {
namespace {

// As Markdown: a bar would end the cell, an angle bracket start a tag.
std::string cell(std::string_view text) {
  std::string escaped;
  for (const char c : text) {
    if (c == '|') escaped += '\\';
    escaped += c == '<' ? std::string("&lt;") : std::string(1, c);
  }
  return escaped;
}

// By OnResume.
constexpr const char* kChangeTexts[] = {"", "path", "branch", "resume"};

std::string row(const ConfigKey& key) {
  const std::string value =
      shape(key.member).values == 0 ? "" : value_text(key.member, TrainingConfig{});
  return concatenate("| `", key.name, "` | ", cell(shape(key.member).type_name), " | ",
                     value.empty() ? "" : "`" + value + "`", " | ", key.unit, " | ",
                     cell(key.sentence), " | ", kChangeTexts[static_cast<size_t>(key.on_resume)],
                     " |\n");
}

std::string name_table() {
  std::string page = concatenate("## Architecture names\n\n`", architecture_grammar(),
                                 " with depths from 1 to ", kLargestDepth,
                                 "`. One depth means the same for encoder and decoder.\n\n"
                                 "| word | meaning |\n|---|---|\n");
  for (const auto& [word, sentence] : architecture_words()) {
    page += concatenate("| `", word, "` | ", cell(sentence), " |\n");
  }
  return page;
}

}  // namespace

std::string print_reference() {
  std::string page =
      "## Keys\n\nEvery key is a flag of `nmt-train` (`--d-model 512`) and a line of a file for "
      "`--config`\n(`d-model = 512`). Flags win over the file, the file over the defaults. A run "
      "that goes on keeps its own\nsettings; the last column says what may change then:\n\n"
      "* `resume`: may be given anew with `--resume` and with `--branch-from`,\n"
      "* `branch`: with `--branch-from` alone,\n"
      "* `path`: with both, if the same text or vocabulary lies there; it is known by its "
      "content.\n"
      "\nA key without a word there cannot change: it decides shapes, data or their order. With "
      "`--init-from` every key\nmay be given but the shape of the model: those of the group Model "
      "without a word.\n";
  const Group* group = nullptr;
  for (const ConfigKey& key : config_table()) {
    if (group == nullptr || *group != key.group) {
      page += concatenate("\n### ", title(key.group),
                          "\n\n| key | type | default | unit | meaning | may change |\n"
                          "|---|---|---|---|---|---|\n");
    }
    group = &key.group;
    page += row(key);
  }
  return page + "\n" + name_table();
}

std::string summary(const TrainingConfig& config) {
  std::string page;
  const Group* group = nullptr;
  for (const ConfigKey& key : config_table()) {
    const std::string value = value_text(key.member, config);
    if (is_momentary(key.member) || value.empty()) continue;
    if (group == nullptr || *group != key.group) page += concatenate("# ", title(key.group), "\n");
    group = &key.group;
    page += concatenate(key.name, " = ", value, "\n");
  }
  return page;
}

}  // namespace nmt::config
