#include "data/toy_grammar/english_forms.h"

namespace nmt::data::english {
namespace {

bool is_vowel(char c) {
  return std::string_view("aeiou").find(c) != std::string_view::npos;
}

/// The ending -s with the spelling that English wants before it.
std::string with_s(std::string_view word, bool after_o) {
  std::string form(word);
  const char last = word.back(), before = word[word.size() - 2];
  if (last == 'y' && !is_vowel(before)) {
    form.back() = 'i';
    return form + "es";
  }
  const bool hisses = last == 's' || last == 'x' || last == 'z' ||
                      (last == 'h' && (before == 'c' || before == 's')) || (after_o && last == 'o');
  return form + (hisses ? "es" : "s");
}

}  // namespace

std::string regular_plural(std::string_view noun) {
  return with_s(noun, false);
}

std::string third_person(std::string_view verb) {
  return with_s(verb, true);
}

bool takes_an(std::string_view word) {
  if (word.starts_with("hon")) return true;  // honest
  const char first = static_cast<char>(word[0] | 0x20);
  return is_vowel(first);
}

std::string_view subject_pronoun(Pronoun pronoun) {
  constexpr std::string_view kForms[] = {"I", "you", "he", "she", "it", "we", "they"};
  return kForms[static_cast<int>(pronoun)];
}

std::string_view object_pronoun(Pronoun pronoun) {
  constexpr std::string_view kForms[] = {"me", "you", "him", "her", "it", "us", "them"};
  return kForms[static_cast<int>(pronoun)];
}

std::string_view determiner(Determiner determiner, Number number) {
  constexpr std::string_view kForms[] = {"",     "the",  "a",   "this", "every", "all",
                                         "many", "some", "few", "",     "my",    "your",
                                         "his",  "her",  "our", "their"};
  if (determiner == Determiner::kDemonstrative && number == Number::kPlural) return "these";
  return kForms[static_cast<int>(determiner)];
}

std::string_view modal(Modal modal, bool past, bool negated, Agreement agreement) {
  struct Forms {
    std::string_view present, present_third, present_not, present_not_third, past, past_not;
  };
  constexpr Forms kForms[kModals] = {
      {"can", "can", "cannot", "cannot", "could", "could not"},
      {"must", "must", "do not have to", "does not have to", "had to", "did not have to"},
      {"want to", "wants to", "do not want to", "does not want to", "wanted to", "did not want to"},
      {"may", "may", "may not", "may not", "was allowed to", "was not allowed to"},
      {"should", "should", "should not", "should not", "should", "should not"}};
  const Forms& forms = kForms[static_cast<int>(modal)];
  if (past && modal == Modal::kMay && agreement == Agreement::kPlural) {
    return negated ? "were not allowed to" : "were allowed to";
  }
  if (past) return negated ? forms.past_not : forms.past;
  if (agreement == Agreement::kThirdSingular) {
    return negated ? forms.present_not_third : forms.present_third;
  }
  return negated ? forms.present_not : forms.present;
}

std::string number_word(int number) {
  constexpr std::string_view kSmall[] = {"zero",    "one",     "two",       "three",    "four",
                                         "five",    "six",     "seven",     "eight",    "nine",
                                         "ten",     "eleven",  "twelve",    "thirteen", "fourteen",
                                         "fifteen", "sixteen", "seventeen", "eighteen", "nineteen"};
  constexpr std::string_view kTens[] = {"",      "",      "twenty",  "thirty", "forty",
                                        "fifty", "sixty", "seventy", "eighty", "ninety"};
  if (number < 20) return std::string(kSmall[number]);
  std::string word(kTens[number / 10]);
  if (number % 10 != 0) word.append("-").append(kSmall[number % 10]);
  return word;
}

}  // namespace nmt::data::english
