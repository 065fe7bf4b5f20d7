"""Whether a name has been seen before: the matching key, up to a leading proclitic."""

from __future__ import annotations

from array import array
from bisect import bisect_left
from collections import Counter
from collections.abc import Container, Iterable
from dataclasses import dataclass

import numpy as np

from khabar.text.normalise import key
from khabar.text.proclitics import offsets

Named = tuple[str, str]
"""A type, and the words that have it."""


def is_seen(words: str, forms: Container[str]) -> bool:
    """Whether the words, or what is left without a proclitic, are among the forms (matching keys)."""
    return any(key(words[begin:]) in forms for begin in offsets(words))


@dataclass(frozen=True, slots=True)
class Unseen:
    """Items, and how many of them have words that were not seen."""

    unseen: int
    total: int

    @property
    def share(self) -> float | None:
        """Of all, those unseen; None where there is none."""
        return self.unseen / self.total if self.total else None


class Forms:
    """A growing set of texts in eight bytes each: of a large train split the names are most of what is kept.

    Held is the hash of each, so a text of a million may be taken for another: once in 10^13 questions.
    """

    _MOST_NEW = 65_536

    def __init__(self) -> None:
        self._sorted = array("q")
        self._new: set[int] = set()

    def update(self, texts: Iterable[str]) -> None:
        """Add these."""
        self._new.update(map(hash, texts))
        if len(self._new) > self._MOST_NEW:
            both = np.union1d(np.frombuffer(self._sorted, np.int64), np.fromiter(self._new, np.int64))
            self._sorted = array("q", both.tobytes())
            self._new = set()

    def __contains__(self, text: object) -> bool:
        wanted = hash(text)
        place = bisect_left(self._sorted, wanted)
        return wanted in self._new or self._sorted[place : place + 1] == array("q", [wanted])


class UnseenForms:
    """How many items have words that no item learnt before them has, whatever its type."""

    def __init__(self) -> None:
        self._forms = Forms()
        self._totals: Counter[str] = Counter()
        self._unseen: Counter[str] = Counter()

    def learn(self, items: Iterable[Named]) -> None:
        """Remember the words of these."""
        self._forms.update([key(words) for _, words in items])

    def count(self, items: Iterable[Named]) -> None:
        """Count these by type."""
        for type_, words in items:
            self._totals[type_] += 1
            self._unseen[type_] += not is_seen(words, self._forms)

    def by_type(self, types: Iterable[str]) -> dict[str, Unseen]:
        """What was counted, types in that order."""
        return {name: Unseen(self._unseen[name], self._totals[name]) for name in types}


def unseen_by_type(train: Iterable[Named], test: Iterable[Named], types: Iterable[str]) -> dict[str, Unseen]:
    """Of each type, the items of test whose words have no type at all in train; types are in that order."""
    found = UnseenForms()
    found.learn(train)
    found.count(test)
    return found.by_type(types)
