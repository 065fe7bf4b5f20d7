"""The page of agreement: figures with their intervals, types against types, and where annotators differ."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from khabar.agreement.report import MEASURES_IN_WORDS
from khabar.pages.page import render
from khabar.schema import Bilingual, Schema

_HEADLINES = ("entity", "trigger_c", "argument_given_c")
_BY_TYPE = {
    "entity": "Mentions by type",
    "trigger_c": "Triggers by event type",
    "argument_given_c": "Arguments of events that both have, by role",
}


@dataclass(frozen=True, slots=True)
class Cell:
    """How often the first said the row's type and the second the column's; `heat` from 0 to 1 in its row."""

    count: int
    heat: float
    same: bool


@dataclass(frozen=True, slots=True)
class Matrix:
    """Types that the first gave (rows) against those that the second gave, where both have the span."""

    title: str
    names: list[str]
    rows: list[tuple[str, list[Cell]]]


@dataclass(frozen=True, slots=True)
class Section:
    """The corpus, or two annotators: their figures as `khabar.agreement.report` gives them."""

    id: str
    title: str
    figures: Mapping[str, Any]
    matrices: list[Matrix]

    @property
    def only_models(self) -> bool:
        """No person was among the annotators."""
        return set(self.figures["kinds"]) == {"model"}


def agreement_page(found: Mapping[str, Any], schema: Schema) -> str:
    """The page of what `khabar.agreement.report` gives; one self-contained HTML file."""
    sections = [
        Section(f"pair-{number}", _title(each), each, _matrices(each, schema))
        for number, each in enumerate(([found["corpus"]] if found["corpus"] else []) + found["pairs"])
    ]
    labels: dict[str, Bilingual] = {each.name: each.label for each in schema.entity_types}
    labels |= {each.name: each.label for each in schema.event_types}
    labels |= {role.name: role.label for event in schema.event_types for role in event.roles}
    labels |= {role.name: role.label for role in schema.common_roles}
    return render(
        "agreement",
        look="paper",
        found=found,
        sections=sections,
        words=MEASURES_IN_WORDS,
        headlines=_HEADLINES,
        by_type=_BY_TYPE,
        labels=labels,
    )


def _title(pair: Mapping[str, Any]) -> str:
    return "The corpus" if pair["annotators"] is None else " and ".join(pair["annotators"])


def _matrices(pair: Mapping[str, Any], schema: Schema) -> list[Matrix]:
    order = {"entities": list(schema.entities), "triggers": list(schema.events)}
    titles = {"entities": "Types of mentions", "triggers": "Types of triggers"}
    return [_matrix(titles[name], order[name], cells) for name, cells in pair["types"].items() if cells]


def _matrix(title: str, order: Sequence[str], cells: Sequence[Mapping[str, Any]]) -> Matrix:
    counts: Counter[tuple[str, str]] = Counter()
    for each in cells:
        counts[each["first"], each["second"]] += each["count"]
    names = [name for name in order if any(name in pair for pair in counts)]
    rows = []
    for first in names:
        most = max(counts[first, second] for second in names) or 1
        row = [Cell(counts[first, other], counts[first, other] / most, first == other) for other in names]
        rows.append((first, row))
    return Matrix(title, names, rows)
