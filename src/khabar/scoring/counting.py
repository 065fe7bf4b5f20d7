"""Counts of a submission on the gold of a split, of all articles at once.

They are those of `khabar.scoring.measures.count`, made of sorted keys instead of sets.
"""

from __future__ import annotations

from collections.abc import Mapping

from khabar.schema import Schema
from khabar.scoring.arrays import Codes, Columns, codes_of, columns_of
from khabar.scoring.counts import Counts
from khabar.scoring.gold import Gold
from khabar.scoring.keys import Keys, micro, per_article
from khabar.scoring.measures import MEASURES, Matrix, Measure, count, view
from khabar.scoring.submission import Submission
from khabar.scoring.typed import TypedArticles


def micro_counts(gold: Gold, submission: Submission, schema: Schema) -> dict[str, Counts]:
    """The counts of every measure that is predicted, of all articles and types together.

    Without intervals, types and slices: what one wants of a large split while a system is trained.
    """
    wanted = _wanted(submission)
    sides = _keys(gold, submission, schema)
    if sides is None:
        return {each.name: _by_sets(each, gold, submission, schema).total for each in wanted}
    right, found = sides
    return {each.name: micro(right[each.name], found[each.name]) for each in wanted}


def matrices_of(gold: Gold, submission: Submission, schema: Schema) -> dict[str, Matrix]:
    """The matrices of every measure that is predicted; rows are the gold's articles in its order."""
    wanted = _wanted(submission)
    sides = _keys(gold, submission, schema)
    if sides is None:
        return {each.name: _by_sets(each, gold, submission, schema) for each in wanted}
    right, found = sides
    labels = {each.name: each.labels(schema) for each in wanted}
    articles = len(gold.articles)
    return {
        name: Matrix(types, per_article(right[name], found[name], articles, len(types)))
        for name, types in labels.items()
    }


def _wanted(submission: Submission) -> list[Measure]:
    return [each for each in MEASURES if each.task in submission.tasks]


def _keys(
    gold: Gold, submission: Submission, schema: Schema
) -> tuple[Mapping[str, Keys], Mapping[str, Keys]] | None:
    """Keys of gold and system by measure; None where they would not fit a number."""
    codes = codes_of(schema)
    laid, said = gold.laid(codes), _columns(gold, submission, codes)
    return (laid.keys, laid.keys_of(said, submission.tasks)) if laid.takes(said) else None


def _columns(gold: Gold, submission: Submission, codes: Codes) -> Columns:
    said = submission.articles
    if isinstance(said, TypedArticles):
        return said.columns
    return columns_of([said[each] for each in gold.articles], codes)


def _by_sets(measure: Measure, gold: Gold, submission: Submission, schema: Schema) -> Matrix:
    right = [view(each, each.says) for each in gold.articles.values()]
    found = [view(each, submission.articles[each.id]) for each in gold.articles.values()]
    return count(measure, schema, right, found)
