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
    case Tense::present:
      if (verb == nullptr) return {german::sein(agreement), "", ""};
      return {verb->present[static_cast<int>(agreement)], verb->prefix, ""};
    case Tense::past:
      if (verb == nullptr) return {german::war(agreement), "", ""};
      return {verb->sein ? german::sein(agreement) : german::haben(agreement), "",
              verb->participle};
    case Tense::future:
      return {german::werden(agreement), "", verb ? std::string_view(verb->infinitive) : "sein"};
    case Tense::modal_present:
    case Tense::modal_past:
      return {german::modal(clause.modal, clause.tense == Tense::modal_past, agreement), "",
              verb ? std::string_view(verb->infinitive) : "sein"};
  }
  return {};
}

/// Whether the negation is "kein" in the object and not "nicht".
bool negated_by_kein(const Clause& clause) {
  if (!clause.negated || !clause.object || clause.object->head.kind != Phrase::Kind::noun) {
    return false;
  }
  const Frame frame = clause.verb->frame;
  const Determiner determiner = clause.object->head.determiner;
  return (frame == Frame::accusative || frame == Frame::two_objects) &&
         (determiner == Determiner::bare || determiner == Determiner::indefinite);
}

bool is_pronoun(const std::optional<NounPhrase>& phrase) {
  return phrase && phrase->head.kind == Phrase::Kind::pronoun;
}

class GermanWriter {
 public:
  explicit GermanWriter(ConstructionSet& used) : used_(used), phrases_(text_, used) {}

  std::string sentence(const Sentence& sentence) {
    if (sentence.second_first) {
      used_.add(Construction::fronted_clause);
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
      if (link == Link::that) used_.add(Construction::complement_clause);
      return subordinate_clause(clause, link);
    }
    used_.add(Construction::clause_coordination);
    text_.comma();
    text_.word(link_word(link));
    main_clause(clause, false);
  }

  void subordinate_clause(const Clause& clause, Link link) {
    used_.add(Construction::verb_final);
    text_.comma();
    text_.word(link_word(link));
    subject(clause.subject);
    verb_final_rest(clause, agreement_of(clause.subject));
    text_.comma();
  }

  void main_clause(const Clause& clause, bool after_clause) {
    const VerbGroup verbs = verb_group(clause, agreement_of(clause.subject));
    const bool subject_first = !after_clause && clause.front == Front::subject;
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
    if (!verbs.prefix.empty()) used_.add(Construction::separable_split);
    note_verb(clause);
    relative_of_object(clause);
  }

  /// Everything after subject or relative pronoun.
  void verb_final_rest(const Clause& clause, Agreement agreement) {
    const VerbGroup verbs = verb_group(clause, agreement);
    midfield(clause);
    text_.word(verbs.nonfinite);
    text_.word(verbs.prefix, verbs.finite);
    if (!verbs.prefix.empty()) used_.add(Construction::separable_joined);
    note_verb(clause);
    relative_of_object(clause);
  }

  void note_verb(const Clause& clause) {
    const Verb* verb = clause.verb;
    if (verb == nullptr) used_.add(Construction::predicate_adjective);
    if (verb && !verb->prefix.empty() && clause.tense != Tense::present) {
      used_.add(Construction::separable_joined);
    }
    if (verb && clause.tense == Tense::past) {
      used_.add(verb->sein ? Construction::perfect_sein : Construction::perfect_haben);
    }
    if (clause.tense == Tense::future) used_.add(Construction::future);
    if (clause.tense == Tense::modal_present) used_.add(Construction::modal);
    if (clause.tense == Tense::modal_past) used_.add(Construction::modal_past);
  }

  void front(const Clause& clause) {
    used_.add(Construction::inversion);
    switch (clause.front) {
      case Front::subject:
        return;
      case Front::time:
        return time(clause);
      case Front::circumstance:
        return phrases_.circumstance(*clause.circumstance);
      case Front::place:
        return phrases_.place(*clause.place);
      case Front::comment:
        return text_.word(clause.comment->german);
    }
  }

  void time(const Clause& clause) {
    used_.add(Construction::time);
    text_.word(clause.time->german);
  }

  void midfield(const Clause& clause) {
    if (is_pronoun(clause.object)) object(clause, /*pronouns=*/true);
    if (is_pronoun(clause.recipient)) recipient(*clause.recipient);
    if (clause.time && clause.front != Front::time) time(clause);
    if (clause.circumstance && clause.front != Front::circumstance) {
      phrases_.circumstance(*clause.circumstance);
    }
    if (clause.frequency) {
      used_.add(Construction::frequency);
      text_.word(clause.frequency->german);
    }
    if (clause.recipient && !is_pronoun(clause.recipient)) recipient(*clause.recipient);
    if (clause.object && !is_pronoun(clause.object)) object(clause, /*pronouns=*/false);
    if (clause.partner) partner(clause);
    if (clause.manner) {
      used_.add(Construction::manner);
      text_.word(clause.manner->german);
    }
    if (clause.negated && !negated_by_kein(clause)) {
      used_.add(Construction::nicht);
      text_.word("nicht");
    }
    preposition_object(clause);
    if (clause.place && clause.front != Front::place) phrases_.place(*clause.place);
    if (clause.predicate) text_.word(clause.predicate->predicate);
  }

  /// The accusative or dative object; a prepositional one stands further back.
  void object(const Clause& clause, bool pronouns) {
    if (clause.verb->frame == Frame::preposition) return;
    if (pronouns) used_.add(Construction::pronoun_object);
    const bool dative = clause.verb->frame == Frame::dative;
    used_.add(dative ? Construction::dative_object : Construction::accusative_object);
    const Case grammatical_case = dative ? Case::dative : Case::accusative;
    if (negated_by_kein(clause)) {
      used_.add(Construction::kein);
      Phrase head = clause.object->head;
      head.determiner = Determiner::no;
      phrases_.phrase(head, grammatical_case);
      return attributes(*clause.object, grammatical_case);
    }
    noun_phrase(*clause.object, grammatical_case);
  }

  void recipient(const NounPhrase& recipient) {
    used_.add(Construction::two_objects);
    if (recipient.head.kind == Phrase::Kind::pronoun) used_.add(Construction::pronoun_object);
    noun_phrase(recipient, Case::dative);
  }

  void partner(const Clause& clause) {
    const PrepositionUse& use = clause.verb->preposition;
    used_.add(use.grammatical_case == Case::dative ? Construction::companion
                                                   : Construction::beneficiary);
    phrases_.prepositional(use.german, use.grammatical_case, *clause.partner);
  }

  void preposition_object(const Clause& clause) {
    if (!clause.verb || clause.verb->frame != Frame::preposition || !clause.object) return;
    used_.add(Construction::preposition_object);
    const PrepositionUse& use = clause.verb->preposition;
    phrases_.prepositional(use.german, use.grammatical_case, clause.object->head,
                           /*contract=*/clause.object->relative == nullptr);
    attributes(*clause.object, use.grammatical_case);
  }

  void subject(const NounPhrase& subject) {
    if (subject.head.kind == Phrase::Kind::pronoun) used_.add(Construction::pronoun_subject);
    noun_phrase(subject, Case::nominative);
    if (subject.relative) relative(*subject.relative, subject.head);
  }

  void noun_phrase(const NounPhrase& noun_phrase, Case grammatical_case) {
    phrases_.phrase(noun_phrase.head, grammatical_case);
    attributes(noun_phrase, grammatical_case);
  }

  void attributes(const NounPhrase& noun_phrase, Case grammatical_case) {
    if (noun_phrase.genitive) {
      used_.add(Construction::genitive_attribute);
      phrases_.phrase(*noun_phrase.genitive, Case::genitive);
    }
    if (noun_phrase.second) {
      used_.add(Construction::noun_coordination);
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
    const bool is_subject = relative.role == RelativeRole::subject;
    if (!is_subject) subject(relative.clause.subject);
    verb_final_rest(relative.clause,
                    is_subject ? agreement_of(head) : agreement_of(relative.clause.subject));
    text_.comma();
  }

  void relative_pronoun(const Relative& relative, const Phrase& head) {
    Case grammatical_case = Case::nominative;
    switch (relative.role) {
      case RelativeRole::subject:
        used_.add(Construction::relative_subject);
        break;
      case RelativeRole::accusative:
        used_.add(Construction::relative_accusative);
        grammatical_case = Case::accusative;
        break;
      case RelativeRole::dative:
        used_.add(Construction::relative_dative);
        grammatical_case = Case::dative;
        break;
      case RelativeRole::preposition:
        used_.add(Construction::relative_preposition);
        grammatical_case = relative.clause.verb->preposition.grammatical_case;
        text_.word(relative.clause.verb->preposition.german);
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
