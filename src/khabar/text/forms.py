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


def unseen_by_type(train: Iterable[Named], test: Iterable[Named], types: Iterable[str]) -> dict[str, Unseen]:
    """Of each type, the items of test whose words have no type at all in train; types are in that order."""
    forms = {key(words) for _, words in train}
    totals: Counter[str] = Counter()
    unseen: Counter[str] = Counter()
    for type_, words in test:
        totals[type_] += 1
        unseen[type_] += not is_seen(words, forms)
    return {name: Unseen(unseen[name], totals[name]) for name in types}
