"""Figures of `results.json` as cells of a table."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from khabar.schema import Bilingual, Schema


@dataclass(frozen=True, slots=True)
class Cell:
    """A figure between 0 and 1, or None, and the interval around it where there is one."""

    value: float | None
    low: float | None = None
    high: float | None = None
    note: str = ""


def as_cell(values: Mapping[str, Any] | None) -> Cell:
    """F1 of a measure, a type or a slice, None where there are no figures."""
    if values is None:
        return Cell(None)
    low, high = values.get("f1_interval") or (None, None)
    note = f"{values['match']} right of {values['predicted']} predicted, {values['gold']} in gold"
    return Cell(values["f1"], low, high, note)


def in_words(by_task: Mapping[str, Mapping[str, int]]) -> dict[str, list[tuple[str, int]]]:
    """What tags do not show as it is, by task: the kinds there are any of."""
    found = {
        task: [(kind.replace("_", " "), n) for kind, n in each.items() if n] for task, each in by_task.items()
    }
    return {task: counts for task, counts in found.items() if counts}


def labels_of(schema: Schema) -> dict[str, Bilingual]:
    """Labels of entity types, then of event types, in the schema's order."""
    found = {each.name: each.label for each in schema.entity_types}
    return found | {each.name: each.label for each in schema.event_types}
