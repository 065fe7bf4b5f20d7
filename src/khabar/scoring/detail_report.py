"""Slices and kinds of mistakes as JSON and as tables for the terminal."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from rich.table import Table

from khabar.scoring.evaluation import Evaluation
from khabar.scoring.mistakes import count_mistakes, find_mistakes
from khabar.scoring.places import BY_NAME
from khabar.scoring.report import UNDEFINED, percent
from khabar.scoring.slices import slice_counts


def as_json(evaluation: Evaluation) -> dict[str, Any]:
    """`slices` and `mistakes` by measure, as plain values."""
    return {
        "slices": {
            measure: {
                kind: {name: each.figures._asdict() | each._asdict() for name, each in counts.items()}
                for kind, counts in kinds.items()
            }
            for measure, kinds in slice_counts(evaluation).items()
        },
        "mistakes": {
            measure: {"match": _matches(evaluation, measure), **count_mistakes(measure, found)}
            for measure, found in find_mistakes(evaluation).items()
        },
    }


def _matches(evaluation: Evaluation, measure: str) -> int:
    score = evaluation.scores[measure]
    return score.micro.match if score else 0


def tables(evaluation: Evaluation) -> Iterator[Table]:
    """A table of mistakes, then one of slices for every sliced measure."""
    found = as_json(evaluation)
    yield _mistakes(found["mistakes"])
    for measure, kinds in found["slices"].items():
        table = Table(title=f"{BY_NAME[measure].title} in slices", title_justify="left")
        table.add_column("slice")
        for name in ("F1", "P", "R", "match", "predicted", "gold"):
            table.add_column(name, justify="right")
        for kind, counts in kinds.items():
            table.add_section()
            for name, each in counts.items():
                figures = (percent(each[figure]) for figure in ("f1", "precision", "recall"))
                numbers = (str(each[number]) for number in ("match", "predicted", "gold"))
                table.add_row(f"{kind}: {name}", *figures, *numbers)
        yield table


def _mistakes(found: dict[str, dict[str, int]]) -> Table:
    table = Table(title="Mistakes by kind", title_justify="left")
    table.add_column("kind")
    for measure in found:
        table.add_column(BY_NAME[measure].title, justify="right")
    for kind in dict.fromkeys(kind for counts in found.values() for kind in counts):
        cells = (str(counts[kind]) if kind in counts else UNDEFINED for counts in found.values())
        table.add_row(kind.replace("_", " "), *cells)
    return table
