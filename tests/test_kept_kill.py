"""`silver` and `select`, killed at any moment and gone on with, give what an unbroken run gives."""

from __future__ import annotations

import random
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import datasets
import msgspec
import pytest

from kept_runs import (
    ARTICLES,
    SHARD,
    chosen,
    kept_files,
    killed_at,
    ledgers,
    run,
    started,
    unfinished,
    write_news,
)
from khabar.files import canonical_line_of_row
from khabar.streams.writing import pack, unpack
from release_corpus import CANARY, corpus_of, make_checkout, write_theirs
from stream_articles import contents

pytestmark = pytest.mark.slow
SHARDS = ARTICLES // SHARD
HELD = 2 * (SHARDS - 1) + 1
"""Files of all shards but the last, two for each, and the one that says what run it is."""
CARD = f"---\n{{{{ metadata }}}}---\n\n<!-- a test; canary GUID {CANARY} -->\n"


@dataclass(frozen=True)
class Place:
    """Where a run finds what it needs."""

    folder: Path
    news: Path
    checkout: Path
    theirs: Path
    shut: Path
    open: Path

    def paths(self, out: Path, gate: Path) -> tuple[Path, ...]:
        return self.news, self.checkout, self.theirs, out, gate

    def unbroken(self, what: str) -> dict[str, bytes]:
        """All that a run writes that is not stopped."""
        out = self.folder / "whole" / "out"
        run(what, self.news, corpus_of(self.checkout, self.theirs), out, self.open, workers=1)
        return contents(out.parent)


@pytest.fixture
def place(tmp_path: Path, tiny_value: dict[str, Any]) -> Place:
    news, gate = tmp_path / "news.jsonl", tmp_path / "open"
    write_news(news)
    gate.touch()
    checkout = make_checkout(tmp_path / "checkout", tiny_value, CARD)
    return Place(tmp_path, news, checkout, write_theirs(tmp_path / "theirs"), tmp_path / "shut", gate)


@pytest.mark.parametrize(("what", "files"), [("silver", HELD + 20), ("select", HELD + 2)])
def test_killed_at_any_moment_and_gone_on_with_it_is_the_unbroken_run(
    place: Place, what: str, files: int
) -> None:
    whole = place.unbroken(what)
    out = place.folder / "killed" / "out"
    moments = random.Random(11)
    for _ in range(2):  # while the last shard cannot be done
        assert killed_at(started(what, *place.paths(out, place.shut)), out, moments.randint(1, HELD))
    for _ in range(2):  # in what comes after; a run that was quicker has ended
        if not out.exists():
            killed_at(started(what, *place.paths(out, place.open)), out, moments.randint(HELD, files))
    if not out.exists() or unfinished(out).exists():
        last = started(what, *place.paths(out, place.open))
        assert (last.communicate(), last.returncode)[1] == 0
    assert contents(out.parent) == whole


@pytest.mark.parametrize("what", ["silver", "select"])
def test_what_is_done_is_not_done_again(place: Place, what: str) -> None:
    """What is kept of finished shards is marked: the marks are in the result, and nowhere else."""
    out = place.folder / "out"
    assert killed_at(started(what, *place.paths(out, place.shut)), out, HELD)
    assert len(kept_files(out)) >= HELD
    done = ledgers(out)
    assert len(done) == SHARDS - 1
    mark, marked_in = MARKS[what]
    marked: set[str] = set()
    for number in done:
        path = unfinished(out) / "work" / f"kept-{number}.jsonl.zst"
        rows = [msgspec.json.decode(line) for line in unpack(path.read_bytes(), ".jsonl.zst").splitlines()]
        marked |= {name for row in rows if (name := mark(row))}
        path.write_bytes(pack(b"".join(map(canonical_line_of_row, rows)), ".jsonl.zst"))
    last = started(what, *place.paths(out, place.open))
    assert (last.communicate(), last.returncode)[1] == 0
    assert not unfinished(out).exists()
    has_mark, others = marked_in(out)
    assert has_mark == marked
    assert len(others) == SHARD


def _mark_made(row: dict[str, Any]) -> str | None:
    if row["left_out"] is not None:
        return None
    row["rows"]["documents"][0]["title"] = "ختم"
    return str(row["article"])


def _mark_candidate(row: dict[str, Any]) -> str | None:
    if "article" not in row:
        return None
    row["uncertainty"] = 7777.0
    return str(row["article"]["id"])


def _marked_rows(out: Path) -> tuple[set[str], set[str]]:
    rows = list(datasets.load_dataset(str(out), "documents", split="train", streaming=True))
    return _divided({row["id"]: row["title"] == "ختم" for row in rows})


def _marked_choice(out: Path) -> tuple[set[str], set[str]]:
    return _divided({each["article"]: each["uncertainty"] == 7777 for each in chosen(out)})


def _divided(marked: dict[str, bool]) -> tuple[set[str], set[str]]:
    yes = {name for name, is_marked in marked.items() if is_marked}
    return yes, set(marked) - yes


Mark = Callable[[dict[str, Any]], str | None]
Marked = Callable[[Path], tuple[set[str], set[str]]]
MARKS: dict[str, tuple[Mark, Marked]] = {
    "silver": (_mark_made, _marked_rows),
    "select": (_mark_candidate, _marked_choice),
}
