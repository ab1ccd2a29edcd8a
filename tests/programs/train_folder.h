// A folder with a small toy-grammar corpus, in which nmt-train runs as a process, and what its runs
// leave behind. Binaries of the including test: NMT_TRAIN.

#pragma once

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <map>
#include <nlohmann/json.hpp>
#include <set>
#include <sstream>
#include <string>
#include <vector>

#include "data/text/byte_source.h"
#include "data/toy_grammar/toy_corpus.h"
#include "tests/programs/process.h"

namespace nmt::programs {

using Words = std::vector<std::string>;

inline Words operator+(Words a, const Words& b) {
  a.insert(a.end(), b.begin(), b.end());
  return a;
}

class TrainFolder : public nmt::testing::TempFolder {
 public:
  TrainFolder() {
    const data::ToyCorpus toy = data::make_toy_corpus(5, {.train = 120, .valid = 8, .test = 0});
    write_pairs("train", toy.train);
    write_pairs("valid", toy.valid);
  }

  Words sets() const {
    return {"--train-sets", "train.en", "train.de", "--valid-sets", "valid.en", "valid.de"};
  }

  /// nmt-train of a model that learns nothing much, quickly.
  Words train(const std::string& model_dir) const {
    return Words{NMT_TRAIN,
                 "--arch",
                 "postln-sigma-2L-1L",
                 "--model-dir",
                 model_dir,
                 "--d-model",
                 "16",
                 "--ffn-dim",
                 "32",
                 "--heads",
                 "2",
                 "--vocab-size",
                 "120",
                 "--max-tokens",
                 "600",
                 "--threads",
                 "2",
                 "--warmup-updates",
                 "5",
                 "--log-every",
                 "3",
                 "--device",
                 "cpu"} +
           sets();
  }

  Result run(const Words& words) const { return programs::run(words, {.folder = path()}); }

  /// The lines of the log, also of a run that is going on; empty without one.
  std::string log_text(const std::string& model_dir) const {
    const std::string file = path(model_dir + "/run.jsonl.gz");
    std::error_code error;
    const bool begun = std::filesystem::file_size(file, error) > 0 && !error;
    return begun ? text::read_file(file) : "";
  }

  /// The same run twice in full: all that two equal runs have in common.
  std::vector<std::string> log(const std::string& model_dir,
                               const std::set<std::string>& without_types = {}) const {
    std::vector<std::string> lines;
    std::istringstream file(log_text(model_dir));
    for (std::string line; std::getline(file, line);) {
      nlohmann::ordered_json json = nlohmann::ordered_json::parse(line);
      if (without_types.contains(json["type"])) continue;
      for (const char* field : {"seconds", "tokens_per_second", "peak_mib", "time"})
        json.erase(field);
      if (json.contains("config")) json["config"].erase("model-dir");
      lines.push_back(json.dump());
    }
    return lines;
  }

  /// The last update of which the log has a record; 0 if there is none yet.
  int64_t logged_update(const std::string& model_dir) const {
    constexpr std::string_view kStart = "{\"type\":\"update\",\"update\":";
    const std::string text = log_text(model_dir);
    const size_t place = text.rfind(kStart);
    return place == std::string::npos ? 0 : std::atoll(text.c_str() + place + kStart.size());
  }

  /// Names of the checkpoints, oldest first; half-written ones have hidden names.
  std::vector<std::string> checkpoints(const std::string& model_dir, bool hidden = false) const {
    std::vector<std::string> names;
    std::error_code error;
    for (std::filesystem::directory_iterator it(path(model_dir + "/checkpoints"), error), end;
         !error && it != end; it.increment(error)) {
      const std::string name = it->path().filename().string();
      if (name.starts_with('.') == hidden) names.push_back(name);
    }
    std::sort(names.begin(), names.end());
    return names;
  }

  /// Every file below `model_dir` with its bytes.
  std::map<std::string, std::string> everything(const std::string& model_dir) const {
    std::map<std::string, std::string> files;
    for (const auto& entry : std::filesystem::recursive_directory_iterator(path(model_dir))) {
      const std::string name = std::filesystem::relative(entry.path(), path()).string();
      files[name] = entry.is_regular_file() ? read(name) : "folder";
    }
    return files;
  }

  /// The bytes of a file of the newest checkpoint.
  std::string newest(const std::string& model_dir, const std::string& file) const {
    const std::vector<std::string> names = checkpoints(model_dir);
    return names.empty() ? "" : read(model_dir + "/checkpoints/" + names.back() + "/" + file);
  }

 private:
  void write_pairs(const std::string& stem, const std::vector<data::ToyPair>& pairs) const {
    std::string source, target;
    for (const data::ToyPair& pair : pairs) {
      source += pair.source + "\n";
      target += pair.target + "\n";
    }
    write(stem + ".en", source);
    write(stem + ".de", target);
  }
};

}  // namespace nmt::programs
