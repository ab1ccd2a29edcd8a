"""Gettext catalogues, whose keys are English: binary (.mo) and text (.po) ones."""

import glob
import os
import re
import struct
from typing import Iterator

from text_pairs import blocks

_ACCELERATOR = re.compile(r'(?<!\w)[~&_](?=\w)|(?<=\w)[~&](?=\w)')
_MO_MAGIC = 0x950412de
_PO_LINE = re.compile(r'(msgctxt|msgid_plural|msgid|msgstr(?:\[\d+\])?) "(.*)"$')
_ESCAPE = re.compile(r'\\(.)')
MENU_PREFIX = 'mo/'  # of documents that are catalogues of menus: not to be tested on


def without_accelerator(text: str) -> str:
    """A menu's text without the mark of its key: "~File" or "_File"."""
    return _ACCELERATOR.sub('', text).replace('\\n', ' ')


def read_mo(data: bytes) -> Iterator[tuple[str, str]]:
    """(English, translation) of a .mo file's bytes; singular and, where there is one, plural."""
    if len(data) < 28:
        return
    order = '<' if struct.unpack('<I', data[:4])[0] == _MO_MAGIC else '>'
    count, keys_at, values_at = struct.unpack(order + '3I', data[8:20])

    def text(table: int, index: int) -> str:
        length, start = struct.unpack_from(order + '2I', data, table + 8 * index)
        return data[start:start + length].decode('utf-8', 'replace')

    for index in range(count):
        key = text(keys_at, index)
        if not key:
            continue  # the header
        forms = key.split('\4')[-1].split('\0')  # context \4 singular \0 plural
        translations = text(values_at, index).split('\0')
        yield forms[0], translations[0]
        if len(forms) > 1 and len(translations) == 2:
            yield forms[1], translations[1]


def mo_pairs(folder: str, language: str) -> Iterator[tuple[str, str, str]]:
    """(document, source, target) of the catalogues .../LANGUAGE/LC_MESSAGES/*.mo below `folder`."""
    pattern = os.path.join(folder, '**', language, 'LC_MESSAGES', '*.mo')
    for path in sorted(glob.glob(pattern, recursive=True)):
        document = MENU_PREFIX + os.path.basename(path)[:-len('.mo')]
        with open(path, 'rb') as file:
            entries = list(read_mo(file.read()))
        for key, translation in entries:
            if key.count('%') > 2:
                continue
            for source, target in blocks(key, translation):
                yield document, without_accelerator(source), without_accelerator(target)


def _unquote(text: str) -> str:
    return _ESCAPE.sub(lambda match: {'n': '\n', 't': '\t'}.get(match[1], match[1]), text)


class _PoReader:
    """Collects the fields of one entry after the other."""

    def __init__(self) -> None:
        self._fields: dict[str, str] = {}
        self._field = ''
        self._unusable = False       # as the flags before the next entry say
        self._entry_unusable = False

    def _finished(self) -> list[tuple[str, str]]:
        entry, self._fields = self._fields, {}
        if entry.get('msgid') and not self._entry_unusable:
            return [(entry['msgid'], entry.get('msgstr', ''))]
        return []

    def read(self, line: str) -> list[tuple[str, str]]:
        """Takes one line; returns the entry that it ends, if it ends one."""
        finished: list[tuple[str, str]] = []
        match = _PO_LINE.match(line)
        if line.startswith('#,'):
            self._unusable = self._unusable or 'fuzzy' in line or 'no-wrap' in line
        elif match:
            field = match[1].replace('[0]', '')
            begins = field == 'msgid' and 'msgid' in self._fields
            if begins or (field in ('msgid', 'msgctxt') and 'msgstr' in self._fields):
                finished = self._finished()
            if field == 'msgid':
                self._entry_unusable, self._unusable = self._unusable, False
            self._field = field
            self._fields[field] = _unquote(match[2])
        elif line.startswith('"') and self._field:
            self._fields[self._field] = self._fields.get(self._field, '') + _unquote(line[1:-1])
        return finished


def read_po(lines: Iterator[str]) -> Iterator[tuple[str, str]]:
    """(English, translation) of entries that are not fuzzy, obsolete or preformatted."""
    reader = _PoReader()
    for line in lines:
        yield from reader.read(line.rstrip('\n'))
    yield from reader.read('msgid ""')


def po_pairs(folder: str, language: str) -> Iterator[tuple[str, str, str]]:
    """(document, source, target) of the .po files below `folder` with LANGUAGE in their path."""
    for path in sorted(glob.glob(os.path.join(folder, '**', '*.po'), recursive=True)):
        name = os.path.relpath(path, folder)
        if language not in re.split(r'[/.]', name):
            continue
        with open(path, encoding='utf-8', errors='replace') as file:
            entries = list(read_po(file))
        for key, translation in entries:
            for source, target in blocks(key, translation):
                yield 'po/' + name, source, target
