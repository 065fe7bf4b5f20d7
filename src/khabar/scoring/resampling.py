"""95 % intervals by resampling articles: percentile bootstrap over count matrices, seeded.

What is drawn are whole articles, because sentences of one article are not independent: intervals over
sentences are far too narrow. The intervals speak of another choice of articles only, not of another
training run or another annotator.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np

from khabar.bootstrap import RESAMPLES, SEED, Interval, percentile, weights
from khabar.scoring.counts import FloatArray, f1_of
from khabar.scoring.measures import Matrix


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


def _figures(weights: FloatArray, matrix: Matrix) -> FloatArray:
    """Micro, macro, then each type's F1, in resamples by figures; NaN where undefined."""
    articles, labels, _ = matrix.counts.shape
    flat = matrix.counts.reshape(articles, labels * 3).astype(np.float64)
    sums = (weights @ flat).reshape(len(weights), labels, 3)
    each = f1_of(sums)
    # over the types that the gold of the resample holds, as the figure itself is over those of the gold
    held = sums[..., 2] > 0
    types = np.count_nonzero(held, axis=1)
    macro = np.where(types, np.where(held, each, 0.0).sum(axis=1) / np.maximum(types, 1), np.nan)
    return np.column_stack([f1_of(sums.sum(axis=1)), macro, each])


def _summary(figures: FloatArray, matrix: Matrix) -> Intervals:
    micro, macro, *labels = (percentile(column) for column in figures.T)
    return Intervals(micro, macro, dict(zip(matrix.labels, labels, strict=True)))
