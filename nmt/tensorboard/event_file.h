// EventFile: a file that TensorBoard reads, events.out.tfevents.<unix time>.<host>.
//
// Its records are Event messages (event.proto of TensorBoard), the first of which names the
// format's version. A folder may hold several such files, one for each process of a run;
// TensorBoard reads them in the order of their names and never goes back to one, so a new file
// sorts after all that are there, whatever the clock says.

#pragma once

#include <cstdint>
#include <filesystem>
#include <functional>
#include <string_view>

#include "data/text/append_file.h"
#include "nmt/tensorboard/protobuf_message.h"

namespace nmt::tensorboard {

/// The values that one event shows, each under a tag such as "train/loss"; TensorBoard puts what
/// stands before the first slash in one section. Messages and field numbers: summary.proto and
/// tensor.proto of TensorBoard.
class Summary {
 public:
  /// A point of a curve. TensorBoard keeps a float; NaN and infinity are shown as such. `tag` must
  /// be UTF-8.
  void add_scalar(std::string_view tag, double value);

  /// A text, which TensorBoard reads as Markdown. Bytes that are not UTF-8 become U+FFFD. `tag`
  /// must be UTF-8.
  void add_text(std::string_view tag, std::string_view text);

  bool empty() const { return message_.bytes().empty(); }
  const ProtobufMessage& message() const { return message_; }

 private:
  ProtobufMessage message_;
};

/// Seconds since 1970 by the system's clock.
double unix_time();

/// Every function throws InputError if its event cannot be written. An event is handed to the
/// operating system whole: a kill leaves at most the last one torn, which TensorBoard skips.
class EventFile {
 public:
  /// Creates `folder` if it is missing and a new file in it. No other process may write there.
  explicit EventFile(const std::filesystem::path& folder,
                     std::function<double()> clock = unix_time);

  /// Says that a session starts at `step`: TensorBoard forgets what earlier files say of that step
  /// and later ones. What SummaryWriter of PyTorch and of tensorboardX writes for its purge_step.
  void start_session(int64_t step);

  /// The values of `summary`, at `step`; nothing if there are none.
  void write(int64_t step, const Summary& summary);

  /// Waits until everything is on the disk.
  void sync() { file_.sync(); }

 private:
  ProtobufMessage event_now() const;
  void append(const ProtobufMessage& event);

  std::function<double()> clock_;
  text::AppendFile file_;
};

}  // namespace nmt::tensorboard
