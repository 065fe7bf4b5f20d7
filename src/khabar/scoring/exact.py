"""Keys of the measures that compare exact characters, over all articles at once.

They are the tuples of `khabar.scoring.measures`, packed.
"""

from __future__ import annotations

from collections.abc import Container, Iterator

import numpy as np

from khabar.scoring.arrays import Columns
from khabar.scoring.counts import IntArray
from khabar.scoring.keys import Keys, Layout, set_of, span_keys, without_last


def keys_of_events(gold: Columns, laid: Layout) -> IntArray:
    """The gold's events by trigger and type, sorted: what `exact_keys` numbers events by."""
    return np.unique(span_keys(gold.events, laid, len(laid.codes.events)))


def exact_keys(
    said: Columns, laid: Layout, known: IntArray, tasks: Container[str]
) -> Iterator[tuple[str, Keys]]:
    """The keys of every measure of these tasks that compares exact characters, by its name."""
    if "entities" in tasks:
        types = len(laid.codes.entities)
        rows = said.entities
        yield "entities_exact", set_of(span_keys(rows, laid, types), rows.of * types + rows.label)
    events, types = said.events, len(laid.codes.events)
    trigger_c = span_keys(events, laid, types)
    cells = events.of * types + events.label
    if "triggers" in tasks:
        keys = set_of(trigger_c, cells)
        yield "trigger_c", keys
        yield "trigger_i", without_last(keys, types, types)
    if "arguments" in tasks:
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
    keys = set_of(attached, cell)
    yield "argument_c+", keys
    yield "argument_i+", without_last(keys, roles)
    begins = laid.starts[said.events.of[arguments.of]] * laid.longest
    loose = ((begins + span) * types + said.events.label[arguments.of]) * roles + arguments.label
    keys = set_of(loose, cell)
    yield "argument_c", keys
    yield "argument_i", without_last(keys, roles)
