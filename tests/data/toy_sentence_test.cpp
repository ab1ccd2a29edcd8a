// Abstract sentences built by hand, and what a speaker of each language says for them.

#include <gtest/gtest.h>

#include <stdexcept>
#include <string>

#include "data/toy_grammar/english.h"
#include "data/toy_grammar/german.h"
#include "data/toy_grammar/lexicon.h"
#include "data/toy_grammar/syntax.h"

namespace nmt::data::toy_sentence_test {
namespace {

const Verb& verb(Frame frame, const std::string& base, const std::string& tail = "") {
  for (const Verb& verb : full_lexicon().verbs[static_cast<int>(frame)]) {
    if (verb.base == base && verb.tail == tail) return verb;
  }
  throw std::runtime_error("no verb " + base);
}

Phrase noun(const std::string& english, Determiner determiner = Determiner::kDefinite,
            Number number = Number::kSingular) {
  Phrase phrase;
  for (const Noun& noun : full_lexicon().nouns) {
    if (noun.english[0] == english) phrase.noun = &noun;
  }
  if (phrase.noun == nullptr) throw std::runtime_error("no noun " + english);
  phrase.determiner = determiner;
  phrase.number = number;
  return phrase;
}

Phrase described(const std::string& adjective, Phrase phrase) {
  for (const Adjective& word : full_lexicon().adjectives) {
    if (word.english == adjective) phrase.adjectives[0] = &word;
  }
  return phrase;
}

Phrase pronoun(Pronoun which) {
  Phrase phrase;
  phrase.kind = Phrase::Kind::kPronoun;
  phrase.pronoun = which;
  return phrase;
}

NounPhrase alone(const Phrase& head) {
  NounPhrase phrase;
  phrase.head = head;
  return phrase;
}

const TimeRow* time(const std::string& english) {
  for (const TimeRow& row : full_lexicon().times) {
    if (row.english == english) return &row;
  }
  throw std::runtime_error("no time " + english);
}

Clause clause(const Phrase& subject, const Verb& verb, Tense tense) {
  Clause clause;
  clause.subject.head = subject;
  clause.verb = &verb;
  clause.tense = tense;
  return clause;
}

Clause clause(const Phrase& subject, const Verb& verb, Tense tense, const Phrase& object) {
  Clause result = clause(subject, verb, tense);
  result.object = alone(object);
  return result;
}

Sentence joined(Clause main, Link link, Clause second, bool second_first = false) {
  Sentence sentence;
  sentence.main = std::move(main);
  sentence.link = link;
  sentence.second = std::move(second);
  sentence.second_first = second_first;
  return sentence;
}

void expect(const Sentence& sentence, const std::string& english, const std::string& german) {
  ConstructionSet used;
  EXPECT_EQ(to_english(sentence), english);
  EXPECT_EQ(to_german(sentence, used), german);
}

void expect(Clause main, const std::string& english, const std::string& german) {
  Sentence sentence;
  sentence.main = std::move(main);
  expect(sentence, english, german);
}

TEST(ToySentenceTest, PerfectTenseAndInversion) {
  Clause main = clause(noun("woman"), verb(Frame::kAccusative, "buy"), Tense::kPast,
                       described("red", noun("coat", Determiner::kIndefinite)));
  main.time = time("yesterday");
  main.front = Front::kTime;
  expect(std::move(main), "Yesterday the woman bought a red coat.",
         "Gestern hat die Frau einen roten Mantel gekauft.");
}

TEST(ToySentenceTest, SeparableVerbSplitsInMainAndJoinsInSubordinateClause) {
  const Verb& open = verb(Frame::kAccusative, "open");
  expect(joined(clause(pronoun(Pronoun::kI), open, Tense::kPresent, noun("window")), Link::kBecause,
                clause(noun("child"), open, Tense::kPresent, noun("door"))),
         "I open the window because the child opens the door.",
         "Ich mache das Fenster auf, weil das Kind die Tür aufmacht.");
}

TEST(ToySentenceTest, FrontedClauseInvertsTheMainClause) {
  expect(
      joined(clause(pronoun(Pronoun::kHe), verb(Frame::kDative, "help"), Tense::kFuture,
                    noun("neighbor")),
             Link::kIf,
             clause(pronoun(Pronoun::kYou), verb(Frame::kIntransitive, "sleep"), Tense::kPresent),
             /*second_first=*/true),
      "If you sleep, he will help the neighbor.",
      "Wenn Sie schlafen, wird er dem Nachbarn helfen.");
}

TEST(ToySentenceTest, ModalStandsLastInSubordinateClause) {
  Clause second = clause(pronoun(Pronoun::kThey), verb(Frame::kMotion, "go"), Tense::kModalPast);
  second.modal = Modal::kMust;
  second.place.emplace();
  second.place->relation = PlacePhrase::Relation::kInto;
  second.place->phrase = noun("garden");
  expect(joined(clause(noun("judge"), verb(Frame::kClause, "say"), Tense::kPast), Link::kThat,
                std::move(second)),
         "The judge said that they had to go into the garden.",
         "Der Richter hat gesagt, dass sie in den Garten gehen mussten.");
}

TEST(ToySentenceTest, TwoObjectsAndPronouns) {
  const Verb& give = verb(Frame::kTwoObjects, "give");
  Clause nouns = clause(noun("father"), give, Tense::kPresent, noun("ball"));
  nouns.recipient = alone(noun("child", Determiner::kHis));
  expect(std::move(nouns), "The father gives the ball to his child.",
         "Der Vater gibt seinem Kind den Ball.");
  Clause pronouns = clause(noun("father"), give, Tense::kPresent, pronoun(Pronoun::kIt));
  pronouns.recipient = alone(pronoun(Pronoun::kShe));
  expect(std::move(pronouns), "The father gives it to her.", "Der Vater gibt es ihr.");
}

TEST(ToySentenceTest, ParticleFollowsPronounObject) {
  const Verb& turn_on = verb(Frame::kAccusative, "turn", "on");
  expect(clause(pronoun(Pronoun::kShe), turn_on, Tense::kPast, pronoun(Pronoun::kIt)),
         "She turned it on.", "Sie hat es eingeschaltet.");
  expect(clause(pronoun(Pronoun::kShe), turn_on, Tense::kPast, noun("radio")),
         "She turned on the radio.", "Sie hat das Radio eingeschaltet.");
}

TEST(ToySentenceTest, NichtAgainstKein) {
  const Verb& see = verb(Frame::kAccusative, "see");
  Clause definite = clause(noun("man"), see, Tense::kPresent, noun("dog"));
  definite.negated = true;
  expect(std::move(definite), "The man does not see the dog.", "Der Mann sieht den Hund nicht.");
  Clause indefinite = clause(noun("man"), see, Tense::kPast, noun("dog", Determiner::kIndefinite));
  indefinite.negated = true;
  expect(std::move(indefinite), "The man did not see a dog.", "Der Mann hat keinen Hund gesehen.");
  Clause waiting =
      clause(noun("man"), verb(Frame::kPreposition, "wait", "for"), Tense::kPresent, noun("bus"));
  waiting.negated = true;
  expect(std::move(waiting), "The man does not wait for the bus.",
         "Der Mann wartet nicht auf den Bus.");
}

TEST(ToySentenceTest, RelativeClauses) {
  Clause main = clause(noun("man"), verb(Frame::kIntransitive, "laugh"), Tense::kPresent);
  main.subject.relative = std::make_unique<Relative>();
  main.subject.relative->role = RelativeRole::kPreposition;
  main.subject.relative->clause =
      clause(noun("girl"), verb(Frame::kPreposition, "wait", "for"), Tense::kPresent);
  expect(std::move(main), "The man whom the girl waits for laughs.",
         "Der Mann, auf den das Mädchen wartet, lacht.");

  Clause object = clause(pronoun(Pronoun::kWe), verb(Frame::kAccusative, "call"), Tense::kPast,
                         noun("friend", Determiner::kDefinite, Number::kPlural));
  object.object->relative = std::make_unique<Relative>();
  object.object->relative->role = RelativeRole::kDative;
  object.object->relative->clause =
      clause(noun("teacher"), verb(Frame::kDative, "thank"), Tense::kPast);
  expect(std::move(object), "We called the friends whom the teacher thanked.",
         "Wir haben die Freunde angerufen, denen der Lehrer gedankt hat.");
}

TEST(ToySentenceTest, GenitiveAndCoordination) {
  Clause main = clause(noun("car"), verb(Frame::kIntransitive, "arrive"), Tense::kPast);
  main.subject.genitive = described("old", noun("student"));
  main.circumstance.emplace();
  main.circumstance->relation = Circumstance::Relation::kDespite;
  main.circumstance->event = noun("rain");
  expect(std::move(main), "The car of the old student arrived despite the rain.",
         "Das Auto des alten Studenten ist trotz des Regens angekommen.");

  Clause both = clause(noun("dog"), verb(Frame::kIntransitive, "sleep"), Tense::kPresent);
  both.subject.second = noun("cat");
  expect(std::move(both), "The dog and the cat sleep.", "Der Hund und die Katze schlafen.");
}

TEST(ToySentenceTest, NumbersPlacesAndCapitalUmlaut) {
  Phrase dogs = noun("dog", Determiner::kNumber, Number::kPlural);
  dogs.count = 21;
  Clause main = clause(dogs, verb(Frame::kIntransitive, "play"), Tense::kPresent);
  main.place.emplace();
  main.place->phrase = noun("garden");
  main.time = time("the day after tomorrow");
  main.front = Front::kTime;
  main.tense = Tense::kFuture;
  expect(std::move(main), "The day after tomorrow twenty-one dogs will play in the garden.",
         "Übermorgen werden einundzwanzig Hunde im Garten spielen.");
}

TEST(ToySentenceTest, PredicateAdjectiveHasNoEnding) {
  Clause main;
  main.subject.head = noun("house", Determiner::kMy, Number::kPlural);
  for (const Adjective& adjective : full_lexicon().adjectives) {
    if (adjective.english == "dark") main.predicate = &adjective;
  }
  expect(std::move(main), "My houses are dark.", "Meine Häuser sind dunkel.");
  Clause attribute =
      clause(pronoun(Pronoun::kHe), verb(Frame::kAccusative, "visit"), Tense::kPresent,
             described("dark", noun("castle", Determiner::kIndefinite)));
  expect(std::move(attribute), "He visits a dark castle.", "Er besucht ein dunkles Schloss.");
}

}  // namespace
}  // namespace nmt::data::toy_sentence_test
