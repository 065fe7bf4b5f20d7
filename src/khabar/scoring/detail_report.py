"""Slices and kinds of mistakes as JSON and as tables for the terminal."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from rich.table import Table

from khabar.scoring.evaluation import Evaluation
from khabar.scoring.frequent import Frequent, frequent_mistakes
from khabar.scoring.measures import BY_NAME
from khabar.scoring.mistakes import Said, count_mistakes, find_mistakes
from khabar.scoring.report import UNDEFINED, percent
from khabar.scoring.slices import slice_counts


def as_json(evaluation: Evaluation) -> dict[str, Any]:
    """`slices`, `mistakes` and `frequent_mistakes` by measure, as plain values."""
    mistakes = find_mistakes(evaluation)
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
            for measure, found in mistakes.items()
        },
        "frequent_mistakes": {
            measure: [_frequent(each) for each in frequent_mistakes(found, evaluation.gold.articles)]
            for measure, found in mistakes.items()
        },
    }


def _frequent(found: Frequent) -> dict[str, Any]:
    examples = [
        {
            "article": each.mistake.article,
            "gold": _said(each.mistake.gold),
            "predicted": _said(each.mistake.predicted),
            "times": each.times,
        }
        for each in found.examples
    ]
    return {
        "kind": found.kind,
        "gold": found.gold,
        "predicted": found.predicted,
        "count": found.count,
        "examples": examples,
    }


def _said(said: Said | None) -> dict[str, Any] | None:
    if said is None:
        return None
    trigger = {"role": said.role, "trigger": list(said.trigger)} if said.trigger else {}
    return {"start": said.start, "end": said.end, "type": said.type, **trigger}


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
