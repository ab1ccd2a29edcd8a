"""Reads the log of a run, whichever version wrote it: plain or gzip, tables as rows (nmt/run_log/run_log.md)."""

import json
import pathlib
import zlib

TABLES = "attention", "matrices", "stream"


MARK = b"\x1f\x8b\x08\x04\0\0\0\0\0\xff\x08\0NB\x04\0"


def block_size(data, begin):
    """That of the block that begins there; of another gzip member no less than all that follows."""
    if not data.startswith(MARK, begin):
        return len(data) - begin
    return int.from_bytes(data[begin + len(MARK):begin + len(MARK) + 4], "little")


def blocks(path):
    """The gzip members of a log that are whole: the bytes of each on disk, and its text."""
    data = pathlib.Path(path).read_bytes()
    begin = 0
    while begin < len(data):
        size = block_size(data, begin)
        member = zlib.decompressobj(wbits=31)
        part = member.decompress(data[begin:begin + size])
        if not member.eof:
            return  # A torn last block.
        size -= len(member.unused_data)
        yield size, part
        begin += size


def text(path):
    """The log's text, of gzip members those that are whole."""
    data = pathlib.Path(path).read_bytes()
    return b"".join(part for _, part in blocks(path)) if data.startswith(b"\x1f\x8b") else data


def rows(table):
    """A table, which older logs have as a list of objects, as that list."""
    if isinstance(table, list):
        return table
    return [dict(zip(table, values)) for values in zip(*table.values())]


def records(path):
    """The records of a log in order, without a torn last line; tables as lists of rows."""
    for line in text(path).split(b"\n"):
        try:
            record = json.loads(line)
        except json.JSONDecodeError:
            return
        yield {key: rows(value) if key in TABLES else value for key, value in record.items()}
