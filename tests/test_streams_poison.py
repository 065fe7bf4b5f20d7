"""Poisoned articles: each is left out with its reason, and everything else is converted."""

from __future__ import annotations

import gzip
import json
import os
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from khabar.streams import Limits, WorkFailedError
from khabar.streams import reading as reading_module
from khabar.streams.pool import run as run_pool
from stream_articles import lines_of, listed, record, rows, run

GOOD = [record(number) for number in range(6)]
NESTED = "<html><body>" + "<div>" * 100_000 + "خبر" + "</div>" * 100_000 + "</body></html>"


def reasons(out: Path) -> dict[str, tuple[str, str]]:
    """Kind and reason of what is in quarantine, by number of the line."""
    return {
        row["place"].rpartition(":")[2]: (row["kind"], row["reason"])
        for row in listed(out, "quarantine.jsonl")
    }


def test_every_poisoned_line_is_left_out_with_its_reason(tmp_path: Path) -> None:
    long = '{"id": "long", "title": "خبر", "text": "' + "قال " * 1_500_000 + '"}'
    poison = [
        long.encode(),
        lines_of([{"id": "latin", "text": "مرحبا"}]).strip().replace("مرحبا".encode(), b"\xd3\xe1\xc7\xe3"),
        b"\0" * 5000,
        lines_of([{"id": "nested", "title": "خبر من بيروت", "html": NESTED}]).strip(),
        b"[" * 100_000,
        b'{"id": "n", "id": "m", "text": "x"}',
        lines_of([{"id": "empty", "text": " \u200f\n"}]).strip(),
        lines_of([{"id": "english", "text": "A title\n\nThe minister said so."}]).strip(),
        lines_of([{"title": "بلا نص"}]).strip(),
    ]
    assert len(poison[0]) > 10_000_000
    good = lines_of(GOOD).splitlines()
    path = tmp_path / "a.jsonl"
    path.write_bytes(b"\n".join([*good[:3], *poison, *good[3:]]))
    summary = run([path], tmp_path / "out", shard=4)
    assert (summary.read, summary.written, summary.quarantined, summary.duplicates) == (15, 6, 9, 0)
    assert [row["id"] for row in rows(tmp_path / "out")] == [f"ours-n-{number}" for number in range(6)]
    assert reasons(tmp_path / "out") == {
        "4": ("unreadable", f"{len(poison[0]) + 1} bytes on one line; at most 8388608 are read"),
        "5": ("unreadable", "expected UTF-8, found 0xd3 at byte 25 of the line"),
        "6": ("unreadable", "line 6: not JSON: Expecting value at column 1"),
        "7": ("article", "expected a title and at least one paragraph, found one line: خبر من بيروت"),
        "8": ("unreadable", "line 8: JSON nested too deeply"),
        "9": ("unreadable", "line 9: key given twice in one object: id"),
        "10": ("article", "nothing is left after cleaning"),
        "11": ("article", "expected Arabic, found only 0% of its letters in Arabic script"),
        "12": ("record", "expected text or html, found neither"),
    }


@pytest.mark.parametrize("letter", ["\0", "\ud83d"])
def test_nuls_and_half_letters_inside_a_text_are_cleaned_away(tmp_path: Path, letter: str) -> None:
    spoilt = {**GOOD[0], "text": GOOD[0]["text"].replace("يوم", f"يو{letter}م")}
    (tmp_path / "a.jsonl").write_text(json.dumps(spoilt), encoding="ascii")
    (tmp_path / "b.jsonl").write_bytes(lines_of(GOOD[:1]))
    run([tmp_path / "a.jsonl"], tmp_path / "out")
    run([tmp_path / "b.jsonl"], tmp_path / "clean")
    assert rows(tmp_path / "out") == rows(tmp_path / "clean")


def test_a_bomb_is_left_after_a_gigabyte_and_the_next_file_is_read(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(reading_module, "ENDLESS", 50 * 2**20)
    (tmp_path / "a.jsonl.gz").write_bytes(gzip.compress(lines_of(GOOD[:2]) + b"\0" * (200 * 2**20), 6))
    (tmp_path / "b.jsonl").write_bytes(lines_of(GOOD[2:]))
    summary = run([tmp_path], tmp_path.with_suffix(".out"))
    assert (summary.read, summary.written, summary.quarantined) == (7, 6, 1)
    assert reasons(tmp_path.with_suffix(".out")) == {
        "3": ("unreadable", "a line of more than 0 GiB; the file is left here")
    }


@pytest.mark.parametrize("codec", ["gzip", "zstd"])
def test_a_broken_archive_gives_what_was_read_and_a_reason(tmp_path: Path, codec: str) -> None:
    name = {"gzip": "a.jsonl.gz", "zstd": "a.jsonl.zst"}[codec]
    packed = pa.compress(lines_of([record(number) for number in range(3000)]), codec=codec, asbytes=True)
    (tmp_path / name).write_bytes(packed[: len(packed) // 2])
    (tmp_path / "b.jsonl").write_bytes(lines_of([record(9999)]))
    summary = run([tmp_path], tmp_path.with_suffix(".out"), shard=500)
    assert summary.read == summary.written + summary.quarantined
    assert rows(tmp_path.with_suffix(".out"))[-1]["id"] == "ours-n-9999"
    ((_, reason),) = reasons(tmp_path.with_suffix(".out")).values()
    assert "cannot be read after" in reason


def test_files_that_are_not_what_their_name_says_are_told(tmp_path: Path) -> None:
    for name in ("a.parquet", "b.jsonl.gz", "c.jsonl.zst"):
        (tmp_path / name).write_bytes(b"\x89PNG\r\n\x1a\n" + bytes(range(256)))
    table = pa.Table.from_pylist([{**GOOD[0], "text": "قال " * 3_000_000}, GOOD[1]])
    pq.write_table(table, tmp_path / "d.parquet")
    summary = run([tmp_path], tmp_path.with_suffix(".out"))
    assert (summary.read, summary.written, summary.quarantined) == (5, 1, 4)
    assert [
        row["reason"].split(":")[0][:34] for row in listed(tmp_path.with_suffix(".out"), "quarantine.jsonl")
    ] == ["cannot be read after 0 records"] * 3 + ["12000025 letters in one row; at mos"[:34]]


@dataclass(frozen=True)
class Deadly:
    """A job whose items do what they are named after."""

    folder: Path

    def __call__(
        self, task: list[str], begin: Callable[[int], None], refused: Mapping[int, str]
    ) -> list[Any]:
        found = []
        for number, item in enumerate(task):
            if number in refused:
                found.append(refused[number])
                continue
            begin(number)
            found.append(self._done(item))
        return found

    def _done(self, item: str) -> str:
        if item == "memory":
            bytearray(3 * 2**30)
        elif item == "time":
            while True:
                sum(range(10_000))
        elif item == "stuck in C":
            sum(range(10**13))
        elif item == "abort":
            os.abort()
        elif item == "bug":
            raise ZeroDivisionError("one of ours")
        elif item == "unlucky" and not (self.folder / "once").exists():
            (self.folder / "once").touch()
            os.kill(os.getpid(), 9)
        elif item == "full disk":
            raise OSError(28, "No space left on device")
        return item


def test_an_item_that_kills_its_process_is_named_and_the_others_are_done(tmp_path: Path) -> None:
    tasks = [["a", "memory", "b"], ["time", "c"], ["d", "stuck in C"], ["abort", "bug", "e"], ["f"]]
    done = dict(
        run_pool(Deadly(tmp_path), enumerate(tasks), workers=2, limits=Limits(seconds=1, megabytes=512))
    )
    assert done == {
        0: ["a", "needs more than 512 MB of memory", "b"],
        1: ["takes more than 1 s", "c"],
        2: ["d", "takes more than 1 s"],
        3: ["ended its process (SIGABRT)", "ZeroDivisionError: one of ours", "e"],
        4: ["f"],
    }


def test_an_item_whose_process_is_killed_once_is_not_to_blame(tmp_path: Path) -> None:
    tasks = [["a", "unlucky", "b"]]
    assert dict(run_pool(Deadly(tmp_path), enumerate(tasks), workers=2, limits=Limits())) == dict(
        enumerate(tasks)
    )


def test_what_no_article_is_to_blame_for_ends_the_run(tmp_path: Path) -> None:
    with pytest.raises(WorkFailedError, match=r"No space left on device\nNext: mend that and run again"):
        dict(run_pool(Deadly(tmp_path), enumerate([["full disk"]]), workers=1, limits=Limits()))
