// Words that never change their form: adverbs, time adverbials, names.

#include "data/toy_grammar/lexicon_rows.h"

namespace nmt::data {
namespace {

using enum TimeRange;

constexpr TimeRow kTimes[] = {
    {"today", "heute", any},
    {"yesterday", "gestern", past},
    {"tomorrow", "morgen", future},
    {"now", "jetzt", present},
    {"every day", "jeden Tag", any},
    {"in the evening", "am Abend", any},
    {"in the morning", "am Morgen", any},
    {"last week", "letzte Woche", past},
    {"next week", "nächste Woche", future},
    {"soon", "bald", future},
    {"on Sunday", "am Sonntag", any},
    {"on Monday", "am Montag", any},
    {"on Saturday", "am Samstag", any},
    {"on Friday", "am Freitag", any},
    {"on Wednesday", "am Mittwoch", any},
    {"on Tuesday", "am Dienstag", any},
    {"on Thursday", "am Donnerstag", any},
    {"in summer", "im Sommer", any},
    {"in winter", "im Winter", any},
    {"in spring", "im Frühling", any},
    {"in autumn", "im Herbst", any},
    {"last year", "letztes Jahr", past},
    {"next year", "nächstes Jahr", future},
    {"the day before yesterday", "vorgestern", past},
    {"the day after tomorrow", "übermorgen", future},
    {"at night", "nachts", any},
    {"at noon", "mittags", any},
    {"back then", "damals", past},
    {"every morning", "jeden Morgen", any},
    {"every evening", "jeden Abend", any},
    {"every week", "jede Woche", any},
    {"every year", "jedes Jahr", any},
    {"this week", "diese Woche", any},
    {"on the weekend", "am Wochenende", any},
    {"last summer", "letzten Sommer", past},
    {"next summer", "nächsten Sommer", future},
    {"last month", "letzten Monat", past},
    {"next month", "nächsten Monat", future},
    {"two days ago", "vor zwei Tagen", past},
    {"three weeks ago", "vor drei Wochen", past},
    {"a year ago", "vor einem Jahr", past},
    {"in January", "im Januar", any},
    {"in February", "im Februar", any},
    {"in March", "im März", any},
    {"in April", "im April", any},
    {"in May", "im Mai", any},
    {"in June", "im Juni", any},
    {"in July", "im Juli", any},
    {"in August", "im August", any},
    {"in September", "im September", any},
    {"in October", "im Oktober", any},
    {"in November", "im November", any},
    {"in December", "im Dezember", any},
};

constexpr WordRow kManners[] = {
    {"slowly", "langsam"},
    {"quickly", "schnell"},
    {"carefully", "vorsichtig"},
    {"gladly", "gern"},
    {"quietly", "leise"},
    {"secretly", "heimlich"},
    {"happily", "fröhlich"},
    {"patiently", "geduldig"},
    {"angrily", "wütend"},
    {"alone", "allein"},
    {"politely", "höflich"},
    {"calmly", "gelassen"},
    {"thoughtlessly", "gedankenlos"},
    {"nervously", "nervös"},
    {"proudly", "stolz"},
    {"immediately", "sofort"},
};

constexpr WordRow kFrequencies[] = {
    {"often", "oft"},          {"always", "immer"},  {"never", "nie"},
    {"sometimes", "manchmal"}, {"rarely", "selten"}, {"usually", "meistens"},
};

constexpr WordRow kComments[] = {
    {"unfortunately", "leider"},    {"perhaps", "vielleicht"},    {"therefore", "deshalb"},
    {"of course", "natürlich"},     {"fortunately", "zum Glück"}, {"nevertheless", "trotzdem"},
    {"probably", "wahrscheinlich"}, {"suddenly", "plötzlich"},    {"finally", "endlich"},
};

constexpr WordRow kNames[] = {
    {"Anna", "Anna"},   {"Peter", "Peter"},   {"Maria", "Maria"}, {"Thomas", "Thomas"},
    {"Julia", "Julia"}, {"Paul", "Paul"},     {"Lena", "Lena"},   {"Max", "Max"},
    {"Eva", "Eva"},     {"Martin", "Martin"}, {"Clara", "Clara"}, {"Felix", "Felix"},
};

constexpr WordRow kTowns[] = {
    {"Berlin", "Berlin"},       {"Munich", "München"},     {"Vienna", "Wien"},
    {"Cologne", "Köln"},        {"Hamburg", "Hamburg"},    {"Paris", "Paris"},
    {"Germany", "Deutschland"}, {"France", "Frankreich"},  {"Italy", "Italien"},
    {"Spain", "Spanien"},       {"Austria", "Österreich"}, {"Rome", "Rom"},
    {"Poland", "Polen"},        {"Prague", "Prag"},        {"Greece", "Griechenland"},
};

}  // namespace

std::span<const TimeRow> time_rows() {
  return kTimes;
}
std::span<const WordRow> manner_rows() {
  return kManners;
}
std::span<const WordRow> frequency_rows() {
  return kFrequencies;
}
std::span<const WordRow> comment_rows() {
  return kComments;
}
std::span<const WordRow> name_rows() {
  return kNames;
}
std::span<const WordRow> town_rows() {
  return kTowns;
}

}  // namespace nmt::data
