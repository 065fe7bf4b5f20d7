"""The leaderboard's page: figures with their intervals, types and slices as heat maps."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from khabar.pages.figures import Cell, as_cell, in_words, labels_of
from khabar.pages.kinds import kind_tables
from khabar.pages.page import render
from khabar.schema import Bilingual, Schema
from khabar.scoring.board import check_one_gold
from khabar.scoring.comparison_report import group_of

_BY_TYPE = (("entities", "Entities by type"), ("triggers", "Triggers by event type"))
_LEAD = (
    "A slice depends on the article, its gold and the span only, so that the slices of a kind add up to the "
    "total: where the article is from, whether the train split has the form, words in the mention and in its "
    "sentence, nesting, and whether the article has any gold event."
)


@dataclass(frozen=True, slots=True)
class HeatRow:
    """A type or slice: how many the gold holds, and each system's F1 on it."""

    name: str
    label: Bilingual | None
    gold: int
    cells: list[Cell]


@dataclass(frozen=True, slots=True)
class HeatMap:
    """F1 of every row and system under one measure; `rows_are` says what a row is."""

    title: str
    rows_are: str
    systems: list[str]
    rows: list[HeatRow]
    lead: str = ""


def leaderboard(results: Mapping[str, Any], schema: Schema) -> str:
    """The page of `results.json`, whose every number it shows is one of; one self-contained HTML file.

    Raises DataError where a system was scored on another gold.
    """
    check_one_gold(results)
    systems = results["systems"]
    measures = results["measures"]
    headlines = [each for each in measures if each["headline"]]
    maps = [*_types(systems, schema), *_slices(systems, measures)]
    return render(
        "leaderboard",
        results=results,
        systems=systems,
        headlines=headlines,
        measures=measures,
        cells={
            each["id"]: {m["name"]: _cell(each["measures"][m["name"]]) for m in measures} for each in systems
        },
        groups={
            each["id"]: {m["name"]: group_of(results["comparison"], m["name"], each["id"]) for m in headlines}
            for each in systems
        },
        kind_tables=list(kind_tables(systems, headlines)),
        heat_maps=[each for each in maps if each.rows],
        not_shown=in_words(results["gold"]["not_shown_in_tags"]),
    )


def _cell(measure: Mapping[str, Any] | None) -> Cell:
    return as_cell(None if measure is None else measure["micro"])


def _types(systems: Sequence[Mapping[str, Any]], schema: Schema) -> Iterator[HeatMap]:
    labels = labels_of(schema)
    for measure, title in _BY_TYPE:
        shown = [each for each in systems if each["measures"][measure] is not None]
        types = [each["measures"][measure]["types"] for each in shown]
        named = {name: label for name, label in labels.items() if any(name in each for each in types)}
        yield HeatMap(title, "Type", [each["name"] for each in shown], _rows(named, types))


def _slices(systems: Sequence[Mapping[str, Any]], measures: Sequence[Mapping[str, Any]]) -> Iterator[HeatMap]:
    """Of the headline measures all slices, of exact spans those by nesting, which no other measure has."""
    lead = _LEAD
    for measure in measures:
        nesting = measure["name"] == "entities_exact"
        if not measure["headline"] and not nesting:
            continue
        shown = [each for each in systems if measure["name"] in each["slices"]]
        flat = [
            {
                f"{kind}: {name}": values
                for kind, slices in each["slices"][measure["name"]].items()
                if not nesting or kind == "nesting"
                for name, values in slices.items()
            }
            for each in shown
        ]
        names: dict[str, Bilingual | None] = dict.fromkeys(name for each in flat for name in each)
        title = f"{measure['title']}, flat and nested" if nesting else f"{measure['title']} in slices"
        rows = _in_order_of_kind(_rows(names, flat))
        yield HeatMap(title, "Slice", [each["name"] for each in shown], rows, lead)
        lead = ""


def _in_order_of_kind(rows: Sequence[HeatRow]) -> list[HeatRow]:
    """A slice that only a later system has comes beside those of its kind."""
    kinds = dict.fromkeys(each.name.partition(":")[0] for each in rows)
    return [each for kind in kinds for each in rows if each.name.partition(":")[0] == kind]


def _rows(names: Mapping[str, Bilingual | None], columns: Sequence[Mapping[str, Any]]) -> list[HeatRow]:
    found = []
    for name, label in names.items():
        gold = max(each[name]["gold"] for each in columns if name in each)
        cells = [as_cell(each.get(name)) for each in columns]
        found.append(HeatRow(name, label, gold, cells))
    return found
