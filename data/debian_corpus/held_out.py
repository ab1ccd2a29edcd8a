"""Training, validation and test sets that share no document and no sentence."""

import hashlib
import re
from typing import NamedTuple

from catalogues import MENU_PREFIX

_NOT_LETTERS = re.compile(r'[\W\d_]+')


class Pair(NamedTuple):
    document: str
    source: str
    target: str


class Shares(NamedTuple):
    """How much is held out for each of valid and test."""
    documents: float = 0.04
    most_pairs: int = 2000
    least_words: int = 5  # of a source sentence worth testing


class Sets(NamedTuple):
    train: list[Pair]
    valid: list[Pair]
    test: list[Pair]


def letters(text: str) -> str:
    """`text` as the comparison of sentences sees it: small letters only."""
    return _NOT_LETTERS.sub(' ', text.lower()).strip()


def place_of(document: str) -> float:
    """A number in [0, 1) that depends on the document alone, the same in every language."""
    return int(hashlib.md5(document.encode()).hexdigest()[:8], 16) / 2.0**32


def _in_random_order(pairs: list[Pair], separator: str) -> list[Pair]:
    def key(pair: Pair) -> str:
        return hashlib.md5((pair.source + separator + pair.target).encode()).hexdigest()
    return sorted(pairs, key=key)


def _set_of(document: str, share: float) -> str:
    if document.startswith(MENU_PREFIX):
        return 'train'
    place = place_of(document)
    return 'test' if place < share else 'valid' if place < 2 * share else 'train'


def _choose(pairs: list[Pair], shares: Shares, taken: set[str]) -> list[Pair]:
    """Long enough pairs with sources that are new; adds both sides to `taken`."""
    chosen, sources = [], set()
    for pair in _in_random_order(pairs, ''):
        key = letters(pair.source)
        if key in sources or key in taken or len(pair.source.split()) < shares.least_words:
            continue
        sources.add(key)
        chosen.append(pair)
    chosen = chosen[:shares.most_pairs]
    for pair in chosen:
        taken.update((letters(pair.source), letters(pair.target)))
    return chosen


def split(pairs: list[Pair], shares: Shares = Shares()) -> Sets:
    """Whole documents go to one set; training pairs with a side in valid or test are dropped."""
    by_set: dict[str, list[Pair]] = {'train': [], 'valid': [], 'test': []}
    for pair in pairs:
        by_set[_set_of(pair.document, shares.documents)].append(pair)
    taken: set[str] = set()
    test = _choose(by_set['test'], shares, taken)
    valid = _choose(by_set['valid'], shares, taken)
    train = [pair for pair in by_set['train']
             if letters(pair.source) not in taken and letters(pair.target) not in taken]
    return Sets(_in_random_order(train, '\t'), valid, test)


def leaks(sets: Sets) -> dict[str, int]:
    """How many documents or sentences of valid and test also occur in train: all of them 0."""
    documents = {pair.document for pair in sets.train}
    sources = {letters(pair.source) for pair in sets.train}
    targets = {letters(pair.target) for pair in sets.train}
    counts = {}
    for name, pairs in (('valid', sets.valid), ('test', sets.test)):
        counts[name + ' documents'] = len({pair.document for pair in pairs} & documents)
        counts[name + ' sources'] = sum(letters(pair.source) in sources for pair in pairs)
        counts[name + ' targets'] = sum(letters(pair.target) in targets for pair in pairs)
    return counts
