// Model folders and checkpoints: round trips, damage, full disks, the set of a run.

#include "nmt/checkpoint/checkpoint.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <signal.h>
#include <sys/resource.h>
#include <sys/stat.h>

#include <set>

#include "data/text/error.h"
#include "nmt/checkpoint/checkpoint_set.h"
#include "nmt/config/config_json.h"
#include "tests/nmt/checkpoint/small_model.h"
#include "tests/testing/temp_folder.h"

namespace nmt::checkpoint::checkpoint_test {
namespace {

namespace fs = std::filesystem;
using nmt::testing::message_of;
using nmt::testing::TempFolder;
using ::testing::AllOf;
using ::testing::HasSubstr;

std::set<std::string> names_in(const std::string& folder) {
  std::set<std::string> names;
  for (const auto& entry : fs::directory_iterator(folder)) names.insert(entry.path().filename());
  return names;
}

std::string replaced(std::string text, const std::string& from, const std::string& to) {
  const size_t at = text.find(from);
  EXPECT_NE(at, std::string::npos) << from;
  return text.replace(at, from.size(), to);
}

TEST(Checkpoint, RoundTrip) {
  TempFolder temp;
  ModelFolder model = small_model();
  model.config.architecture.linear = layers::LinearKind::kSigma;
  model.config.dropout = 0.3;
  model.folded = true;
  save_checkpoint(temp.path("c"), model, small_state());
  EXPECT_EQ(names_in(temp.path("c")),
            (std::set<std::string>{"model.safetensors", "config.json", "spm.model",
                                   "optimizer.safetensors", "state.json"}));
  EXPECT_EQ(names_in(temp.path()), (std::set<std::string>{"c"}));

  const ModelFolder read = load_model(temp.path("c"));
  EXPECT_EQ(config::to_json(read.config), config::to_json(model.config));
  EXPECT_EQ(read.vocabulary, model.vocabulary);
  EXPECT_TRUE(read.folded);
  expect_same(read.tensors, model.tensors);
  const TrainingState state = load_training_state(temp.path("c"));
  expect_same(state.optimizer, small_state().optimizer);
  expect_same(state.statistics, small_state().statistics);
  EXPECT_EQ(state.state, small_state().state);
}

TEST(Checkpoint, ModelFolderHasNoTrainingState) {
  TempFolder temp;
  save_model(temp.path("m"), small_model());
  EXPECT_EQ(load_model(temp.path("m")).folded, false);
  EXPECT_THAT(message_of<InputError>([&] { load_training_state(temp.path("m")); }),
              HasSubstr("has no optimizer.safetensors, so it is not a checkpoint"));
}

TEST(Checkpoint, FoldedModelsAreBuiltWithPlainLinears) {
  ModelFolder model = small_model();
  model.config.architecture.linear = layers::LinearKind::kSigma;
  model.config.sigma_groups = layers::SigmaGroups::kQkv;
  EXPECT_EQ(module_config(model).architecture.linear, layers::LinearKind::kSigma);
  model.folded = true;
  EXPECT_EQ(module_config(model).architecture.linear, layers::LinearKind::kPlain);
  EXPECT_EQ(module_config(model).sigma_groups, layers::SigmaGroups::kSeparate);
  EXPECT_EQ(module_config(model).d_model, 8);
}

TEST(Checkpoint, MissingFoldersAndFilesAreNamed) {
  TempFolder temp;
  EXPECT_THAT(message_of<InputError>([&] { load_model(temp.path("none")); }),
              HasSubstr(temp.path("none") + ": no such folder"));
  for (const char* file : {"model.safetensors", "config.json", "spm.model"}) {
    save_model(temp.path("m"), small_model());
    fs::remove(temp.path("m/") + file);
    EXPECT_THAT(message_of<InputError>([&] { load_model(temp.path("m")); }),
                HasSubstr(std::string("has no ") + file + ", so it is not a model folder"));
  }
}

TEST(Checkpoint, TruncationOfAnyFileIsSeen) {
  TempFolder temp;
  save_checkpoint(temp.path("c"), small_model(), small_state());
  for (const std::string& file : names_in(temp.path("c"))) {
    const std::string name = "c/" + file, whole = temp.read(name);
    for (const size_t keep : {size_t{0}, whole.size() / 2, whole.size() - 2}) {
      temp.write(name, whole.substr(0, keep));
      const auto load = [&] {
        load_model(temp.path("c"));
        load_training_state(temp.path("c"));
      };
      EXPECT_THAT(message_of<InputError>(load), HasSubstr(file)) << keep;
    }
    temp.write(name, whole);
  }
  load_model(temp.path("c"));
  load_training_state(temp.path("c"));
}

TEST(Checkpoint, ConfigErrorsNameFileAndKey) {
  TempFolder temp;
  save_model(temp.path("m"), small_model());
  const std::string good = temp.read("m/config.json");
  const auto message = [&](const std::string& from, const std::string& to) {
    temp.write("m/config.json", replaced(good, from, to));
    return message_of<InputError>([&] { load_model(temp.path("m")); });
  };
  const std::string file = "m/config.json";
  EXPECT_THAT(message("deepnmt-model", "other"), AllOf(HasSubstr(file), HasSubstr("format is")));
  EXPECT_THAT(message("\"version\": 1", "\"version\": 2"),
              AllOf(HasSubstr(file), HasSubstr("version 2 is unknown")));
  EXPECT_THAT(message("\"folded\"", "\"fodled\""), HasSubstr("unknown key 'fodled'"));
  EXPECT_THAT(message("\"folded\": false,", ""), HasSubstr("key 'folded' is missing"));
  EXPECT_THAT(message("\"folded\": false", "\"folded\": 0"), HasSubstr("folded is 0"));
  EXPECT_THAT(message("\"d-model\"", "\"d-modle\""), AllOf(HasSubstr(file), HasSubstr("d-mod")));
  EXPECT_THAT(message("\"d-model\": 8", "\"d-model\": -8"),
              AllOf(HasSubstr(file), HasSubstr("d-model")));
  EXPECT_THAT(message("{", "["), AllOf(HasSubstr(file), HasSubstr("not a JSON object")));
}

TEST(Checkpoint, FilesOfAnotherCheckpointAreSeen) {
  TempFolder temp;
  save_checkpoint(temp.path("a"), small_model(1), small_state(1));
  save_checkpoint(temp.path("b"), small_model(2), small_state(2));
  fs::copy_file(temp.path("b/state.json"), temp.path("a/state.json"),
                fs::copy_options::overwrite_existing);
  EXPECT_THAT(message_of<InputError>([&] { load_training_state(temp.path("a")); }),
              HasSubstr("state.json: does not belong to the optimizer.safetensors beside it"));
  temp.write("a/spm.model", "another vocabulary");
  EXPECT_THAT(message_of<InputError>([&] { load_model(temp.path("a")); }),
              HasSubstr("spm.model: does not belong to the model.safetensors beside it"));
}

TEST(Checkpoint, RefusesToReplaceAFolderWithOtherFiles) {
  TempFolder temp;
  fs::create_directory(temp.path("home"));
  temp.write("home/thesis.txt", "years");
  EXPECT_THAT(message_of<InputError>([&] { save_model(temp.path("home"), small_model()); }),
              HasSubstr("holds 'thesis.txt'"));
  EXPECT_EQ(temp.read("home/thesis.txt"), "years");
}

TEST(Checkpoint, PublishSharesTheDataAndReplacesTheLast) {
  TempFolder temp;
  save_checkpoint(temp.path("c1"), small_model(1), small_state(1));
  save_checkpoint(temp.path("c2"), small_model(2), small_state(2));
  publish_model(temp.path("c1"), temp.path("best"));
  publish_model(temp.path("c2"), temp.path("best"));
  EXPECT_EQ(names_in(temp.path("best")),
            (std::set<std::string>{"model.safetensors", "config.json", "spm.model"}));
  EXPECT_EQ(fs::hard_link_count(temp.path("best/model.safetensors")), 2u);
  EXPECT_EQ(fs::hard_link_count(temp.path("c1/model.safetensors")), 1u);
  fs::remove_all(temp.path("c2"));
  expect_same(load_model(temp.path("best")).tensors, small_model(2).tensors);
}

TEST(LoadInto, CopiesByNameInAnyOrder) {
  const NamedTensors from = {{"a", torch::ones({2})}, {"b", torch::zeros({1, 3})}};
  const NamedTensors into = {{"b", torch::full({1, 3}, 9.0f)}, {"a", torch::zeros({2})}};
  load_into(from, into, "file");
  EXPECT_TRUE(torch::equal(into[0].second, torch::zeros({1, 3})));
  EXPECT_TRUE(torch::equal(into[1].second, torch::ones({2})));
}

TEST(LoadInto, NamesWhatDoesNotFitAndChangesNothing) {
  const torch::Tensor a = torch::zeros({2});
  const NamedTensors into = {{"a", a}, {"b", torch::zeros({1, 3})}};
  const auto message = [&](const NamedTensors& from) {
    return message_of<InputError>([&] { load_into(from, into, "m/model.safetensors"); });
  };
  const torch::Tensor ones = torch::ones({2}), b = torch::ones({1, 3});
  EXPECT_THAT(message({{"a", ones}}), HasSubstr("m/model.safetensors: tensor 'b' is missing"));
  EXPECT_THAT(message({{"a", ones}, {"b", b}, {"c", b}}), HasSubstr("'c' is not part of"));
  EXPECT_THAT(message({{"a", ones}, {"b", torch::ones({3, 1})}}),
              HasSubstr("'b' has shape [3, 1], the model needs [1, 3]"));
  EXPECT_THAT(message({{"a", ones}, {"b", b.to(torch::kFloat64)}}),
              HasSubstr("'b' has dtype Double, the model needs Float"));
  EXPECT_TRUE(torch::equal(a, torch::zeros({2})));
}

TEST(CheckpointSet, FindsTheNewestAndPrunes) {
  TempFolder temp;
  const CheckpointSet set(temp.path("model/checkpoints"));
  EXPECT_EQ(set.newest(), std::nullopt);
  for (const int64_t update : {5, 100000000, 20}) {
    set.save(update, small_model(update), small_state(update));
  }
  EXPECT_EQ(names_in(set.root()),
            (std::set<std::string>{"update-00000005", "update-00000020", "update-100000000"}));
  EXPECT_EQ(set.newest()->update, 100000000);
  set.prune(0);
  EXPECT_EQ(set.all().size(), 3u);
  set.prune(2);
  ASSERT_EQ(set.all().size(), 2u);
  EXPECT_EQ(set.all()[0].update, 20);
  EXPECT_EQ(names_in(set.root()).size(), 2u);
}

TEST(CheckpointSet, PassesOverForeignNamesAndHalfFolders) {
  TempFolder temp;
  const CheckpointSet set(temp.path());
  const std::string folder = set.save(7, small_model(7), small_state(7));
  for (const char* name : {"update-00000009", "update-9", "update-0000001x", "update-",
                           "update-00000008.bak", ".update-00000010.deepnmt-new"}) {
    fs::create_directory(temp.path(name));
  }
  fs::copy(folder, temp.path(".update-00000010.deepnmt-new"), fs::copy_options::recursive);
  EXPECT_EQ(set.newest()->update, 7);
  set.save(11, small_model(11), small_state(11));
  EXPECT_FALSE(fs::exists(temp.path(".update-00000010.deepnmt-new")));
  EXPECT_EQ(set.newest()->update, 11);
}

TEST(CheckpointSet, SavingAnUpdateAgainReplacesIt) {
  TempFolder temp;
  const CheckpointSet set(temp.path());
  set.save(7, small_model(1), small_state(1));
  set.save(7, small_model(2), small_state(2));
  EXPECT_EQ(set.all().size(), 1u);
  expect_same(load_model(set.newest()->folder).tensors, small_model(2).tensors);
}

// The largest size of a file, for one scope: what a full disk does, without a disk.
class FileSizeLimit {
 public:
  explicit FileSizeLimit(rlim_t bytes) {
    old_handler_ = ::signal(SIGXFSZ, SIG_IGN);
    ::getrlimit(RLIMIT_FSIZE, &old_limit_);
    const rlimit limit = {bytes, old_limit_.rlim_max};
    ::setrlimit(RLIMIT_FSIZE, &limit);
  }
  ~FileSizeLimit() {
    ::setrlimit(RLIMIT_FSIZE, &old_limit_);
    ::signal(SIGXFSZ, old_handler_);
  }

 private:
  rlimit old_limit_;
  void (*old_handler_)(int);
};

TEST(CheckpointSet, AFullDiskKeepsEveryEarlierCheckpoint) {
  TempFolder temp;
  const CheckpointSet set(temp.path("checkpoints"));
  set.save(1, small_model(1), small_state(1));
  publish_model(set.newest()->folder, temp.path("best"));
  for (const rlim_t limit : {0, 100, 300, 600}) {
    const auto save = [&] {
      const FileSizeLimit full(limit);
      set.save(2, small_model(2), small_state(2));
    };
    EXPECT_THAT(message_of<InputError>(save),
                AllOf(HasSubstr("safetensors: cannot write: File too large"),
                      HasSubstr("raise the file size limit")));
    EXPECT_EQ(names_in(set.root()), (std::set<std::string>{"update-00000001"}));
  }
  expect_same(load_model(set.newest()->folder).tensors, small_model(1).tensors);
  expect_same(load_model(temp.path("best")).tensors, small_model(1).tensors);
  set.save(2, small_model(2), small_state(2));
  EXPECT_EQ(set.newest()->update, 2);
}

TEST(Checkpoint, TwoVocabulariesAreTwoFiles) {
  TempFolder temp;
  ModelFolder model = small_model();
  model.config.tie_embeddings = layers::EmbeddingTie::kTwoWay;
  model.config.source_vocab_size = 17;
  model.vocabulary = {std::string("the source's"), std::string("the target's")};
  save_checkpoint(temp.path("c"), model, small_state());
  EXPECT_EQ(temp.read("c/source.spm.model"), "the source's");
  EXPECT_EQ(temp.read("c/target.spm.model"), "the target's");
  EXPECT_FALSE(fs::exists(temp.path("c/spm.model")));
  EXPECT_TRUE(is_complete_checkpoint(temp.path("c")));
  const ModelFolder read = load_model(temp.path("c"));
  EXPECT_EQ(read.vocabulary, model.vocabulary);
  EXPECT_EQ(read.config.source_vocab_size, 17);
  publish_model(temp.path("c"), temp.path("best"));
  EXPECT_EQ(load_model(temp.path("best")).vocabulary, model.vocabulary);
  save_model(temp.path("best"), small_model());  // One takes the place of two.
  EXPECT_EQ(load_model(temp.path("best")).vocabulary, small_model().vocabulary);
}

TEST(Checkpoint, EachOfTwoVocabulariesIsChecked) {
  TempFolder temp;
  ModelFolder model = small_model();
  model.config.tie_embeddings = layers::EmbeddingTie::kTwoWay;
  model.config.source_vocab_size = 17;
  model.vocabulary = {std::string("the source's"), std::string("the target's")};
  for (const std::string file : {"source.spm.model", "target.spm.model"}) {
    save_checkpoint(temp.path("c"), model, small_state());
    temp.write("c/" + file, "another");
    EXPECT_THAT(message_of<InputError>([&] { load_model(temp.path("c")); }),
                HasSubstr(file + ": does not belong to the model.safetensors beside it"));
    fs::remove(temp.path("c/" + file));
    EXPECT_THAT(message_of<InputError>([&] { load_model(temp.path("c")); }),
                HasSubstr("has no " + file));
    EXPECT_FALSE(is_complete_checkpoint(temp.path("c")));
  }
}

}  // namespace
}  // namespace nmt::checkpoint::checkpoint_test
