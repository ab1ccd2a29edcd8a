// Vocabularies: what source and target are cut with, one vocabulary for both or one for each.

#pragma once

#include <utility>

#include "data/vocabulary.h"

namespace nmt::data {

class Vocabularies {
 public:
  /// One for both sides. Implicit: where two are taken, one will do.
  Vocabularies(Vocabulary both) : source_(both), target_(std::move(both)), shared_(true) {}

  Vocabularies(Vocabulary source, Vocabulary target)
      : source_(std::move(source)), target_(std::move(target)), shared_(false) {}

  const Vocabulary& source() const { return source_; }
  const Vocabulary& target() const { return target_; }

  /// Whether it is one for both sides.
  bool shared() const { return shared_; }

 private:
  Vocabulary source_;
  Vocabulary target_;
  bool shared_;
};

}  // namespace nmt::data
