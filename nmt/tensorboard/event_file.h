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

#include "data/text/append_file.h"
#include "nmt/tensorboard/protobuf_message.h"
#include "nmt/tensorboard/summary.h"

namespace nmt::tensorboard {

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
