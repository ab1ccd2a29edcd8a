#!/usr/bin/env python3
"""Writes nmt/sacrebleu/encodings/encoding_tables.cpp: Python's names of encodings, and how its character
sets differ from those of glibc's iconv.

Every sequence of bytes that means a character to either is put to both. Where they disagree, Python is
right: sacreBLEU reads its texts with it. Needs a glibc with all its charsets:

    python3.11 tools/scripts/make_encoding_tables.py > nmt/sacrebleu/encodings/encoding_tables.cpp
    clang-format -i nmt/sacrebleu/encodings/encoding_tables.cpp

With --checksums it writes what the tests compare the result with, by Python alone: for each encoding a
checksum over all its characters.

    python3.11 tools/scripts/make_encoding_tables.py --checksums > tests/golden/metrics/encodings.txt
"""

import codecs
import ctypes
import encodings
import encodings.aliases
import errno
import pkgutil
import platform
import sys

LONGEST = 4  # Bytes of a character, but for Korean make-up sequences, which are code.

# Python's name, glibc's, and glibc's for what the first does not have.
MULTIBYTE = [
    ("big5", "BIG5", None), ("big5hkscs", "BIG5-HKSCS", None), ("cp932", "CP932", None),
    ("cp949", "UHC", None), ("cp950", "CP950", None), ("euc_jis_2004", "EUC-JISX0213", "EUC-JP"),
    ("euc_jisx0213", "EUC-JISX0213", "EUC-JP"), ("euc_jp", "EUC-JP", None), ("euc_kr", "EUC-KR", None),
    ("gb18030", "GB18030", None), ("gb2312", "GB2312", None), ("gbk", "GBK", None), ("johab", "JOHAB", None),
    ("shift_jis", "SJIS", None), ("shift_jis_2004", "SHIFT_JISX0213", None),
    ("shift_jisx0213", "SHIFT_JISX0213", None),
]

# Sets that ISO 2022 designates and that are no encoding of their own: our name, glibc's EUC form of them,
# and the escape sequences (with Python's codec) for characters of two bytes and of three (8F xx xx).
DESIGNATED = [
    ("ksx1001", "EUC-KR", "iso2022_jp_2", b"\x1b$(C", None),
    ("jisx0213_2000", "EUC-JISX0213", "iso2022_jp_3", b"\x1b$(O", b"\x1b$(P"),
    ("jisx0213_2004", "EUC-JISX0213", "iso2022_jp_2004", b"\x1b$(Q", b"\x1b$(P"),
]

# glibc's names where they are not Python's with another spelling; "" if glibc has nothing like it.
SINGLE_BYTE = {
    "cp1006": "", "cp1125": "CP1125", "cp720": "", "hp_roman8": "HP-ROMAN8", "kz1048": "RK1048",
    "mac_arabic": "", "mac_croatian": "MACINTOSH", "mac_cyrillic": "MAC-CYRILLIC", "mac_farsi": "",
    "mac_greek": "", "mac_iceland": "MACINTOSH", "mac_latin2": "MAC-CENTRALEUROPE",
    "mac_roman": "MACINTOSH", "mac_romanian": "MACINTOSH", "mac_turkish": "MACINTOSH", "palmos": "CP1252",
    "ptcp154": "PT154", "tis_620": "ISO-8859-11",
}
LATIN = "ISO-8859-1"

# Text encodings that are code of ours, or refused.
NOT_CHARACTER_SETS = {
    "ascii", "charmap", "hz", "idna", "iso2022_jp", "iso2022_jp_1", "iso2022_jp_2", "iso2022_jp_2004",
    "iso2022_jp_3", "iso2022_jp_ext", "iso2022_kr", "latin_1", "punycode", "raw_unicode_escape", "undefined",
    "unicode_escape", "utf_16", "utf_16_be", "utf_16_le", "utf_32", "utf_32_be", "utf_32_le", "utf_7",
    "utf_8", "utf_8_sig",
}


class Iconv:
    """Characters by glibc: text, "" for what is only the beginning of one, None for none."""

    library = ctypes.CDLL(None, use_errno=True)
    library.iconv_open.restype = ctypes.c_void_p
    library.iconv_open.argtypes = [ctypes.c_char_p] * 2
    library.iconv.restype = ctypes.c_size_t
    library.iconv.argtypes = [ctypes.c_void_p] + [ctypes.c_void_p, ctypes.POINTER(ctypes.c_size_t)] * 2
    failure = ctypes.c_size_t(-1).value

    def __init__(self, charset):
        self.descriptor = self.library.iconv_open(b"UTF-32LE", charset.encode())
        if self.descriptor in (None, self.failure):
            sys.exit(f"this glibc has no {charset}; install its package of further charsets")
        self.input = ctypes.create_string_buffer(16)
        self.output = ctypes.create_string_buffer(64)

    def __call__(self, sequence):
        self.library.iconv(self.descriptor, None, None, None, None)
        ctypes.memmove(self.input, sequence, len(sequence))
        source, left = ctypes.c_void_p(ctypes.addressof(self.input)), ctypes.c_size_t(len(sequence))
        target, room = ctypes.c_void_p(ctypes.addressof(self.output)), ctypes.c_size_t(64)
        result = self.library.iconv(self.descriptor, ctypes.byref(source), ctypes.byref(left),
                                    ctypes.byref(target), ctypes.byref(room))
        if result == self.failure:
            return "" if ctypes.get_errno() == errno.EINVAL else None
        self.library.iconv(self.descriptor, None, None, ctypes.byref(target), ctypes.byref(room))
        return self.output.raw[:64 - room.value].decode("utf-32-le")


def python_characters(codec):
    make = codecs.getincrementaldecoder(codec)

    def decode(sequence):
        try:
            return make().decode(sequence, False)
        except UnicodeError:
            return None

    return decode


def designated_characters(codec, escape, escape_of_three):
    def decode(sequence):
        three = sequence[0] == 0x8F
        if (three and not escape_of_three) or any(byte < 0xA1 for byte in sequence[three:]):
            return None
        if len(sequence) < 2 + three:
            return ""
        pair = bytes(byte & 0x7F for byte in sequence[three:])
        try:
            return ((escape_of_three if three else escape) + pair).decode(codec)
        except UnicodeError:
            return None

    return decode


def all_characters(decode):
    """{sequence: text} of everything that `decode` takes for one character."""
    found = {}
    open_sequences = [bytes([byte]) for byte in range(256)]
    while open_sequences:
        sequence = open_sequences.pop()
        text = decode(sequence)
        if text:
            found[sequence] = text
        elif text == "" and len(sequence) < LONGEST:
            open_sequences += [sequence + bytes([byte]) for byte in range(256)]
    return found


def patches(wanted, given):
    """[(first, last, code point or 0)]: what makes `given` into `wanted`."""
    rows = []
    beginnings = {sequence[:size] for sequence in wanted for size in range(1, len(sequence))}
    for sequence in sorted(set(wanted) | set(given)):
        text = wanted.get(sequence)
        if text == given.get(sequence):
            continue
        if text is None and any(sequence[:size] in wanted for size in range(1, len(sequence))):
            continue  # Never asked for.
        if text is None and sequence in beginnings:
            sys.exit(f"{sequence.hex()} must go on; that needs code")
        if text is not None and len(text) != 1:
            sys.exit(f"{sequence.hex()} is {text!a}; that needs code")
        number, code_point = int.from_bytes(sequence, "big"), ord(text) if text else 0
        if rows:
            first, last, start = rows[-1]
            follows = code_point == (start + number - first if start else 0) and bool(text) == bool(start)
            if number == last + 1 and follows:
                rows[-1] = (first, number, start)
                continue
        rows.append((number, number, code_point))
    return sorted(rows)


def text_encodings():
    names = []
    for module in sorted(module.name for module in pkgutil.iter_modules(encodings.__path__)):
        try:
            info = codecs.lookup(module)
        except LookupError:
            continue
        if info._is_text_encoding:
            names.append(module)
    return names


def glibc_name(codec):
    if codec in SINGLE_BYTE:
        return SINGLE_BYTE[codec] or LATIN
    return codec.upper().replace("ISO8859_", "ISO-8859-").replace("_", "-")


def character_sets():
    """[(name, glibc's name, glibc's second name, characters by Python)]"""
    multibyte = {codec for codec, _, _ in MULTIBYTE}
    sets = [(codec, charset, second, python_characters(codec)) for codec, charset, second in MULTIBYTE]
    sets += [(codec, glibc_name(codec), None, python_characters(codec)) for codec in text_encodings()
             if codec not in multibyte | NOT_CHARACTER_SETS]
    sets += [(name, charset, None, designated_characters(*rest)) for name, charset, *rest in DESIGNATED]
    return sorted(sets)


def patch_rows(name, charset, second, python):
    first, other = Iconv(charset), Iconv(second) if second else None

    def glibc(sequence):
        text = first(sequence)
        return other(sequence) if text is None and other else text

    return patches(all_characters(python), all_characters(glibc))


def name_rows():
    """[(name, Python's module, whether an alias)]"""
    known = text_encodings()
    rows = {codec: (codec, False) for codec in known}
    for alias, module in encodings.aliases.aliases.items():
        if module in known:
            rows[alias] = (module, True)
    return sorted((name, module, alias) for name, (module, alias) in rows.items())


def print_tables():
    print(f"""// Generated by tools/scripts/make_encoding_tables.py, which says how; do not edit.
// Names and characters of Python {platform.python_version()} against iconv of glibc {platform.libc_ver()[1]}.

#include "nmt/sacrebleu/encodings/encoding_tables.h"

namespace nmt::sacrebleu {{
namespace {{
""")
    print("constexpr EncodingName kNames[] = {")
    for name, module, alias in name_rows():
        print(f'    {{"{name}", "{module}", {"true" if alias else "false"}}},')
    print("};\n")
    sets = []
    for name, charset, second, python in character_sets():
        rows = patch_rows(name, charset, second, python)
        if rows:
            print(f"constexpr CharacterPatch k_{name}[] = {{")
            for first, last, code_point in rows:
                print(f"    {{0x{first:X}, 0x{last:X}, 0x{code_point:X}}},")
            print("};\n")
        sets.append((name, charset, second, f"k_{name}" if rows else "{}"))
    print("constexpr CharacterSetRow kCharacterSets[] = {")
    for name, charset, second, rows in sets:
        print(f'    {{"{name}", "{charset}", ' + (f'"{second}"' if second else "nullptr") + f", {rows}}},")
    print("""};

}  // namespace

std::span<const EncodingName> encoding_names() {
  return kNames;
}

std::span<const CharacterSetRow> character_set_rows() {
  return kCharacterSets;
}

}  // namespace nmt::sacrebleu""")


def print_checksums():
    """FNV-1a over sequence, number of code points and code points of every character, in order."""
    for name, _, _, python in character_sets():
        result = 0xCBF29CE484222325
        characters = all_characters(python)
        for sequence in sorted(characters):
            text = characters[sequence]
            for number in (int.from_bytes(sequence, "big"), len(text), *map(ord, text)):
                for shift in (0, 8, 16, 24):
                    result = ((result ^ (number >> shift & 0xFF)) * 0x100000001B3) & 0xFFFFFFFFFFFFFFFF
        print(f"{name} {len(characters)} {result:016x}")


if __name__ == "__main__":
    print_checksums() if "--checksums" in sys.argv else print_tables()
