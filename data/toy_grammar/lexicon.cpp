#include "data/toy_grammar/lexicon.h"

#include <limits>
#include <map>
#include <span>

#include "data/toy_grammar/english_forms.h"

namespace nmt::data {
namespace {

Noun make_noun(const NounRow& row) {
  Noun noun;
  noun.english[0] = row.english;
  if (!row.german_plural.empty()) {
    noun.english[1] = row.english_plural.empty() ? english::regular_plural(row.english)
                                                 : std::string(row.english_plural);
  }
  noun.german = german::noun_forms(row);
  noun.gender = row.gender;
  noun.meaning = row.meaning;
  noun.location = row.location;
  return noun;
}

Adjective make_adjective(const AdjectiveRow& row) {
  std::string stem(row.stem.empty() ? row.german : row.stem);
  if (row.stem.empty() && stem.back() == 'e') stem.pop_back();  // müde, müd-
  return {row.english, row.german, stem};
}

/// "auf accusative" with the English word of a free use; a verb's own preposition is its tail.
PrepositionUse make_preposition(std::string_view text) {
  if (text.empty()) return {};
  const size_t blank = text.find(' ');
  const std::string_view german = text.substr(0, blank);
  return {german == "mit" ? "with" : "for", german,
          text.substr(blank + 1) == "dative" ? Case::kDative : Case::kAccusative};
}

Verb make_verb(Frame frame, const VerbRow& row) {
  Verb verb;
  verb.frame = frame;
  const size_t blank = row.english.find(' ');
  verb.base = row.english.substr(0, blank);
  if (blank != std::string_view::npos) verb.tail = row.english.substr(blank + 1);
  verb.third = english::third_person(verb.base);
  verb.past = row.past;
  verb.particle = row.traits & kParticle;
  const size_t bar = row.german.find('|');
  const bool separable = bar != std::string_view::npos;
  if (separable) verb.prefix = row.german.substr(0, bar);
  const std::string_view rest = separable ? row.german.substr(bar + 1) : row.german;
  verb.present = german::present_forms(rest, row.third);
  verb.infinitive = verb.prefix + std::string(rest);
  verb.participle = row.participle;
  verb.sein = row.traits & kSein;
  verb.preposition = make_preposition(row.preposition);
  verb.subject_meaning = row.subject;
  verb.object_meaning = row.object;
  return verb;
}

std::vector<WordIndex> nouns_with(const Lexicon& lexicon, Meaning meaning) {
  std::vector<WordIndex> found;
  for (size_t i = 0; i < lexicon.nouns.size(); ++i) {
    if (lexicon.nouns[i].meaning & meaning) found.push_back(static_cast<WordIndex>(i));
  }
  return found;
}

template <class Row>
std::vector<Row> first(std::span<const Row> rows, size_t limit) {
  return {rows.begin(), rows.begin() + static_cast<ptrdiff_t>(std::min(limit, rows.size()))};
}

void add_nouns_and_adjectives(Lexicon& lexicon, size_t limit) {
  std::map<Meaning, size_t> taken;
  for (const NounRow& row : noun_rows()) {
    if (taken[row.meaning]++ < limit) lexicon.nouns.push_back(make_noun(row));
  }
  const size_t adjectives = limit > adjective_rows().size() ? adjective_rows().size() : 8 * limit;
  const std::vector<AdjectiveRow> rows = first(adjective_rows(), adjectives);
  for (size_t i = 0; i < rows.size(); ++i) {
    lexicon.adjectives.push_back(make_adjective(rows[i]));
    for (Noun& noun : lexicon.nouns) {
      if (noun.meaning & rows[i].meaning) noun.adjectives.push_back(static_cast<WordIndex>(i));
    }
  }
}

void add_verbs(Lexicon& lexicon, size_t limit) {
  for (int frame = 0; frame < kFrames; ++frame) {
    for (const VerbRow& row : first(verb_rows(static_cast<Frame>(frame)), limit)) {
      Verb& verb = lexicon.verbs[frame].emplace_back(make_verb(static_cast<Frame>(frame), row));
      verb.subjects = nouns_with(lexicon, row.subject);
      verb.objects = nouns_with(lexicon, row.object);
    }
  }
}

void add_uses(Lexicon& lexicon) {
  lexicon.persons = nouns_with(lexicon, kPerson);
  lexicon.events = nouns_with(lexicon, kEvent | kHardship);
  lexicon.goals = nouns_with(lexicon, kPlace);
  for (size_t i = 0; i < lexicon.nouns.size(); ++i) {
    if (lexicon.nouns[i].location != Location::kNone) {
      lexicon.places.push_back(static_cast<WordIndex>(i));
    }
  }
}

}  // namespace

Lexicon small_lexicon(size_t limit, size_t verb_limit) {
  Lexicon lexicon;
  add_nouns_and_adjectives(lexicon, limit);
  add_verbs(lexicon, verb_limit);
  add_uses(lexicon);
  const WordRows words = word_rows();
  lexicon.times = first(words.times, 4 * limit);
  lexicon.manners = first(words.manners, limit);
  lexicon.frequencies = first(words.frequencies, limit);
  lexicon.comments = first(words.comments, limit);
  lexicon.names = first(words.names, limit);
  lexicon.towns = first(words.towns, limit);
  return lexicon;
}

const Lexicon& full_lexicon() {
  constexpr size_t kAll = std::numeric_limits<WordIndex>::max();
  static const Lexicon lexicon = small_lexicon(kAll, kAll);
  return lexicon;
}

}  // namespace nmt::data
