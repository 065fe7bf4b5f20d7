"""A comparison as JSON and as tables for the terminal. Undefined is null in JSON, – in tables."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from rich.table import Table

from khabar.scoring.comparison import ALPHA, Comparison, Pair
from khabar.scoring.measures import MEASURES
from khabar.scoring.report import UNDEFINED, percent


def as_json(comparison: Comparison) -> dict[str, Any]:
    """All pairs and groups as plain values, and how they were tested."""
    return {
        "test": "two-sided paired permutation test over articles",
        "permutations": comparison.permutations,
        "resamples": comparison.resamples,
        "seed": comparison.seed,
        "correction": "Holm",
        "articles": comparison.articles,
        "smallest_p": comparison.smallest_p,
        "level": ALPHA,
        "groups": {each: comparison.groups(each) for each in comparison.measures},
        "pairs": [_pair(each) for each in comparison.pairs],
    }


def group_of(compared: Mapping[str, Any] | None, measure: str, system: str) -> int | None:
    """The system's group in a comparison as JSON; None where nothing was compared, or its F1 is undefined."""
    found: int | None = compared["groups"].get(measure, {}).get(system) if compared else None
    return found


def _pair(pair: Pair) -> dict[str, Any]:
    return {
        "measure": pair.measure,
        "first": pair.first,
        "second": pair.second,
        "difference": pair.difference,
        "interval": list(pair.interval) if pair.interval else None,
        "p": pair.p,
        "p_adjusted": pair.adjusted,
        "told_apart": pair.told_apart,
    }


def tables(comparison: Comparison) -> Iterator[Table]:
    """A table of pairs for every measure, then one of the groups."""
    titles = {each.name: each.title for each in MEASURES}
    for measure in comparison.measures:
        table = Table(title=titles[measure], title_justify="left")
        for name in ("first", "second"):
            table.add_column(name)
        for name in ("F1", "F1", "difference", "95 %", "p", "p (Holm)"):
            table.add_column(name, justify="right")
        f1 = comparison.f1[measure]
        for each in comparison.pairs:
            if each.measure == measure:
                scores = percent(f1[each.first]), percent(f1[each.second])
                table.add_row(each.first, each.second, *scores, *_cells(each))
        yield table
    yield _groups(comparison, titles)


def notes(comparison: Comparison) -> Iterator[str]:
    """What a person must know beside the figures."""
    if comparison.smallest_p >= ALPHA:
        yield (
            f"{comparison.articles} articles are too few to tell systems apart: "
            f"p cannot be below {comparison.smallest_p:.3g}, however different they are"
        )


def _cells(pair: Pair) -> list[str]:
    between = UNDEFINED
    if pair.interval:
        between = f"{_signed(pair.interval.low)} to {_signed(pair.interval.high)}"
    return [_signed(pair.difference), between, _probability(pair.p), _probability(pair.adjusted)]


def _signed(value: float | None) -> str:
    return UNDEFINED if value is None else f"{100 * value:+.1f}"


def _probability(value: float | None) -> str:
    return UNDEFINED if value is None else "<0.001" if value < 0.001 else f"{value:.3f}"


def _groups(comparison: Comparison, titles: dict[str, str]) -> Table:
    title = f"Groups that cannot be told apart (p ≥ {ALPHA} after Holm's correction)"
    table = Table(title=title, title_justify="left")
    table.add_column("system")
    for measure in comparison.measures:
        table.add_column(titles[measure], justify="right")
    columns = [comparison.groups(each) for each in comparison.measures]
    for name in comparison.systems:
        table.add_row(name, *(UNDEFINED if (group := each[name]) is None else str(group) for each in columns))
    return table
