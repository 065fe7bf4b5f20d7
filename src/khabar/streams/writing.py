"""Rows to the bytes of a file and back; the same rows always give the same bytes."""

from __future__ import annotations

import gzip
import io
from collections.abc import Sequence
from typing import Any

import msgspec
import pyarrow as pa
import pyarrow.parquet as pq

Row = dict[str, Any]
_GZIP_LEVEL = 6
_ENCODER = msgspec.json.Encoder()


def encode(rows: Sequence[Row], form: str) -> bytes:
    """The rows as a whole file of that form (`addresses.FORMS`)."""
    if form == ".parquet":
        made = io.BytesIO()
        pq.write_table(pa.Table.from_pylist(list(rows), schema=_schema(rows)), made, compression="zstd")
        return made.getvalue()
    return pack(b"".join(_ENCODER.encode(row) + b"\n" for row in rows), form)


def decode(data: bytes, form: str) -> list[Row]:
    """The rows of a file that `encode` made."""
    if form == ".parquet":
        rows: list[Row] = pq.read_table(io.BytesIO(data)).to_pylist()
        return rows
    return [msgspec.json.decode(line) for line in unpack(data, form).splitlines()]


def pack(lines: bytes, form: str) -> bytes:
    """The lines compressed as the form says."""
    if form == ".jsonl.gz":
        return gzip.compress(lines, _GZIP_LEVEL, mtime=0)  # no time of day in the bytes
    if form == ".jsonl.zst":
        packed: bytes = pa.compress(lines, codec="zstd", asbytes=True)
        return packed
    return lines


def unpack(data: bytes, form: str) -> bytes:
    """The lines of a file of that form."""
    if form == ".jsonl":
        return data
    codec = {".jsonl.gz": "gzip", ".jsonl.zst": "zstd"}[form]
    with pa.CompressedInputStream(pa.BufferReader(data), codec) as lines:
        read: bytes = lines.read()
        return read


def _schema(rows: Sequence[Row]) -> pa.Schema | None:
    """Columns of text where they hold only text and nulls, so that every file has the same types."""
    names = list(dict.fromkeys(name for row in rows for name in row))
    texts = all(each is None or isinstance(each, str) for row in rows for each in row.values())
    return pa.schema([(name, pa.string()) for name in names]) if texts else None
