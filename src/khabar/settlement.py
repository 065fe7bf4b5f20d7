"""The decisions that lead from the passes to a given gold: what a judge who hands in gold has decided.

The inverse of `khabar.adjudication.adjudicate`: deriving gold from these decisions gives that gold again.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence

from khabar.decisions import Decision, Decisions, Item, Link, Mention
from khabar.differences import Value, differences, items_of, pool_of
from khabar.document import Annotation

Reason = Callable[[Item], str]
"""Why an item is in gold as it is, or is not; never blank."""


def settle(passes: Sequence[Annotation], gold: Annotation, *, judge: str, reason: Reason) -> Decisions:
    """The fewest decisions that make `gold` of the passes; none where the passes agree on all of it.

    Raises CallError unless there are passes of two or more annotators of one text.
    """
    settling = _Settling(passes, gold, reason)
    first, names = passes[0], sorted(each.annotator for each in passes)
    made = tuple(settling.decisions())
    return Decisions(first.article, first.text_sha256, judge, first.schema, tuple(names), made)


class _Settling:
    """What the passes hold beside what gold holds."""

    def __init__(self, passes: Sequence[Annotation], gold: Annotation, reason: Reason) -> None:
        ordered = sorted(passes, key=lambda each: each.annotator)
        self.pool, self.reason = pool_of(ordered), reason
        self.gold = items_of(gold)
        self.open = {(each.item, each.attribute) for each in differences(ordered)}

    def decisions(self) -> Iterator[Decision]:
        """In the order of the article, an item before what is said of it."""
        known = dict.fromkeys([*self.pool.items, *self.gold.items])
        for item in sorted(known, key=lambda each: each.order):
            if isinstance(item, Link) and not self.gold.holders(item.event):
                continue  # an event that is dropped takes its arguments along
            yield from self._of(item)

    def _of(self, item: Item) -> Iterator[Decision]:
        holders, in_gold = self.pool.holders(item), bool(self.gold.holders(item))
        if not holders:
            given = self._given(item) if isinstance(item, Mention) else {}
            yield Decision("add", item, (), self.reason(item), attributes=dict(given))
        elif not in_gold:
            yield Decision("drop", item, holders, self.reason(item))
        else:
            if (item, "") in self.open:
                yield Decision("keep", item, holders, self.reason(item))
            if isinstance(item, Mention):
                yield from self._attributes(item, holders)

    def _given(self, item: Mention) -> Mapping[str, Value]:
        """The attributes gold gives the item."""
        return next(iter(self.gold.mentions[item].values()))

    def _attributes(self, item: Mention, holders: tuple[str, ...]) -> Iterator[Decision]:
        wanted = self._given(item)
        names = {name for given in self.pool.mentions[item].values() for name in given} | set(wanted)
        for name in sorted(names):
            value = wanted.get(name, False)
            if (item, name) in self.open or value not in self.pool.values(item, name).values():
                yield Decision("set", item, holders, self.reason(item), name, value)
