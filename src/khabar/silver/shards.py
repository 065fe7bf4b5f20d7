"""The data files of a silver release: parts of so many articles each, written one after the other."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping, Sequence
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path

from khabar.files import canonical_line_of_row
from khabar.release.features import Columns
from khabar.release.manifest import SplitRows
from khabar.release.parquet import ParquetFile, Written
from khabar.release.records import Row

SPLIT = "train"
"""The only split there is: nobody is tested on silver."""


@dataclass(frozen=True, slots=True)
class Parts:
    """What was written of one configuration: its rows in all, and each file."""

    rows: SplitRows
    files: Sequence[Written]


class Shards:
    """Writes rows, an article at a time, into parts of `articles` articles in every configuration alike.

    As a context manager it closes what it opened; `finish` gives the files the names that the loader knows.
    Memory does not depend on how many articles there are.
    """

    def __init__(
        self,
        folder: Path,
        scratch: Path,
        described: Mapping[str, Columns],
        marks: Mapping[str, str],
        articles: int,
    ) -> None:
        self._folder, self._scratch = folder, scratch
        self._described, self._marks = described, marks
        self._articles = articles
        self._in_part = self._part = 0
        self._open: dict[str, ParquetFile] = {}
        self._stack = ExitStack()
        self._digests = {config: hashlib.sha256() for config in described}
        self._written: dict[str, list[Written]] = {config: [] for config in described}

    def __enter__(self) -> Shards:
        return self

    def __exit__(self, *_: object) -> None:
        self._stack.close()

    def add(self, rows: Mapping[str, Sequence[Row]]) -> None:
        """The rows of one more article, by configuration."""
        if not self._open:
            self._begin()
        for config, file in self._open.items():
            for row in rows[config]:
                self._digests[config].update(canonical_line_of_row(row))
            file.add(rows[config])
        self._in_part += 1
        if self._in_part == self._articles:
            self._close()

    def _begin(self) -> None:
        for config, described in self._described.items():
            copy = self._scratch / f"{config}.arrow"
            file = ParquetFile(self._unnamed(config, self._part), copy, described, self._marks)
            self._open[config] = self._stack.enter_context(file)

    def _close(self) -> None:
        for config, file in self._open.items():
            self._written[config].append(file.close())
        self._open = {}
        self._part += 1
        self._in_part = 0

    def finish(self) -> dict[str, Parts]:
        """Close the last part, and name all of them by how many there are."""
        if self._open:
            self._close()
        for config in self._described:
            for part in range(self._part):
                self._unnamed(config, part).rename(self._folder / part_path(config, part, self._part))
        return {
            config: Parts(
                SplitRows(
                    rows=sum(each.rows.rows for each in files),
                    content_digest=self._digests[config].hexdigest(),
                ),
                files,
            )
            for config, files in self._written.items()
        }

    def _unnamed(self, config: str, part: int) -> Path:
        return self._folder / "data" / config / f"{SPLIT}-{part:05}.parquet"


def part_path(config: str, part: int, parts: int) -> str:
    """Where a part of a configuration is in a release folder."""
    return f"data/{config}/{SPLIT}-{part:05}-of-{parts:05}.parquet"
