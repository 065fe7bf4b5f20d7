"""Runs of `silver` and `select` over a small corpus in other processes, with a model that can be held up."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from khabar.corpus import Corpus
from khabar.files import sha256, write_json_lines
from khabar.selection import Glance, select_stream
from khabar.silver import Trained, build_silver
from release_corpus import OURS, corpus_of

ARTICLES, SHARD, PART = 60, 5, 20
GATE = "باب"
"""The model waits at an article that has this word until a file says that it may go on."""
PLACES = ("بيروت", "دمشق", "صنعاء", "تونس", "الخرطوم")
_PROGRAM = """
import sys
from kept_runs import main

if __name__ == "__main__":
    main(*sys.argv[1:])
"""


@dataclass(frozen=True, slots=True)
class Gated:
    """A model, and a reader, that knows a few places; it answers once the gate is open."""

    gate: Path
    measure: str = "the length of the text"

    def predict(self, article: Any) -> dict[str, Any]:
        """Every place is a mention, the first word a meeting."""
        text = article["text"]
        self._wait(text)
        entities = [
            {"start": text.index(place), "end": text.index(place) + len(place), "type": "GPE"}
            for place in PLACES
            if place in text
        ]
        meeting = {"type": "Meet", "trigger": {"start": 0, "end": 4}, "arguments": []}
        return {"article": article["id"], "entities": entities, "events": [meeting]}

    def look(self, text: str) -> Glance:
        """The longer, the less sure."""
        self._wait(text)
        return Glance({"Meet": 1}, len(text))

    def _wait(self, text: str) -> None:
        while GATE in text and not self.gate.exists():
            time.sleep(0.01)


def write_news(path: Path) -> list[dict[str, Any]]:
    """Articles no two of which are near; among them an id twice, gold, and a word in the last to wait at."""
    rows = [_row(number) for number in range(ARTICLES)]
    rows[17] = {**rows[17], "id": rows[3]["id"]}
    rows[31] = {**rows[31], "text": OURS["ours-3"], "text_sha256": sha256(OURS["ours-3"])}
    rows[44] = {**rows[44], "published": None}
    write_json_lines(path, rows)
    return rows


def _row(number: int) -> dict[str, Any]:
    words = " ".join(f"كلمة{number}{at}" for at in range(12 + number % 7))
    held = f" {GATE}" if number == ARTICLES - 1 else ""
    text = f"لقاء {number} 😀\n\nفي {PLACES[number % len(PLACES)]} {words}{held}."
    return {
        "id": f"ours-news-{number}",
        "source": "ours",
        "title": f"لقاء {number} 😀",
        "published": f"2024-03-{number % 28 + 1:02}",
        "language": "ar",
        "licence": "CC-BY-4.0",
        "text_sha256": sha256(text),
        "origin": "written for a test",
        "text": text,
    }


def run(what: str, news: Path, corpus: Corpus, out: Path, gate: Path, *, workers: int = 3) -> None:
    """`silver` or `select`, with small shards; whatever the gate's name, it is the same model."""
    model, learnt = Gated(gate), {"model": "gated"}
    if what == "select":
        select_stream(
            [str(news)], corpus, model, out, learnt=learnt, number=60, seed=1, workers=workers, shard=SHARD
        )
        return
    build_silver(
        [str(news)],
        Trained(model, learnt),
        corpus,
        out,
        annotator="gated",
        version="1.0.0",
        per_part=PART,
        workers=workers,
        shard=SHARD,
    )


def main(what: str, news: str, checkout: str, theirs: str, out: str, gate: str) -> None:
    """The program of a run that is killed."""
    run(what, Path(news), corpus_of(Path(checkout), Path(theirs)), Path(out), Path(gate))


def started(what: str, *paths: Path) -> subprocess.Popen[bytes]:
    """The run in a process of its own, which starts others; the paths are those of `main`."""
    program = paths[0].with_name("program.py")
    program.write_text(_PROGRAM, encoding="utf-8")
    search = os.pathsep.join([str(Path(__file__).parent), *filter(None, [os.environ.get("PYTHONPATH")])])
    return subprocess.Popen(
        [sys.executable, program, what, *paths],
        env={**os.environ, "PYTHONPATH": search},
        stderr=subprocess.PIPE,
    )


def killed_at(process: subprocess.Popen[bytes], out: Path, files: int) -> bool:
    """Kill the run once it keeps so many files, or wait for its end; whether it was killed."""
    while process.poll() is None and len(kept_files(out)) < files:
        time.sleep(0.002)
    killed = process.poll() is None
    if killed:
        process.send_signal(signal.SIGKILL)
    process.communicate()
    return killed


def kept_files(out: Path) -> list[Path]:
    """The whole files that are kept of the run."""
    return [
        Path(folder) / name
        for folder, _, names in os.walk(unfinished(out))
        for name in names
        if not name.startswith(".")
    ]


def unfinished(out: Path) -> Path:
    """Where what was done is kept."""
    return out.with_name(f"{out.name}.unfinished")


def ledgers(out: Path) -> Sequence[str]:
    """The numbers of the shards that are done, as their files have them."""
    return sorted(each.stem.removeprefix("shard-") for each in unfinished(out).glob("work/shard-*.json"))


def chosen(out: Path) -> list[dict[str, Any]]:
    """The choice that was written."""
    told: dict[str, Any] = json.loads((out / "choice.json").read_text(encoding="utf-8"))
    found: list[dict[str, Any]] = told["chosen"]
    return found
