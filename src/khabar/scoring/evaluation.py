"""A submission's scores: counts per article, figures, intervals, and seqeval's figures held against them."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from khabar.errors import DataError
from khabar.schema import Schema
from khabar.scoring.counts import Counts, Figures, macro
from khabar.scoring.events import ANY
from khabar.scoring.gold import Gold, Shown, read_gold
from khabar.scoring.measures import MEASURES, Matrix, Measure, View, count, unknown_types, view
from khabar.scoring.published import check_published
from khabar.scoring.resampling import RESAMPLES, SEED, Intervals, intervals
from khabar.scoring.submission import Submission, judge_records
from khabar.scoring.tags import TagScores


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
class Unshown:
    """Spans that tags do not show as they are: nested, crossing, over no word, cut at a sentence's edge."""

    nested: int
    crossing: int
    off_token: int
    cut: int


@dataclass(frozen=True, slots=True)
class Evaluation:
    """The scores of a submission on the gold of a split, by measure.

    A measure whose task the submission does not predict is None: undefined, not 0.
    """

    gold: Gold
    submission: Submission
    scores: Mapping[str, Score | None]
    unshown: Mapping[str, Unshown]
    resamples: int
    seed: int


def evaluate(
    gold: Iterable[Mapping[str, Any]],
    predictions: Iterable[Mapping[str, Any]],
    *,
    schema: Schema,
    repair: bool = False,
    resamples: int = RESAMPLES,
    seed: int = SEED,
) -> Evaluation:
    """The scores of predictions (submission records) on gold (`documents` rows of one split).

    Raises DataError with every fault of the predictions: what is not valid is never scored.
    """
    right = read_gold(gold)
    submission = judge_records(predictions, right, schema, repair=repair)
    return score(right, submission, schema, resamples=resamples, seed=seed)


def score(
    gold: Gold, submission: Submission, schema: Schema, *, resamples: int = RESAMPLES, seed: int = SEED
) -> Evaluation:
    """The scores of a valid submission. Raises MismatchError if seqeval's figures differ in a bit."""
    if strange := unknown_types(gold.articles.values(), schema):
        message = f"the gold uses types that schema {schema.version} does not have: {', '.join(strange)}"
        raise DataError.one("gold", message, next_step="take the schema the gold was made with")
    right = [view(each, each.says) for each in gold.articles.values()]
    found = [view(each, submission.articles[each.id]) for each in gold.articles.values()]
    wanted = [each for each in MEASURES if each.task in submission.tasks]
    matrices = {each.name: count(each, schema, right, found) for each in wanted}
    _check_published(matrices, right, found)
    drawn = intervals(matrices, resamples=resamples, seed=seed)
    scores = {each.name: _score(each, matrices, drawn) for each in MEASURES}
    unshown = {
        "entities": _unshown(each.ner for each in found),
        "triggers": _unshown(each.triggers for each in found),
    }
    return Evaluation(gold, submission, scores, unshown, resamples, seed)


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


def _unshown(shown: Iterable[Shown]) -> Unshown:
    rows = [(each.nested, each.crossing, each.off_token, each.cut) for each in shown]
    return Unshown(*(sum(column) for column in zip(*rows, strict=True)))
