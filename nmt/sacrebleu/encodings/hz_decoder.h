// HzDecoder: HZ (RFC 1843), ASCII with stretches of GB 2312 between "~{" and "~}".

#pragma once

#include "nmt/sacrebleu/encodings/character_set.h"
#include "nmt/sacrebleu/encodings/stream_decoder.h"

namespace nmt::sacrebleu {

class HzDecoder : public StreamDecoder {
 public:
  /// As CharacterSet.
  HzDecoder() : set_("gb2312") {}

  bool decode(std::string_view bytes, std::string& text) override;
  bool finish() override { return pending_ == 0; }

 private:
  bool take_escape(char second, std::string& text);
  bool take_pair(char first, char second, std::string& text);

  CharacterSet set_;
  bool chinese_ = false;  // Whether between "~{" and "~}".
  char pending_ = 0;      // The first byte of two; 0: none.
};

}  // namespace nmt::sacrebleu
