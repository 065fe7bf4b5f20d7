"""Streams for tests: raw articles in Arabic, and what a run wrote."""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

from khabar.corpus import Source
from khabar.intake import Terms
from khabar.streams import Conversion, Limits, Settings, Summary, convert_stream, find_files
from khabar.streams.writing import decode

SOURCE = Source.model_validate(
    {
        "id": "ours",
        "name": "Ours",
        "standoff": False,
        "licence": "CC-BY-4.0",
        "origin": "written for a test",
        "citation": "c",
        "how_to_get": "here",
    }
)
PLACES = ("بيروت", "عمّان", "الرباط", "صنعاء", "تونس", "نواكشوط", "الخرطوم")


def record(number: int) -> dict[str, Any]:
    """A raw article like no other, with furniture, a mark of direction and a letter beyond 16 bits."""
    place = PLACES[number % len(PLACES)]
    text = (
        f"بحث الوزيران في \u200f{place} يوم الأحد الملف رقم {number} سبل تثبيت الهدنة 😀.\n"
        f"إعلان\nوقال مصدر مطلع إن الاجتماع رقم {number + 1} يعقد في {place}."
    )
    return {"id": f"n-{number}", "title": f"لقاء {number} في {place}", "text": text, "published": "2024-03"}


def lines_of(records: Sequence[Any]) -> bytes:
    """The records as JSON Lines."""
    return b"".join(json.dumps(each, ensure_ascii=False).encode() + b"\n" for each in records)


def run(
    inputs: Sequence[Path | str], out: Path, *, known: dict[str, str] | None = None, **how: Any
) -> Summary:
    """Convert the inputs with small shards and two processes, unless told otherwise."""
    settings = Settings(**{"form": ".jsonl", "shard": 10, "workers": 2, **how})
    files = find_files([str(each) for each in inputs])
    return convert_stream(files, str(out), Conversion(Terms(SOURCE), known=known or {}), settings)


def rows(out: Path, form: str = ".jsonl") -> list[dict[str, Any]]:
    """The articles of a run, in order."""
    return [row for path in sorted(out.glob(f"part-*{form}")) for row in decode(path.read_bytes(), form)]


def listed(out: Path, name: str) -> list[dict[str, Any]]:
    """The rows of `quarantine.jsonl` or `duplicates.jsonl`."""
    return [json.loads(line) for line in (out / name).read_text(encoding="utf-8").splitlines()]


def contents(folder: Path) -> dict[str, bytes]:
    """Every file of the folder, hidden ones too."""
    return {str(path.relative_to(folder)): path.read_bytes() for path in _files(folder)}


def _files(folder: Path) -> Iterator[Path]:
    return (path for path in sorted(folder.rglob("*")) if path.is_file())


LIMITS = Limits(seconds=5, megabytes=1024)
