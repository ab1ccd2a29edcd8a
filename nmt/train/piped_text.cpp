#include "nmt/train/piped_text.h"

#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <filesystem>
#include <future>
#include <utility>

#include "data/text/byte_source.h"
#include "data/text/error.h"
#include "data/text/path_kind.h"
#include "nmt/checkpoint/durable_file.h"

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

// Returns the number of bytes.
int64_t copy(const std::string& from, const std::string& to) {
  const auto source = text::open_packed(from);
  checkpoint::DurableFile file(to);
  std::vector<char> buffer(size_t{1} << 18);
  int64_t bytes = 0;
  while (const size_t count = source->read(buffer.data(), buffer.size())) {
    file.write(buffer.data(), count);
    bytes += static_cast<int64_t>(count);
  }
  file.close();
  return bytes;
}

void link_or_copy(const std::string& from, const std::string& to) {
  std::error_code error;
  fs::create_hard_link(from, to, error);
  if (error) copy(from, to);
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
  std::vector<std::future<int64_t>> sizes;
  for (Stream& stream : streams) {
    while (names(config.data, lasting_folder(config) + "/" + stream.name)) stream.name += "-new";
    const std::string to = folder_->path() + "/" + stream.name;
    sizes.push_back(std::async(std::launch::async, copy, *stream.path, to));
    copies_.push_back({.stream = std::exchange(*stream.path, to),
                       .path = lasting_folder(config) + "/" + stream.name});
  }
  for (size_t i = 0; i < sizes.size(); ++i) copies_[i].bytes = sizes[i].get();
}

void PipedText::name_lasting_places(config::TrainingConfig& config) const {
  if (folder_) rename_sets(config.data, folder_->path(), lasting_folder(config));
}

void PipedText::keep(const config::TrainingConfig& config) {
  if (!folder_) return;
  for (const auto* paths : {&config.data.train_sets, &config.data.valid_sets}) {
    for (const fs::path path : *paths) {
      const fs::path to = folder_->path() / path.filename();
      if (path.parent_path() == lasting_folder(config) && !fs::exists(to)) link_or_copy(path, to);
    }
  }
  folder_->commit();
}

}  // namespace nmt::train
