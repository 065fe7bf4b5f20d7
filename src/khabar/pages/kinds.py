"""Kinds of mistakes, that add up to the gold and to the predictions."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

_RIGHT, _MISSED, _SPURIOUS = "match", "missed", "spurious"


@dataclass(frozen=True, slots=True)
class Part:
    """So many gold mentions or predictions are of that kind."""

    kind: str
    name: str
    count: int


@dataclass(frozen=True, slots=True)
class Side:
    """Gold or predictions, and the kinds they add up of."""

    title: str
    total: int
    parts: list[Part]


@dataclass(frozen=True, slots=True)
class Kinds:
    """The mistakes under a measure; `title` is the measure's, or the system's."""

    title: str
    parts: list[Part]
    sides: list[Side]


@dataclass(frozen=True, slots=True)
class KindTable:
    """The mistakes of every system that predicts the measure; `names` are those of the kinds, in order."""

    title: str
    names: list[Part]
    rows: list[Kinds]


def kinds(title: str, counts: Mapping[str, int], micro: Mapping[str, Any]) -> Kinds:
    """Counts by kind, as results have them, beside the totals they add up to."""
    parts = [Part(kind, in_words(kind), number) for kind, number in counts.items()]
    sides = [
        Side(side, micro[total], [each for each in parts if each.kind != other and each.count])
        for side, total, other in (("In gold", "gold", _SPURIOUS), ("Predicted", "predicted", _MISSED))
    ]
    return Kinds(title, parts, sides)


def kind_tables(
    systems: Iterable[Mapping[str, Any]], measures: Iterable[Mapping[str, Any]]
) -> Iterator[KindTable]:
    """A table for each of the measures that any of the systems predicts."""
    systems = list(systems)
    for measure in measures:
        name = measure["name"]
        rows = [
            kinds(each["name"], each["mistakes"][name], each["measures"][name]["micro"])
            for each in systems
            if name in each["mistakes"]
        ]
        if rows:
            yield KindTable(measure["title"], rows[0].parts, rows)


def in_words(kind: str) -> str:
    """A kind's name as people read it."""
    return "right" if kind == _RIGHT else kind.replace("_", " ")
