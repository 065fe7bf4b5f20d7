"""Whether a name has been seen before: the matching key, up to a leading proclitic."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Iterable
from dataclasses import dataclass

from khabar.text.normalise import key
from khabar.text.proclitics import offsets

Named = tuple[str, str]
"""A type, and the words that have it."""


def is_seen(words: str, forms: Collection[str]) -> bool:
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


class UnseenForms:
    """How many items have words that no item learnt before them has, whatever its type."""

    def __init__(self) -> None:
        self._forms: set[str] = set()
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
