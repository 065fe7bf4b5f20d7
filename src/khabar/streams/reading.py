"""Streams of records, read one after the other: a record that cannot be had is told, and reading goes on."""

from __future__ import annotations

import io
from collections.abc import Iterator
from dataclasses import dataclass
from typing import IO, Any

import msgspec
import pyarrow as pa
import pyarrow.parquet as pq

from khabar.errors import DataError
from khabar.files import parse_json
from khabar.streams.addresses import StreamFile

LONGEST = 8 * 2**20
"""Bytes: a longer record is passed over unread, since no article comes near it."""
ENDLESS = 1 << 30
"""Bytes: after a line longer than this, a file is taken for no JSON Lines, and left."""
ROWS_AT_ONCE = 256

_CODECS = {".jsonl.gz": "gzip", ".jsonl.zst": "zstd"}


@dataclass(frozen=True, slots=True)
class Record:
    """A record as its file has it: a line of JSON, or a row of Parquet; `fault` says why there is neither.

    `place` is the file's address and the line's (or row's) number, from 1. `read` is how many bytes of the
    file, as it is stored, were read up to here.
    """

    place: str
    data: bytes | dict[str, Any] | None
    read: int = 0
    fault: str = ""


def read_records(file: StreamFile, *, longest: int = LONGEST) -> Iterator[Record]:
    """The records of one file, in order, in memory that does not grow with it; blank lines are passed over.

    Where the file itself ends unreadable (a broken archive), the last record says so.
    """
    place, number, read = file.address, 0, 0
    try:
        with file.open() as stored:
            if file.form == ".parquet":
                found = _rows(stored, place, longest)
            else:
                found = _lines(stored, place, _CODECS.get(file.form), longest)
            for record in found:
                number, read = number + 1, record.read
                yield record
    except (OSError, pa.ArrowException, EOFError) as error:  # what fsspec and Arrow raise of bad files
        said = " ".join(str(error).split())[:200]
        yield Record(place, None, read, f"cannot be read after {number} records: {said}")


def _lines(stored: IO[bytes], place: str, codec: str | None, longest: int) -> Iterator[Record]:
    lines: IO[bytes] = stored
    if codec is not None:
        # Arrow's streams go on after the end of one gzip member or zstd frame, as the tools do
        inflated: Any = pa.CompressedInputStream(pa.PythonFile(stored, mode="r"), codec)
        lines = io.BufferedReader(inflated, 1 << 20)
    number = 0
    while line := lines.readline(longest + 1):
        number += 1
        read = stored.tell()
        here = f"{place}:{number}"
        if len(line) > longest and not line.endswith(b"\n"):
            length = len(line) + _skip_line(lines)
            if length > ENDLESS:
                yield Record(
                    here, None, read, f"a line of more than {ENDLESS >> 30} GiB; the file is left here"
                )
                return
            yield Record(here, None, read, f"{length} bytes on one line; at most {longest} are read")
        elif not line.isspace():
            yield Record(here, line, read)


def _skip_line(lines: IO[bytes]) -> int:
    """Read to the end of the line, keeping nothing; how many bytes that were, hardly more than ENDLESS."""
    length = 0
    while length <= ENDLESS and (piece := lines.readline(1 << 20)):
        length += len(piece)
        if piece.endswith(b"\n"):
            break
    return length


def _rows(stored: IO[bytes], place: str, longest: int) -> Iterator[Record]:
    file = pq.ParquetFile(stored, memory_map=False, pre_buffer=False)
    total, number = file.metadata.num_rows, 0
    stored.seek(0, io.SEEK_END)
    size = stored.tell()
    for group in range(file.num_row_groups):
        told = file.metadata.row_group(group)
        widest = max(
            (told.column(each).total_uncompressed_size for each in range(told.num_columns)), default=0
        )
        if widest > ENDLESS:
            number += told.num_rows
            for row in range(number - told.num_rows + 1, number + 1):
                message = f"in a row group with a column of more than {ENDLESS >> 30} GiB"
                yield Record(f"{place}:{row}", None, size * row // total, message)
            continue
        for batch in file.iter_batches(ROWS_AT_ONCE, row_groups=[group]):
            for row in batch.to_pylist():
                number += 1
                here, read = f"{place}:{number}", size * number // total
                length = sum(len(each) for each in row.values() if isinstance(each, str | bytes))
                if length > longest:
                    yield Record(here, None, read, f"{length} letters in one row; at most {longest} are read")
                else:
                    yield Record(here, row, read)


def value_of(record: Record) -> Any:
    """The JSON value of the record. Raises DataError where it is none, or has a key twice.

    An absent field of a row of Parquet is a null there, so nulls are left out.
    """
    data = record.data
    if isinstance(data, dict):
        return {name: each for name, each in data.items() if each is not None}
    if data is None:
        raise DataError.one(record.place, record.fault)
    try:
        value = msgspec.json.decode(data)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
        return _slowly(record.place, data)
    # no more strings than keys and texts, so no key is doubled; escaped backslashes would make that unsure
    if b"\\\\" not in data and data.count(b'"') - data.count(b'\\"') == 2 * _strings(value):
        return value
    return _slowly(record.place, data)


def _strings(value: Any) -> int:
    """How many strings a JSON value is written with, keys and values."""
    if isinstance(value, str):
        return 1
    if isinstance(value, dict):
        return len(value) + sum([_strings(each) for each in value.values()])
    if isinstance(value, list):
        return sum([_strings(each) for each in value])
    return 0


def _slowly(place: str, data: bytes) -> Any:
    try:
        text = data.decode("utf-8").strip("\r\n")
    except UnicodeDecodeError as error:
        found = f"0x{data[error.start]:02x} at byte {error.start} of the line"
        raise DataError.one(place, f"expected UTF-8, found {found}") from error
    return parse_json(text, source=place, where=f"line {place.rpartition(':')[2]}")
