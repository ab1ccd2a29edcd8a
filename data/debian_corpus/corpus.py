"""A corpus out of the raw pairs of all sources: cleaned, cut, filtered, split, written."""

import json
import os
import shutil
from collections import Counter
from typing import Iterable

import held_out
import text_pairs

SUMMARY = 'corpus.json'  # written last: a folder that has it is complete


class Collector:
    """Gathers pairs and counts what happens to them."""

    def __init__(self, limits: text_pairs.Limits = text_pairs.Limits()):
        self.pairs: list[held_out.Pair] = []
        self.counts: dict[str, Counter[str]] = {}
        self._limits = limits
        self._seen: set[tuple[str, str]] = set()

    def add(self, name: str, raw_pairs: Iterable[tuple[str, str, str]]) -> None:
        """Takes (document, source, target); `name` is the kind of source in the counts."""
        counts = self.counts.setdefault(name, Counter())
        for document, source, target in raw_pairs:
            counts['read'] += 1
            cleaned = text_pairs.clean(source), text_pairs.clean(target)
            for sentence, translation in text_pairs.sentence_pairs(*cleaned):
                counts[self._take(document, sentence, translation)] += 1

    def _take(self, document: str, source: str, target: str) -> str:
        flaw = text_pairs.flaw(source, target, self._limits)
        if flaw:
            return flaw
        key = source.lower(), target.lower()
        if key in self._seen:
            return 'duplicate'
        self._seen.add(key)
        self.pairs.append(held_out.Pair(document, source, target))
        return 'kept'


def is_complete(folder: str, language: str) -> bool:
    """Whether `folder` holds a finished corpus for `language`."""
    try:
        with open(os.path.join(folder, SUMMARY), encoding='utf-8') as file:
            return json.load(file)['language'] == language
    except (OSError, ValueError, KeyError):
        return False


class NotACorpus(Exception):
    """A folder has other things in it, which are not ours to remove."""


def check_replaceable(folder: str) -> None:
    """Raises NotACorpus unless `folder` is missing, empty or a corpus of any language."""
    if not os.path.lexists(folder):
        return
    if not os.path.isdir(folder):
        raise NotACorpus(f'{folder} is not a folder')
    if os.listdir(folder) and not os.path.exists(os.path.join(folder, SUMMARY)):
        raise NotACorpus(f'{folder} is neither empty nor a corpus; name another folder')


def _words(pairs: list[held_out.Pair], column: int) -> int:
    return sum(len(pair[column].split()) for pair in pairs)


def summarize(sets: held_out.Sets, language: str, collector: Collector) -> dict:
    """The counts that `write` stores."""
    return {
        'language': language,
        'sources': {name: dict(counts) for name, counts in collector.counts.items()},
        'sets': {name: {'pairs': len(pairs), 'source_words': _words(pairs, 1),
                        'target_words': _words(pairs, 2),
                        'documents': len({pair.document for pair in pairs})}
                 for name, pairs in sets._asdict().items()},
        'leaks': held_out.leaks(sets),
    }


def write(folder: str, sets: held_out.Sets, language: str, summary: dict) -> None:
    """Writes {train,valid,test}.{en,LANGUAGE,doc} and the summary; all of `folder` or nothing."""
    partial = folder.rstrip('/') + '.writing'
    shutil.rmtree(partial, ignore_errors=True)
    os.makedirs(partial)
    for name, pairs in sets._asdict().items():
        for column, suffix in enumerate(('doc', 'en', language)):
            path = os.path.join(partial, f'{name}.{suffix}')
            with open(path, 'w', encoding='utf-8') as file:
                file.writelines(pair[column] + '\n' for pair in pairs)
    with open(os.path.join(partial, SUMMARY), 'w', encoding='utf-8') as file:
        json.dump(summary, file, indent=1)
        file.write('\n')
    shutil.rmtree(folder, ignore_errors=True)
    os.rename(partial, folder)
