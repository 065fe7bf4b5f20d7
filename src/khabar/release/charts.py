"""Bar charts as SVG: no library, no script, nothing fetched, and the same bytes every time.

A chart brings its own paper, in the light and the dark colours the reader's machine asks for, since a
picture in a Markdown page does not know the page's.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from jinja2 import Environment, PackageLoader, StrictUndefined

WIDTH = 760
_RIGHT, _ROW = 72, 22
_LETTER = 7.2
"""Pixels that a letter takes on average, rather more than less: an SVG cannot measure its text."""

# Okabe and Ito's palette, told apart by colour-blind readers; the second of each pair is for dark paper
_COLOURS = (("#0072b2", "#56b4e9"), ("#d55e00", "#f0883e"), ("#009e73", "#3fc99a"), ("#b0578d", "#dc9cc4"))


@dataclass(frozen=True, slots=True)
class Part:
    """A length of a bar: its series by number, its value, and the value in words."""

    series: int
    value: float
    said: str


@dataclass(frozen=True, slots=True)
class Bar:
    """A row: parts laid end to end. `label` is what is printed before it, `name` what it is.

    `interval`, if there is one, is drawn as a whisker over it.
    """

    name: str
    label: str
    parts: tuple[Part, ...]
    said: str
    interval: tuple[float, float] | None = None


@dataclass(frozen=True, slots=True)
class Chart:
    """Bars over the names of their series. `longest` is the value that fills the width."""

    title: str
    series: tuple[str, ...]
    bars: tuple[Bar, ...]
    longest: float


def as_svg(chart: Chart, mark: str) -> str:
    """The chart; `mark` goes into its metadata."""
    environment = Environment(
        loader=PackageLoader("khabar.release"),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        keep_trailing_newline=True,
    )
    legend, top = _legend(chart.series)
    left = round(32 + _LETTER * max((len(each.label) for each in chart.bars), default=0))
    return environment.get_template("bars.svg.j2").render(
        chart=chart,
        mark=mark,
        width=WIDTH,
        height=top + _ROW * len(chart.bars) + 14,
        left=left,
        top=top,
        legend=legend,
        rows=[_row(bar, left, top + _ROW * number, chart.longest) for number, bar in enumerate(chart.bars)],
        colours=[_COLOURS[number % len(_COLOURS)] for number in range(len(chart.series))],
    )


def _legend(series: Sequence[str]) -> tuple[list[dict[str, Any]], int]:
    """Where each name stands, and where the bars begin."""
    found: list[dict[str, Any]] = []
    x, y = 16, 42
    for name in series:
        needed = round(16 + _LETTER * len(name) + 20)
        if x > 16 and x + needed > WIDTH:
            x, y = 16, y + 20
        found.append({"x": x, "y": y, "name": name})
        x += needed
    return found, y + 30


def _row(bar: Bar, left: int, y: int, longest: float) -> dict[str, Any]:
    pieces = []
    x = float(left)
    for part in bar.parts:
        width = round((WIDTH - left - _RIGHT) * part.value / longest, 1) if longest else 0.0
        pieces.append({"series": part.series, "x": round(x, 1), "width": width})
        x += width
    whisker = None
    if bar.interval is not None and longest:
        whisker = [round(left + (WIDTH - left - _RIGHT) * each / longest, 1) for each in bar.interval]
    end = round(max([x, *(whisker or [])]), 1)
    return {"bar": bar, "y": y, "pieces": pieces, "whisker": whisker, "end": end}
