#include "nmt/sacrebleu/test_sets/test_set_cache.h"

#include <algorithm>
#include <filesystem>

#include "data/text/error.h"
#include "nmt/sacrebleu/test_sets/test_set_table.h"
#include "nmt/sacrebleu/test_sets/wmt_xml.h"

namespace nmt::sacrebleu {
namespace {

std::string with(std::string text, char from, char to) {
  std::replace(text.begin(), text.end(), from, to);
  return text;
}

std::string joined(const std::string& folder, std::string_view name) {
  const bool needs_slash = !folder.empty() && !folder.ends_with('/');
  return folder + (needs_slash ? "/" : "") + std::string(name);
}

void need_file(const std::string& path, std::string_view test_set, std::string_view pair) {
  std::error_code problem;
  if (std::filesystem::exists(path, problem)) return;
  throw InputError("test set ", test_set, ", ", pair, ": ", path,
                   " is missing, and nmt-score downloads nothing; run `sacrebleu -t ", test_set,
                   " -l ", pair, " --echo src` once, or set SACREBLEU to the folder of its cache");
}

}  // namespace

std::string TestSetCache::set_folder(const TestSet& test_set) const {
  return joined(folder_, test_set.name);
}

std::string TestSetCache::raw_file(const TestSet& test_set, const LanguagePair& pair) const {
  const std::string path = joined(set_folder(test_set) + "/raw", pair.raw_file);
  need_file(path, test_set.name, pair.name);
  return path;
}

std::vector<std::string> TestSetCache::fields(const TestSet& test_set,
                                              const std::string& pair) const {
  if (test_set.layout == TestSetLayout::kPlain) return {"src", "ref"};
  const LanguagePair* known = find_language_pair(test_set, pair);
  if (known == nullptr) {
    throw InputError("test set ", test_set.name, " has no language pair '", pair, "'");
  }
  if (test_set.layout == TestSetLayout::kXml)
    return read_wmt_xml(raw_file(test_set, *known)).fields;
  std::vector<std::string> fields = split_names(known->references, ' ');
  fields.insert(fields.begin(), "src");
  if (test_set.layout == TestSetLayout::kAnnotatedSgml) {
    fields.insert(fields.end(), {"docid", "genre", "origlang"});
  }
  return fields;
}

std::vector<std::string> TestSetCache::files(const TestSet& test_set, const std::string& pair,
                                             const std::vector<std::string>& fields) const {
  const std::string start =
      joined(set_folder(test_set), with(std::string(test_set.name), '/', '_') + '.' + pair + '.');
  std::vector<std::string> files;
  for (const std::string& field : fields) {
    files.push_back(start + with(field, ':', '-'));
    need_file(files.back(), test_set.name, pair);
  }
  return files;
}

std::vector<std::string> TestSetCache::references(const TestSet& test_set,
                                                  const std::string& pair) const {
  const LanguagePair* known = find_language_pair(test_set, pair);
  const std::vector<std::string> fields = this->fields(test_set, pair);
  const std::vector<std::string> files = this->files(test_set, pair, fields);
  const std::vector<std::string> wanted = split_names(known->references, ' ');
  std::vector<std::string> references;
  for (size_t i = 0; i < fields.size(); ++i) {
    if (std::find(wanted.begin(), wanted.end(), fields[i]) == wanted.end()) continue;
    references.push_back(files[i]);
  }
  return references;
}

DocumentMarks TestSetCache::marks(const TestSet& test_set, const LanguagePair& pair) const {
  if (pair.raw_file.empty()) {
    throw InputError("--origlang and --subset are for test sets of WMT with documents; ",
                     test_set.name, " marks none");
  }
  if (!pair.selectable) {
    throw InputError("--origlang and --subset: sacreBLEU 2.6.0 cannot choose segments of ",
                     test_set.name, ", ", pair.name);
  }
  const std::string path = raw_file(test_set, pair);
  return test_set.layout == TestSetLayout::kXml ? read_wmt_xml(path).marks
                                                : read_sgml_marks(path, std::string(test_set.name));
}

}  // namespace nmt::sacrebleu
