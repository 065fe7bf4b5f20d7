"""The data files of a silver release: parts of so many articles each, written in processes, each one once."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import msgspec

from khabar.release.features import Columns
from khabar.release.manifest import SplitRows
from khabar.release.memory import little_arrow
from khabar.release.parquet import ParquetFile, Written
from khabar.silver.making import Made, made_of
from khabar.silver.rows import SPLIT
from khabar.streams import Folder
from khabar.streams.pool import Limits, run
from khabar.streams.shards import WORK

Row = tuple[int, int]
"""An article's place: its shard, and its row in it."""
_LIMITS = Limits(megabytes=4096)


@dataclass(frozen=True, slots=True)
class Parts:
    """What was written of one configuration: its rows in all, and each file."""

    rows: SplitRows
    files: Sequence[Written]


@dataclass(frozen=True, slots=True)
class Part:
    """The articles from `first` to `last`, both in it, but for those left out and these `twice`."""

    number: int
    first: Row
    last: Row
    twice: tuple[Row, ...]


def part_path(config: str, part: int, parts: int) -> str:
    """Where a part of a configuration is in a release folder."""
    return f"data/{config}/{SPLIT}-{part:05}-of-{parts:05}.parquet"


@dataclass(frozen=True, slots=True)
class WritePart:
    """The job of a process: a part in every configuration, and its ledger when these are on the disk."""

    folder: Folder
    release: Path
    described: Mapping[str, Columns]
    marks: Mapping[str, str]
    parts: int

    def __call__(
        self, task: Part, begin: Callable[[int], None], refused: Mapping[int, str]
    ) -> dict[str, Written]:
        """What was written, by configuration."""
        del begin, refused
        with little_arrow(), ExitStack() as stack:
            files = {
                config: stack.enter_context(ParquetFile(self._path(config, task), None, columns, self.marks))
                for config, columns in self.described.items()
            }
            for made in _articles(self.folder, task):
                for config, file in files.items():
                    file.add_lines(bytes(line) + b"\n" for line in made.rows[config])
            written = {config: file.close() for config, file in files.items()}
        self.folder.write(
            _ledger_name(task), [msgspec.json.encode(_Ledger(self.parts, task, _plain(written)))]
        )
        return written

    def _path(self, config: str, part: Part) -> Path:
        return self.release / part_path(config, part.number, self.parts)


@dataclass(frozen=True, slots=True)
class _Ledger:
    """Of a part that is written: how it was cut, and what is in it."""

    parts: int
    part: Part
    written: dict[str, dict[str, Any]]


def _plain(written: Mapping[str, Written]) -> dict[str, dict[str, Any]]:
    return {config: {**_fields(each), "rows": each.rows.model_dump()} for config, each in written.items()}


def _fields(written: Written) -> dict[str, Any]:
    return {"bytes": written.bytes, "arrow_bytes": written.arrow_bytes}


def write_parts(
    job: WritePart, parts: Sequence[Part], *, workers: int, tell: Callable[[int], None]
) -> list[Mapping[str, Written]]:
    """Write the parts that are not written; what is in each. `tell` hears of how many are done.

    Raises what `khabar.streams.pool.run` raises.
    """
    there = {each.number: found for each in parts if (found := _read_ledger(job, each))}
    tell(len(there))
    missing = ((each.number, each) for each in parts if each.number not in there)
    for number, written in run(job, missing, workers=workers, limits=_LIMITS):
        there[number] = written
        tell(1)
    return [there[each.number] for each in parts]


def _read_ledger(job: WritePart, part: Part) -> dict[str, Written] | None:
    """What the part holds, if it was written, and cut as it is now."""
    name = _ledger_name(part)
    if not job.folder.has(name):
        return None
    ledger = msgspec.json.decode(job.folder.read(name), type=_Ledger)
    if (ledger.parts, ledger.part) != (job.parts, part):
        return None
    return {
        config: Written(**{**told, "rows": SplitRows(**told["rows"])})
        for config, told in ledger.written.items()
    }


def _ledger_name(part: Part) -> str:
    return f"{WORK}/part-{part.number:06d}.json"


def _articles(folder: Folder, part: Part) -> Iterator[Made]:
    """What was made of the articles of the part."""
    twice = set(part.twice)
    for shard in range(part.first[0], part.last[0] + 1):
        for row, made in enumerate(made_of(folder, shard)):
            place = shard, row
            if part.first <= place <= part.last and made.left_out is None and place not in twice:
                yield made
