#include "nmt/config/reference.h"

#include "data/text/error.h"
#include "nmt/config/arch_name.h"
#include "nmt/config/config_table.h"

namespace nmt::config {
namespace {

// As Markdown: a bar would end the cell, an angle bracket start a tag.
std::string cell(const std::string& text) {
  std::string escaped;
  for (const char c : text) {
    if (c == '|') escaped += '\\';
    if (c == '<') {
      escaped += "&lt;";
    } else {
      escaped += c;
    }
  }
  return escaped;
}

std::string row(const ConfigKey& key) {
  const std::string value =
      is_momentary(key.member) ? "" : value_text(key.member, TrainingConfig{});
  return concatenate("| `", key.name, "` | ", cell(type_name(key.member)), " | ",
                     value.empty() ? "" : "`" + value + "`", " | ", key.unit, " | ",
                     cell(std::string(key.sentence)), " | ",
                     key.on_resume == OnResume::kMayChange ? "yes" : "", " |\n");
}

std::string name_table() {
  std::string page =
      "## Architecture names\n\n`" + architecture_grammar() +
      "`. One depth means the same for encoder and decoder.\n\n| word | meaning |\n|---|---|\n";
  for (const auto& scheme : layers::residual_schemes()) {
    page += concatenate("| `", scheme.name, "` | ", cell(std::string(scheme.sentence)), " |\n");
  }
  for (const auto& kind : layers::linear_kinds()) {
    if (kind.modifier.empty()) continue;
    page += concatenate("| `", kind.modifier, "` | ", cell(std::string(kind.sentence)), " |\n");
  }
  for (const auto& kind : layers::head_norm_kinds()) {
    if (kind.modifier.empty()) continue;
    page += concatenate("| `", kind.modifier, "` | ", cell(std::string(kind.sentence)), " |\n");
  }
  return page;
}

}  // namespace

std::string print_reference() {
  std::string page =
      "## Keys\n\nEvery key is a flag of `nmt-train` (`--d-model 512`) and a line of a file for "
      "`--config`\n(`d-model = 512`). Flags win over the file, the file over the defaults. The "
      "last "
      "column says\nwhether `--resume` may come with another value.\n";
  const Group* group = nullptr;
  for (const ConfigKey& key : config_table()) {
    if (group == nullptr || *group != key.group) {
      page += concatenate("\n### ", title(key.group),
                          "\n\n| key | type | default | unit | meaning | on resume |\n"
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
