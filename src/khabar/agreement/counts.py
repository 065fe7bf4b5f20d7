"""Counts of agreement: integers of one article, so that sums are exact and articles can be resampled."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass

Confusion = Mapping[tuple[bool | str, bool | str], int]
"""How often the first annotator said one value and the second another, of the same item."""


@dataclass(frozen=True, slots=True)
class Counts:
    """Items both annotators have, items of the first, items of the second."""

    match: int = 0
    first: int = 0
    second: int = 0

    def __add__(self, other: Counts) -> Counts:
        return Counts(self.match + other.match, self.first + other.first, self.second + other.second)

    @property
    def f1(self) -> float | None:
        """2 · match / (first + second), the same from both sides; None where neither has any."""
        total = self.first + self.second
        return 2 * self.match / total if total else None


def kappa(confusion: Confusion) -> float | None:
    """Cohen's kappa (1960): (observed - expected) / (1 - expected) agreement.

    None where it is undefined: nothing compared, or both annotators always say one and the same value.
    """
    size = sum(confusion.values())
    mine: Counter[bool | str] = Counter()
    other: Counter[bool | str] = Counter()
    for (left, right), count in confusion.items():
        mine[left] += count
        other[right] += count
    by_chance = sum(mine[value] * other[value] for value in mine)
    if size * size == by_chance:
        return None
    observed = sum(count for (left, right), count in confusion.items() if left == right)
    return (observed * size - by_chance) / (size * size - by_chance)
