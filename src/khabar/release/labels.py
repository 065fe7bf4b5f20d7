"""What differs between two versions of one article's gold: mentions, events, arguments, text.

Spans of the old version are carried over to the new text first, so that a corrected word moves nothing
but itself.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from khabar.release.carrying import Carrier, Span, carrier, replacements
from khabar.release.records import Row
from khabar.release.versions import Bump

Place = Mapping[str, Any]

METADATA = ("source", "title", "published", "language", "licence", "origin")
_OF_ENTITY = {"id", "type", "start", "end", "text"}
_OF_EVENT = {"id", "type", "trigger", "arguments"}


@dataclass(frozen=True, slots=True)
class Change:
    """One thing that only one of two releases has, or that both have differently.

    `before` and `after` say what each release holds there, None where it holds nothing; spans are
    offsets into that release's own text. `article` and `split` (the newer one) are empty for what
    concerns the whole release.
    """

    what: str
    before: Place | None
    after: Place | None
    asks: Bump
    article: str = ""
    split: str = ""

    @property
    def kind(self) -> str:
        """`added`, `removed` or `changed`."""
        if self.before is None:
            return "added"
        return "removed" if self.after is None else "changed"


@dataclass(frozen=True, slots=True)
class _Item:
    """A mention, event or argument; `span` is where it stands in the new text, None if that is gone."""

    row: Row
    span: Span | None
    name: str
    """Type, or role of an argument."""
    said: Place


Criterion = Callable[[_Item, _Item], bool]


def compare_documents(before: Row, after: Row, split: str) -> Iterator[Change]:
    """Every difference between two `documents` rows of one article."""
    article = after["id"]
    carry = carrier(before["text"], after["text"])
    if before["text"] != after["text"]:
        replaced = list(replacements(before["text"], after["text"]))
        yield Change(
            "text",
            {"replaced": [old for old, _ in replaced]},
            {"replaced": [new for _, new in replaced]},
            Bump.major,
            article,
            split,
        )
    elif before["sentences"] != after["sentences"]:
        yield Change("sentences", _sentences(before), _sentences(after), Bump.major, article, split)
    if metadata := [name for name in METADATA if before.get(name) != after.get(name)]:
        old, new = ({name: row.get(name) for name in metadata} for row in (before, after))
        yield Change("metadata", old, new, Bump.patch, article, split)
    if before["entities"] is None or after["entities"] is None:
        return  # held out on one side: that they are is said once, of the split
    for what, old_place, new_place in _labels(before, after, carry):
        yield Change(what, old_place, new_place, Bump.major, article, split)


def labels_of(row: Row, article: str, split: str, *, added: bool, asks: Bump) -> Iterator[Change]:
    """The mentions, events and arguments of an article that only one release has."""
    empty = {**row, "entities": [], "events": []}
    row = empty if row["entities"] is None else row
    before, after = (empty, row) if added else (row, empty)
    for what, old, new in _labels(before, after, lambda span: span):
        yield Change(what, old, new, asks, article, split)


def _sentences(row: Row) -> Place:
    return {
        "count": len(row["sentences"]),
        "spans": [[each["start"], each["end"]] for each in row["sentences"]],
    }


def _labels(before: Row, after: Row, carry: Carrier) -> Iterator[tuple[str, Place | None, Place | None]]:
    stay: Carrier = lambda span: span  # noqa: E731 - the other side's `carry`
    yield from _unequal("mention", _mentions(before, carry), _mentions(after, stay), (_same_span, _moved))
    events = list(
        _pairs(_events(before, carry), _events(after, stay), (_same_span_and_name, _same_span, _moved))
    )
    for old, new in events:
        yield from _unequal("event", [old] if old else [], [new] if new else [], (_any,))
    for old, new in events:
        yield from _unequal(
            "argument",
            _arguments(old, carry) if old else [],
            _arguments(new, stay) if new else [],
            (_same_span_and_name, _moved, _same_span),
        )


def _unequal(
    what: str, before: Sequence[_Item], after: Sequence[_Item], criteria: Sequence[Criterion]
) -> Iterator[tuple[str, Place | None, Place | None]]:
    for old, new in _pairs(before, after, criteria):
        if old is None or new is None or not _equal(old, new):
            yield what, old.said if old else None, new.said if new else None


def _equal(old: _Item, new: _Item) -> bool:
    """The same once the old span is carried over; an argument's event is compared as an event."""
    passing = ("start", "end", "event", "trigger")
    mine, theirs = (
        {key: each for key, each in item.said.items() if key not in passing} for item in (old, new)
    )
    return old.span == new.span and mine == theirs


def _pairs(
    before: Sequence[_Item], after: Sequence[_Item], criteria: Sequence[Criterion]
) -> Iterator[tuple[_Item | None, _Item | None]]:
    """Each item with its counterpart, found by the earliest criterion that fits, in the order of the text."""
    partner: dict[int, int] = {}
    free = list(range(len(after)))
    for fits in criteria:
        for number, old in enumerate(before):
            if number in partner:
                continue
            found = next((other for other in free if fits(old, after[other])), None)
            if found is not None:
                partner[number] = found
                free.remove(found)
    for number, old in enumerate(before):
        yield old, after[partner[number]] if number in partner else None
    for other in free:
        yield None, after[other]


def _any(_old: _Item, _new: _Item) -> bool:
    return True


def _same_span(old: _Item, new: _Item) -> bool:
    return old.span == new.span


def _same_span_and_name(old: _Item, new: _Item) -> bool:
    return old.span == new.span and old.name == new.name


def _moved(old: _Item, new: _Item) -> bool:
    """Of one type (or role), and over some of the same letters."""
    if old.name != new.name or old.span is None or new.span is None:
        return False
    return old.span[0] < new.span[1] and new.span[0] < old.span[1]


def _mentions(row: Row, carry: Carrier) -> list[_Item]:
    return [
        _Item(each, carry((each["start"], each["end"])), each["type"], _said(each, _OF_ENTITY, each))
        for each in row["entities"]
    ]


def _events(row: Row, carry: Carrier) -> list[_Item]:
    return [
        _Item(
            each,
            carry((each["trigger"]["start"], each["trigger"]["end"])),
            each["type"],
            _said(each, _OF_EVENT, each["trigger"]),
        )
        for each in row["events"]
    ]


def _said(owner: Row, own_keys: set[str], quote: Row) -> Place:
    """Type, span, words, and the attributes that are set."""
    attributes = {key: each for key, each in owner.items() if key not in own_keys and each}
    return {"type": owner["type"], **_quote(quote), **({"attributes": attributes} if attributes else {})}


def _quote(row: Row) -> Row:
    return {"start": row["start"], "end": row["end"], "text": row["text"]}


def _arguments(event: _Item, carry: Carrier) -> list[_Item]:
    owner = {"event": event.row["type"], "trigger": event.row["trigger"]["text"]}
    return [
        _Item(
            each,
            carry((each["start"], each["end"])),
            each["role"],
            {"role": each["role"], **_quote(each), **owner},
        )
        for each in event.row["arguments"]
    ]
