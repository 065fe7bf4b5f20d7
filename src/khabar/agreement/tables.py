"""The figures of agreement for the terminal, each table readable at 120 columns."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from rich.table import Table

from khabar.agreement.report import MEASURES_IN_WORDS
from khabar.wording import number_of

_SHOWN = 20
_LONGEST = 34
_BY_TYPE = {
    "entity": "mentions (span and type) by type",
    "trigger_c": "triggers (span and type) by event type",
    "argument_given_c": "arguments of events that both have, by role",
}


def agreement_tables(found: Mapping[str, Any]) -> Iterator[Table]:
    """The tables of what `khabar.agreement.report` gives: of the corpus, then of every two annotators.

    Types and disagreements of the pairs are left to page and JSON where there are those of the corpus.
    """
    if found["corpus"]:
        yield from _tables_of(found["corpus"])
    for each in found["pairs"]:
        yield from _brief_tables(each) if found["corpus"] else _tables_of(each)


def title_of(pair: Mapping[str, Any]) -> str:
    """Whose agreement it is, on how many articles."""
    whose = "the corpus" if pair["annotators"] is None else " and ".join(pair["annotators"])
    return f"{whose}, {number_of(len(pair['articles']), 'article')}"


def _brief_tables(found: Mapping[str, Any]) -> Iterator[Table]:
    yield _measures(found)
    yield _coefficients(found)


def _measures(found: Mapping[str, Any]) -> Table:
    return _figures(
        title_of(found), {MEASURES_IN_WORDS[name]: row for name, row in found["measures"].items()}
    )


def _tables_of(found: Mapping[str, Any]) -> Iterator[Table]:
    yield _measures(found)
    for name, what in _BY_TYPE.items():
        if found["by_type"][name]:
            yield _figures(what, found["by_type"][name])
    yield _coefficients(found)
    for name, cells in found["types"].items():
        if any(each["first"] != each["second"] for each in cells):
            yield _confusion(name, cells)
    if found["disagreements"]["most_frequent"]:
        yield _disagreements(found["disagreements"])


def _figures(title: str, rows: Mapping[str, Mapping[str, Any]]) -> Table:
    table = _table(title, "what", "both", "first", "second", "F1", "95 % interval")
    for name, row in rows.items():
        counts = (str(row[each]) for each in ("match", "first", "second"))
        table.add_row(name, *counts, said(row["f1"]), said_interval(row["f1_interval"]))
    return table


def _coefficients(found: Mapping[str, Any]) -> Table:
    table = _table("beyond chance", "of what", "compared", "Cohen's κ", "Krippendorff's α")
    for name, each in found["tokens"].items():
        table.add_row(
            f"type of each token, {name}", str(each["tokens"]), said(each["kappa"]), said(each["alpha"])
        )
    for name, each in found["attributes"].items():
        table.add_row(f"{name}, where both have the span", str(each["compared"]), said(each["kappa"]), "")
    return table


def _confusion(name: str, cells: list[Mapping[str, Any]]) -> Table:
    """Types that differ, the most frequent first; a matrix of twenty types would not fit."""
    table = _table(f"types of {name} that differ, where both have the span", "first", "second", "times")
    differing = [each for each in cells if each["first"] != each["second"]]
    for each in sorted(differing, key=lambda each: (-each["count"], each["first"], each["second"])):
        table.add_row(each["first"], each["second"], str(each["count"]))
    same = sum(each["count"] for each in cells if each["first"] == each["second"])
    table.caption = f"the same in {same} of {sum(each['count'] for each in cells)}"
    return table


def _disagreements(found: Mapping[str, Any]) -> Table:
    kinds = ", ".join(f"{count} {kind}" for kind, count in found["kinds"].items())
    table = _table("the most frequent disagreements", "times", "what", "first", "second", "words")
    table.caption = f"in all: {kinds}"
    for each in found["most_frequent"][:_SHOWN]:
        words = (_brief(each[name]) for name in ("first", "second", "text"))
        table.add_row(str(each["count"]), each["kind"], *words)
    return table


def _table(title: str, *columns: str) -> Table:
    table = Table(title=title, title_justify="left", caption_justify="left", min_width=len(title))
    for name in columns:
        numbers = name in {"both", "first", "second", "times", "compared"} and "words" not in columns
        table.add_column(name, justify="right" if numbers and "what" in columns else "left")
    return table


def _brief(text: str) -> str:
    return text if len(text) <= _LONGEST else text[: _LONGEST - 1] + "…"


def said(value: float | None) -> str:
    """Three decimals, or – where undefined."""
    return "–" if value is None else f"{value:.3f}"


def said_interval(interval: list[float] | None) -> str:
    """Both ends, or – where undefined."""
    return "–" if interval is None else f"{interval[0]:.3f}–{interval[1]:.3f}"
