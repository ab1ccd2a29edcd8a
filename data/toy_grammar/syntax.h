// The abstract sentence: what is said, before either language says it.
//
// A derivation draws one (derivation.h); english.h and german.h spell it out. Everything that the
// two languages do by rule (order, agreement, case, endings) is absent here. Pointers go into a
// Lexicon.

#pragma once

#include <array>
#include <cstdint>
#include <memory>
#include <optional>

#include "data/toy_grammar/lexicon.h"

namespace nmt::data {

/// A pronoun, a name, or a noun with determiner and adjectives.
struct Phrase {
  enum class Kind : uint8_t { kPronoun, kName, kNoun };
  Kind kind = Kind::kNoun;
  Pronoun pronoun = Pronoun::kI;
  const WordRow* name = nullptr;
  const Noun* noun = nullptr;
  Determiner determiner = Determiner::kDefinite;
  Number number = Number::kSingular;
  uint8_t count = 0;                                ///< For Determiner::kNumber, at least 2.
  std::array<const Adjective*, 2> adjectives = {};  ///< nullptr where there is none.
};

struct Relative;

/// A phrase with at most one of: genitive attribute, second phrase after "and", relative clause.
struct NounPhrase {
  Phrase head;
  std::optional<Phrase> genitive;
  std::optional<Phrase> second;
  std::unique_ptr<Relative> relative;

  NounPhrase();
  ~NounPhrase();
  NounPhrase(NounPhrase&&) noexcept;
  NounPhrase& operator=(NounPhrase&&) noexcept;
};

/// In, at, on or next to something; into, to or from it. A town or a phrase.
struct PlacePhrase {
  enum class Relation : uint8_t { kAt, kBehind, kInFrontOf, kNextTo, kInto, kTo, kFrom };
  Relation relation = Relation::kAt;
  const WordRow* town = nullptr;
  Phrase phrase;  ///< If town is null.
};

/// Because of, despite, during an event.
struct Circumstance {
  enum class Relation : uint8_t { kBecauseOf, kDespite, kDuring };
  Relation relation = Relation::kBecauseOf;
  Phrase event;
};

/// What stands before the finite verb of a main clause.
enum class Front : uint8_t { kSubject, kTime, kCircumstance, kPlace, kComment };

struct Clause {
  NounPhrase subject;          ///< Unused where a relative pronoun is the subject.
  const Verb* verb = nullptr;  ///< Null: "to be" with `predicate`.
  const Adjective* predicate = nullptr;
  Tense tense = Tense::kPresent;
  Modal modal = Modal::kCan;
  bool negated = false;
  std::optional<NounPhrase> object;     ///< In the case that the verb's frame asks for.
  std::optional<NounPhrase> recipient;  ///< Dative, in the frame two_objects.
  std::optional<Phrase> partner;        ///< With whom, for whom.
  const TimeRow* time = nullptr;
  std::optional<Circumstance> circumstance;
  const WordRow* frequency = nullptr;
  const WordRow* manner = nullptr;
  const WordRow* comment = nullptr;  ///< Always in front.
  std::optional<PlacePhrase> place;
  Front front = Front::kSubject;
};

/// A relative clause; the head of its noun phrase fills `role`, so that slot of `clause` is unused.
struct Relative {
  RelativeRole role = RelativeRole::kSubject;
  Clause clause;
};

/// How the second clause hangs on the first.
enum class Link : uint8_t {
  kNone,
  kAnd,
  kBut,
  kThat,
  kBecause,
  kAlthough,
  kIf,
  kWhen,
  kBefore,
  kWhile
};
constexpr bool is_subordinating(Link link) {
  return link >= Link::kThat;
}

struct Sentence {
  Clause main;
  Link link = Link::kNone;
  std::optional<Clause> second;
  bool second_first = false;  ///< The subordinate clause opens the sentence.
};

/// Person and number of a subject.
Agreement agreement_of(const Phrase& phrase);
Agreement agreement_of(const NounPhrase& subject);

}  // namespace nmt::data
