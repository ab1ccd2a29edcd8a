#include "data/toy_grammar/toy_grammar.h"

#include <algorithm>

#include "data/toy_grammar/derivation.h"
#include "data/toy_grammar/english.h"
#include "data/toy_grammar/german.h"
#include "data/toy_grammar/lexicon.h"

namespace nmt::data {

ToyGrammar::ToyGrammar(uint64_t seed) : ToyGrammar(seed, full_lexicon()) {}

ToyGrammar::ToyGrammar(uint64_t seed, const Lexicon& lexicon) : lexicon_(&lexicon), random_(seed) {}

ToyPair ToyGrammar::next() {
  while (true) {
    const Sentence sentence = Derivation(*lexicon_, random_).sentence();
    ToyPair pair;
    pair.source = to_english(sentence);
    if (std::count(pair.source.begin(), pair.source.end(), ' ') >= kMaximumWords) continue;
    pair.target = to_german(sentence, pair.constructions);
    return pair;
  }
}

}  // namespace nmt::data
