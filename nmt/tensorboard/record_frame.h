// The frame of one record in a TFRecord file, the container of TensorBoard's event files:
//
//     uint64 length    uint32 masked CRC-32C of length    data    uint32 masked CRC-32C of data
//
// all little-endian; TensorFlow guide, "TFRecord and tf.train.Example", section "TFRecords format
// details". CRC-32C (Castagnoli) has the polynomial 0x1EDC6F41, bits reflected, initial and final
// value inverted: RFC 3720, section 12.1 and appendix B.4.

#pragma once

#include <cstdint>
#include <string>
#include <string_view>

namespace nmt::tensorboard {

/// CRC-32C of `bytes`; 0 if there are none.
uint32_t crc32c(std::string_view bytes);

/// The CRC-32C of `bytes` as TFRecord files store it: turned right by 15 bits, plus 0xA282EAD8. A
/// record that itself holds checksums would otherwise have a poor one.
uint32_t masked_crc32c(std::string_view bytes);

/// `data` in its frame, 16 bytes longer.
std::string framed(std::string_view data);

}  // namespace nmt::tensorboard
