// nmt-toy-corpus: writes a corpus of the toy grammar to files.
//
//     nmt-toy-corpus --output corpus/toy        # train, valid, test .en and .de
//
// Exit status: 0 written, 1 the folder cannot be written, 2 wrong command line.

#include <filesystem>
#include <iostream>
#include <string>
#include <vector>

#include "data/text/error.h"
#include "data/text/output_file.h"
#include "data/toy_grammar/toy_corpus.h"
#include "nmt/cli/flags.h"
#include "nmt/cli/program.h"

namespace {

struct ToyCorpusFlags {
  std::string output;
  int64_t seed = 1, train = 200'000, valid = 500, test = 1'000;
};

ToyCorpusFlags parse(int argc, char** argv) {
  ToyCorpusFlags flags;
  nmt::cli::FlagSet set("nmt-toy-corpus",
                        "Writes English-German sentence pairs of the built-in toy grammar.");
  set.example("  nmt-toy-corpus --output corpus/toy\n");
  set.group("Corpus");
  set.text("output", &flags.output, "folder for {train,valid,test}.{en,de}", "FOLDER");
  set.number("seed", &flags.seed, "which corpus", 0);
  set.number("train", &flags.train, "training pairs", 0);
  set.number("valid", &flags.valid, "validation pairs, none of them in training", 0);
  set.number("test", &flags.test, "test pairs, none of them in the other sets", 0);
  set.parse(argc, argv);
  if (flags.output.empty()) throw nmt::UsageError("--output FOLDER is missing");
  if (flags.output == "-") {
    throw nmt::UsageError("--output names a folder for six files, so it cannot be standard output");
  }
  return flags;
}

void write(const std::string& stem, const std::vector<nmt::data::ToyPair>& pairs) {
  std::string source, target;
  for (const nmt::data::ToyPair& pair : pairs) {
    source.append(pair.source).push_back('\n');
    target.append(pair.target).push_back('\n');
  }
  nmt::text::write_file(stem + ".en", source);
  nmt::text::write_file(stem + ".de", target);
}

int run(int argc, char** argv) {
  const ToyCorpusFlags flags = parse(argc, argv);
  std::error_code error;
  std::filesystem::create_directories(flags.output, error);
  if (error) throw nmt::InputError("cannot make folder ", flags.output, ": ", error.message());
  const nmt::data::ToyCorpus corpus = nmt::data::make_toy_corpus(
      static_cast<uint64_t>(flags.seed), {.train = static_cast<size_t>(flags.train),
                                          .valid = static_cast<size_t>(flags.valid),
                                          .test = static_cast<size_t>(flags.test)});
  write(flags.output + "/train", corpus.train);
  write(flags.output + "/valid", corpus.valid);
  write(flags.output + "/test", corpus.test);
  std::cout << flags.output << ": " << corpus.train.size() << " training, " << corpus.valid.size()
            << " validation, " << corpus.test.size() << " test pairs\n";
  return nmt::cli::kExitDone;
}

}  // namespace

int main(int argc, char** argv) {
  return nmt::cli::run_program("nmt-toy-corpus", argc, argv, run);
}
