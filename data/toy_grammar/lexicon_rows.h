// The raw rows of the lexicon, as a person writes them; lexicon.h derives every form from them.

#pragma once

#include <cstdint>
#include <span>
#include <string_view>
#include <vector>

namespace nmt::data {

enum class Gender : uint8_t { masculine, feminine, neuter };

/// What a noun stands for, so that people eat bread and not stations. A noun may be several.
using Meaning = uint16_t;
inline constexpr Meaning kPerson = 1, kAnimal = 2, kThing = 4, kText = 8, kFood = 16, kDrink = 32,
                         kClothing = 64, kVehicle = 128, kMachine = 256, kOpening = 512,
                         kPlace = 1024, kEvent = 2048, kIdea = 4096, kPlant = 8192,
                         kHardship = 16384;
inline constexpr Meaning kLiving = kPerson | kAnimal;
inline constexpr Meaning kGoods = kThing | kText | kClothing | kVehicle | kMachine;
inline constexpr Meaning kObject = kGoods | kOpening | kPlace;

/// How one is at a place: English and German preposition.
enum class Location : uint8_t { none, in_in, at_an, at_auf, on_an, on_auf };

struct NounRow {
  std::string_view english;
  std::string_view german;
  std::string_view german_plural;  ///< Nominative; empty for a mass noun, which has no plural.
  Gender gender;
  Meaning meaning;
  Location location = Location::none;
  std::string_view english_plural = {};  ///< Empty: regular.
  bool weak = false;                     ///< Weak masculine: der Student, den Studenten.
};

/// Attributive stem where it is not the predicate form less a final -e: teuer, teur-.
struct AdjectiveRow {
  std::string_view english;
  std::string_view german;
  Meaning meaning;
  std::string_view stem = {};
};

/// What a verb takes besides its subject.
enum class Frame : uint8_t {
  intransitive,  ///< The man sleeps.
  accusative,    ///< The man sees the dog.
  dative,        ///< The man helps the dog.
  two_objects,   ///< The man gives the ball to the dog.
  preposition,   ///< The man waits for the dog.
  motion,        ///< The man goes into the garden.
  clause,        ///< The man says that ...
};
inline constexpr int kFrames = 7;

struct VerbRow {
  Frame frame;
  std::string_view english;  ///< Base form; further words after a blank: "look at".
  std::string_view past;     ///< Past of the first word; never equal to the base form.
  std::string_view german;   ///< Infinitive, a separable prefix set off by "|": "auf|machen".
  std::string_view third;    ///< Third person singular present without prefix; empty: regular.
  std::string_view participle;
  Meaning subject = kPerson;
  Meaning object = 0;  ///< Intransitive: kPlace if a place must be named.
  bool sein = false;   ///< Perfect tense with sein.
  /// Whether the last English word comes after a pronoun object: "picks it up".
  bool particle = false;
  /// German preposition and, after a blank, its case: that of the object in the frame preposition,
  /// of a person who may be named besides (mit whom, für whom) in the others.
  std::string_view preposition = {};
};

/// A time adverbial and the tenses that it goes with.
enum class TimeRange : uint8_t { past, present, future, any };
struct TimeRow {
  std::string_view english;
  std::string_view german;
  TimeRange range;
};

/// A word that is put in as it is.
struct WordRow {
  std::string_view english;
  std::string_view german;
};

std::vector<NounRow> noun_rows();
std::span<const AdjectiveRow> adjective_rows();
std::vector<VerbRow> verb_rows();
std::span<const TimeRow> time_rows();
std::span<const WordRow> manner_rows();
std::span<const WordRow> frequency_rows();
std::span<const WordRow> comment_rows();  ///< Unfortunately, perhaps ...
std::span<const WordRow> name_rows();
std::span<const WordRow> town_rows();  ///< Towns and countries without an article.

}  // namespace nmt::data
