#include "nmt/sacrebleu/command/score_input.h"

#include <algorithm>
#include <iterator>

#include "data/text/byte_source.h"
#include "data/text/error.h"
#include "data/text/unicode.h"
#include "nmt/sacrebleu/encodings/text_decoder.h"
#include "nmt/sacrebleu/test_sets/segment_filter.h"
#include "nmt/sacrebleu/test_sets/test_set_cache.h"
#include "nmt/sacrebleu/test_sets/test_set_table.h"

namespace nmt::sacrebleu {
namespace {

void strip_right(std::string& line) {
  line.resize(text::strip_right(line).size());
}

// At most `limit` fields (0: no limit); further tabs stay in the last.
std::vector<std::string> split_at_tabs(const std::string& line, int64_t limit) {
  std::vector<std::string> fields;
  size_t start = 0;
  while (limit <= 0 || static_cast<int64_t>(fields.size()) + 1 < limit) {
    const size_t tab = line.find('\t', start);
    if (tab == std::string::npos) break;
    fields.push_back(line.substr(start, tab - start));
    start = tab + 1;
  }
  fields.push_back(line.substr(start));
  return fields;
}

// The tab-separated references of the one reference file.
void read_reference_fields(const ScoreRequest& request, const TextDecoder& decoder,
                           ScoreInput& input) {
  const std::string& path = request.references.front();
  const size_t streams = std::max<int64_t>(1, request.reference_fields);
  input.references.resize(streams);
  input.reference_names.assign(streams, path);
  int64_t number = 0;
  for (const std::string& line : read_decoded_lines(path, decoder)) {
    ++number;
    std::vector<std::string> fields = split_at_tabs(line, request.reference_fields);
    if (static_cast<int64_t>(fields.size()) != request.reference_fields) {
      throw FieldCountError(concatenate(path, ":", number, ": expected ", request.reference_fields,
                                        " tab-separated references, found ", fields.size()));
    }
    for (size_t k = 0; k < fields.size(); ++k) input.references[k].push_back(std::move(fields[k]));
  }
}

// One list of reference files for each test set; the k-th files of all lists make one stream.
void read_reference_files(const std::vector<std::vector<std::string>>& lists,
                          const TextDecoder& decoder, ScoreInput& input) {
  const size_t streams = std::max<size_t>(1, lists.front().size());
  input.references.resize(streams);
  input.reference_names.resize(streams);
  for (const std::vector<std::string>& paths : lists) {
    if (paths.size() > streams) {
      throw InputError("the first test set has ", streams, " references a segment, a later one ",
                       paths.size(), ": ", paths.back());
    }
    for (size_t k = 0; k < paths.size(); ++k) {
      std::vector<std::string> lines = read_decoded_lines(paths[k], decoder);
      std::string& name = input.reference_names[k];
      name += (name.empty() ? "" : " + ") + paths[k];
      std::move(lines.begin(), lines.end(), std::back_inserter(input.references[k]));
    }
  }
}

void read_references(const ScoreRequest& request, const TextDecoder& decoder, ScoreInput& input,
                     std::vector<std::string>& notes) {
  if (request.reference_fields != 1) return read_reference_fields(request, decoder, input);
  std::vector<std::vector<std::string>> lists = {request.references};
  if (request.test_set) {
    const TestSetCache cache(request.cache_folder);
    lists.clear();
    for (const TestSet* test_set : test_sets_named(*request.test_set)) {
      lists.push_back(cache.references(*test_set, *request.language_pair));
      if (!lists.back().empty()) continue;
      notes.push_back(
          concatenate("no references for ", test_set->name, ", ", *request.language_pair));
    }
  }
  read_reference_files(lists, decoder, input);
}

// The lines of standard input, which end at LF, CRLF or CR.
std::vector<std::string> read_standard_input(const TextDecoder& decoder) {
  const std::string bytes = read_all(*decoder.open("-"));
  std::vector<std::string> lines;
  for (size_t start = 0; start < bytes.size();) {
    const size_t end = std::min(bytes.find_first_of("\r\n", start), bytes.size());
    std::string line = bytes.substr(start, end - start);
    const auto problem = decoder.decode(line, lines.empty());
    if (problem) throw InputError("standard input:", lines.size() + 1, ": ", *problem);
    strip_right(line);
    lines.push_back(std::move(line));
    start = end + (bytes.compare(end, 2, "\r\n") == 0 ? 2 : 1);
  }
  if (lines.empty()) lines.emplace_back();
  return lines;
}

std::vector<System> systems_of_standard_input(const ScoreRequest& request,
                                              const TextDecoder& decoder) {
  std::vector<System> systems;
  size_t number = 0;
  for (const std::string& line : read_standard_input(decoder)) {
    ++number;
    std::vector<std::string> fields = split_at_tabs(line, 0);
    if (number == 1) systems.resize(fields.size());
    if (fields.size() != systems.size()) {
      throw FieldCountError(concatenate("standard input:", number, ": the first line has ",
                                        systems.size(), " tab-separated fields, this one has ",
                                        fields.size()));
    }
    for (size_t k = 0; k < fields.size(); ++k) {
      if (number > 1) strip_right(fields[k]);
      systems[k].segments.push_back(std::move(fields[k]));
    }
  }
  const bool paired = request.paired_test != PairedTest::kNone;
  for (size_t k = 0; k < systems.size(); ++k) {
    systems[k].path = "standard input";
    const bool baseline = paired && k == 0;
    systems[k].name = baseline ? "Baseline" : "System " + std::to_string(k + (paired ? 0 : 1));
  }
  return systems;
}

std::vector<System> systems_of_files(const ScoreRequest& request, const TextDecoder& decoder,
                                     std::vector<std::string>& notes) {
  const bool paired = request.paired_test != PairedTest::kNone;
  std::vector<System> systems;
  for (const std::string& path : *request.hypotheses) {
    const bool known = std::any_of(systems.begin(), systems.end(),
                                   [&](const System& system) { return system.name == path; });
    if (known && paired && path == systems.front().name) {
      notes.push_back("ignoring '" + path + "', which is the baseline already");
      continue;
    }
    if (known) throw InputError("'", path, "' is given twice; every system needs its own name");
    systems.push_back({path, path, read_decoded_lines(path, decoder)});
  }
  if (paired && !systems.empty()) systems.front().name.insert(0, "Baseline: ");
  return systems;
}

void check_combination(const ScoreRequest& request, size_t systems) {
  const bool paired = request.paired_test != PairedTest::kNone;
  if (request.sentence_level && systems != 1) {
    throw InputError("--sentence-level scores one system, but there are ", systems);
  }
  if (request.sentence_level && (request.confidence || paired)) {
    throw InputError("--sentence-level has no statistical tests");
  }
  if (paired && systems < 2) throw InputError("a paired test needs two or more systems");
  if (request.confidence && systems > 1) {
    throw InputError("--confidence is for one system; use --paired-bs or --paired-ar for several");
  }
}

// "--test-set wmt20 with --origlang de"
std::string selection(const ScoreRequest& request) {
  std::string text = "--test-set " + request.test_set.value_or("");
  if (request.origin_language) text += " with --origlang " + *request.origin_language;
  if (request.subset) text += " with --subset " + *request.subset;
  return text;
}

}  // namespace

ScoreInput read_score_input(const ScoreRequest& request, std::vector<std::string>& notes) {
  const TextDecoder decoder(request.encoding);
  ScoreInput input;
  read_references(request, decoder, input, notes);
  input.systems = request.hypotheses ? systems_of_files(request, decoder, notes)
                                     : systems_of_standard_input(request, decoder);
  check_combination(request, input.systems.size());
  return input;
}

std::optional<ScoreInput> chosen_input(const ScoreRequest& request, const ScoreInput& whole) {
  if (!request.origin_language && !request.subset) return std::nullopt;
  if (!request.test_set) {
    throw InputError("--origlang and --subset choose segments of a --test-set; there is none");
  }
  const TestSetCache cache(request.cache_folder);
  const SegmentFilter filter(cache, test_sets_named(*request.test_set), *request.language_pair);
  return whole.chosen(filter.chosen(request.origin_language, request.subset));
}

ScoreInput ScoreInput::chosen(const std::vector<bool>& segments) const {
  ScoreInput part{.reference_names = reference_names};
  for (const auto& stream : references) part.references.push_back(chosen_lines(stream, segments));
  for (const System& system : systems) {
    part.systems.push_back({system.name, system.path, chosen_lines(system.segments, segments)});
  }
  return part;
}

void check_lengths(const ScoreRequest& request, const ScoreInput& input) {
  for (const System& system : input.systems) {
    const size_t hypotheses = system.segments.size();
    if (hypotheses == 0 && (request.origin_language || request.subset)) {
      throw InputError(selection(request), ": no segment of ", system.path, " is chosen");
    }
    if (hypotheses == 0) throw InputError(system.path, " has no segment");
    for (size_t k = 0; k < input.references.size(); ++k) {
      const size_t references = input.references[k].size();
      if (hypotheses == references) continue;
      const std::string& path = input.reference_names[k];
      const std::string& longer = hypotheses > references ? system.path : path;
      throw InputError("System and reference streams have different lengths: ", system.path,
                       " has ", hypotheses, " lines but ", path, " has ", references, ", so that ",
                       longer, ":", std::min(hypotheses, references) + 1, " has no counterpart");
    }
  }
}

}  // namespace nmt::sacrebleu
