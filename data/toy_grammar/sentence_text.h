// SentenceText: words into a sentence, with blanks, commas, one capital and a full stop.

#pragma once

#include <string>
#include <string_view>

namespace nmt::data {

class SentenceText {
 public:
  SentenceText() { text_.reserve(160); }

  /// Appends one word made of up to three parts; nothing if all are empty.
  void word(std::string_view first, std::string_view second = {}, std::string_view third = {});

  /// A comma before the next word, if there is one; several in a row count as one.
  void comma() { comma_ = !text_.empty(); }

  /// The sentence with its first letter capital and a full stop; leaves this object empty.
  std::string finish();

 private:
  std::string text_;
  bool comma_ = false;
};

}  // namespace nmt::data
