"""The report of the benches: what each area found when last run, in `report.json` and told in Markdown.

An area that is not run keeps what it found before, with its date and commit.
"""

from __future__ import annotations

import os
import platform
import subprocess
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import msgspec
from harness import Figure, Grown, Measured, NotRun, Shares

from khabar import __version__
from khabar.files import write_json, write_text

Result = Measured | Grown | Shares | Figure | NotRun


@dataclass(frozen=True, slots=True)
class Machine:
    """Where the benches ran."""

    processor: str
    cores: int
    memory_gb: float
    system: str
    python: str
    load: float
    """Processes that wanted a core in the minute before the area began, ours among them."""

    def __str__(self) -> str:
        return (
            f"{self.processor}, {self.cores} cores, {self.memory_gb:.0f} GB, {self.system}, "
            f"Python {self.python}; load {self.load:.1f}"
        )


@dataclass(frozen=True, slots=True)
class AreaReport:
    """What one area found in its last run."""

    area: str
    date: str
    commit: str
    khabar: str
    machine: Machine
    scale: float
    repeats: int
    benches: list[Measured] = field(default_factory=list)
    growth: list[Grown] = field(default_factory=list)
    parts: list[Shares] = field(default_factory=list)
    figures: list[Figure] = field(default_factory=list)
    not_run: list[NotRun] = field(default_factory=list)

    def add(self, found: Result) -> None:
        """Keep one result."""
        kinds = {Measured: self.benches, Grown: self.growth, Shares: self.parts, Figure: self.figures}
        kept: Any = kinds.get(type(found), self.not_run)
        kept.append(found)


def begun(area: str, *, scale: float, repeats: int) -> AreaReport:
    """The report of an area that is about to be run here and now."""
    date = datetime.now(UTC).strftime("%Y-%m-%d %H:%M UTC")
    return AreaReport(area, date, _commit(), __version__, _machine(), scale, repeats)


def _commit() -> str:
    """The commit that is measured; `+` where files differ from it."""
    here = Path(__file__).resolve().parent
    words = ["git", "describe", "--always", "--dirty=+", "--exclude=*"]
    try:
        done = subprocess.run(words, cwd=here, capture_output=True, check=True, text=True)  # noqa: S603
    except (FileNotFoundError, subprocess.CalledProcessError):
        return "unknown"
    return done.stdout.strip()


def _machine() -> Machine:
    return Machine(
        processor=_processor(),
        cores=len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1,
        memory_gb=os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES") / 2**30,
        system=f"{platform.system()} {platform.machine()}",
        python=platform.python_version(),
        load=round(os.getloadavg()[0], 1),
    )


def _processor() -> str:
    told = Path("/proc/cpuinfo")
    lines = told.read_text(encoding="utf-8").splitlines() if told.is_file() else []
    return next(
        (line.partition(":")[2].strip() for line in lines if line.startswith("model name")),
        platform.processor() or "unknown processor",
    )


class _Kept(msgspec.Struct):
    areas: dict[str, AreaReport] = {}


def read_report(path: Path) -> dict[str, AreaReport]:
    """The areas of an earlier `report.json`; none where there is no such file."""
    return dict(msgspec.json.decode(path.read_bytes(), type=_Kept).areas) if path.is_file() else {}


def write_report(folder: Path, reports: Mapping[str, AreaReport], areas: Sequence[str]) -> str:
    """Write `report.json` and `report.md`, whole; the Markdown is given."""
    kept = {area: reports[area] for area in sorted(reports) if area in areas}
    markdown = "\n".join(_markdown(kept, areas)) + "\n"
    write_json(folder / "report.json", {"areas": {area: _as_json(each) for area, each in kept.items()}})
    write_text(folder / "report.md", markdown)
    return markdown


def _as_json(report: AreaReport) -> dict[str, Any]:
    said = asdict(report)
    for row, each in zip(said["benches"], report.benches, strict=True):
        row |= {
            "ratio": each.ratio,
            "throughput": each.throughput,
            "articles_per_second": each.articles_per_second,
        }
    for row, grown in zip(said["growth"], report.growth, strict=True):
        row["points"] = {str(size): side for size, side in row["points"].items()}
        row |= {"time_exponent": grown.time_exponent, "memory_exponent": grown.memory_exponent}
    return said


_INTRODUCTION = """# Benchmarks

How fast Khabar is, as ratios against a named peer on the same work in the same run. `make bench` measures \
all, `benchmarks/run.py --only AREA` one area, and the others stay as they were. Times are medians of the \
repeats, in seconds of CPU of all processes that do the work (a row that says *wall* is timed by the clock); \
memory is the peak of the largest of them."""


def _markdown(reports: Mapping[str, AreaReport], areas: Sequence[str]) -> Iterator[str]:
    yield _INTRODUCTION
    for area, report in reports.items():
        yield f"\n## {area}\n"
        yield (
            f"{report.date}, commit {report.commit}, Khabar {report.khabar}; {report.machine}; "
            f"scale {report.scale:g}, {report.repeats} repeats at most.\n"
        )
        for rows in (
            _table(report.benches),
            _growth_table(report.growth),
            _parts_tables(report.parts),
            _figures_table(report.figures),
        ):
            if lines := list(rows):
                yield "\n".join(lines) + "\n"
    yield "\n## Not run\n"
    missing = [(area, each.name, each.work) for area, one in reports.items() for each in one.not_run]
    missing += [(area, "all", "never run so far") for area in areas if area not in reports]
    yield "\n".join(f"- {area}: {name}: {reason}" for area, name, reason in missing) or "Nothing."


def _table(rows: Iterable[Measured]) -> Iterator[str]:
    head = "| bench | work | Khabar, s | MB | peer | peer, s | MB | peer / Khabar | goal |"
    lines = [head, "|---|---|---:|---:|---|---:|---:|---:|---:|"]
    for row in rows:
        ours, peer = (f"{side.seconds:.3f} | {side.peak_mb:.0f}" for side in (row.ours, row.peer))
        goal = "–" if row.goal is None else f"≥ {row.goal:.3g}"
        lines.append(
            f"| {row.bench} | {_work(row)} | {ours} | {row.peer_name} | {peer} | {row.ratio:.2f} | {goal} |"
        )
    yield from lines if len(lines) > 2 else ()


def _work(row: Measured) -> str:
    rates = []
    if row.throughput is not None:
        rates.append(f"{row.throughput:.1f} MB/s")
    if row.articles_per_second is not None:
        rates.append(f"{row.articles_per_second:,.0f} articles/s")
    clock = " (wall)" if row.clock == "wall" else ""
    return f"{row.work}: {', '.join(rates)}{clock}" if rates else f"{row.work}{clock}"


def _growth_table(grown: Iterable[Grown]) -> Iterator[str]:
    lines = [
        "| bench | size | s | peak MB | time grows as size^ | peak memory as size^ | asked for |",
        "|---|---:|---:|---:|---:|---:|---:|",
    ]
    for each in grown:
        asked = [] if each.limit_mb is None else [f"≤ {each.limit_mb:,g} MB"]
        asked += [] if each.limit_seconds is None else [f"≤ {each.limit_seconds:,g} s"]
        fitted = f"{each.time_exponent:.2f} | {each.memory_exponent:.2f} | {', '.join(asked) or '–'}"
        clock = " (wall)" if each.clock == "wall" else ""
        for size, side in each.points.items():
            last = fitted if size == max(each.points) else "| |"
            size_said = f"{size:,} {each.unit}"
            lines.append(
                f"| {each.bench}{clock} | {size_said} | {side.seconds:.1f} | {side.peak_mb:.0f} | {last} |"
            )
    yield from lines if len(lines) > 2 else ()


def _parts_tables(parts: Iterable[Shares]) -> Iterator[str]:
    for each in parts:
        total = sum(side.seconds for side in each.parts.values())
        yield f"Where the time goes, {each.bench} ({each.work}), each part alone:\n"
        yield "| part | CPU s | share |"
        yield "|---|---:|---:|"
        for name, side in each.parts.items():
            yield f"| {name} | {side.seconds:.3f} | {side.seconds / total:.0%} |"
        yield ""


def _figures_table(figures: Iterable[Figure]) -> Iterator[str]:
    lines = ["| figure | of | value | goal |", "|---|---|---:|---:|"]
    lines += [f"| {each.bench} | {each.work} | {each.value:.4g} | {each.limit or '–'} |" for each in figures]
    yield from lines if len(lines) > 2 else ()
