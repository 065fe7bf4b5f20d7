"""The end of a run: duplicates taken out, what was left out listed, the manifest written last."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

from khabar.files import dump_json, sha256
from khabar.streams.addresses import Folder
from khabar.streams.conversion import Duplicate, Quarantined
from khabar.streams.duplicates import KEY_BYTES, Repeats, repeats
from khabar.streams.pool import Limits, run
from khabar.streams.resuming import same_run
from khabar.streams.shards import WORK, Ledger, as_lines, keys_name, part_name, read_ledger
from khabar.streams.writing import decode, encode

MANIFEST = "manifest.json"
QUARANTINE = "quarantine.jsonl"
DUPLICATES = "duplicates.jsonl"


@dataclass(frozen=True, slots=True)
class Summary:
    """Records of a run: `read` is the sum of the three others. `kinds` counts the quarantined by kind."""

    read: int
    written: int
    quarantined: int
    duplicates: int
    kinds: dict[str, int]
    parts: dict[str, dict[str, Any]]


@dataclass(frozen=True, slots=True)
class FinishPart:
    """The job of a process: a part put in its place without the rows that are to be left out."""

    folder: Folder
    form: str

    def __call__(
        self, task: tuple[int, int, list[int]], begin: Callable[[int], None], refused: Mapping[int, str]
    ) -> dict[str, Any] | None:
        """What the manifest says of the part, of which number, rows and rows to leave out are given.

        None if no article is left. A run killed after the part was put in its place finds it there.
        """
        del begin, refused
        number, count, left_out = task
        name = part_name(number, self.form)
        before = f"{WORK}/{name}"
        if len(left_out) == count:
            return None
        if not self.folder.has(before):
            data = self.folder.read(name)
        elif not left_out:
            data = self.folder.read(before)
            self.folder.move(before, name)
        else:
            gone = set(left_out)
            rows = decode(self.folder.read(before), self.form)
            data = encode([row for at, row in enumerate(rows) if at not in gone], self.form)
            self.folder.write(name, [data])
            self.folder.remove(before)
        return {"articles": count - len(left_out), "sha256": sha256(data)}


def finish(folder: Folder, shards: int, form: str, identity: dict[str, Any], *, workers: int) -> Summary:
    """Take duplicates out of the parts of all shards, put the parts in their place, and sum up.

    Of equal texts the first in the stream stays; an id given to two texts stays with the first.
    """
    texts, ids = repeats(range(shards), lambda number: folder.read(keys_name(number)))

    def tasks() -> Iterator[tuple[int, tuple[int, int, list[int]]]]:
        for number in range(shards):
            count = len(folder.read(keys_name(number))) // KEY_BYTES
            yield number, (number, count, sorted({**texts.of_shard(number), **ids.of_shard(number)}))

    made = dict(run(FinishPart(folder, form), tasks(), workers=workers, limits=Limits()))
    parts = {part_name(number, form): made[number] for number in sorted(made) if made[number]}
    counts, kinds = _write_lists(folder, shards, texts, ids)
    summary = Summary(
        sum(counts.values()), counts["written"], counts["quarantined"], counts["duplicates"], kinds, parts
    )
    told = {
        "run": identity,
        "records": {"read": summary.read, **{name: counts[name] for name in sorted(counts)}},
        "quarantined": kinds,
        "parts": parts,
    }
    folder.write(MANIFEST, [dump_json(told, indent=1).encode() + b"\n"])
    _tidy(folder)
    return summary


def _tidy(folder: Folder) -> None:
    """Remove what only an unfinished run needs, and pieces of files that a killed one left."""
    for name in folder.names():
        if name.startswith(tuple(f".{each}" for each in ("part-", MANIFEST, QUARANTINE, DUPLICATES))):
            folder.remove(name)
    if folder.names(WORK):
        folder.remove(WORK)


def _write_lists(
    folder: Folder, shards: int, texts: Repeats, ids: Repeats
) -> tuple[Counter[str], dict[str, int]]:
    """Write both lists in the order of the stream; counts by what became of records, and by reason."""
    ledger = lru_cache(maxsize=64)(lambda number: read_ledger(folder, number))
    counts = Counter(written=0, quarantined=0, duplicates=0)
    kinds: Counter[str] = Counter()

    def quarantined() -> Iterator[bytes]:
        for number in range(shards):
            rows = [*ledger(number).quarantined, *_of_taken_ids(ledger, number, ids)]
            counts["quarantined"] += len(rows)
            kinds.update(row.kind for row in rows)
            yield as_lines(rows)

    def duplicates() -> Iterator[bytes]:
        for number in range(shards):
            here = ledger(number)
            again = texts.of_shard(number)
            rows = [
                *here.duplicates,
                *(Duplicate(*here.written[row], _first(ledger, *first)[1]) for row, first in again.items()),
            ]
            counts["duplicates"] += len(rows)
            counts["written"] += len(here.written) - len(again) - len(ids.of_shard(number))
            yield as_lines(rows)

    folder.write(QUARANTINE, quarantined())
    folder.write(DUPLICATES, duplicates())
    return counts, dict(sorted(kinds.items()))


def _of_taken_ids(ledger: Callable[[int], Ledger], number: int, ids: Repeats) -> Iterator[Quarantined]:
    for row, first in ids.of_shard(number).items():
        place, identifier = ledger(number).written[row]
        reason = f"the id {identifier!r} is that of another text, at {_first(ledger, *first)[0]}"
        yield Quarantined(place, "id", reason)


def _first(ledger: Callable[[int], Ledger], shard: int, row: int) -> tuple[str, str]:
    return ledger(shard).written[row]


def finished(folder: Folder, identity: dict[str, Any]) -> Summary:
    """The summary of the finished run in the folder. Raises CallError if it is not the run asked for."""
    same_run(folder, folder.read(MANIFEST), identity)
    _tidy(folder)
    told = json.loads(folder.read(MANIFEST))
    return Summary(**told["records"], kinds=told["quarantined"], parts=told["parts"])
