#include "nmt/tensorboard/record_frame.h"

#include "nmt/tensorboard/crc32c.h"
#include "nmt/tensorboard/little_endian.h"

namespace nmt::tensorboard {

std::string framed(std::string_view data) {
  std::string frame;
  frame.reserve(data.size() + 16);
  append_little_endian(frame, uint64_t{data.size()});
  append_little_endian(frame, masked_crc32c(frame));
  frame += data;
  append_little_endian(frame, masked_crc32c(data));
  return frame;
}

}  // namespace nmt::tensorboard
