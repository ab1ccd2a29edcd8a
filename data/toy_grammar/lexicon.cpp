#include "data/toy_grammar/lexicon.h"

#include <limits>
#include <map>
#include <set>
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
          text.substr(blank + 1) == "dative" ? Case::dative : Case::accusative};
}

Verb make_verb(const VerbRow& row) {
  Verb verb;
  verb.frame = row.frame;
  const size_t blank = row.english.find(' ');
  verb.base = row.english.substr(0, blank);
  if (blank != std::string_view::npos) verb.tail = row.english.substr(blank + 1);
  verb.third = english::third_person(verb.base);
  verb.past = row.past;
  verb.particle = row.particle;
  const size_t bar = row.german.find('|');
  const bool separable = bar != std::string_view::npos;
  if (separable) verb.prefix = row.german.substr(0, bar);
  const std::string_view rest = separable ? row.german.substr(bar + 1) : row.german;
  verb.present = german::present_forms(rest, row.third);
  verb.infinitive = verb.prefix + std::string(rest);
  verb.participle = row.participle;
  verb.sein = row.sein;
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
  for (const VerbRow& row : verb_rows()) {
    std::vector<Verb>& verbs = lexicon.verbs[static_cast<int>(row.frame)];
    if (verbs.size() >= limit) continue;
    verbs.push_back(make_verb(row));
    verbs.back().subjects = nouns_with(lexicon, row.subject);
    verbs.back().objects = nouns_with(lexicon, row.object);
  }
}

void add_uses(Lexicon& lexicon) {
  lexicon.persons = nouns_with(lexicon, kPerson);
  lexicon.events = nouns_with(lexicon, kEvent | kHardship);
  lexicon.goals = nouns_with(lexicon, kPlace);
  for (size_t i = 0; i < lexicon.nouns.size(); ++i) {
    if (lexicon.nouns[i].location != Location::none) {
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
  lexicon.times = first(time_rows(), 4 * limit);
  lexicon.manners = first(manner_rows(), limit);
  lexicon.frequencies = first(frequency_rows(), limit);
  lexicon.comments = first(comment_rows(), limit);
  lexicon.names = first(name_rows(), limit);
  lexicon.towns = first(town_rows(), limit);
  return lexicon;
}

const Lexicon& full_lexicon() {
  constexpr size_t kAll = std::numeric_limits<WordIndex>::max();
  static const Lexicon lexicon = small_lexicon(kAll, kAll);
  return lexicon;
}

size_t Lexicon::lemmas() const {
  std::set<std::string> words;
  for (const Noun& noun : nouns) words.insert("noun " + noun.english[0]);
  for (const Adjective& adjective : adjectives)
    words.insert("adj " + std::string(adjective.english));
  for (const std::vector<Verb>& group : verbs) {
    for (const Verb& verb : group) words.insert("verb " + verb.base + " " + verb.tail);
  }
  for (const TimeRow& row : times) words.insert("time " + std::string(row.english));
  for (const auto* rows : {&manners, &frequencies, &comments, &names, &towns}) {
    for (const WordRow& row : *rows) words.insert("word " + std::string(row.english));
  }
  return words.size();
}

}  // namespace nmt::data
