#!/usr/bin/env python3
"""Hours, cores and bytes of large runs, reckoned from the rates in report.json."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated, Any

import typer

from khabar.errors import CallError
from khabar.files import write_text
from khabar.terminal import print_data, program, run

app = program(
    help="""How long and how large: 1 million articles, 100 million, a year of a news crawl.

    Example: benchmarks/arithmetic.py --out docs/arithmetic.md""",
    default_command=True,
)
HERE = Path(__file__).resolve().parent
CORES = (1, 16, 256)
STEPS = "steps of a crawl"
_RUNS = {
    "text, cleaned": ("read", "clean text", "write"),
    "text, without copies, gazetteer": (
        "read",
        "clean text",
        "near duplicates",
        "pre-annotate, gazetteer",
        "write",
    ),
    "text, without copies, CRF": ("read", "clean text", "near duplicates", "pre-annotate, CRF", "write"),
    "web pages, without copies, CRF": (
        "read",
        "clean web pages",
        "near duplicates",
        "pre-annotate, CRF",
        "write",
    ),
}


@dataclass(frozen=True, slots=True)
class Rates:
    """Seconds of one core an article takes in each step, and mean sizes in bytes."""

    seconds: Mapping[str, float]
    page: float
    article: float
    written: float
    machine: str


@app.command()
def arithmetic(
    report: Annotated[Path, typer.Option(metavar="FILE", help="What the benches found.")] = HERE
    / "report.json",
    out: Annotated[
        Path | None, typer.Option(metavar="FILE", help="Where it goes; stdout by default.")
    ] = None,
    pages_a_day: Annotated[int, typer.Option(min=1, help="Pages that a crawl of news sees.")] = 1_000_000,
    arabic: Annotated[float, typer.Option(min=0.001, max=1, help="Share of them in Arabic.")] = 0.05,
) -> None:
    """Write the page of arithmetic.

    Example: benchmarks/arithmetic.py --pages-a-day 300000 --arabic 0.1 --out docs/arithmetic.md
    """
    page = "\n".join(_page(_rates(report), pages_a_day, arabic)) + "\n"
    if out is None:
        print_data(page)
    else:
        write_text(out, page)


def _rates(path: Path) -> Rates:
    if not path.is_file():
        raise CallError(f"no {path}: run benchmarks/run.py --only streams")
    area: dict[str, Any] | None = json.loads(path.read_text(encoding="utf-8"))["areas"].get("streams")
    if area is None:
        raise CallError(f"{path} has nothing of streams: run benchmarks/run.py --only streams")
    (steps,) = [each for each in area["parts"] if each["bench"] == STEPS]
    articles = int(steps["work"].split()[0].replace(",", ""))
    seconds = {name: side["seconds"] / articles for name, side in steps["parts"].items()}
    figures = {each["bench"]: each["value"] for each in area["figures"]}
    machine = area["machine"]
    return Rates(
        seconds,
        figures["bytes of a web page"],
        figures["bytes of an article"],
        figures["bytes of an article as written"],
        f"{machine['processor']}, Python {machine['python']}, {area['date']}, load {machine['load']:.1f} "
        f"on {machine['cores']} cores",
    )


def _page(rates: Rates, pages_a_day: int, arabic: float) -> Iterator[str]:
    yield "# What large runs take\n"
    yield "<!-- written by benchmarks/arithmetic.py from benchmarks/report.json -->\n"
    yield f"Reckoned from rates measured on one core ({rates.machine}), as if cores shared the articles"
    yield "evenly. Not in it: joining the pairs of near duplicates of all tasks, reading over a network, a"
    yield "cluster's queue. `benchmarks/run.py --only streams` measures anew.\n"
    yield "## An article\n\n| step | ms of one core | articles/s |\n|---|---:|---:|"
    for name, each in rates.seconds.items():
        yield f"| {name} | {1000 * each:.3g} | {1 / each:,.0f} |"
    yield f"\nA web page as made for the bench has {rates.page:,.0f} bytes (larger ones take longer), an"
    yield f"article {rates.article:,.0f}, and as written in .jsonl.zst {rates.written:,.0f}.\n"
    year = round(365 * pages_a_day * arabic)
    for title, articles in (
        ("1 million articles", 10**6),
        ("100 million articles", 10**8),
        (f"A year of a news crawl ({year:,} articles)", year),
    ):
        yield from _of(title, articles, rates)
    yield "## The assumption in the year\n"
    others = 365 * pages_a_day * (1 - arabic) * rates.seconds["clean web pages"]
    yield f"{pages_a_day:,} pages a day, {arabic:.0%} of them Arabic: an assumption, not a measurement;"
    yield "`--pages-a-day` and `--arabic` take your figures. Pages in others must be read and left out,"
    yield f"which costs up to {_hours(others)} hours of one core in a year where they come as HTML.\n"


def _of(title: str, articles: int, rates: Rates) -> Iterator[str]:
    heads = " | ".join(f"{cores} core{'s' if cores > 1 else ''}, hours" for cores in CORES)
    yield f"## {title}\n\n| run | {heads} |\n|---|{'---:|' * len(CORES)}"
    for name, steps in _RUNS.items():
        seconds = articles * sum(rates.seconds[each] for each in steps)
        yield f"| {name} | {' | '.join(_hours(seconds / cores) for cores in CORES)} |"
    sizes = (("web pages in", rates.page), ("text in", rates.article), ("written", rates.written))
    told = ", ".join(f"{name} {articles * each / 1e9:,.1f} GB" for name, each in sizes)
    yield f"\nBytes: {told}.\n"


def _hours(seconds: float) -> str:
    hours = seconds / 3600
    return f"{hours:,.0f}" if hours >= 10 else f"{hours:.2g}"


if __name__ == "__main__":
    run(app)
