"""Resampling of articles: how often each is drawn, and the middle 95 % of what a figure then is.

What is drawn are whole articles, because what stands in one article is not independent.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

FloatArray = NDArray[np.float64]

RESAMPLES = 2000
SEED = 1
LEVEL = 0.95
_CHUNK = 1_000_000
"""Numbers drawn at a time, whatever the articles, to bound memory; what is drawn does not depend on it."""


class Interval(NamedTuple):
    """The middle 95 % of a figure over the resamples in which it is defined."""

    low: float
    high: float


def weights(articles: int, resamples: int, seed: int) -> Iterator[FloatArray]:
    """How often each article is drawn, in resamples by articles, some resamples at a time."""
    random = np.random.Generator(np.random.PCG64(seed))
    chances = np.full(articles, 1.0 / articles)
    together = max(1, _CHUNK // articles)
    for begin in range(0, resamples, together):
        drawn = random.multinomial(articles, chances, size=min(together, resamples - begin))
        yield drawn.astype(np.float64)


def percentile(values: FloatArray) -> Interval | None:
    """The middle 95 % of the values that are no NaN; None where there is none."""
    defined = values[~np.isnan(values)]
    if not len(defined):
        return None
    low, high = np.quantile(defined, [(1 - LEVEL) / 2, (1 + LEVEL) / 2])
    return Interval(float(low), float(high))
