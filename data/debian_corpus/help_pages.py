"""Help pages in HTML whose paragraphs have ids that are the same in every language."""

import glob
import os
from collections import Counter
from html.parser import HTMLParser
from typing import Iterator

_HEADINGS = ('h1', 'h2', 'h3', 'h4', 'h5', 'h6')
_PARAGRAPHS = ('p', *_HEADINGS)
_NOT_PROSE = {'script', 'style', 'pre', 'code', 'footer', 'header', 'aside', 'button'}
# Spans that show one of several texts, by program or by system. The one for macOS is left out;
# paragraphs with the others are dropped.
_VARIANTS = {'WRITER', 'CALC', 'DRAW', 'IMPRESS', 'MATH', 'CHART', 'BASE', 'BASIC', 'WIN', 'UNIX'}
_DROPPED_VARIANT = 'MAC'

ParagraphKey = tuple[str, int]  # id, and its how manieth occurrence on the page


class _PageParser(HTMLParser):
    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.paragraphs: dict[ParagraphKey, str] = {}
        self._seen: Counter[str] = Counter()
        self._id = ''
        self._text: list[str] = []
        self._skipping = 0
        self._spans: list[bool] = []  # whether each open span is skipped

    def handle_starttag(self, tag, attrs):
        attributes = {name: value or '' for name, value in attrs}
        if tag in _NOT_PROSE:
            self._skipping += 1
        elif tag in _PARAGRAPHS:
            self._start_paragraph(attributes)
        elif tag == 'span':
            self._start_span(attributes.get('class', ''))
        elif tag in ('br', 'img'):
            self._text.append(' ')

    def _start_paragraph(self, attributes):
        identifier = attributes.get('id', '')
        is_code = 'code' in attributes.get('class', '')
        usable = identifier.startswith(('par_', 'hd_')) and not is_code
        self._id = identifier if usable else ''
        self._text, self._spans = [], []

    def _start_span(self, kind):
        if kind in _VARIANTS:
            self._id = ''
        self._spans.append(kind == _DROPPED_VARIANT)
        self._skipping += self._spans[-1]

    def handle_endtag(self, tag):
        if tag in _NOT_PROSE:
            self._skipping = max(0, self._skipping - 1)
        elif tag == 'span' and self._spans:
            self._skipping -= self._spans.pop()
        elif tag in _PARAGRAPHS and self._id:
            key = (self._id, self._seen[self._id])
            self._seen[self._id] += 1
            self.paragraphs[key] = ''.join(self._text)
            self._id = ''

    def handle_data(self, data):
        if self._id and not self._skipping:
            self._text.append(data)


def paragraphs(page: str) -> dict[ParagraphKey, str]:
    """The text of each paragraph and heading with an id, markup removed."""
    parser = _PageParser()
    parser.feed(page)
    return parser.paragraphs


def _pages(folder: str) -> dict[str, str]:
    """Paths of the pages below `folder` by their path from 'text/' on."""
    found = glob.glob(os.path.join(folder, '**', '*.html'), recursive=True)
    return {path[path.index('/text/') + len('/text/'):]: path for path in found if '/text/' in path}


def _read(path: str) -> dict[ParagraphKey, str]:
    with open(path, encoding='utf-8', errors='replace') as file:
        return paragraphs(file.read())


def pairs(source_folder: str, target_folder: str) -> Iterator[tuple[str, str, str]]:
    """(document, source, target) of the paragraphs that both trees of pages have."""
    source_pages, target_pages = _pages(source_folder), _pages(target_folder)
    for name in sorted(source_pages.keys() & target_pages.keys()):
        source, target = _read(source_pages[name]), _read(target_pages[name])
        document = 'help/' + name[:-len('.html')]
        for key, text in source.items():
            if key in target:
                yield document, text, target[key]
