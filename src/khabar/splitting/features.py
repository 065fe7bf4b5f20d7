"""What splits are balanced by: how often each source, event type and entity type occurs in a group."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from khabar.corpus import SPLITS, Corpus
from khabar.splitting.plan import Sizes

IntArray = NDArray[np.int64]
_PRECISION = 1_000_000


def least_in_test(total: int) -> int:
    """How many events of a type test has at least, of that many in all: two, but never more than half."""
    return min(2, total // 2)


def counts_of(corpus: Corpus, group: Sequence[str]) -> Counter[tuple[str, str]]:
    """Kind (`source`, `event`, `entity`) and name of what the articles hold."""
    found: Counter[tuple[str, str]] = Counter()
    for each in group:
        gold = corpus.gold[each]
        found["source", corpus.articles[each].source] += 1
        found.update(("event", event.type) for event in gold.events)
        found.update(("entity", entity.type) for entity in gold.entities)
    return found


@dataclass(frozen=True)
class Balance:
    """How far a division is from every split having its share of everything; whole numbers, so exact.

    A feature's distance is the square of what a split has too much or too little over what it should
    have (a chi-square term); sources, event types and entity types weigh the same altogether.
    """

    counts: IntArray
    """Groups by features."""
    expected: NDArray[np.float64]
    """Splits by features: the share a split of its size should have."""
    classes: NDArray[np.float64]
    """How many features of the same kind there are, by feature."""
    least: IntArray
    """Splits by features: what a split has at least, before all else."""

    @classmethod
    def of(cls, corpus: Corpus, groups: Sequence[Sequence[str]], sizes: Sizes) -> Balance:
        """The balance of these groups."""
        tallies = [counts_of(corpus, group) for group in groups]
        features = sorted({feature for each in tallies for feature in each})
        counts = np.array([[each[feature] for feature in features] for each in tallies], dtype=np.int64)
        totals = counts.sum(axis=0)
        parts = np.array([sizes[split] for split in SPLITS], dtype=np.float64) / sum(sizes.values())
        kinds = Counter(kind for kind, _ in features)
        least = np.zeros((len(SPLITS), len(features)), dtype=np.int64)
        for number, (kind, _) in enumerate(features):
            if kind == "event":
                least[SPLITS.index("test"), number] = least_in_test(int(totals[number]))
                least[SPLITS.index("train"), number] = min(1, int(totals[number]) // 2)
        return cls(
            counts,
            parts[:, None] * totals.astype(np.float64),
            np.array([kinds[kind] for kind, _ in features], dtype=np.float64),
            least,
        )

    def cost(self, counts: IntArray, split: int) -> IntArray:
        """The distance of a split with these counts, along the last axis."""
        expected = self.expected[split]
        terms = (counts - expected) ** 2 / expected / self.classes
        # rounded one by one, so that the sum does not hang on the order a machine adds in
        distance = np.rint(terms * _PRECISION).astype(np.int64).sum(axis=-1)
        missing = np.maximum(self.least[split] - counts, 0).sum(axis=-1)
        found: IntArray = distance + missing * (1_000 * _PRECISION)
        return found
