"""Keys: tuples of a measure packed into one number each, so that sets of them are sorted arrays.

Two keys are the same where the tuples are. Articles are laid end to end, a place between two of them.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from khabar.scoring.arrays import Codes, Columns, Rows
from khabar.scoring.counts import Counts, IntArray


@dataclass(frozen=True, slots=True)
class Layout:
    """Where each article begins when all are laid end to end, and the longest of them; numbers of labels."""

    starts: IntArray
    longest: int
    codes: Codes

    def fits(self, *sides: Columns) -> bool:
        """Whether every key fits 63 bits; of a corpus of many gigabytes it may not."""
        roles = len(self.codes.roles)
        loose = max(len(self.codes.entities), len(self.codes.events) * roles)
        events = sum(len(each.events.of) for each in sides)
        laid = (int(self.starts[-1]) + self.longest) * self.longest * loose
        return max(laid, events * self.longest**2 * roles) < 2**63


def layout(lengths: Iterable[int], codes: Codes) -> Layout:
    """The layout of articles of so many characters."""
    sizes = np.array(list(lengths), dtype=np.int64)
    starts = np.concatenate([[0], np.cumsum(sizes + 1)[:-1]])
    return Layout(starts[: len(sizes)], int(sizes.max(initial=0)) + 1, codes)


def span_keys(rows: Rows, laid: Layout, labels: int) -> IntArray:
    """Article, span and label of each row, packed in that order."""
    found: IntArray = (
        (laid.starts[rows.of] + rows.start) * laid.longest + (rows.end - rows.start)
    ) * labels + rows.label
    return found


@dataclass(frozen=True, slots=True)
class Keys:
    """Sorted keys, and the cell (article × types + type) each is counted in.

    Where a measure counts doubles, `nth` numbers the keys that are the same, from 0.
    """

    key: IntArray
    cell: IntArray
    nth: IntArray | None = None


def set_of(key: IntArray, cell: IntArray) -> Keys:
    """The keys, each once."""
    return _once(_in_order(key, cell))


def multiset_of(key: IntArray, cell: IntArray) -> Keys:
    """The keys, each as often as it is given."""
    keys = _in_order(key, cell)
    new = _new(keys.key)
    if new.all():
        return keys
    numbers = np.arange(len(keys.key))
    return Keys(keys.key, keys.cell, numbers - np.maximum.accumulate(np.where(new, numbers, 0)))


def without_last(keys: Keys, size: int, types: int = 0) -> Keys:
    """The keys without their last member, of `size` values; with `types`, the cells are articles alone."""
    return _once(Keys(keys.key // size, keys.cell // types if types else keys.cell))


def _in_order(key: IntArray, cell: IntArray) -> Keys:
    if not np.any(key[1:] < key[:-1]):
        return Keys(key, cell)
    order = np.argsort(key, kind="stable")  # which is quick where they are nearly in order
    return Keys(key[order], cell[order])


def _new(key: IntArray) -> NDArray[np.bool_]:
    new = np.ones(len(key), dtype=bool)
    np.not_equal(key[1:], key[:-1], out=new[1:])
    return new


def _once(keys: Keys) -> Keys:
    new = _new(keys.key)
    return keys if new.all() else Keys(keys.key[new], keys.cell[new])


def matched(gold: Keys, found: Keys) -> NDArray[np.bool_]:
    """Which of the keys found the gold has: of what is found n times, as many as the gold has of it."""
    if not len(gold.key):
        return np.zeros(len(found.key), dtype=bool)
    place = np.searchsorted(gold.key, found.key)
    if found.nth is not None:
        place += found.nth
    same: NDArray[np.bool_] = gold.key[np.minimum(place, len(gold.key) - 1)] == found.key
    return same if found.nth is None else same & (place < len(gold.key))


def micro(gold: Keys, found: Keys) -> Counts:
    """The counts of all articles and types together."""
    if gold.nth is None and found.nth is None:
        both = np.concatenate([gold.key, found.key])
        both.sort(kind="stable")  # which merges two runs in order, and is quicker than to look each up
        match = np.count_nonzero(both[1:] == both[:-1])
    else:
        match = np.count_nonzero(matched(gold, found))
    return Counts(int(match), len(found.key), len(gold.key))


def per_article(gold: Keys, found: Keys, articles: int, labels: int) -> IntArray:
    """Counts of shape (articles, labels, 3)."""
    cells = found.cell[matched(gold, found)], found.cell, gold.cell
    counted = [np.bincount(each, minlength=articles * labels) for each in cells]
    return np.stack(counted, axis=-1).reshape(articles, labels, 3)
