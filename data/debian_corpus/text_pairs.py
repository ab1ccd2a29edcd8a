"""Cleaning of text pairs, cutting into sentences, and the rules for which pairs are good enough."""

import html
import re
from typing import Iterator, NamedTuple, Optional

_POD_MARKUP = re.compile(r'\b[BIRECFLSXZ]<([^<>]*)>')  # B<bold>, I<italic>
_URL_IN_ANGLES = re.compile(r'<((?:https?|ftp|mailto|www)[^<>\s]*)>')
_TAG = re.compile(r'<(?!-)/?[A-Za-z][^<>]{0,200}>')
_ROFF = re.compile(r'\\f[BIRP]|\\&|\\:')
_BLANKS = re.compile(r'[\s\u00a0\u200b\u202f\ufeff]+')
_CONTROL = re.compile(r'[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\u00ad]')
_SPACED_MARK = re.compile(r' [;:!?](?= |$)')  # French typography, which stays
_BLANK_BEFORE_MARK = re.compile(r' ([.,;:!?)])(?= |$)')
_WORD = re.compile(r"[^\W\d_]{2,}")

_ABBREVIATION = re.compile(
    r'(?:\b(?:e\.g|i\.e|z\.B|d\.h|u\.a|p\.ex|etc|usw|bzw|ca|vs|cf|Dr|Mr|Mrs|Nr|No|Abb|Fig|inkl'
    r'|incl|ggf|evtl|bspw|sog|resp|ex|St|approx)|\b[A-Za-z]|\b\d+)\.$')
_SENTENCE_END = re.compile(
    r'(?<=[.!?])["\u201d\u00bb)]? (?=["\u201e\u201c\u00ab(]?[A-Z\u00c0-\u00de0-9])')


class Limits(NamedTuple):
    """Bounds on what is kept; lengths in words."""
    least_words: int = 3
    most_words: int = 100
    most_characters: int = 1000
    least_letters: float = 0.7  # share of letters and blanks
    least_ratio: float = 0.45   # characters of source to target
    most_ratio: float = 2.2


def clean(text: str) -> str:
    """`text` without markup, control characters and runs of blanks. Addresses in <...> stay."""
    text = text.replace('\\-', '-').replace('\\(aq', "'").replace('\\(bu', ' ')
    text = text.replace('E<lt>', '&lt;').replace('E<gt>', '&gt;')
    text = _without_pod_markup(_ROFF.sub('', text))
    text = _URL_IN_ANGLES.sub(r'\1', text)
    text = text.replace('\u22c5', ' ')  # some catalogues show a blank by this dot
    text = html.unescape(_TAG.sub(' ', text))
    text = _BLANKS.sub(' ', _CONTROL.sub(' ', text)).strip()
    if _SPACED_MARK.search(text):
        return text
    return _BLANK_BEFORE_MARK.sub(r'\1', text)


def _without_pod_markup(text: str) -> str:
    for _ in range(4):  # nested, as in B<I<..>>
        stripped = _POD_MARKUP.sub(r'\1', text)
        if stripped == text:
            break
        text = stripped
    return text


def sentences(text: str) -> list[str]:
    """Cuts `text` after sentence ends, but not after abbreviations, initials and numbers."""
    found, start = [], 0
    for match in _SENTENCE_END.finditer(text):
        piece = text[start:match.end()].strip()
        if _ABBREVIATION.search(piece):
            continue
        found.append(piece)
        start = match.end()
    found.append(text[start:].strip())
    return [piece for piece in found if piece]


def sentence_pairs(source: str, target: str) -> list[tuple[str, str]]:
    """Sentence by sentence if both sides have as many, of like lengths; else the whole as one."""
    left, right = sentences(source), sentences(target)
    if len(left) > 1 and len(left) == len(right):
        ratios = [(len(a) + 12.0) / (len(b) + 12.0) for a, b in zip(left, right)]
        if all(0.4 <= ratio <= 2.5 for ratio in ratios):
            return list(zip(left, right))
    return [(source, target)]


def flaw(source: str, target: str, limits: Limits = Limits()) -> Optional[str]:
    """Why the pair is not good enough, in a word or two; None if it is."""
    if not source or not target:
        return 'empty'
    if source == target or _is_untranslated(source, target):
        return 'untranslated'
    source_words, target_words = len(source.split()), len(target.split())
    if source_words < limits.least_words:
        return 'too short'
    if (max(source_words, target_words) > limits.most_words
            or max(len(source), len(target)) > limits.most_characters):
        return 'too long'
    ratio = (len(source) + 8.0) / (len(target) + 8.0)
    if not limits.least_ratio <= ratio <= limits.most_ratio:
        return 'lengths differ'
    if not all(_is_prose(text, limits.least_letters) for text in (source, target)):
        return 'not prose'
    return None


def _is_prose(text: str, least_letters: float) -> bool:
    if not _WORD.search(text) or '\ufffd' in text:
        return False
    letters = sum(character.isalpha() or character.isspace() for character in text)
    return letters >= least_letters * len(text)


def _is_untranslated(source: str, target: str) -> bool:
    """Most words of the one side are on the other."""
    left = set(_WORD.findall(source.lower()))
    right = set(_WORD.findall(target.lower()))
    return len(left) >= 4 and len(left & right) > 0.7 * min(len(left), len(right))


def blocks(source: str, target: str) -> Iterator[tuple[str, str]]:
    """Pairs of the blocks between empty lines, if both sides have as many; else the whole."""
    left = [block for block in source.split('\n\n') if block.strip()]
    right = [block for block in target.split('\n\n') if block.strip()]
    return zip(left, right) if len(left) == len(right) else iter([(source, target)])
