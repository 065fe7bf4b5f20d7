"""Rows to a Parquet file, a row group at a time, byte for byte the same on every build with one pyarrow."""

from __future__ import annotations

import hashlib
import os
from collections.abc import Iterable, Mapping
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import ExitStack, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import msgspec

from khabar.files import canonical_line_of_row
from khabar.release.batches import BatchMaker
from khabar.release.features import Columns, check_fit
from khabar.release.manifest import SplitRows
from khabar.release.memory import give_back
from khabar.release.records import Record, Row

ROW_GROUP = 8_000_000  # bytes as Arrow, far below the 300 MB the Hub's viewer scans: smaller ones load slower
OPTIONS: Mapping[str, object] = {
    "compression": "zstd",
    "compression_level": 1,  # 3 makes files 5 % smaller, and loading 4 % slower
    "version": "2.6",
    "data_page_version": "1.0",
    "write_page_index": True,
    "use_content_defined_chunking": True,  # so that Xet stores only what changed between releases
}
_BATCH = 250  # rows held as text at a time, and once more while they are encoded


@dataclass(frozen=True, slots=True)
class Written:
    """What a data file holds. `arrow_bytes` is its size when read: `num_bytes` of a card."""

    rows: SplitRows
    bytes: int
    arrow_bytes: int


class ParquetFile:
    """A data file being written, and at `copy` a plain copy of what went in, for `khabar.release.readback`.

    `marks` go into its key-value metadata beside the features. As a context manager it closes what it
    opened; `close` says what was written. Rows are encoded and written in a thread beside the one that adds
    them, one batch at a time, so what is wrong is raised by a later `add` or by `close`: OSError where the
    disk fails, KeyError where a row does not have the columns.
    """

    def __init__(self, path: Path, copy: Path | None, described: Columns, marks: Mapping[str, str]) -> None:
        import pyarrow as pa  # a second to import, and only builds need it
        import pyarrow.parquet as pq

        self._described = described
        self._make = BatchMaker(described, marks)
        path.parent.mkdir(parents=True, exist_ok=True)
        with ExitStack() as opened:
            self._path, self._file = path, opened.enter_context(path.open("wb"))
            self._writer = pq.ParquetWriter(self._file, self._make.schema, **OPTIONS)
            # opened here, since a writer that cannot write its end leaves open what it opened itself
            self._copy_file = opened.enter_context(copy.open("wb")) if copy else None
            self._copy = pa.ipc.new_file(self._copy_file, self._make.schema) if copy else None
            opened.pop_all()
        self._waiting: list[bytes] = []
        self._batches: list[Any] = []
        self._digest = hashlib.sha256()
        self._rows = self._arrow_bytes = self._waiting_bytes = 0
        self._thread = ThreadPoolExecutor(max_workers=1, thread_name_prefix=path.name)
        self._encoding: Future[None] | None = None

    def __enter__(self) -> ParquetFile:
        return self

    def __exit__(self, *_: object) -> None:
        if self._file.closed:
            return
        self._thread.shutdown()
        self._writer.is_open = False  # what a writer writes at its end is of no use, and the disk may be full
        for each in (self._copy_file, self._file):
            with suppress(OSError):
                if each is not None:
                    each.close()

    def add(self, rows: Iterable[Row | Record]) -> None:
        """Write these rows after those that were added before."""
        for row in rows:
            if not self._waiting:
                check_fit(msgspec.to_builtins(row), self._described)  # one program makes all rows
            self._add_line(canonical_line_of_row(row))

    def add_lines(self, lines: Iterable[bytes]) -> None:
        """As `add`, of rows that `canonical_line_of_row` made lines of."""
        for line in lines:
            if not self._waiting:
                check_fit(msgspec.json.decode(line), self._described)
            self._add_line(line)

    def _add_line(self, line: bytes) -> None:
        self._waiting.append(line)
        if len(self._waiting) == _BATCH:
            self._encode_waiting()

    def _encode_waiting(self) -> None:
        """Let the thread encode what waits, when it is done with what came before."""
        self._finish_encoding()
        self._rows += len(self._waiting)
        self._encoding = self._thread.submit(self._encode, b"".join(self._waiting))
        self._waiting = []

    def _finish_encoding(self) -> None:
        if self._encoding is not None:
            self._encoding.result()

    def _encode(self, lines: bytes) -> None:
        self._digest.update(lines)
        batch = self._make.batch(lines)
        self._arrow_bytes += batch.nbytes
        if self._copy is not None:
            self._copy.write_batch(batch)
        self._batches.append(batch)
        self._waiting_bytes += batch.nbytes
        if self._waiting_bytes >= ROW_GROUP:
            self._write_row_group()

    def _write_row_group(self) -> None:
        import pyarrow as pa

        table = pa.Table.from_batches(self._batches)
        self._writer.write_table(table, row_group_size=len(table))
        self._batches, self._waiting_bytes = [], 0
        del table
        give_back()

    def close(self) -> Written:
        """Write what is left, to the disk itself."""
        if self._waiting:
            self._encode_waiting()
        self._finish_encoding()
        self._thread.shutdown()
        if self._batches:
            self._write_row_group()
        self._writer.close()
        if self._copy is not None and self._copy_file is not None:
            self._copy.close()
            self._copy_file.close()
        self._file.flush()
        os.fsync(self._file.fileno())
        self._file.close()
        digest = SplitRows(rows=self._rows, content_digest=self._digest.hexdigest())
        return Written(digest, self._path.stat().st_size, self._arrow_bytes)
