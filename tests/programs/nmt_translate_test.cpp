// nmt-translate as a program: files and pipes, what it refuses, and with which exit status.

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/stat.h>

#include <fstream>
#include <regex>
#include <sstream>

#include "nmt/checkpoint/checkpoint.h"
#include "nmt/model/parameters.h"
#include "tests/data/text/gzip.h"
#include "tests/nmt/decode/tiny_model.h"
#include "tests/programs/process.h"

namespace nmt::programs::nmt_translate_test {
namespace {

using ::testing::AllOf;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::SizeIs;
using ::testing::StartsWith;

using Words = std::vector<std::string>;

Words operator+(Words a, const Words& b) {
  a.insert(a.end(), b.begin(), b.end());
  return a;
}

Words lines_of(const std::string& text) {
  Words lines;
  std::istringstream stream(text);
  for (std::string line; std::getline(stream, line);) lines.push_back(line);
  return lines;
}

/// `said` without the count of cut translations, which a model of random weights ends with.
std::string without_cuts(const std::string& said) {
  return std::regex_replace(said, std::regex("warning: [^\r\n]* cut at the length limit[^\n]*\n"),
                            "");
}

/// A folder with a small model of random weights in "model".
class NmtTranslate : public ::testing::Test {
 protected:
  void SetUp() override {
    at::set_num_threads(1);
    const auto vocabulary = decode::testing::tiny_vocabulary();
    config::ModelConfig config = decode::testing::tiny_config(vocabulary->size());
    config.architecture.linear = layers::LinearKind::kSigma;
    save(config, vocabulary->serialized(), "model");
  }

  void save(const config::ModelConfig& config, const checkpoint::VocabularyBytes& vocabulary,
            const std::string& name) {
    model::Transformer model = decode::testing::random_model(config, /*seed=*/4);
    checkpoint::save_model(
        folder_.path(name),
        {.config = config, .tensors = model::named_tensors(model), .vocabulary = vocabulary});
  }

  Result translate(const Words& flags) {
    Words words = {NMT_TRANSLATE};
    words.insert(words.end(), flags.begin(), flags.end());
    return run(words, {.folder = folder_.path()});
  }

  std::string errors(const Words& flags, int status) {
    const Result result = translate(flags);
    EXPECT_EQ(result.status, status);
    EXPECT_EQ(result.output, "");
    EXPECT_THAT(result.errors, StartsWith("nmt-translate: error: "));
    return result.errors;
  }

  nmt::testing::TempFolder folder_;
  std::string said_;  // On standard error.
};

TEST_F(NmtTranslate, AFileToStandardOutputWithEmptyLinesInPlace) {
  folder_.write("in.txt", "the child\n\npeople walk\n");
  const Result result = translate({"--model", "model", "--input", "in.txt"});
  EXPECT_EQ(result.status, 0) << result.errors;
  EXPECT_EQ(without_cuts(result.errors), "");
  const Words lines = lines_of(result.output);
  ASSERT_THAT(lines, SizeIs(3));
  EXPECT_NE(lines[0], "");
  EXPECT_EQ(lines[1], "");
  EXPECT_NE(lines[2], lines[0]);
}

TEST_F(NmtTranslate, ThreadsAndBatchSizeChangeNothing) {
  std::string source;
  for (const std::string& sentence : decode::testing::tiny_sentences()) source += sentence + "\n";
  folder_.write("in.txt", source);
  const Words common = {"--model", "model", "--input", "in.txt", "--n-best", "2", "--threads"};
  Words one = common, three = common, small = common;
  one.push_back("1");
  three.push_back("3");
  small.insert(small.end(), {"2", "--max-tokens", "1"});
  const std::string expected = translate(one).output;
  EXPECT_THAT(lines_of(expected), SizeIs(16));
  EXPECT_EQ(translate(three).output, expected);
  const auto text_of = [](std::string line) { return line.substr(0, line.rfind(" ||| ")); };
  const Words alone = lines_of(translate(small).output);
  ASSERT_THAT(alone, SizeIs(16));
  for (size_t i = 0; i < 16; ++i) EXPECT_EQ(text_of(alone[i]), text_of(lines_of(expected)[i]));
}

TEST_F(NmtTranslate, WritesAFileAndWarnsWithTheLine) {
  folder_.write("in.txt", "people walk\nthe \xFF child\n");
  const Words flags = {"--model", "model", "--input", "in.txt", "--output", "out.txt"};
  const Result result = translate(flags);
  EXPECT_EQ(result.status, 0);
  EXPECT_EQ(result.output, "");
  EXPECT_EQ(without_cuts(result.errors),
            "warning: in.txt:2: invalid UTF-8 at byte 5; replaced by U+FFFD\n");
  EXPECT_THAT(lines_of(folder_.read("out.txt")), SizeIs(2));

  Words quiet = flags;
  quiet.push_back("--quiet");
  EXPECT_EQ(translate(quiet).errors, "");

  Words strict = flags;
  strict.insert(strict.end(), {"--invalid-utf8", "fail"});
  folder_.write("out.txt", "as before");
  EXPECT_THAT(errors(strict, 1), HasSubstr("in.txt:2: invalid UTF-8 at byte 5"));
  EXPECT_EQ(folder_.read("out.txt"), "as before");
}

TEST_F(NmtTranslate, AnswersOnAPipeBeforeTheInputEnds) {
  ASSERT_EQ(mkfifo(folder_.path("pipe").c_str(), 0600), 0);
  const std::string command = std::string("'") + NMT_TRANSLATE + "' --model model < pipe > answer";
  Process process({"/bin/sh", "-c", command}, {.folder = folder_.path()});
  std::ofstream pipe(folder_.path("pipe"));
  const auto answered = [&](size_t lines) {
    return [&, lines] { return lines_of(folder_.read("answer")).size() == lines; };
  };
  pipe << "the child\n" << std::flush;
  EXPECT_TRUE(process.wait_until(answered(1)));
  pipe << "people walk\n" << std::flush;
  EXPECT_TRUE(process.wait_until(answered(2)));
  pipe.close();
  EXPECT_EQ(process.wait().status, 0);
}

TEST_F(NmtTranslate, AnswersOnEveryKindOfPipeAndGzip) {
  ASSERT_EQ(mkfifo(folder_.path("pipe").c_str(), 0600), 0);
  Process process({NMT_TRANSLATE, "--model", "model", "--input", "pipe", "--output", "/dev/stdout"},
                  {.folder = folder_.path()});
  std::ofstream pipe(folder_.path("pipe"));
  const auto member = [&](const std::string& line) {
    const std::string packed = text::gzip_member(line);
    pipe.write(packed.data(), static_cast<std::streamsize>(packed.size())) << std::flush;
  };
  const auto answered = [&](size_t lines) {
    return [&, lines] { return lines_of(process.output()).size() == lines; };
  };
  member("the child\n");
  EXPECT_TRUE(process.wait_until(answered(1)));
  member("people walk\n");
  EXPECT_TRUE(process.wait_until(answered(2)));
  pipe.close();
  const Result result = process.wait();
  EXPECT_EQ(result.status, 0) << result.errors;
  folder_.write("in.txt", "the child\npeople walk\n");
  EXPECT_EQ(result.output, translate({"--model", "model", "--input", "in.txt"}).output);
}

TEST_F(NmtTranslate, TheFolderOfARunIsNotItsModel) {
  std::filesystem::create_directories(folder_.path("run/checkpoints"));
  EXPECT_THAT(errors({"--model", "run"}, 1),
              HasSubstr("name one of its models, in run/checkpoints"));
  std::filesystem::rename(folder_.path("model"), folder_.path("run/best"));
  EXPECT_THAT(errors({"--model", "run"}, 1),
              HasSubstr("run: is the folder of a run; its model is run/best"));
}

// What a person sees on a terminal.
TEST_F(NmtTranslate, WarningsAndProgressShareATerminal) {
  std::string source;
  for (int i = 0; i < 1030; ++i) source += "the child\n";
  folder_.write("in.txt", source + "\xFF\n");
  const std::string command = std::string("TERM=xterm '") + NMT_TRANSLATE +
                              "' --model model --beam-size 1 --max-length 8 --input in.txt ";
  const auto on_terminal = [&](const std::string& flags) {
    const Result result =
        run({"/usr/bin/script", "-qec", command + flags, "/dev/null"}, {.folder = folder_.path()});
    EXPECT_EQ(result.status, 0) << result.errors;
    return result.output;
  };
  for (const char* flags : {"> out.txt", "--output out.txt"}) {
    const std::string seen = on_terminal(flags);
    EXPECT_THAT(seen, HasSubstr(" segments/s")) << flags;
    EXPECT_THAT(seen, HasSubstr("\r\x1B[Kwarning: in.txt:1031: ")) << flags;
    EXPECT_THAT(seen, ::testing::EndsWith("\n")) << flags;
    EXPECT_THAT(lines_of(folder_.read("out.txt")), SizeIs(1031)) << flags;
  }
  // The translations themselves show how far it is.
  EXPECT_THAT(on_terminal(""), ::testing::Not(HasSubstr("segments/s")));
}

TEST_F(NmtTranslate, ATerminalThatCannotEraseGetsPlainLines) {
  folder_.write("in.txt", "the child\n");
  const std::string command =
      std::string("TERM=dumb '") + NMT_TRANSLATE + "' --model model --input in.txt > out.txt";
  const Result result =
      run({"/usr/bin/script", "-qec", command, "/dev/null"}, {.folder = folder_.path()});
  EXPECT_THAT(without_cuts(result.output),
              ::testing::MatchesRegex("1 segments  [0-9]+ segments/s\r\n"));
}

TEST_F(NmtTranslate, RefusesAModelThatIsNotThere) {
  EXPECT_THAT(errors({"--model", "absent"}, 1), HasSubstr("absent"));
  std::filesystem::create_directory(folder_.path("empty"));
  EXPECT_THAT(errors({"--model", "empty"}, 1), HasSubstr("empty"));
  EXPECT_THAT(errors({}, 2), HasSubstr("--model"));
}

TEST_F(NmtTranslate, RefusesADamagedOrForeignModel) {
  const std::string weights = folder_.read("model/model.safetensors");
  folder_.write("model/model.safetensors", weights.substr(0, weights.size() / 2));
  EXPECT_THAT(errors({"--model", "model"}, 1), HasSubstr("model.safetensors"));
  folder_.write("model/model.safetensors", weights);
  folder_.write("model/config.json", "{\"model_type\": \"other\"}");
  EXPECT_THAT(errors({"--model", "model"}, 1), HasSubstr("config.json"));
}

TEST_F(NmtTranslate, RefusesAVocabularyThatDoesNotFit) {
  const auto vocabulary = decode::testing::tiny_vocabulary();
  save(decode::testing::tiny_config(vocabulary->size() + 2), vocabulary->serialized(), "other");
  EXPECT_THAT(errors({"--model", "other"}, 1),
              AllOf(HasSubstr("spm.model"), HasSubstr("60 pieces"), HasSubstr("62")));
}

TEST_F(NmtTranslate, RefusesInputAndOutputThatCannotBeUsed) {
  EXPECT_THAT(errors({"--model", "model", "--input", "absent.txt"}, 1), HasSubstr("absent.txt"));
  folder_.write("in.txt", "the child\n");
  const Words flags = {"--model", "model", "--input", "in.txt", "--output"};
  Words missing = flags, full = flags;
  missing.push_back("no/out.txt");
  full.push_back("/dev/full");
  EXPECT_THAT(errors(missing, 1), HasSubstr("no/out.txt"));
  EXPECT_THAT(errors(full, 1), HasSubstr("No space left"));
}

TEST_F(NmtTranslate, WrongFlagsAreUsageErrors) {
  EXPECT_THAT(errors({"--model", "model", "--beam-sise", "3"}, 2), HasSubstr("beam-size"));
  EXPECT_THAT(errors({"--model", "model", "--beam-size", "0"}, 2), HasSubstr("beam-size"));
  EXPECT_THAT(errors({"--model", "model", "--beam-size", "2", "--n-best", "3"}, 2),
              HasSubstr("n-best"));
  EXPECT_THAT(errors({"--model", "model", "--invalid-utf8", "drop"}, 2),
              HasSubstr("must be one of replace, skip, fail"));
}

TEST_F(NmtTranslate, HelpIsOnePage) {
  const Result result = translate({"--help"});
  EXPECT_EQ(result.status, 0);
  EXPECT_EQ(result.errors, "");
  EXPECT_LE(lines_of(result.output).size(), 50u);
  for (const std::string flag :
       {"model", "input", "output", "beam-size", "length-penalty", "n-best", "max-tokens",
        "max-length", "length-bound", "threads", "invalid-utf8", "quiet"}) {
    EXPECT_THAT(result.output, HasSubstr("--" + flag + " ")) << flag;
  }
}

TEST_F(NmtTranslate, CountsTranslationsThatTheLimitCuts) {
  const auto vocabulary = decode::testing::tiny_vocabulary();
  config::ModelConfig config = decode::testing::tiny_config(vocabulary->size());
  config.length_bound = config::LengthBound{2.0, 10};
  model::Transformer model = decode::testing::random_model(config, /*seed=*/4);
  decode::testing::prefer(model, vocabulary->encode("a")[0]);
  checkpoint::save_model(folder_.path("endless"), {.config = config,
                                                   .tensors = model::named_tensors(model),
                                                   .vocabulary = vocabulary->serialized()});
  folder_.write("in.txt", "a a a\n\npeople walk\n");
  const auto pieces = [&](const Words& flags) {
    const Result result =
        translate(Words{"--model", "endless", "--input", "in.txt", "--beam-size", "1"} + flags);
    EXPECT_EQ(result.status, 0);
    said_ = result.errors;
    return std::ssize(vocabulary->encode(lines_of(result.output).at(0)));
  };
  EXPECT_EQ(pieces({}), 17);
  EXPECT_THAT(said_, StartsWith("warning: 2 of 3 translations were cut at the length limit of "
                                "2x+10 pieces"));
  EXPECT_THAT(said_, AllOf(HasSubstr("--max-length"), HasSubstr("--length-bound")));
  EXPECT_EQ(pieces({"--max-length", "30"}), 29);
  EXPECT_THAT(said_, HasSubstr("the length limit of 30 pieces"));
  EXPECT_EQ(pieces({"--length-bound", "3x+5"}), 16);
  EXPECT_EQ(pieces({"--quiet"}), 17);
  EXPECT_EQ(said_, "");
  EXPECT_THAT(errors({"--model", "endless", "--length-bound", "long"}, 2),
              AllOf(HasSubstr("length-bound"), HasSubstr("must be Ax+B")));
  EXPECT_THAT(errors({"--model", "endless", "--max-length", "1"}, 2), HasSubstr("max-length"));
}

TEST_F(NmtTranslate, AModelOfTwoVocabulariesNeedsBoth) {
  const std::vector<std::string> targets = {"bä bö bü", "bö bü bö bö", "bü bä bä"};
  const data::Vocabulary target = data::train_vocabulary(targets, {.vocab_size = 11});
  const auto source = decode::testing::tiny_vocabulary();
  config::ModelConfig config = decode::testing::tiny_config(target.size());
  config.source_vocab_size = source->size();
  config.tie_embeddings = layers::EmbeddingTie::kTwoWay;
  save(config, {source->serialized(), target.serialized()}, "two");
  folder_.write("in.txt", "the child\npeople walk\n");
  const Result result = translate({"--model", "two", "--input", "in.txt", "--quiet"});
  EXPECT_EQ(result.status, 0) << result.errors;
  EXPECT_THAT(lines_of(result.output), SizeIs(2));

  config.source_vocab_size += 1;
  save(config, {source->serialized(), target.serialized()}, "other");
  EXPECT_THAT(errors({"--model", "other"}, 1),
              AllOf(HasSubstr("source.spm.model"), HasSubstr("60 pieces"), HasSubstr("61")));
  std::filesystem::remove(folder_.path("two/target.spm.model"));
  EXPECT_THAT(errors({"--model", "two"}, 1), HasSubstr("has no target.spm.model"));
}

}  // namespace
}  // namespace nmt::programs::nmt_translate_test
