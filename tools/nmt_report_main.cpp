// nmt-report: one page that compares training runs and shows where one became unstable.
//
//     nmt-report runs/study -o report.html
//     nmt-report runs/*/run.jsonl.gz --format csv -o study.csv    # and study-curves.csv
//     nmt-report --print-log runs/a | grep '"type":"valid"'
//
// Exit status: 0 written, 1 a log cannot be used or the page not be written, 2 wrong command line.

#include <filesystem>
#include <iostream>
#include <string>
#include <vector>

#include "data/text/output_file.h"
#include "data/text/path_kind.h"
#include "data/text/segment_file.h"
#include "nmt/cli/flags.h"
#include "nmt/cli/program.h"
#include "nmt/report/comparison_table.h"
#include "nmt/report/export.h"
#include "nmt/report/page.h"
#include "nmt/report/page_data.h"
#include "nmt/report/read_run.h"

namespace {

using namespace nmt::report;

struct ReportFlags {
  std::vector<std::string> runs;
  std::string output, format = "html", title = "Training runs";
  Thresholds thresholds;
  bool print_log = false;
};

// FlagSet spells flags with two dashes; -o is what people type.
std::vector<const char*> with_long_flags(int argc, char** argv) {
  std::vector<const char*> words(argv, argv + argc);
  for (const char*& word : words) {
    if (std::string(word) == "--") break;
    if (std::string(word) == "-o") word = "--output";
  }
  return words;
}

ReportFlags parse(int argc, char** argv) {
  ReportFlags flags;
  nmt::cli::FlagSet set("nmt-report",
                        "Writes one page that compares training runs, from their logs.");
  set.example(
      "  nmt-report runs/study\n"
      "  nmt-report runs/a runs/b/run.jsonl.gz --title \"Depth 18\" -o depth.html\n"
      "  nmt-report --print-log runs/a\n");
  set.positional("RUN", &flags.runs,
                 "a run's log, plain or gzip, or a folder, searched for run.jsonl.gz and run.jsonl",
                 1);
  set.group("Report");
  set.text(
      "output", &flags.output,
      "file to write, also -o; without it report with the format's ending; - is standard output",
      "FILE");
  set.choice("format", &flags.format, {"html", "csv", "json"},
             "html: the page; csv: the table, and beside a file the curves as FILE-curves.csv; "
             "json: both");
  set.toggle("print-log", &flags.print_log,
             "print the logs, a JSON object a line, also of runs that are going on, and no report");
  set.text("title", &flags.title, "heading of the page");
  set.real("nll-threshold", &flags.thresholds.nll,
           "the table tells the updates until validation reaches it; 0: the best run's plus 0.5");
  set.real("bleu-threshold", &flags.thresholds.bleu,
           "the same for BLEU; 0: half of the best run's");
  std::vector<const char*> words = with_long_flags(argc, argv);
  set.parse(argc, words.data());
  if (flags.output.empty()) flags.output = "report." + flags.format;
  return flags;
}

std::string curves_path(const std::filesystem::path& table) {
  std::filesystem::path path = table;
  return path.replace_filename(table.stem().string() + "-curves" + table.extension().string())
      .string();
}

std::string main_text(const ReportFlags& flags, const std::vector<Run>& runs,
                      const Comparison& comparison) {
  if (flags.format == "html") return make_page(flags.title, runs, comparison);
  return flags.format == "json" ? json_text(runs, comparison) : table_csv(comparison);
}

// Writes the report, and says so line by line.
std::vector<std::string> write(const ReportFlags& flags, const std::vector<Run>& runs,
                               const Comparison& comparison) {
  std::vector<std::string> said = {"written: " + flags.output};
  nmt::text::write_file(flags.output, main_text(flags, runs, comparison));
  if (flags.format != "csv") return said;
  if (nmt::text::is_stream(flags.output)) {
    said.push_back("the curves are not written: only a file has them beside it");
    return said;
  }
  const std::string curves = curves_path(flags.output);
  nmt::text::write_file(curves, curves_csv(runs));
  said.push_back("written: " + curves);
  return said;
}

// The lines as they were written, but for a torn last one.
void print(const std::vector<std::string>& logs) {
  for (const std::string& log : logs) {
    nmt::text::SegmentReader lines(log);
    for (std::string line; lines.next(line) && lines.ended();) std::cout << line << '\n';
  }
}

int run(int argc, char** argv) {
  const ReportFlags flags = parse(argc, argv);
  const std::vector<std::string> logs = find_logs(flags.runs);
  if (flags.print_log) {
    print(logs);
    return nmt::cli::kExitDone;
  }
  const size_t columns = limits_for(logs.size()).heat_columns;
  std::vector<Run> runs;
  for (const std::string& log : logs) runs.push_back(read_run(log, columns));
  label_runs(runs);
  const Comparison comparison = compare_runs(runs, flags.thresholds);
  const std::vector<std::string> said = write(flags, runs, comparison);
  // What is not the report must not stand in it.
  std::ostream& person = nmt::text::is_standard_output(flags.output) ? std::cerr : std::cout;
  person << as_text(comparison_table(comparison)) << '\n';
  for (const std::string& line : said) person << line << '\n';
  return nmt::cli::kExitDone;
}

}  // namespace

int main(int argc, char** argv) {
  return nmt::cli::run_program("nmt-report", argc, argv, run);
}
