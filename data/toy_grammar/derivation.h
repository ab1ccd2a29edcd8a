// Derivation: draws abstract sentences at random, such that every English sentence has one reading.
//
// What keeps the readings apart: adverbials at the end of a clause belong to it because a clause
// with a relative clause on its object has none; a relative clause has no clause inside it;
// genitives take neither "and" nor a relative clause; places have no genitive.

#pragma once

#include "data/base/seeded_random.h"
#include "data/toy_grammar/phrase_derivation.h"
#include "data/toy_grammar/syntax.h"

namespace nmt::data {

class Derivation {
 public:
  /// Both must outlive this object and the sentences that it draws.
  Derivation(const Lexicon& lexicon, base::SeededRandom& random)
      : lexicon_(lexicon), random_(random), phrases_(lexicon, random) {}

  Sentence sentence();

 private:
  enum class Times : uint8_t { kAny, kPast, kNotPast, kPresent };
  /// Where a clause stands, which decides how much may be in it.
  struct Setting {
    Times times = Times::kAny;
    bool may_front = true;
    bool may_negate = true;
    bool alone = false;           ///< The only clause: more adverbials.
    bool before_clause = false;   ///< "says that": a verb that takes a clause.
    bool relative_inside = true;  ///< Whether its phrases may have relative clauses.
  };

  Clause clause(const Setting& setting);
  void choose_tense(Clause& clause, Times times);
  void choose_verb(Clause& clause, const Setting& setting);
  void choose_subject(Clause& clause, const std::vector<WordIndex>& nouns, Meaning meaning);
  void choose_objects(Clause& clause);
  void choose_predicate(Clause& clause);
  void choose_adverbials(Clause& clause, const Setting& setting);
  void choose_places(Clause& clause, const Setting& setting);
  void choose_front(Clause& clause);
  void elaborate(NounPhrase& phrase, const std::vector<WordIndex>& nouns, bool relative_inside,
                 bool negated);
  void add_relative(NounPhrase& phrase);
  bool fill_relative(Relative& relative, const Noun& head);
  const Verb* verb_for(Frame frame, Meaning meaning, bool as_subject);

  const Lexicon& lexicon_;
  base::SeededRandom& random_;
  PhraseDerivation phrases_;
};

}  // namespace nmt::data
