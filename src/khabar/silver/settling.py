"""What is in a silver release and what is not, counted; where its parts are cut; the digest of its rows."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable
from dataclasses import dataclass, field
from pathlib import Path

from khabar.files import dump_json
from khabar.release.manifest import SplitRows
from khabar.silver.making import Made, made_of
from khabar.silver.parts import Part, Row
from khabar.silver.tally import Tally
from khabar.streams import Folder

TWICE = "has the id of an article before it"


@dataclass(frozen=True, slots=True)
class Settled:
    """The counts, the parts, and of each configuration how many rows there are and their digest."""

    tally: Tally
    parts: tuple[Part, ...]
    rows: dict[str, SplitRows]


def settle(folder: Folder, shards: int, configs: Iterable[str], *, per_part: int, left_out: Path) -> Settled:
    """Go through all that was made, in the order of the stream; a line of JSON in `left_out` for the rest.

    Of an id that is given twice, the first stays. Memory grows by some bytes for each article.
    """
    tally, cutter = Tally(), _Cutter(per_part)
    digests = {config: hashlib.sha256() for config in configs}
    rows = dict.fromkeys(digests, 0)
    with left_out.open("w", encoding="utf-8") as file:
        for shard in range(shards):
            for row, made in enumerate(made_of(folder, shard)):
                place = shard, row
                if why := _why_not(made, tally):
                    if made.left_out is None:
                        cutter.leave_out(place)
                    tally.left_out[why[0]] += 1
                    told = {"article": made.article, "reason": why[0], "because_of": why[1]}
                    file.write(dump_json(told) + "\n")
                    continue
                tally.add(made)
                cutter.add(place)
                for config, digest in digests.items():
                    rows[config] += len(made.rows[config])
                    for line in made.rows[config]:
                        digest.update(line)
                        digest.update(b"\n")
    whole = {
        config: SplitRows(rows=rows[config], content_digest=digest.hexdigest())
        for config, digest in digests.items()
    }
    return Settled(tally, cutter.parts, whole)


def _why_not(made: Made, tally: Tally) -> tuple[str, str] | None:
    if made.left_out is not None:
        return made.left_out
    return None if tally.is_new(made.article) else (TWICE, made.article)


@dataclass(slots=True)
class _Cutter:
    """Cuts places into parts of so many articles."""

    per_part: int
    _done: list[Part] = field(default_factory=list)
    _in: list[Row] = field(default_factory=list)
    _twice: list[Row] = field(default_factory=list)

    def add(self, place: Row) -> None:
        """One more article that is in the release."""
        if len(self._in) == self.per_part:
            self._cut()
        self._in.append(place)

    def leave_out(self, place: Row) -> None:
        """One that is not, though nothing but its id stands against it."""
        self._twice.append(place)

    def _cut(self) -> None:
        if self._in:
            self._done.append(Part(len(self._done), self._in[0], self._in[-1], tuple(self._twice)))
        self._in, self._twice = [], []

    @property
    def parts(self) -> tuple[Part, ...]:
        """All of them, the last one with fewer articles."""
        self._cut()
        return tuple(self._done)
