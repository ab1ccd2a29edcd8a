"""Package descriptions: apt's Translation-* indices, paired by the checksum of the English text."""

import re
from typing import Iterator, NamedTuple

_LIST_ITEM = re.compile(r'([*+o\u2022-]|\d+[.)]) +')
_PREFIX = re.compile(r'^(lib|python3?-|r-cran-|golang-|node-|ruby-|fonts-|texlive-)')

TITLE, PARAGRAPH, ITEM, VERBATIM = 'T', 'P', 'L', 'V'


class Description(NamedTuple):
    package: str
    lines: list[str]  # the short description, then the lines of the long one as they stand


def read_index(path: str) -> dict[str, Description]:
    """Descriptions by their checksum. The first of several with one checksum counts."""
    found: dict[str, Description] = {}
    package = checksum = ''
    lines: list[str] = []
    with open(path, encoding='utf-8', errors='replace') as file:
        for line in [*file, 'Package: \n']:
            line = line.rstrip('\n')
            if line.startswith('Package: '):
                if package and checksum and lines:
                    found.setdefault(checksum, Description(package, lines))
                package, checksum, lines = line[len('Package: '):], '', []
            elif line.startswith('Description-md5: '):
                checksum = line[len('Description-md5: '):]
            elif line.startswith('Description-') and ': ' in line:
                lines = [line.split(': ', 1)[1]]
            elif line.startswith(' ') and lines:
                lines.append(line)
    return found


class _Units:
    """Collects lines into title, paragraphs, list items and verbatim lines."""

    def __init__(self, title: str):
        self.units = [(TITLE, title)]
        self._kind = PARAGRAPH
        self._lines: list[str] = []

    def end_unit(self) -> None:
        if self._lines:
            self.units.append((self._kind, ' '.join(self._lines)))
        self._lines = []

    def add(self, line: str) -> None:
        text = line.strip()
        if text in ('.', ''):
            self.end_unit()
            self._kind = PARAGRAPH
        elif line.startswith('  '):
            self._add_indented(text)
        else:
            if self._kind == ITEM:
                self.end_unit()
                self._kind = PARAGRAPH
            self._lines.append(text)

    def _add_indented(self, text: str) -> None:
        if _LIST_ITEM.match(text):
            self.end_unit()
            self._kind = ITEM
            self._lines.append(_LIST_ITEM.sub('', text, count=1))
        elif self._kind == ITEM and self._lines:
            self._lines.append(text)
        else:
            self.end_unit()
            self.units.append((VERBATIM, text))
            self._kind = PARAGRAPH


def units(description: Description) -> list[tuple[str, str]]:
    """(kind, text) of title, paragraphs and list items, in order."""
    collector = _Units(description.lines[0])
    for line in description.lines[1:]:
        collector.add(line)
    collector.end_unit()
    return collector.units


def family(package: str) -> str:
    """What a package's name begins with: libfoo2, libfoo-dev and foo-doc are one document."""
    return re.split(r'[-0-9.+]', _PREFIX.sub('', package))[0] or package


def pairs(source_path: str, target_path: str) -> Iterator[tuple[str, str, str]]:
    """(document, source, target) for descriptions whose kinds of units agree in both languages."""
    source, target = read_index(source_path), read_index(target_path)
    for checksum, translation in target.items():
        if checksum not in source:
            continue
        left, right = units(source[checksum]), units(translation)
        if [kind for kind, _ in left] != [kind for kind, _ in right]:
            continue
        document = 'desc/' + family(translation.package)
        for (kind, text), (_, translated) in zip(left, right):
            if kind != VERBATIM and '<' not in translated[:3]:
                yield document, text, translated
