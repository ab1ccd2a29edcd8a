// SentencePieceModel: the pieces of a text under a SentencePiece model of any kind, as
// SentencePiece 0.2.3 finds them.

#pragma once

#include <memory>
#include <string>
#include <string_view>

namespace nmt::metrics {

class SentencePieceModel {
 public:
  /// Throws InputError if the file cannot be read or is no model.
  explicit SentencePieceModel(const std::string& path);
  ~SentencePieceModel();

  /// Replaces `pieces` by the pieces of `text`, separated by spaces. Any number of threads.
  void encode(std::string_view text, std::string& pieces) const;

 private:
  struct Parts;

  std::unique_ptr<const Parts> parts_;
};

}  // namespace nmt::metrics
