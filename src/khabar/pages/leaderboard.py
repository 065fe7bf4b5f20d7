"""The leaderboard's page: figures with their intervals, types as heat maps, systems in their own words."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from khabar.pages.page import render
from khabar.schema import Bilingual, Schema

_BY_TYPE = (("entities", "Entities by type"), ("triggers", "Triggers by event type"))


@dataclass(frozen=True, slots=True)
class Cell:
    """A figure between 0 and 1, or None, and the interval around it where there is one."""

    value: float | None
    low: float | None = None
    high: float | None = None
    note: str = ""


@dataclass(frozen=True, slots=True)
class TypeRow:
    """A type of the schema: how many the gold holds, and each system's F1 on it."""

    name: str
    label: Bilingual
    gold: int
    cells: list[Cell]


@dataclass(frozen=True, slots=True)
class HeatMap:
    """F1 of every type and system under one measure."""

    title: str
    systems: list[str]
    rows: list[TypeRow]


def leaderboard(results: Mapping[str, Any], schema: Schema) -> str:
    """The page of `results.json`, whose every number it shows is one of; one self-contained HTML file."""
    systems = results["systems"]
    measures = results["measures"]
    return render(
        "leaderboard",
        results=results,
        systems=systems,
        headlines=[each for each in measures if each["headline"]],
        measures=measures,
        cells={
            each["id"]: {m["name"]: _cell(each["measures"][m["name"]]) for m in measures} for each in systems
        },
        heat_maps=[each for each in _heat_maps(systems, schema) if each.rows],
    )


def _cell(measure: Mapping[str, Any] | None) -> Cell:
    return Cell(None) if measure is None else _figure(measure["micro"])


def _figure(values: Mapping[str, Any]) -> Cell:
    low, high = values["f1_interval"] or (None, None)
    note = f"{values['match']} right of {values['predicted']} predicted, {values['gold']} in gold"
    return Cell(values["f1"], low, high, note)


def _heat_maps(systems: Sequence[Mapping[str, Any]], schema: Schema) -> list[HeatMap]:
    labels = {each.name: each.label for each in schema.entity_types}
    labels |= {each.name: each.label for each in schema.event_types}
    found = []
    for measure, title in _BY_TYPE:
        shown = [each for each in systems if each["measures"][measure] is not None]
        types = [each["measures"][measure]["types"] for each in shown]
        rows = [
            _type_row(name, label, types) for name, label in labels.items() if any(name in t for t in types)
        ]
        found.append(HeatMap(title, [each["name"] for each in shown], rows))
    return found


def _type_row(name: str, label: Bilingual, types: Sequence[Mapping[str, Any]]) -> TypeRow:
    gold = max(each[name]["gold"] for each in types if name in each)
    cells = [_figure(each[name]) if name in each else Cell(None) for each in types]
    return TypeRow(name, label, gold, cells)
