// The raw rows of the lexicon, as a person writes them; lexicon.h derives every form from them.

#pragma once

#include <cstdint>
#include <span>
#include <string_view>
#include <vector>

namespace nmt::data {

enum class Gender : uint8_t { kMasculine, kFeminine, kNeuter };

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
enum class Location : uint8_t { kNone, kInIn, kAtAn, kAtAuf, kOnAn, kOnAuf };

struct NounRow {
  std::string_view english;
  std::string_view german;
  std::string_view german_plural;  ///< Nominative; empty for a mass noun, which has no plural.
  Gender gender;
  Meaning meaning;
  Location location = Location::kNone;
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
  kIntransitive,  ///< The man sleeps.
  kAccusative,    ///< The man sees the dog.
  kDative,        ///< The man helps the dog.
  kTwoObjects,    ///< The man gives the ball to the dog.
  kPreposition,   ///< The man waits for the dog.
  kMotion,        ///< The man goes into the garden.
  kClause,        ///< The man says that ...
};
inline constexpr int kFrames = 7;

/// Perfect tense with sein.
inline constexpr uint8_t kSein = 1;
/// The last English word comes after a pronoun object: "picks it up".
inline constexpr uint8_t kParticle = 2;

struct VerbRow {
  std::string_view english;  ///< Base form; further words after a blank: "look at".
  std::string_view past;     ///< Past of the first word; never equal to the base form.
  std::string_view german;   ///< Infinitive, a separable prefix set off by "|": "auf|machen".
  std::string_view third;    ///< Third person singular present without prefix; empty: regular.
  std::string_view participle;
  Meaning subject = kPerson;
  Meaning object = 0;  ///< Intransitive: kPlace if a place must be named.
  /// German preposition and, after a blank, its case: that of the object in the frame preposition,
  /// of a person who may be named besides (mit whom, für whom) in the others.
  std::string_view preposition = {};
  uint8_t traits = 0;  ///< kSein, kParticle.
};

/// A time adverbial and the tenses that it goes with.
enum class TimeRange : uint8_t { kPast, kPresent, kFuture, kAny };
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

struct WordRows {
  std::span<const TimeRow> times;
  std::span<const WordRow> manners, frequencies;
  std::span<const WordRow> comments;  ///< Unfortunately, perhaps ...
  std::span<const WordRow> names;
  std::span<const WordRow> towns;  ///< Towns and countries without an article.
};

std::vector<NounRow> noun_rows();
std::span<const AdjectiveRow> adjective_rows();
std::span<const VerbRow> verb_rows(Frame frame);
WordRows word_rows();

}  // namespace nmt::data
