"""Matches as integers; precision, recall and F1 follow from them, in seqeval's order of operations."""

from __future__ import annotations

from collections.abc import Iterable
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

IntArray = NDArray[np.int64]
FloatArray = NDArray[np.float64]


class Figures(NamedTuple):
    """Precision, recall and F1; None where undefined."""

    precision: float | None
    recall: float | None
    f1: float | None


class Counts(NamedTuple):
    """Matches of one type, in one article or in many: integers, so that sums are exact."""

    match: int
    predicted: int
    gold: int

    @property
    def precision(self) -> float | None:
        """Matches / predicted; None where nothing is predicted."""
        return self.match / self.predicted if self.predicted else None

    @property
    def recall(self) -> float | None:
        """Matches / gold; None where the gold has nothing."""
        return self.match / self.gold if self.gold else None

    @property
    def f1(self) -> float | None:
        """2PR / (P + R), seqeval's to the bit; 0 without a match, None without gold and prediction."""
        precision, recall = self.precision or 0.0, self.recall or 0.0
        if precision + recall:
            return 2.0 * precision * recall / (precision + recall)
        return 0.0 if self.predicted or self.gold else None

    @property
    def figures(self) -> Figures:
        """All three."""
        return Figures(self.precision, self.recall, self.f1)


def total(counts: Iterable[Counts]) -> Counts:
    """The sum, field by field."""
    match = predicted = gold = 0
    for each in counts:
        match += each.match
        predicted += each.predicted
        gold += each.gold
    return Counts(match, predicted, gold)


def macro(counts: Iterable[Counts]) -> Figures:
    """The unweighted means over the types given, undefined figures as 0, which is seqeval's macro average.

    All None where no type is given.
    """
    listed = [[figure or 0.0 for figure in each.figures] for each in counts]
    if not listed:
        return Figures(None, None, None)
    # numpy's mean, because it adds in another order than `sum` and seqeval uses it
    return Figures(*(float(np.mean(np.array(column))) for column in zip(*listed, strict=True)))


def f1_of(counts: FloatArray) -> FloatArray:
    """F1 of every (match, predicted, gold) along the last axis; NaN without gold and prediction.

    The values may be sums of integers held as floats. The same operations as `Counts.f1`.
    """
    match, predicted, gold = counts[..., 0], counts[..., 1], counts[..., 2]
    precision = match / np.maximum(predicted, 1.0)
    recall = match / np.maximum(gold, 1.0)
    both = precision + recall
    found: FloatArray = 2.0 * precision * recall / np.where(both == 0.0, 1.0, both)
    found[(predicted == 0) & (gold == 0)] = np.nan
    return found
