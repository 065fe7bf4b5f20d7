"""Counts of the measures on exact characters, of a submission on the gold of a split."""

from __future__ import annotations

from khabar.schema import Schema
from khabar.scoring.arrays import Codes, Columns, codes_of, columns_of
from khabar.scoring.counts import Counts
from khabar.scoring.exact import EXACT, exact_matrices, layout
from khabar.scoring.gold import Gold
from khabar.scoring.measures import MEASURES, Matrix
from khabar.scoring.submission import Submission
from khabar.scoring.typed import TypedArticles


def exact_counts(gold: Gold, submission: Submission, schema: Schema) -> dict[str, Counts]:
    """The counts without intervals or slices: what one wants of a large split while a system is trained."""
    return {name: each.total for name, each in exact_matrices_of(gold, submission, schema).items()}


def exact_matrices_of(gold: Gold, submission: Submission, schema: Schema) -> dict[str, Matrix]:
    """The matrices of the exact measures it predicts; none where keys would not fit a number."""
    codes = codes_of(schema)
    right, found = gold.columns(codes), _columns(gold, submission, codes)
    laid = layout((len(each.text) for each in gold.articles.values()), codes)
    if not laid.fits(right, found):
        return {}
    wanted = [each for each in MEASURES if each.name in EXACT and each.task in submission.tasks]
    return exact_matrices({each.name: each.labels(schema) for each in wanted}, laid, right, found)


def _columns(gold: Gold, submission: Submission, codes: Codes) -> Columns:
    said = submission.articles
    if isinstance(said, TypedArticles):
        return said.columns
    return columns_of([said[each] for each in gold.articles], codes)
