// The frame of one record in a TFRecord file, the container of TensorBoard's event files:
//
//     uint64 length    uint32 masked CRC-32C of length    data    uint32 masked CRC-32C of data
//
// all little-endian; TensorFlow guide, "TFRecord and tf.train.Example", section "TFRecords format
// details".

#pragma once

#include <string>
#include <string_view>

namespace nmt::tensorboard {

/// `data` in its frame, 16 bytes longer.
std::string framed(std::string_view data);

}  // namespace nmt::tensorboard
