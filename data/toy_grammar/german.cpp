#include "data/toy_grammar/german.h"

#include "data/toy_grammar/german_forms.h"
#include "data/toy_grammar/german_phrase.h"
#include "data/toy_grammar/sentence_text.h"

namespace nmt::data {
namespace {

std::string_view link_word(Link link) {
  constexpr std::string_view kWords[] = {"",       "und",  "aber", "dass",  "weil",
                                         "obwohl", "wenn", "als",  "bevor", "während"};
  return kWords[static_cast<int>(link)];
}

/// The verb forms of a clause: "hat ... gekauft", "macht ... auf".
struct VerbGroup {
  std::string_view finite;
  std::string_view prefix;     ///< Of the finite verb itself.
  std::string_view nonfinite;  ///< Participle or infinitive.
};

VerbGroup verb_group(const Clause& clause, Agreement agreement) {
  const Verb* verb = clause.verb;
  switch (clause.tense) {
    case Tense::kPresent:
      if (verb == nullptr) return {german::sein(agreement), "", ""};
      return {verb->present[static_cast<int>(agreement)], verb->prefix, ""};
    case Tense::kPast:
      if (verb == nullptr) return {german::war(agreement), "", ""};
      return {verb->sein ? german::sein(agreement) : german::haben(agreement), "",
              verb->participle};
    case Tense::kFuture:
      return {german::werden(agreement), "", verb ? std::string_view(verb->infinitive) : "sein"};
    case Tense::kModalPresent:
    case Tense::kModalPast:
      return {german::modal(clause.modal, clause.tense == Tense::kModalPast, agreement), "",
              verb ? std::string_view(verb->infinitive) : "sein"};
  }
  return {};
}

/// Whether the negation is "kein" in the object and not "nicht".
bool negated_by_kein(const Clause& clause) {
  if (!clause.negated || !clause.object || clause.object->head.kind != Phrase::Kind::kNoun) {
    return false;
  }
  const Frame frame = clause.verb->frame;
  const Determiner determiner = clause.object->head.determiner;
  return (frame == Frame::kAccusative || frame == Frame::kTwoObjects) &&
         (determiner == Determiner::kBare || determiner == Determiner::kIndefinite);
}

bool is_pronoun(const std::optional<NounPhrase>& phrase) {
  return phrase && phrase->head.kind == Phrase::Kind::kPronoun;
}

class GermanWriter {
 public:
  explicit GermanWriter(ConstructionSet& used) : used_(used), phrases_(text_, used) {}

  std::string sentence(const Sentence& sentence) {
    if (sentence.second_first) {
      used_.add(Construction::kFrontedClause);
      subordinate_clause(*sentence.second, sentence.link);
      main_clause(sentence.main, /*after_clause=*/true);
      return text_.finish();
    }
    main_clause(sentence.main, /*after_clause=*/false);
    if (sentence.second) second_clause(*sentence.second, sentence.link);
    return text_.finish();
  }

 private:
  void second_clause(const Clause& clause, Link link) {
    if (is_subordinating(link)) {
      if (link == Link::kThat) used_.add(Construction::kComplementClause);
      return subordinate_clause(clause, link);
    }
    used_.add(Construction::kClauseCoordination);
    text_.comma();
    text_.word(link_word(link));
    main_clause(clause, false);
  }

  void subordinate_clause(const Clause& clause, Link link) {
    used_.add(Construction::kVerbFinal);
    text_.comma();
    text_.word(link_word(link));
    subject(clause.subject);
    verb_final_rest(clause, agreement_of(clause.subject));
    text_.comma();
  }

  void main_clause(const Clause& clause, bool after_clause) {
    const VerbGroup verbs = verb_group(clause, agreement_of(clause.subject));
    const bool subject_first = !after_clause && clause.front == Front::kSubject;
    if (subject_first) {
      subject(clause.subject);
    } else if (!after_clause) {
      front(clause);
    }
    text_.word(verbs.finite);
    if (!subject_first) subject(clause.subject);
    midfield(clause);
    text_.word(verbs.prefix);
    text_.word(verbs.nonfinite);
    if (!verbs.prefix.empty()) used_.add(Construction::kSeparableSplit);
    note_verb(clause);
    relative_of_object(clause);
  }

  /// Everything after subject or relative pronoun.
  void verb_final_rest(const Clause& clause, Agreement agreement) {
    const VerbGroup verbs = verb_group(clause, agreement);
    midfield(clause);
    text_.word(verbs.nonfinite);
    text_.word(verbs.prefix, verbs.finite);
    if (!verbs.prefix.empty()) used_.add(Construction::kSeparableJoined);
    note_verb(clause);
    relative_of_object(clause);
  }

  void note_verb(const Clause& clause) {
    const Verb* verb = clause.verb;
    if (verb == nullptr) used_.add(Construction::kPredicateAdjective);
    if (verb && !verb->prefix.empty() && clause.tense != Tense::kPresent) {
      used_.add(Construction::kSeparableJoined);
    }
    if (verb && clause.tense == Tense::kPast) {
      used_.add(verb->sein ? Construction::kPerfectSein : Construction::kPerfectHaben);
    }
    if (clause.tense == Tense::kFuture) used_.add(Construction::kFuture);
    if (clause.tense == Tense::kModalPresent) used_.add(Construction::kModal);
    if (clause.tense == Tense::kModalPast) used_.add(Construction::kModalPast);
  }

  void front(const Clause& clause) {
    used_.add(Construction::kInversion);
    switch (clause.front) {
      case Front::kSubject:
        return;
      case Front::kTime:
        return time(clause);
      case Front::kCircumstance:
        return phrases_.circumstance(*clause.circumstance);
      case Front::kPlace:
        return phrases_.place(*clause.place);
      case Front::kComment:
        return text_.word(clause.comment->german);
    }
  }

  void time(const Clause& clause) {
    used_.add(Construction::kTime);
    text_.word(clause.time->german);
  }

  void midfield(const Clause& clause) {
    if (is_pronoun(clause.object)) object(clause, /*pronouns=*/true);
    if (is_pronoun(clause.recipient)) recipient(*clause.recipient);
    if (clause.time && clause.front != Front::kTime) time(clause);
    if (clause.circumstance && clause.front != Front::kCircumstance) {
      phrases_.circumstance(*clause.circumstance);
    }
    if (clause.frequency) {
      used_.add(Construction::kFrequency);
      text_.word(clause.frequency->german);
    }
    if (clause.recipient && !is_pronoun(clause.recipient)) recipient(*clause.recipient);
    if (clause.object && !is_pronoun(clause.object)) object(clause, /*pronouns=*/false);
    if (clause.partner) partner(clause);
    if (clause.manner) {
      used_.add(Construction::kManner);
      text_.word(clause.manner->german);
    }
    if (clause.negated && !negated_by_kein(clause)) {
      used_.add(Construction::kNicht);
      text_.word("nicht");
    }
    preposition_object(clause);
    if (clause.place && clause.front != Front::kPlace) phrases_.place(*clause.place);
    if (clause.predicate) text_.word(clause.predicate->predicate);
  }

  /// The accusative or dative object; a prepositional one stands further back.
  void object(const Clause& clause, bool pronouns) {
    if (clause.verb->frame == Frame::kPreposition) return;
    if (pronouns) used_.add(Construction::kPronounObject);
    const bool dative = clause.verb->frame == Frame::kDative;
    used_.add(dative ? Construction::kDativeObject : Construction::kAccusativeObject);
    const Case grammatical_case = dative ? Case::kDative : Case::kAccusative;
    if (negated_by_kein(clause)) {
      used_.add(Construction::kKein);
      Phrase head = clause.object->head;
      head.determiner = Determiner::kNo;
      phrases_.phrase(head, grammatical_case);
      return attributes(*clause.object, grammatical_case);
    }
    noun_phrase(*clause.object, grammatical_case);
  }

  void recipient(const NounPhrase& recipient) {
    used_.add(Construction::kTwoObjects);
    if (recipient.head.kind == Phrase::Kind::kPronoun) used_.add(Construction::kPronounObject);
    noun_phrase(recipient, Case::kDative);
  }

  void partner(const Clause& clause) {
    const PrepositionUse& use = clause.verb->preposition;
    used_.add(use.grammatical_case == Case::kDative ? Construction::kCompanion
                                                    : Construction::kBeneficiary);
    phrases_.prepositional(use.german, use.grammatical_case, *clause.partner);
  }

  void preposition_object(const Clause& clause) {
    if (!clause.verb || clause.verb->frame != Frame::kPreposition || !clause.object) return;
    used_.add(Construction::kPrepositionObject);
    const PrepositionUse& use = clause.verb->preposition;
    phrases_.prepositional(use.german, use.grammatical_case, clause.object->head,
                           /*contract=*/clause.object->relative == nullptr);
    attributes(*clause.object, use.grammatical_case);
  }

  void subject(const NounPhrase& subject) {
    if (subject.head.kind == Phrase::Kind::kPronoun) used_.add(Construction::kPronounSubject);
    noun_phrase(subject, Case::kNominative);
    if (subject.relative) relative(*subject.relative, subject.head);
  }

  void noun_phrase(const NounPhrase& noun_phrase, Case grammatical_case) {
    phrases_.phrase(noun_phrase.head, grammatical_case);
    attributes(noun_phrase, grammatical_case);
  }

  void attributes(const NounPhrase& noun_phrase, Case grammatical_case) {
    if (noun_phrase.genitive) {
      used_.add(Construction::kGenitiveAttribute);
      phrases_.phrase(*noun_phrase.genitive, Case::kGenitive);
    }
    if (noun_phrase.second) {
      used_.add(Construction::kNounCoordination);
      text_.word("und");
      phrases_.phrase(*noun_phrase.second, grammatical_case);
    }
  }

  void relative_of_object(const Clause& clause) {
    if (clause.object && clause.object->relative) {
      relative(*clause.object->relative, clause.object->head);
    }
  }

  void relative(const Relative& relative, const Phrase& head) {
    text_.comma();
    relative_pronoun(relative, head);
    const bool is_subject = relative.role == RelativeRole::kSubject;
    if (!is_subject) subject(relative.clause.subject);
    verb_final_rest(relative.clause,
                    is_subject ? agreement_of(head) : agreement_of(relative.clause.subject));
    text_.comma();
  }

  void relative_pronoun(const Relative& relative, const Phrase& head) {
    constexpr Case kCases[] = {Case::kNominative, Case::kAccusative, Case::kDative};
    const int role = static_cast<int>(relative.role);
    used_.add(static_cast<Construction>(static_cast<int>(Construction::kRelativeSubject) + role));
    Case grammatical_case = Case::kNominative;
    if (relative.role == RelativeRole::kPreposition) {
      const PrepositionUse& use = relative.clause.verb->preposition;
      text_.word(use.german);
      grammatical_case = use.grammatical_case;
    } else {
      grammatical_case = kCases[role];
    }
    text_.word(german::relative_pronoun(german::inflection_of(head, grammatical_case)));
  }

  SentenceText text_;
  ConstructionSet& used_;
  german::PhraseWriter phrases_;
};

}  // namespace

std::string to_german(const Sentence& sentence, ConstructionSet& used) {
  return GermanWriter(used).sentence(sentence);
}

}  // namespace nmt::data
