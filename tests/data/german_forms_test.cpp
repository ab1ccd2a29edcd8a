// German word forms against a school grammar's tables and against sentences written by hand.

#include "data/toy_grammar/german_forms.h"

#include <gtest/gtest.h>

#include <string>
#include <vector>

#include "data/toy_grammar/english_forms.h"
#include "data/toy_grammar/lexicon.h"

namespace nmt::data::german_forms_test {
namespace {

const Noun& noun(const std::string& english) {
  for (const Noun& noun : full_lexicon().nouns) {
    if (noun.english[0] == english) return noun;
  }
  throw std::runtime_error("no noun " + english);
}

const Verb& verb(Frame frame, const std::string& english) {
  for (const Verb& verb : full_lexicon().verbs[static_cast<int>(frame)]) {
    if (verb.base + (verb.tail.empty() ? "" : " " + verb.tail) == english) return verb;
  }
  throw std::runtime_error("no verb " + english);
}

/// All eight forms of determiner, adjective and noun, as a grammar prints them.
std::vector<std::string> declined(Determiner determiner, const std::string& stem,
                                  const std::string& english) {
  std::vector<std::string> forms;
  const Noun& word = noun(english);
  for (const Number number : {Number::kSingular, Number::kPlural}) {
    for (int i = 0; i < 4; ++i) {
      const german::Inflection inflection{word.gender, number, static_cast<Case>(i)};
      const auto [front, ending] = german::determiner(determiner, inflection);
      const auto declension = german::declension_after(determiner);
      std::string form = std::string(front) + std::string(ending);
      if (!form.empty()) form += " ";
      form += stem + std::string(german::adjective_ending(declension, inflection)) + " ";
      forms.push_back(form + word.german[static_cast<int>(number)][i]);
    }
  }
  return forms;
}

using Forms = std::vector<std::string>;

TEST(GermanFormsTest, WeakDeclension) {
  EXPECT_EQ(
      declined(Determiner::kDefinite, "alt", "man"),
      (Forms{"der alte Mann", "den alten Mann", "dem alten Mann", "des alten Mannes",
             "die alten Männer", "die alten Männer", "den alten Männern", "der alten Männer"}));
  EXPECT_EQ(declined(Determiner::kDemonstrative, "neu", "lamp"),
            (Forms{"diese neue Lampe", "diese neue Lampe", "dieser neuen Lampe",
                   "dieser neuen Lampe", "diese neuen Lampen", "diese neuen Lampen",
                   "diesen neuen Lampen", "dieser neuen Lampen"}));
}

TEST(GermanFormsTest, MixedDeclension) {
  EXPECT_EQ(declined(Determiner::kNo, "klein", "child"),
            (Forms{"kein kleines Kind", "kein kleines Kind", "keinem kleinen Kind",
                   "keines kleinen Kindes", "keine kleinen Kinder", "keine kleinen Kinder",
                   "keinen kleinen Kindern", "keiner kleinen Kinder"}));
  EXPECT_EQ(declined(Determiner::kOur, "jung", "student"),
            (Forms{"unser junger Student", "unseren jungen Studenten", "unserem jungen Studenten",
                   "unseres jungen Studenten", "unsere jungen Studenten", "unsere jungen Studenten",
                   "unseren jungen Studenten", "unserer jungen Studenten"}));
}

TEST(GermanFormsTest, StrongDeclension) {
  const Forms forms = declined(Determiner::kBare, "kalt", "water");
  EXPECT_EQ((Forms{forms.begin(), forms.begin() + 4}),
            (Forms{"kaltes Wasser", "kaltes Wasser", "kaltem Wasser", "kalten Wassers"}));
  const Forms many = declined(Determiner::kMany, "gut", "friend");
  EXPECT_EQ((Forms{many.begin() + 4, many.end()}),
            (Forms{"viele gute Freunde", "viele gute Freunde", "vielen guten Freunden",
                   "vieler guter Freunde"}));
}

TEST(GermanFormsTest, GenitiveOfNouns) {
  const std::vector<std::pair<const char*, const char*>> kGenitives = {
      {"house", "Hauses"},    {"car", "Autos"},           {"teacher", "Lehrers"},
      {"boss", "Chefs"},      {"boy", "Jungen"},          {"farmer", "Bauern"},
      {"bus", "Busses"},      {"prison", "Gefängnisses"}, {"woman", "Frau"},
      {"girl", "Mädchens"},   {"square", "Platzes"},      {"snow", "Schnees"},
      {"concert", "Konzerts"}};
  for (const auto& [english, genitive] : kGenitives) {
    EXPECT_EQ(noun(english).german[0][3], genitive);
  }
}

TEST(GermanFormsTest, PresentTense) {
  struct Row {
    Frame frame;
    const char* english;
    std::vector<std::string> forms;
  };
  const Row kRows[] = {
      {Frame::kIntransitive, "work", {"arbeite", "arbeitet", "arbeiten"}},
      {Frame::kIntransitive, "smile", {"lächle", "lächelt", "lächeln"}},
      {Frame::kIntransitive, "live", {"wohne", "wohnt", "wohnen"}},
      {Frame::kIntransitive, "sleep", {"schlafe", "schläft", "schlafen"}},
      {Frame::kAccusative, "draw", {"zeichne", "zeichnet", "zeichnen"}},
      {Frame::kAccusative, "change", {"ändere", "ändert", "ändern"}},
      {Frame::kAccusative, "collect", {"sammle", "sammelt", "sammeln"}},
      {Frame::kAccusative, "warn", {"warne", "warnt", "warnen"}},
      {Frame::kAccusative, "hug", {"umarme", "umarmt", "umarmen"}},
      {Frame::kAccusative, "kiss", {"küsse", "küsst", "küssen"}},
      {Frame::kClause, "know", {"weiß", "weiß", "wissen"}},
  };
  for (const Row& row : kRows) {
    const auto& forms = verb(row.frame, row.english).present;
    EXPECT_EQ(std::vector<std::string>(forms.begin(), forms.end()), row.forms);
  }
  EXPECT_EQ(verb(Frame::kAccusative, "open").prefix, "auf");
  EXPECT_EQ(verb(Frame::kAccusative, "open").infinitive, "aufmachen");
}

TEST(GermanFormsTest, ParticiplesAreWellFormed) {
  for (const std::vector<Verb>& verbs : full_lexicon().verbs) {
    for (const Verb& verb : verbs) {
      EXPECT_TRUE(verb.participle.ends_with("t") || verb.participle.ends_with("en"))
          << verb.participle;
      EXPECT_TRUE(verb.participle.starts_with(verb.prefix)) << verb.participle;
      EXPECT_NE(verb.past, verb.base) << "two tenses in one form";
    }
  }
}

TEST(GermanFormsTest, Contractions) {
  EXPECT_EQ(german::contraction("in", "dem"), "im");
  EXPECT_EQ(german::contraction("zu", "der"), "zur");
  EXPECT_EQ(german::contraction("in", "das"), "ins");
  EXPECT_EQ(german::contraction("mit", "dem"), "");
}

TEST(GermanFormsTest, Numbers) {
  EXPECT_EQ(german::number_word(7), "sieben");
  EXPECT_EQ(german::number_word(16), "sechzehn");
  EXPECT_EQ(german::number_word(21), "einundzwanzig");
  EXPECT_EQ(german::number_word(30), "dreißig");
  EXPECT_EQ(german::number_word(77), "siebenundsiebzig");
  EXPECT_EQ(english::number_word(44), "forty-four");
}

TEST(EnglishFormsTest, Endings) {
  EXPECT_EQ(english::third_person("go"), "goes");
  EXPECT_EQ(english::third_person("carry"), "carries");
  EXPECT_EQ(english::third_person("play"), "plays");
  EXPECT_EQ(english::third_person("watch"), "watches");
  EXPECT_EQ(english::regular_plural("bus stop"), "bus stops");
  EXPECT_EQ(english::regular_plural("city"), "cities");
  EXPECT_EQ(english::regular_plural("box"), "boxes");
  EXPECT_TRUE(english::takes_an("honest"));
  EXPECT_TRUE(english::takes_an("English"));
  EXPECT_FALSE(english::takes_an("house"));
}

}  // namespace
}  // namespace nmt::data::german_forms_test
