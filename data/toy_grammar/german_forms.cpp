#include "data/toy_grammar/german_forms.h"

namespace nmt::data::german {
namespace {

/// Row of the tables below: masculine, feminine, neuter, plural.
int row_of(Inflection inflection) {
  return inflection.number == Number::kPlural ? 3 : static_cast<int>(inflection.gender);
}
int column_of(Inflection inflection) {
  return static_cast<int>(inflection.grammatical_case);
}

using Table = std::string_view[4][4];  // [gender or plural][case]

constexpr Table kDefinite = {{"der", "den", "dem", "des"},
                             {"die", "die", "der", "der"},
                             {"das", "das", "dem", "des"},
                             {"die", "die", "den", "der"}};
constexpr Table kRelative = {{"der", "den", "dem", ""},
                             {"die", "die", "der", ""},
                             {"das", "das", "dem", ""},
                             {"die", "die", "denen", ""}};
constexpr Table kDerWord = {{"er", "en", "em", "es"},
                            {"e", "e", "er", "er"},
                            {"es", "es", "em", "es"},
                            {"e", "e", "en", "er"}};
constexpr Table kEinWord = {
    {"", "en", "em", "es"}, {"e", "e", "er", "er"}, {"", "", "em", "es"}, {"e", "e", "en", "er"}};
constexpr Table kWeak = {{"e", "en", "en", "en"},
                         {"e", "e", "en", "en"},
                         {"e", "e", "en", "en"},
                         {"en", "en", "en", "en"}};
constexpr Table kMixed = {{"er", "en", "en", "en"},
                          {"e", "e", "en", "en"},
                          {"es", "es", "en", "en"},
                          {"en", "en", "en", "en"}};
constexpr Table kStrong = {{"er", "en", "em", "en"},
                           {"e", "e", "er", "er"},
                           {"es", "es", "em", "en"},
                           {"e", "e", "en", "er"}};

// How a determiner is declined, and adjectives behind it.
struct DeterminerRow {
  std::string_view stem;
  const Table* endings;  // Null: there is no word.
  Declension declension;
};

constexpr DeterminerRow kDeterminers[] = {
    {"", nullptr, Declension::kStrong},         // kBare
    {"", &kDefinite, Declension::kWeak},        // kDefinite
    {"ein", &kEinWord, Declension::kMixed},     // kIndefinite
    {"dies", &kDerWord, Declension::kWeak},     // kDemonstrative
    {"jed", &kDerWord, Declension::kWeak},      // kEvery
    {"all", &kDerWord, Declension::kWeak},      // kAll
    {"viel", &kDerWord, Declension::kStrong},   // kMany
    {"einig", &kDerWord, Declension::kStrong},  // kSome
    {"wenig", &kDerWord, Declension::kStrong},  // kFew
    {"", nullptr, Declension::kStrong},         // kNumber
    {"mein", &kEinWord, Declension::kMixed},    // kMy
    {"Ihr", &kEinWord, Declension::kMixed},     // kYour
    {"sein", &kEinWord, Declension::kMixed},    // kHis
    {"ihr", &kEinWord, Declension::kMixed},     // kHer
    {"unser", &kEinWord, Declension::kMixed},   // kOur
    {"ihr", &kEinWord, Declension::kMixed},     // kTheir
    {"kein", &kEinWord, Declension::kMixed},    // kNo
};

bool is_vowel(char c) {  // bytes past 0x7f: ä, ö, ü (ß never stands where this is asked)
  return std::string_view("aeiouy").find(static_cast<char>(c | 0x20)) != std::string_view::npos ||
         static_cast<unsigned char>(c) >= 0x80;
}

int syllables(std::string_view word) {
  int groups = 0;
  bool inside = false;
  for (const char c : word) {
    const bool vowel = is_vowel(c);
    groups += vowel && !inside;
    inside = vowel;
  }
  return groups;
}

/// Genitive singular of a strong masculine or neuter noun: -s, -es or -ses.
std::string genitive(std::string_view noun, std::string_view plural) {
  const std::string form(noun);
  if (plural == form + "se") return form + "ses";  // Gefängnis, Bus
  if (plural == form + "s" || is_vowel(noun.back())) return form + "s";
  const bool hisses = noun.back() == 's' || noun.back() == 'z' || noun.back() == 'x' ||
                      noun.ends_with("ß") || noun.ends_with("sch");
  return form + (hisses || syllables(noun) == 1 ? "es" : "s");
}

/// Whether -t needs an e before it: er arbeitet, er zeichnet; but er lernt, er wohnt.
bool needs_e_before_t(std::string_view stem) {
  const char last = stem.back(), before = stem[stem.size() - 2];
  if (last == 't' || last == 'd') return true;
  if (last != 'n' && last != 'm') return false;
  if (stem.ends_with("chn")) return true;
  return !is_vowel(before) && std::string_view("lrhnm").find(before) == std::string_view::npos;
}

std::string_view pick(const std::string_view (&forms)[3], Agreement agreement) {
  return forms[static_cast<int>(agreement)];
}

}  // namespace

NounForms noun_forms(const NounRow& row) {
  NounForms forms;
  const std::string nominative(row.german);
  auto& singular = forms[0];
  singular.fill(nominative);
  if (row.weak) {  // the oblique singular looks like the plural: den Studenten, den Jungen
    for (int oblique = 1; oblique < 4; ++oblique)
      singular[oblique] = std::string(row.german_plural);
  } else if (row.gender != Gender::kFeminine) {
    singular[3] = genitive(nominative, row.german_plural);
  }
  if (row.german_plural.empty()) return forms;
  const std::string plural(row.german_plural);
  forms[1].fill(plural);
  if (plural.back() != 'n' && plural.back() != 's') forms[1][2] = plural + "n";
  return forms;
}

DeterminerForm determiner(Determiner determiner, Inflection inflection) {
  const DeterminerRow& row = kDeterminers[static_cast<int>(determiner)];
  if (row.endings == nullptr) return {"", ""};
  return {row.stem, (*row.endings)[row_of(inflection)][column_of(inflection)]};
}

Declension declension_after(Determiner determiner) {
  return kDeterminers[static_cast<int>(determiner)].declension;
}

std::string_view adjective_ending(Declension declension, Inflection inflection) {
  const Table& table = declension == Declension::kWeak    ? kWeak
                       : declension == Declension::kMixed ? kMixed
                                                          : kStrong;
  return table[row_of(inflection)][column_of(inflection)];
}

std::string_view pronoun(Pronoun pronoun, Case grammatical_case) {
  constexpr std::string_view kForms[kPronouns][3] = {
      {"ich", "mich", "mir"}, {"Sie", "Sie", "Ihnen"}, {"er", "ihn", "ihm"},
      {"sie", "sie", "ihr"},  {"es", "es", "ihm"},     {"wir", "uns", "uns"},
      {"sie", "sie", "ihnen"}};
  return kForms[static_cast<int>(pronoun)][static_cast<int>(grammatical_case)];
}

std::string_view relative_pronoun(Inflection inflection) {
  return kRelative[row_of(inflection)][column_of(inflection)];
}

std::array<std::string, 3> present_forms(std::string_view infinitive, std::string_view third) {
  const bool short_ending = infinitive.ends_with("eln") || infinitive.ends_with("ern");
  const std::string stem(infinitive.substr(0, infinitive.size() - (short_ending ? 1 : 2)));
  std::string first = stem + "e";
  if (infinitive.ends_with("eln")) first = stem.substr(0, stem.size() - 2) + "le";
  if (third == "weiß") first = third;  // wissen
  std::string regular_third = stem + (needs_e_before_t(stem) ? "et" : "t");
  return {first, third.empty() ? regular_third : std::string(third), std::string(infinitive)};
}

std::string_view haben(Agreement agreement) {
  return pick({"habe", "hat", "haben"}, agreement);
}
std::string_view sein(Agreement agreement) {
  return pick({"bin", "ist", "sind"}, agreement);
}
std::string_view war(Agreement agreement) {
  return pick({"war", "war", "waren"}, agreement);
}
std::string_view werden(Agreement agreement) {
  return pick({"werde", "wird", "werden"}, agreement);
}

std::string_view modal(Modal modal, bool past, Agreement agreement) {
  struct Forms {
    std::string_view singular, plural, past_singular, past_plural;
  };
  constexpr Forms kForms[kModals] = {{"kann", "können", "konnte", "konnten"},
                                     {"muss", "müssen", "musste", "mussten"},
                                     {"will", "wollen", "wollte", "wollten"},
                                     {"darf", "dürfen", "durfte", "durften"},
                                     {"sollte", "sollten", "sollte", "sollten"}};
  const Forms& forms = kForms[static_cast<int>(modal)];
  if (agreement == Agreement::kPlural) return past ? forms.past_plural : forms.plural;
  return past ? forms.past_singular : forms.singular;
}

std::string_view contraction(std::string_view preposition, std::string_view article) {
  struct Row {
    std::string_view preposition, article, contracted;
  };
  constexpr Row kRows[] = {{"in", "dem", "im"},   {"in", "das", "ins"},  {"an", "dem", "am"},
                           {"an", "das", "ans"},  {"zu", "dem", "zum"},  {"zu", "der", "zur"},
                           {"von", "dem", "vom"}, {"bei", "dem", "beim"}};
  for (const Row& row : kRows) {
    if (row.preposition == preposition && row.article == article) return row.contracted;
  }
  return "";
}

std::string number_word(int number) {
  constexpr std::string_view kSmall[] = {
      "null",     "eins",     "zwei",     "drei",     "vier",     "fünf",    "sechs",
      "sieben",   "acht",     "neun",     "zehn",     "elf",      "zwölf",   "dreizehn",
      "vierzehn", "fünfzehn", "sechzehn", "siebzehn", "achtzehn", "neunzehn"};
  constexpr std::string_view kTens[] = {"",        "",        "zwanzig", "dreißig", "vierzig",
                                        "fünfzig", "sechzig", "siebzig", "achtzig", "neunzig"};
  if (number < 20) return std::string(kSmall[number]);
  if (number % 10 == 0) return std::string(kTens[number / 10]);
  std::string word(number % 10 == 1 ? "ein" : kSmall[number % 10]);
  return word.append("und").append(kTens[number / 10]);
}

}  // namespace nmt::data::german
