"""Counts of the measures that compare exact characters, over all articles at once.

They are those of `khabar.scoring.measures.count`, made of sorted keys instead of sets: a key is one number
that a tuple of a measure is packed into, so that two are the same where the tuples are.
"""

from __future__ import annotations

from collections.abc import Container, Iterable, Iterator, Mapping
from dataclasses import dataclass

import numpy as np

from khabar.scoring.arrays import Codes, Columns, Rows
from khabar.scoring.counts import IntArray
from khabar.scoring.measures import Matrix

EXACT = (
    *("entities_exact", "trigger_i", "trigger_c"),
    *("argument_i", "argument_c", "argument_i+", "argument_c+"),
)
"""The measures counted here."""


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


@dataclass(frozen=True, slots=True)
class Keys:
    """Sorted keys without doubles, and the cell (article × types + type) each is counted in."""

    key: IntArray
    cell: IntArray


def _keys(key: IntArray, cell: IntArray) -> Keys:
    order = np.argsort(key, kind="stable") if np.any(key[1:] < key[:-1]) else slice(None)
    return _once(Keys(key[order], cell[order]))


def _once(keys: Keys) -> Keys:
    new = np.ones(len(keys.key), dtype=bool)
    np.not_equal(keys.key[1:], keys.key[:-1], out=new[1:])
    return keys if new.all() else Keys(keys.key[new], keys.cell[new])


def _without_last(keys: Keys, size: int, types: int = 0) -> Keys:
    """The keys without their last member, of `size` values; with `types`, the cells are articles alone."""
    return _once(Keys(keys.key // size, keys.cell // types if types else keys.cell))


def span_keys(rows: Rows, laid: Layout, labels: int) -> IntArray:
    """Article, span and label of each row, packed in that order."""
    found: IntArray = (
        (laid.starts[rows.of] + rows.start) * laid.longest + (rows.end - rows.start)
    ) * labels + rows.label
    return found


def exact_matrices(
    labels: Mapping[str, tuple[str, ...]], laid: Layout, gold: Columns, found: Columns
) -> dict[str, Matrix]:
    """The matrices of the measures named, which are of EXACT, by the labels each counts by."""
    known = _keys_of_events(gold, laid)
    sides = [dict(_all_keys(each, laid, known, labels)) for each in (gold, found)]
    articles = len(laid.starts)
    return {
        name: Matrix(types, _counts(sides[0][name], sides[1][name], articles, len(types)))
        for name, types in labels.items()
    }


def _counts(gold: Keys, found: Keys, articles: int, labels: int) -> IntArray:
    place = np.minimum(np.searchsorted(gold.key, found.key), max(len(gold.key) - 1, 0))
    same = gold.key[place] == found.key if len(gold.key) else np.zeros(len(found.key), dtype=bool)
    cells = found.cell[same], found.cell, gold.cell
    counted = [np.bincount(each, minlength=articles * labels) for each in cells]
    return np.stack(counted, axis=-1).reshape(articles, labels, 3)


def _keys_of_events(gold: Columns, laid: Layout) -> IntArray:
    return np.unique(span_keys(gold.events, laid, len(laid.codes.events)))


def _all_keys(
    said: Columns, laid: Layout, known: IntArray, wanted: Container[str]
) -> Iterator[tuple[str, Keys]]:
    if "entities_exact" in wanted:
        types = len(laid.codes.entities)
        rows = said.entities
        yield "entities_exact", _keys(span_keys(rows, laid, types), rows.of * types + rows.label)
    events, types = said.events, len(laid.codes.events)
    trigger_c = span_keys(events, laid, types)
    cells = events.of * types + events.label
    if "trigger_c" in wanted:
        keys = _keys(trigger_c, cells)
        yield "trigger_c", keys
        yield "trigger_i", _without_last(keys, types, types)
    if "argument_c+" in wanted:
        yield from _argument_keys(said, laid, _numbers(trigger_c, known), cells)


def _numbers(keys: IntArray, known: IntArray) -> IntArray:
    """Numbers of events, the same for gold and system; an event that is not in the gold has its own."""
    place = np.searchsorted(known, keys)
    found = place < len(known)
    found[found] = known[place[found]] == keys[found]
    if not found.all():
        place[~found] = len(known) + np.unique(keys[~found], return_inverse=True)[1]
    return place


def _argument_keys(
    said: Columns, laid: Layout, number: IntArray, cells: IntArray
) -> Iterator[tuple[str, Keys]]:
    arguments, roles, types = said.arguments, len(laid.codes.roles), len(laid.codes.events)
    span = arguments.start * laid.longest + (arguments.end - arguments.start)
    cell = cells[arguments.of]
    attached = (number[arguments.of] * laid.longest**2 + span) * roles + arguments.label
    keys = _keys(attached, cell)
    yield "argument_c+", keys
    yield "argument_i+", _without_last(keys, roles)
    begins = laid.starts[said.events.of[arguments.of]] * laid.longest
    loose = ((begins + span) * types + said.events.label[arguments.of]) * roles + arguments.label
    keys = _keys(loose, cell)
    yield "argument_c", keys
    yield "argument_i", _without_last(keys, roles)
