// Draws noun phrases and adverbials at random.

#pragma once

#include <algorithm>
#include <vector>

#include "data/base/seeded_random.h"
#include "data/toy_grammar/syntax.h"

namespace nmt::data {

/// How a phrase may be determined.
enum class PhraseUse : uint8_t {
  kFree,     ///< Anything.
  kKnown,    ///< Definite, demonstrative or possessive: subjects and datives of negated clauses.
  kUnknown,  ///< Indefinite or bare: the object that "kein" negates.
};

class PhraseDerivation {
 public:
  /// Both must outlive this object.
  PhraseDerivation(const Lexicon& lexicon, base::SeededRandom& random)
      : lexicon_(lexicon), random_(random) {}

  /// True in `percent` of 100 cases.
  bool chance(uint64_t percent) { return random_.below(100) < percent; }

  /// A random element, those in front more often: the smallest of three uniform draws.
  template <class Range>
  const auto& pick(const Range& range) {
    const uint64_t size = range.size();
    const uint64_t first = random_.below(size), second = random_.below(size);
    return range[std::min({first, second, random_.below(size)})];
  }

  /// A phrase around one of `nouns`.
  Phrase noun(const std::vector<WordIndex>& nouns, PhraseUse use);

  /// A name.
  Phrase name();

  /// A pronoun for something of `meaning`; as an object, none that means `subject` itself.
  Phrase subject_pronoun();
  Phrase object_pronoun(Meaning meaning, const Phrase& subject);

  /// A person as a partner or recipient: pronoun, name or noun.
  Phrase person(PhraseUse use, const Phrase& subject);

  /// Puts a genitive attribute, or a second phrase from `nouns`, onto `phrase`.
  void add_genitive(NounPhrase& phrase);
  void add_second(NounPhrase& phrase, const std::vector<WordIndex>& nouns);

  /// Somewhere to be; somewhere to go or come from.
  PlacePhrase place();
  PlacePhrase direction();

  Circumstance circumstance();

  /// A time that goes with `tense`.
  const TimeRow* time(Tense tense);

 private:
  void determine(Phrase& phrase, PhraseUse use);
  void determine_freely(Phrase& phrase);
  void choose_adjectives(Phrase& phrase);
  Phrase simple_noun(const std::vector<WordIndex>& nouns);

  const Lexicon& lexicon_;
  base::SeededRandom& random_;
};

}  // namespace nmt::data
