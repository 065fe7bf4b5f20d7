#!/usr/bin/env python3
"""Speed, as ratios against a named peer on the same work in the same run: writes report.md and report.json.

Example: python benchmarks/run.py --repeats 5 --out build/bench
"""

from __future__ import annotations

import importlib
import platform
from dataclasses import asdict
from pathlib import Path
from typing import Annotated

import typer
from harness import Grown, Measured

from khabar import __version__
from khabar.errors import CallError
from khabar.files import write_json, write_text
from khabar.terminal import print_data, program, run, talk

app = program(
    help="""Speed against named peers.

    Example: benchmarks/run.py --repeats 5 --only scoring""",
    default_command=True,
)
HERE = Path(__file__).resolve().parent
BUILD = HERE.parent / "build" / "bench"
AREAS = sorted(path.stem.removesuffix("_benches") for path in HERE.glob("*_benches.py"))


@app.command()
def bench(
    repeats: Annotated[int, typer.Option(min=1, help="times each side is run")] = 5,
    scale: Annotated[float, typer.Option(min=0.001, help="size of the work, 1 as the goals say")] = 0.2,
    only: Annotated[list[str], typer.Option(help=f"of {', '.join(AREAS)} (repeatable)")] = AREAS,
    out: Annotated[Path, typer.Option(help="folder of report.md and report.json")] = BUILD,
) -> None:
    """Run every bench and write the report."""
    if unknown := [name for name in only if name not in AREAS]:
        raise CallError(f"no benches of {', '.join(unknown)} (there are {', '.join(AREAS)})")
    rows: list[Measured] = []
    grown: list[Grown] = []
    for area in only:
        for each in importlib.import_module(f"{area}_benches").benches(scale):
            talk.print(f"{each.name}: {each.work}")
            found = each.measure(repeats)
            grown.append(found) if isinstance(found, Grown) else rows.append(found)
    machine = f"{platform.machine()}, {platform.system()}, Python {platform.python_version()}"
    report = f"# Benchmarks\n\nKhabar {__version__} on {machine}; medians of {repeats}.\n\n"
    report += "\n".join(part for part in (table(rows), growth_table(grown)) if part)
    write_text(out / "report.md", report)
    benches = [{**asdict(each), "ratio": each.ratio, "throughput": each.throughput} for each in rows]
    curves = [
        {**asdict(each), "time_exponent": each.time_exponent, "memory_exponent": each.memory_exponent}
        for each in grown
    ]
    write_json(
        out / "report.json", {"machine": machine, "scale": scale, "benches": benches, "growth": curves}
    )
    print_data(report)


def table(rows: list[Measured]) -> str:
    """The measurements as a Markdown table; none without any."""
    if not rows:
        return ""
    lines = [
        "| bench | work | Khabar, CPU s | MB | peer | peer, CPU s | MB | peer / Khabar | goal |",
        "|---|---|---:|---:|---|---:|---:|---:|---:|",
    ]
    for row in rows:
        ours, peer = (f"{side.seconds:.3f} | {side.peak_mb:.0f}" for side in (row.ours, row.peer))
        goal = "–" if row.goal is None else f"≥ {row.goal:g}"
        work = row.work if row.throughput is None else f"{row.work}: {row.throughput:.1f} MB/s"
        lines.append(
            f"| {row.bench} | {work} | {ours} | {row.peer_name} | {peer} | {row.ratio:.2f} | {goal} |"
        )
    return "\n".join(lines) + "\n"


def growth_table(grown: list[Grown]) -> str:
    """Time and memory at each size as a Markdown table, and the exponents fitted to them."""
    if not grown:
        return ""
    lines = [
        "| bench | size | CPU s | peak MB | time grows as size^ | peak memory as size^ | peak asked for |",
        "|---|---:|---:|---:|---:|---:|---:|",
    ]
    for each in grown:
        limit = "–" if each.limit_mb is None else f"≤ {each.limit_mb:g}"
        fitted = f"{each.time_exponent:.2f} | {each.memory_exponent:.2f} | {limit}"
        for size, side in each.points.items():
            last = fitted if size == max(each.points) else "| |"
            lines.append(
                f"| {each.bench} | {size:,} {each.unit} | {side.seconds:.1f} | {side.peak_mb:.0f} | {last} |"
            )
    return "\n".join(lines) + "\n"


if __name__ == "__main__":
    run(app)
