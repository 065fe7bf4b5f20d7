"""A submission's scores: counts per article, figures, intervals, and seqeval's figures held against them."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from khabar.bootstrap import RESAMPLES, SEED
from khabar.errors import DataError
from khabar.schema import Schema
from khabar.scoring.counting import matrices_of
from khabar.scoring.counts import Counts, Figures, macro
from khabar.scoring.events import ANY
from khabar.scoring.gold import Gold, NotShown, read_gold, total_not_shown
from khabar.scoring.measures import MEASURES, Matrix, Measure, View, unknown_types, view
from khabar.scoring.published import check_published
from khabar.scoring.resampling import Intervals, intervals
from khabar.scoring.spans import SAYS
from khabar.scoring.submission import Submission, judge_records
from khabar.scoring.tags import TagScores

Predict = Callable[[Mapping[str, Any]], Mapping[str, Any]]
"""A row of `documents`, without what the gold says of it, to what a system says of it."""


@dataclass(frozen=True, slots=True)
class Score:
    """One measure of one submission.

    `macro` is the mean over the schema's types that the split's gold holds, so that it never depends
    on what a system predicts; a type the system never predicts counts as 0 in it.
    """

    matrix: Matrix
    intervals: Intervals

    @property
    def typed(self) -> bool:
        """Whether types are told apart; if not, there is no macro average."""
        return self.matrix.labels != (ANY,)

    @property
    def micro(self) -> Counts:
        """Counts of all types together, with their figures."""
        return self.matrix.total

    @property
    def by_type(self) -> dict[str, Counts]:
        """Counts of every type of the schema."""
        return self.matrix.by_label

    @property
    def macro(self) -> Figures:
        """Means over the types that the gold holds; all None if it holds none."""
        by_type = self.by_type
        return macro(by_type[name] for name in self.matrix.in_gold)


@dataclass(frozen=True, slots=True)
class Evaluation:
    """The scores of a submission on the gold of a split, by measure.

    A measure whose task the submission does not predict is None: undefined, not 0. `views` are gold
    and prediction of every article, which slices and error kinds are made of.
    """

    gold: Gold
    submission: Submission
    scores: Mapping[str, Score | None]
    not_shown: Mapping[str, NotShown]
    resamples: int
    seed: int
    views: tuple[tuple[View, View], ...] = field(repr=False)


def evaluate(
    gold: Iterable[Mapping[str, Any]],
    predictions: Iterable[Mapping[str, Any]] | Predict,
    *,
    schema: Schema,
    train: Iterable[Mapping[str, Any]] | None = None,
    repair: bool = False,
    resamples: int = RESAMPLES,
    seed: int = SEED,
) -> Evaluation:
    """The scores of predictions (submission records) on gold (`documents` rows of one split).

    Predictions may be a function, called once with each row, from which what the gold says is taken
    away; what it returns is a submission record without `article`. With `train`, the `documents` rows
    of the train split, slices tell seen from unseen forms. Raises DataError with every fault of the
    predictions: what is not valid is never scored.
    """
    rows = list(gold)
    right = read_gold(rows, train=train)
    submission = judge_records(records_of(predictions, rows), right, schema, repair=repair)
    return score(right, submission, schema, resamples=resamples, seed=seed)


def records_of(
    predictions: Iterable[Mapping[str, Any]] | Predict, rows: Iterable[Mapping[str, Any]]
) -> Iterable[Mapping[str, Any]]:
    """Submission records, or those that the function gives for the rows, what the gold says taken away."""
    return _predicted(rows, predictions) if callable(predictions) else predictions


def _predicted(rows: Iterable[Mapping[str, Any]], predict: Predict) -> Iterator[dict[str, Any]]:
    for row in rows:
        said = predict({name: value for name, value in row.items() if name not in SAYS})
        if not isinstance(said, Mapping):
            message = f"expected an object with entities, events or both, found {type(said).__name__}"
            raise DataError.one("predict", message, where=row["id"])
        yield {"article": row["id"], **said}


def score(
    gold: Gold, submission: Submission, schema: Schema, *, resamples: int = RESAMPLES, seed: int = SEED
) -> Evaluation:
    """The scores of a valid submission. Raises MismatchError if seqeval's figures differ in a bit."""
    if strange := unknown_types(gold.articles.values(), schema):
        message = f"the gold uses types that schema {schema.version} does not have: {', '.join(strange)}"
        raise DataError.one("gold", message, next_step="take the schema the gold was made with")
    right = [view(each, each.says) for each in gold.articles.values()]
    found = [view(each, submission.articles[each.id]) for each in gold.articles.values()]
    matrices = matrices_of(gold, submission, schema)
    _check_published(matrices, right, found)
    drawn = intervals(matrices, resamples=resamples, seed=seed)
    scores = {each.name: _score(each, matrices, drawn) for each in MEASURES}
    not_shown = {
        "entities": total_not_shown(each.ner for each in found),
        "triggers": total_not_shown(each.triggers for each in found),
    }
    return Evaluation(
        gold, submission, scores, not_shown, resamples, seed, tuple(zip(right, found, strict=True))
    )


def _score(measure: Measure, matrices: Mapping[str, Matrix], drawn: Mapping[str, Intervals]) -> Score | None:
    return Score(matrices[measure.name], drawn[measure.name]) if measure.name in matrices else None


def _check_published(matrices: Mapping[str, Matrix], right: list[View], found: list[View]) -> None:
    if "entities" in matrices:
        sides = [[part for each in side for part in each.ner.tags] for side in (right, found)]
        check_published(_tag_scores(matrices["entities"]), *sides)
    if "triggers" in matrices:
        sides = [[part for each in side for part in each.triggers.tags] for side in (right, found)]
        check_published(_tag_scores(matrices["triggers"]), *sides)


def _tag_scores(matrix: Matrix) -> TagScores:
    seen = {name: each for name, each in matrix.by_label.items() if each.predicted or each.gold}
    return TagScores(dict(sorted(seen.items())))
