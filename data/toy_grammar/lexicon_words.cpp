// Words that never change their form: adverbs, time adverbials, names.

#include "data/toy_grammar/lexicon_rows.h"

namespace nmt::data {
namespace {

using enum TimeRange;

constexpr TimeRow kTimes[] = {
    {"today", "heute", kAny},
    {"yesterday", "gestern", kPast},
    {"tomorrow", "morgen", kFuture},
    {"now", "jetzt", kPresent},
    {"every day", "jeden Tag", kAny},
    {"in the evening", "am Abend", kAny},
    {"in the morning", "am Morgen", kAny},
    {"last week", "letzte Woche", kPast},
    {"next week", "nächste Woche", kFuture},
    {"soon", "bald", kFuture},
    {"on Sunday", "am Sonntag", kAny},
    {"on Monday", "am Montag", kAny},
    {"on Saturday", "am Samstag", kAny},
    {"on Friday", "am Freitag", kAny},
    {"on Wednesday", "am Mittwoch", kAny},
    {"on Tuesday", "am Dienstag", kAny},
    {"on Thursday", "am Donnerstag", kAny},
    {"in summer", "im Sommer", kAny},
    {"in winter", "im Winter", kAny},
    {"in spring", "im Frühling", kAny},
    {"in autumn", "im Herbst", kAny},
    {"last year", "letztes Jahr", kPast},
    {"next year", "nächstes Jahr", kFuture},
    {"the day before yesterday", "vorgestern", kPast},
    {"the day after tomorrow", "übermorgen", kFuture},
    {"at night", "nachts", kAny},
    {"at noon", "mittags", kAny},
    {"back then", "damals", kPast},
    {"every morning", "jeden Morgen", kAny},
    {"every evening", "jeden Abend", kAny},
    {"every week", "jede Woche", kAny},
    {"every year", "jedes Jahr", kAny},
    {"this week", "diese Woche", kAny},
    {"on the weekend", "am Wochenende", kAny},
    {"last summer", "letzten Sommer", kPast},
    {"next summer", "nächsten Sommer", kFuture},
    {"last month", "letzten Monat", kPast},
    {"next month", "nächsten Monat", kFuture},
    {"two days ago", "vor zwei Tagen", kPast},
    {"three weeks ago", "vor drei Wochen", kPast},
    {"a year ago", "vor einem Jahr", kPast},
    {"in January", "im Januar", kAny},
    {"in February", "im Februar", kAny},
    {"in March", "im März", kAny},
    {"in April", "im April", kAny},
    {"in May", "im Mai", kAny},
    {"in June", "im Juni", kAny},
    {"in July", "im Juli", kAny},
    {"in August", "im August", kAny},
    {"in September", "im September", kAny},
    {"in October", "im Oktober", kAny},
    {"in November", "im November", kAny},
    {"in December", "im Dezember", kAny},
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

WordRows word_rows() {
  return {kTimes, kManners, kFrequencies, kComments, kNames, kTowns};
}

}  // namespace nmt::data
