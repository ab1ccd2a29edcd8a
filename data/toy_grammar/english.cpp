#include "data/toy_grammar/english.h"

#include "data/toy_grammar/english_forms.h"
#include "data/toy_grammar/sentence_text.h"

namespace nmt::data {
namespace {

using english::takes_an;

std::string_view relation_word(const PlacePhrase& place) {
  using Relation = PlacePhrase::Relation;
  constexpr std::string_view kWords[] = {"in",   "behind", "in front of", "next to",
                                         "into", "to",     "from"};
  constexpr std::string_view kAtWords[] = {"in", "in", "at", "at", "on", "on"};
  if (place.relation != Relation::kAt || place.town) {
    return kWords[static_cast<int>(place.relation)];
  }
  return kAtWords[static_cast<int>(place.phrase.noun->location)];
}

std::string_view link_word(Link link) {
  constexpr std::string_view kWords[] = {"",         "and", "but",  "that",   "because",
                                         "although", "if",  "when", "before", "while"};
  return kWords[static_cast<int>(link)];
}

class EnglishWriter {
 public:
  std::string sentence(const Sentence& sentence) {
    if (sentence.second_first) {
      text_.word(link_word(sentence.link));
      clause(*sentence.second);
      text_.comma();
      clause(sentence.main);
      return text_.finish();
    }
    clause(sentence.main);
    if (sentence.second) {
      if (!is_subordinating(sentence.link)) text_.comma();
      text_.word(link_word(sentence.link));
      clause(*sentence.second);
    }
    return text_.finish();
  }

 private:
  void clause(const Clause& clause) {
    front(clause);
    noun_phrase(clause.subject, /*is_object=*/false);
    predicate(clause, agreement_of(clause.subject));
  }

  void front(const Clause& clause) {
    switch (clause.front) {
      case Front::kSubject:
        return;
      case Front::kTime:
        return text_.word(clause.time->english);
      case Front::kCircumstance:
        return circumstance(*clause.circumstance);
      case Front::kPlace:
        return place(*clause.place);
      case Front::kComment:
        return text_.word(clause.comment->english);
    }
  }

  void predicate(const Clause& clause, Agreement agreement) {
    if (clause.verb == nullptr) {
      to_be(clause, agreement);
      text_.word(clause.predicate->english);
    } else {
      verb(clause, agreement);
      complements(clause);
    }
    if (clause.manner) text_.word(clause.manner->english);
    if (clause.place && clause.front != Front::kPlace) place(*clause.place);
    if (clause.time && clause.front != Front::kTime) text_.word(clause.time->english);
    if (clause.circumstance && clause.front != Front::kCircumstance) {
      circumstance(*clause.circumstance);
    }
  }

  /// "not" or the adverb of frequency; a clause has one of them at most.
  void inner_adverb(const Clause& clause) {
    if (clause.negated) text_.word("not");
    if (clause.frequency) text_.word(clause.frequency->english);
  }

  void to_be(const Clause& clause, Agreement agreement) {
    constexpr std::string_view kPresent[] = {"am", "is", "are"}, kPast[] = {"was", "was", "were"};
    const bool future = clause.tense == Tense::kFuture, past = clause.tense == Tense::kPast;
    text_.word(future ? "will" : (past ? kPast : kPresent)[static_cast<int>(agreement)]);
    inner_adverb(clause);
    if (future) text_.word("be");
  }

  void verb(const Clause& clause, Agreement agreement) {
    const Verb& verb = *clause.verb;
    const bool third = agreement == Agreement::kThirdSingular;
    switch (clause.tense) {
      case Tense::kPresent:
      case Tense::kPast:
        if (clause.negated) {
          text_.word(clause.tense == Tense::kPast ? "did" : third ? "does" : "do", " not");
          return text_.word(verb.base);
        }
        inner_adverb(clause);
        return text_.word(clause.tense == Tense::kPast ? verb.past
                          : third                      ? verb.third
                                                       : verb.base);
      case Tense::kFuture:
        text_.word("will");
        inner_adverb(clause);
        return text_.word(verb.base);
      case Tense::kModalPresent:
      case Tense::kModalPast:
        modal(clause, agreement);
        return text_.word(verb.base);
    }
  }

  /// "can often", but "often has to": before a modal that ends in "to".
  void modal(const Clause& clause, Agreement agreement) {
    const std::string_view form =
        english::modal(clause.modal, clause.tense == Tense::kModalPast, clause.negated, agreement);
    const bool adverb_first = clause.frequency && form.ends_with(" to");
    if (adverb_first) text_.word(clause.frequency->english);
    text_.word(form);
    if (clause.frequency && !adverb_first) text_.word(clause.frequency->english);
  }

  void complements(const Clause& clause) {
    const Verb& verb = *clause.verb;
    const bool pronoun_object = clause.object && clause.object->head.kind == Phrase::Kind::kPronoun;
    const bool tail_last = verb.particle && pronoun_object;
    if (!tail_last) text_.word(verb.tail);
    if (clause.object) noun_phrase(*clause.object, /*is_object=*/true);
    if (tail_last) text_.word(verb.tail);
    if (clause.recipient) {
      text_.word("to");
      noun_phrase(*clause.recipient, /*is_object=*/true);
    }
    if (clause.partner) {
      text_.word(verb.preposition.english);
      phrase(*clause.partner, /*is_object=*/true);
    }
  }

  void noun_phrase(const NounPhrase& noun_phrase, bool is_object) {
    phrase(noun_phrase.head, is_object);
    if (noun_phrase.genitive) {
      text_.word("of");
      phrase(*noun_phrase.genitive, true);
    }
    if (noun_phrase.second) {
      text_.word("and");
      phrase(*noun_phrase.second, is_object);
    }
    if (noun_phrase.relative) relative(*noun_phrase.relative, noun_phrase.head);
  }

  void relative(const Relative& relative, const Phrase& head) {
    const bool is_subject = relative.role == RelativeRole::kSubject;
    text_.word(!head.noun->is_person() ? "which" : is_subject ? "who" : "whom");
    if (is_subject) return predicate(relative.clause, agreement_of(head));
    noun_phrase(relative.clause.subject, false);
    predicate(relative.clause, agreement_of(relative.clause.subject));
  }

  void phrase(const Phrase& phrase, bool is_object) {
    if (phrase.kind == Phrase::Kind::kPronoun) {
      return text_.word(is_object ? english::object_pronoun(phrase.pronoun)
                                  : english::subject_pronoun(phrase.pronoun));
    }
    if (phrase.kind == Phrase::Kind::kName) return text_.word(phrase.name->english);
    const std::string& noun = phrase.noun->english[static_cast<int>(phrase.number)];
    if (phrase.determiner == Determiner::kIndefinite) {
      text_.word(takes_an(phrase.adjectives[0] ? phrase.adjectives[0]->english : noun) ? "an"
                                                                                       : "a");
    } else if (phrase.determiner == Determiner::kNumber) {
      text_.word(english::number_word(phrase.count));
    } else {
      text_.word(english::determiner(phrase.determiner, phrase.number));
    }
    for (const Adjective* adjective : phrase.adjectives) {
      if (adjective) text_.word(adjective->english);
    }
    text_.word(noun);
  }

  void place(const PlacePhrase& place) {
    text_.word(relation_word(place));
    if (place.town) return text_.word(place.town->english);
    phrase(place.phrase, true);
  }

  void circumstance(const Circumstance& circumstance) {
    constexpr std::string_view kWords[] = {"because of", "despite", "during"};
    text_.word(kWords[static_cast<int>(circumstance.relation)]);
    phrase(circumstance.event, true);
  }

  SentenceText text_;
};

}  // namespace

std::string to_english(const Sentence& sentence) {
  return EnglishWriter().sentence(sentence);
}

}  // namespace nmt::data
