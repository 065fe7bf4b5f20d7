"""An evaluation as JSON and as tables for the terminal. Undefined is null in JSON, – in tables, never 0."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import asdict
from importlib.metadata import version
from typing import Any

from rich.table import Table

from khabar import __version__
from khabar.bootstrap import LEVEL, Interval
from khabar.schema import Schema
from khabar.scoring.counts import Counts, Figures
from khabar.scoring.evaluation import Evaluation, Score
from khabar.scoring.finder import SHOWN
from khabar.scoring.gold import Gold, NotShown
from khabar.scoring.measures import HEADLINES, MEASURES
from khabar.scoring.submission import Submission
from khabar.wording import number_of

FORMAT = 1
"""Of the JSON: raised when a key changes its meaning."""
UNDEFINED = "–"


def header(
    gold: Gold, *, split: str, schema: Schema, release: str | None, resamples: int, seed: int
) -> dict[str, Any]:
    """What figures must be read with: gold, schema, scorer, intervals, and what each measure is.

    `release` is the version the gold was read from, None where it was the annotations themselves.
    """
    return {
        "format": FORMAT,
        "split": split,
        "gold": {
            "digest": gold.digest,
            "articles": len(gold.articles),
            "sentences": len(gold.sentences),
            "left_out": sorted(gold.left_out),
            "not_shown_in_tags": _not_shown(gold.not_shown),
        },
        "schema": schema.version,
        "release": release,
        "scorer": {"khabar": __version__, "seqeval": version("seqeval")},
        "intervals": {
            "level": LEVEL,
            "method": "percentile bootstrap over articles",
            "resamples": resamples,
            "seed": seed,
        },
        "measures": [
            {
                "name": each.name,
                "task": each.task,
                "title": each.title,
                "what": each.what,
                "headline": HEADLINES[each.task] == each.name,
            }
            for each in MEASURES
        ],
    }


def as_json(evaluation: Evaluation, *, sha256: str | None = None) -> dict[str, Any]:
    """The scores as plain values; the measures are described in `khabar.scoring.measures`."""
    submission = evaluation.submission
    return {
        "gold_digest": evaluation.gold.digest,
        "submission": {
            "sha256": sha256,
            "tasks": sorted(submission.tasks),
            "mended_tags": submission.mended,
            "passed_over": submission.passed_over,
            "not_shown_in_tags": _not_shown(evaluation.not_shown),
        },
        "measures": {name: _measure(each) for name, each in evaluation.scores.items()},
    }


def _not_shown(by_task: Mapping[str, NotShown]) -> dict[str, dict[str, int]]:
    return {task: asdict(each) for task, each in by_task.items()}


def _measure(score: Score | None) -> dict[str, Any] | None:
    if score is None:
        return None
    drawn = score.intervals
    by_label = drawn.by_label or {}
    found: dict[str, Any] = {
        "micro": _figures(score.micro.figures, drawn.micro) | score.micro._asdict(),
    }
    if score.typed:
        found["macro"] = _figures(score.macro, drawn.macro) | {"types": len(score.matrix.in_gold)}
        found["types"] = {
            name: _figures(each.figures, by_label.get(name)) | each._asdict()
            for name, each in score.by_type.items()
            if each.gold or each.predicted
        }
    return found


def _figures(figures: Figures, interval: Interval | None) -> dict[str, Any]:
    return figures._asdict() | {"f1_interval": list(interval) if interval else None}


def percent(value: float | None) -> str:
    """The figure in per cent with one decimal, or –."""
    return UNDEFINED if value is None else f"{100 * value:.1f}"


def tables(evaluation: Evaluation, *, split: str) -> Iterator[Table]:
    """What a person wants to see of one evaluation: all measures, then entity and event types."""
    gold = evaluation.gold
    title = f"{split}: {number_of(len(gold.articles), 'article')}, gold {gold.digest[:12]}"
    yield _overview(evaluation, title)
    for name, title in (("entities", "Entities by type"), ("triggers", "Triggers by event type")):
        score = evaluation.scores[name]
        if score is not None:
            yield _by_type(score, title)


def submission_notes(submission: Submission) -> Iterator[str]:
    """What was mended in a submission, and what of it was passed over."""
    if submission.mended:
        yield f"mended: {submission.mended} I- tags that continued nothing are now B-"
        yield from (f"  {each}" for each in submission.mends[:SHOWN])
        if submission.mended > SHOWN:
            yield f"  … and {submission.mended - SHOWN:,} more (validate --format json lists all)"
    if submission.passed_over:
        yield f"passed over: {submission.passed_over} records of articles that are left out here"


def notes(evaluation: Evaluation) -> Iterator[str]:
    """What a person must know beside the figures: what was mended, passed over, or not shown in tags."""
    yield from submission_notes(evaluation.submission)
    for side, by_task in (("gold", evaluation.gold.not_shown), ("predicted", evaluation.not_shown)):
        for task, counts in _not_shown(by_task).items():
            if any(counts.values()):
                listed = ", ".join(f"{number} {kind.replace('_', ' ')}" for kind, number in counts.items())
                yield f"{side} {task} that tags do not show as they are: {listed}"


def _overview(evaluation: Evaluation, title: str) -> Table:
    table = _table(title, "measure")
    table.add_column("macro F1", justify="right")
    task = MEASURES[0].task
    for measure in MEASURES:
        if measure.task != task:
            table.add_section()
            task = measure.task
        score = evaluation.scores[measure.name]
        if score is None:
            table.add_row(measure.title, *[UNDEFINED] * 8)
            continue
        macro = percent(score.macro.f1) if score.typed else UNDEFINED
        table.add_row(measure.title, *_cells(score.micro, score.intervals.micro), macro)
    return table


def _by_type(score: Score, title: str) -> Table:
    table = _table(title, "type")
    by_label: Mapping[str, Interval | None] = score.intervals.by_label or {}
    for name, counts in score.by_type.items():
        if counts.gold or counts.predicted:
            table.add_row(name, *_cells(counts, by_label.get(name)))
    return table


def _table(title: str, first: str) -> Table:
    table = Table(title=title, title_justify="left")
    for number, name in enumerate((first, "F1", "95 %", "P", "R", "match", "predicted", "gold")):
        table.add_column(name, justify="left" if number == 0 else "right")
    return table


def _cells(counts: Counts, interval: Interval | None) -> list[str]:
    between = f"{percent(interval.low)}–{percent(interval.high)}" if interval else UNDEFINED
    return [percent(counts.f1), between, percent(counts.precision), percent(counts.recall), *map(str, counts)]
