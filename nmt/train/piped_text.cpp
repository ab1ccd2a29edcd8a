#include "nmt/train/piped_text.h"

#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <filesystem>
#include <utility>

#include "data/base/thread_pool.h"
#include "data/text/durable_file.h"
#include "data/text/error.h"
#include "data/text/path_kind.h"

namespace nmt::train {
namespace {

namespace fs = std::filesystem;

/// A set that is a stream.
struct Stream {
  std::string* path;  ///< In the configuration.
  std::string flag;   ///< "--train-sets"
  std::string name;   ///< Of its copy: "train.src".
};

std::vector<Stream> streams_of(config::DataConfig& data) {
  std::vector<Stream> streams;
  const auto add = [&](std::vector<std::string>& paths, const char* flag, const char* stem) {
    const char* sides[] = {".src", ".tgt"};
    for (size_t side = 0; side < paths.size(); ++side) {
      if (!text::is_stream(paths[side])) continue;
      streams.push_back({&paths[side], flag, std::string(stem) + sides[side]});
    }
  };
  add(data.train_sets, "--train-sets", "train");
  add(data.valid_sets, "--valid-sets", "valid");
  return streams;
}

std::pair<dev_t, ino_t> file_identity(const std::string& path) {
  struct stat status {};
  const int error = path == "-" ? ::fstat(STDIN_FILENO, &status) : ::stat(path.c_str(), &status);
  return error == 0 ? std::pair(status.st_dev, status.st_ino) : std::pair(dev_t{}, ino_t{});
}

void refuse_repetitions(const std::vector<Stream>& streams) {
  for (size_t i = 0; i < streams.size(); ++i) {
    for (size_t j = 0; j < i; ++j) {
      if (file_identity(*streams[i].path) != file_identity(*streams[j].path)) continue;
      throw UsageError(streams[j].flag, " ", *streams[j].path, " and ", streams[i].flag, " ",
                       *streams[i].path, " are the same stream, which can be read only once");
    }
  }
}

std::string lasting_folder(const config::TrainingConfig& config) {
  return (fs::absolute(config.model_dir) / kPipedTextFolder).lexically_normal().string();
}

bool names(const config::DataConfig& data, const std::string& path) {
  return std::ranges::find(data.train_sets, path) != data.train_sets.end() ||
         std::ranges::find(data.valid_sets, path) != data.valid_sets.end();
}

// Names the files of `to` in `config` wherever it names those of `from`.
void rename_sets(config::DataConfig& data, const fs::path& from, const fs::path& to) {
  for (std::vector<std::string>* paths : {&data.train_sets, &data.valid_sets}) {
    for (std::string& path : *paths) {
      const fs::path named = path;
      if (named.parent_path() == from) path = (to / named.filename()).string();
    }
  }
}

}  // namespace

PipedText::PipedText(config::TrainingConfig& config) {
  std::vector<Stream> streams = streams_of(config.data);
  refuse_repetitions(streams);
  if (streams.empty()) return;
  folder_.emplace(lasting_folder(config));
  for (Stream& stream : streams) {
    while (names(config.data, lasting_folder(config) + "/" + stream.name)) stream.name += "-new";
    const std::string to = folder_->path() + "/" + stream.name;
    copies_.push_back({.stream = std::exchange(*stream.path, to),
                       .path = lasting_folder(config) + "/" + stream.name});
  }
  base::ThreadPool pool(std::ssize(copies_));
  pool.run([&](int64_t i) {
    copies_[i].bytes = text::copy_durably(copies_[i].stream, *streams[i].path);
  });
}

void PipedText::name_lasting_places(config::TrainingConfig& config) const {
  if (folder_) rename_sets(config.data, folder_->path(), lasting_folder(config));
}

void PipedText::keep(const config::TrainingConfig& config) {
  if (!folder_) return;
  for (const auto* paths : {&config.data.train_sets, &config.data.valid_sets}) {
    for (const fs::path path : *paths) {
      const fs::path to = folder_->path() / path.filename();
      if (path.parent_path() == lasting_folder(config) && !fs::exists(to))
        text::link_or_copy(path, to);
    }
  }
  folder_->commit();
}

}  // namespace nmt::train
