"""95 % intervals by resampling articles: percentile bootstrap over count matrices, seeded.

What is drawn are whole articles, because sentences of one article are not independent: intervals over
sentences are far too narrow. The intervals speak of another choice of articles only, not of another
training run or another annotator.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np

from khabar.scoring.counts import FloatArray, f1_of
from khabar.scoring.measures import Matrix

RESAMPLES = 2000
SEED = 1
LEVEL = 0.95
_CHUNK = 100
"""Resamples made at a time, to bound memory."""


class Interval(NamedTuple):
    """The middle 95 % of a figure over the resamples in which it is defined."""

    low: float
    high: float


@dataclass(frozen=True, slots=True)
class Intervals:
    """Intervals of the F1 figures of one measure; None where undefined, as always with a single article."""

    micro: Interval | None = None
    macro: Interval | None = None
    by_label: Mapping[str, Interval | None] | None = None


def intervals(
    matrices: Mapping[str, Matrix], *, resamples: int = RESAMPLES, seed: int = SEED
) -> dict[str, Intervals]:
    """The intervals of each measure's F1. The same articles are drawn for all of them.

    All matrices are over the same articles. Sums of counts stay exact, since they are held as floats
    below 2^53, so that a figure does not depend on how they are added up.
    """
    sizes = {len(each.counts) for each in matrices.values()}
    if not sizes or sizes <= {0, 1} or not resamples:
        return {name: Intervals() for name in matrices}
    (size,) = sizes
    found: dict[str, list[FloatArray]] = {name: [] for name in matrices}
    for drawn in weights(size, resamples, seed):
        for name, matrix in matrices.items():
            found[name].append(_figures(drawn, matrix))
    return {name: _summary(np.concatenate(found[name]), matrix) for name, matrix in matrices.items()}


def weights(articles: int, resamples: int, seed: int) -> Iterator[FloatArray]:
    """How often each article is drawn, in resamples by articles, some resamples at a time."""
    random = np.random.Generator(np.random.PCG64(seed))
    chances = np.full(articles, 1.0 / articles)
    for begin in range(0, resamples, _CHUNK):
        drawn = random.multinomial(articles, chances, size=min(_CHUNK, resamples - begin))
        yield drawn.astype(np.float64)


def _figures(weights: FloatArray, matrix: Matrix) -> FloatArray:
    """Micro, macro, then each type's F1, in resamples by figures; NaN where undefined."""
    articles, labels, _ = matrix.counts.shape
    flat = matrix.counts.reshape(articles, labels * 3).astype(np.float64)
    sums = (weights @ flat).reshape(-1, labels, 3)
    each = f1_of(sums)
    kept = each[:, [name in set(matrix.in_gold) for name in matrix.labels]]
    defined = np.count_nonzero(~np.isnan(kept), axis=1)
    macro = np.where(defined, np.nansum(kept, axis=1) / np.maximum(defined, 1), np.nan)
    return np.column_stack([f1_of(sums.sum(axis=1)), macro, each])


def _summary(figures: FloatArray, matrix: Matrix) -> Intervals:
    micro, macro, *labels = (percentile(column) for column in figures.T)
    return Intervals(micro, macro, dict(zip(matrix.labels, labels, strict=True)))


def percentile(values: FloatArray) -> Interval | None:
    """The middle 95 % of the values that are no NaN; None where there is none."""
    defined = values[~np.isnan(values)]
    if not len(defined):
        return None
    low, high = np.quantile(defined, [(1 - LEVEL) / 2, (1 + LEVEL) / 2])
    return Interval(float(low), float(high))
