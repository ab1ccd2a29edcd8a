// Lexicon: every word of the toy grammar with all its forms, and which words go together.
//
// Built from the rows of lexicon_rows.h. Members refer to each other by index, so that a lexicon
// can be copied; the order is that of the rows, frequent words first.

#pragma once

#include <array>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "data/toy_grammar/german_forms.h"
#include "data/toy_grammar/grammar_terms.h"
#include "data/toy_grammar/lexicon_rows.h"

namespace nmt::data {

using WordIndex = uint16_t;

struct Noun {
  std::array<std::string, 2> english;  ///< By Number; the plural of a mass noun is empty.
  german::NounForms german;
  Gender gender;
  Meaning meaning;
  Location location;
  std::vector<WordIndex> adjectives;  ///< Those that can be said of it.

  bool is_mass() const { return english[1].empty(); }
  bool is_person() const { return meaning & kPerson; }
};

struct Adjective {
  std::string_view english;
  std::string_view predicate;  ///< German without ending: "teuer".
  std::string stem;            ///< German before an ending: "teur".
};

/// A German preposition, the case it takes, and its English counterpart.
struct PrepositionUse {
  std::string_view english, german;
  Case grammatical_case = Case::kDative;
};

struct Verb {
  Frame frame;
  std::string base, third, past;       ///< English, first word.
  std::string tail;                    ///< English, further words: "for", "up"; may be empty.
  bool particle;                       ///< Whether the tail follows a pronoun object.
  std::string prefix;                  ///< German separable prefix; may be empty.
  std::array<std::string, 3> present;  ///< German, by Agreement, without prefix.
  std::string infinitive, participle;
  bool sein;                   ///< Perfect with sein.
  PrepositionUse preposition;  ///< See VerbRow::preposition; empty if there is none.
  Meaning subject_meaning, object_meaning;
  std::vector<WordIndex> subjects, objects;  ///< Nouns.
};

struct Lexicon {
  std::vector<Noun> nouns;
  std::vector<Adjective> adjectives;
  std::array<std::vector<Verb>, kFrames> verbs;  ///< By Frame.
  std::vector<TimeRow> times;
  std::vector<WordRow> manners, frequencies, comments, names, towns;
  /// Nouns by use: something to be at, something to go to, someone, something that happens.
  std::vector<WordIndex> places, goals, persons, events;
};

/// The whole lexicon, built once.
const Lexicon& full_lexicon();

/// A lexicon with at most `limit` nouns of each meaning and other words of each kind, and with
/// `verb_limit` verbs of each frame, so that chance repeats sentences often; for tests.
Lexicon small_lexicon(size_t limit, size_t verb_limit);

}  // namespace nmt::data
