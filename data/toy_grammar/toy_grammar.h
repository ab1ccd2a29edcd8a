// ToyGrammar: endless English sentences with their exact German translations.
//
// A synchronous grammar: one random derivation (syntax.h) is spelt out twice, by the rules of
// English (english.h) and of German (german.h). German differs where it is hard for a translator:
// gender and case, adjective endings, the verb second in main and last in subordinate clauses,
// separable prefixes, participles at the end, nicht against kein. The target is a function of the
// source: no English sentence has two translations.
//
//     ToyGrammar grammar(7);
//     const ToyPair pair = grammar.next();
//     pair.source;   // "Yesterday the teacher bought an old book because he needs it."
//     pair.target;   // "Gestern hat der Lehrer ein altes Buch gekauft, weil er es braucht."

#pragma once

#include <cstdint>
#include <string>

#include "data/base/seeded_random.h"
#include "data/toy_grammar/construction.h"

namespace nmt::data {

struct Lexicon;

/// One sentence in both languages, as plain text with capitals and punctuation.
struct ToyPair {
  std::string source;  ///< English.
  std::string target;  ///< German.
  ConstructionSet constructions;
};

inline constexpr int kMaximumWords = 24;

class ToyGrammar {
 public:
  /// The stream of sentences that belongs to `seed`: the same on every platform.
  explicit ToyGrammar(uint64_t seed);

  /// A grammar over `lexicon`, which must outlive it; for tests with few words.
  ToyGrammar(uint64_t seed, const Lexicon& lexicon);

  /// The next sentence, of at most kMaximumWords English words.
  ToyPair next();

 private:
  const Lexicon* lexicon_;
  base::SeededRandom random_;
};

}  // namespace nmt::data
