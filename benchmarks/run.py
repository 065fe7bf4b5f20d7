#!/usr/bin/env python3
"""Speed, as ratios against a named peer on the same work in the same run: writes report.md and report.json.

Example: python benchmarks/run.py --repeats 5 --out build/bench
"""

from __future__ import annotations

import platform
import random
import resource
import statistics
import time
import unicodedata
from collections.abc import Callable
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Annotated, Any

import typer

from khabar import __version__
from khabar.files import write_json, write_text
from khabar.schema import default_annotations, load_schema
from khabar.scoring import score_tags
from khabar.terminal import print_data, program, run, talk
from khabar.text import clean, segment

app = program(
    help="""Speed against named peers.

    Example: benchmarks/run.py --repeats 5""",
    default_command=True,
)
BUILD = Path(__file__).resolve().parents[1] / "build" / "bench"


@dataclass(frozen=True, slots=True)
class Measured:
    """CPU seconds of one bench and its peer, medians over the repeats; `ratio` is peer / ours."""

    bench: str
    work: str
    ours: float
    peer_name: str
    peer: float
    ratio: float


def cpu_seconds(work: Callable[[], Any], repeats: int) -> float:
    """Median CPU seconds of the call."""
    taken = []
    for _ in range(repeats):
        before = time.process_time()
        work()
        taken.append(time.process_time() - before)
    return statistics.median(taken)


@dataclass(frozen=True, slots=True)
class Bench:
    """One piece of work, done by us and by a named peer."""

    name: str
    work: str
    ours: Callable[[], Any]
    peer_name: str
    peer: Callable[[], Any]

    def measure(self, repeats: int) -> Measured:
        """Both sides, one after the other, in this process."""
        talk.print(f"{self.name}: {self.work}")
        ours, peer = cpu_seconds(self.ours, repeats), cpu_seconds(self.peer, repeats)
        return Measured(self.name, self.work, ours, self.peer_name, peer, peer / ours)


def tag_scoring(sentences: int) -> Bench:
    """Strict IOB2 counts: 25 tokens a sentence, 8 of the schema's types, one tag in five wrong."""
    from seqeval.metrics.v1 import precision_recall_fscore_support
    from seqeval.scheme import IOB2

    types = list(load_schema().entities)[:8]
    choose = random.Random(13)  # noqa: S311 - a fixed workload, not a secret
    gold = [[_tag(choose, types) for _ in range(25)] for _ in range(sentences)]
    predicted = [[_tag(choose, types) if choose.random() < 0.2 else tag for tag in row] for row in gold]

    def peer() -> Any:
        return precision_recall_fscore_support(gold, predicted, average="micro", scheme=IOB2)

    found, expected = score_tags(gold, predicted).micro, peer()
    if (found.precision, found.recall, found.f1) != tuple(expected[:3]):
        raise AssertionError(f"not the same figures: {found} and {expected}")
    work = f"{sentences:,} sentences of 25 tokens, 8 types; equal to the bit"
    return Bench("tag scoring", work, lambda: score_tags(gold, predicted), "seqeval 1.2.2 strict", peer)


def _tag(choose: random.Random, types: list[str]) -> str:
    return choose.choice(["O", "O", "O", f"B-{choose.choice(types)}", f"I-{choose.choice(types)}"])


def text_core() -> Bench:
    """Cleaning and segmenting the repository's own articles, against reading and NFC-checking them."""
    paths = sorted((default_annotations() / "texts").glob("*.txt"))
    texts = [path.read_text(encoding="utf-8") for path in paths] * 20
    size = sum(len(text.encode()) for text in texts)

    def ours() -> None:
        for text in texts:
            segment(clean(text).text)

    def floor() -> None:
        for path in paths * 20:
            unicodedata.is_normalized("NFC", path.read_bytes().decode("utf-8"))

    work = f"{size / 1e6:.1f} MB of Arabic news"
    return Bench("clean + segment", work, ours, "floor: read and NFC-check", floor)


@app.command()
def bench(
    repeats: Annotated[int, typer.Option(min=1, help="times each side is run")] = 5,
    sentences: Annotated[int, typer.Option(min=1, help="size of the tag scoring bench")] = 20_000,
    out: Annotated[Path, typer.Option(help="folder of report.md and report.json")] = BUILD,
) -> None:
    """Run every bench and write the report."""
    rows = [each.measure(repeats) for each in (tag_scoring(sentences), text_core())]
    machine = f"{platform.machine()}, {platform.system()}, Python {platform.python_version()}"
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    about = f"Khabar {__version__} on {machine}; medians of {repeats}; peak memory {peak:.0f} MB."
    report = f"# Benchmarks\n\n{about}\n\n{table(rows)}"
    write_text(out / "report.md", report)
    benches = [asdict(each) for each in rows]
    write_json(out / "report.json", {"machine": machine, "peak_mb": peak, "benches": benches})
    print_data(report)


def table(rows: list[Measured]) -> str:
    """The measurements as a Markdown table."""
    lines = [
        "| bench | work | Khabar, CPU s | peer | peer, CPU s | peer / Khabar |",
        "|---|---|---:|---|---:|---:|",
    ]
    for row in rows:
        figures = f"{row.ours:.3f} | {row.peer_name} | {row.peer:.3f} | {row.ratio:.2f}"
        lines.append(f"| {row.bench} | {row.work} | {figures} |")
    return "\n".join(lines) + "\n"


if __name__ == "__main__":
    run(app)
