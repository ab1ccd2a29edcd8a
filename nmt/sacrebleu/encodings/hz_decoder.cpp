#include "nmt/sacrebleu/encodings/hz_decoder.h"

#include "nmt/sacrebleu/encodings/designated_set.h"

namespace nmt::sacrebleu {

bool HzDecoder::take_escape(char second, std::string& text) {
  if (chinese_) {
    chinese_ = second != '}';
    return second == '}';
  }
  chinese_ = second == '{';
  if (second == '~') text += '~';
  return second == '~' || second == '{' || second == '\n';  // "~" hides the end of a line.
}

bool HzDecoder::take_pair(char first, char second, std::string& text) {
  const char pair[] = {first, second};
  return append_designated(set_, {pair, sizeof pair}, text);
}

bool HzDecoder::decode(std::string_view bytes, std::string& text) {
  for (const char byte : bytes) {
    bool ok = true;
    if (pending_ != 0) {
      ok = pending_ == '~' ? take_escape(byte, text) : take_pair(pending_, byte, text);
      pending_ = 0;
    } else if (byte == '~' || (chinese_ && byte > 0)) {
      pending_ = byte;
    } else {
      ok = !chinese_ && byte >= 0;
      text += byte;
    }
    if (!ok) return false;
  }
  return true;
}

}  // namespace nmt::sacrebleu
