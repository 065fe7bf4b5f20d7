"""What is compared of two passes of an article: entities, triggers and arguments, each as sets of items."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence, Set
from dataclasses import dataclass
from typing import Any

from khabar.agreement.counts import Counts
from khabar.agreement.matching import Span, overlapping_pairs
from khabar.document import Annotation

Item = tuple[Any, ...]
ByType = Mapping[str, Counts]
Argument = tuple[str, str, Span, Span]
"""`(role, event type, argument span, trigger span)`."""

MEASURES = (
    "entity",
    "entity_span",
    "entity_overlap",
    "trigger_i",
    "trigger_c",
    "argument_i",
    "argument_c",
    "argument_i+",
    "argument_c+",
    "argument_given_i",
    "argument_given_c",
)
"""Trigger and argument measures are the tuples of TextEE (arXiv 2311.09562); `given`: of common triggers."""


def arguments_of(annotation: Annotation) -> set[Argument]:
    """All arguments of the annotation."""
    spans = {each.id: (each.start, each.end) for each in annotation.entities}
    found: set[Argument] = set()
    for event in annotation.events:
        if event.arguments:
            kind, trigger = event.type, event.trigger.span
            found.update([(each.role, kind, spans[each.entity], trigger) for each in event.arguments])
    return found


def triggers_of(annotation: Annotation) -> set[tuple[str, Span]]:
    """Type and span of all triggers."""
    return {(each.type, each.trigger.span) for each in annotation.events}


@dataclass(frozen=True, slots=True)
class Items:
    """What one pass says, as the sets that are compared; `spans` are those of each type of mention."""

    mentions: Set[tuple[str, Span]]
    spans: Mapping[str, Sequence[Span]]
    triggers: Set[tuple[str, Span]]
    arguments: Set[Argument]

    @classmethod
    def of(cls, annotation: Annotation) -> Items:
        """Those of the annotation."""
        spans: defaultdict[str, list[Span]] = defaultdict(list)
        mentions = [(each.type, (each.start, each.end)) for each in annotation.entities]
        for name, span in mentions:
            spans[name].append(span)
        return cls(set(mentions), spans, triggers_of(annotation), arguments_of(annotation))


def measured(mine: Items, other: Items) -> tuple[dict[str, Counts], dict[str, ByType]]:
    """The counts of each of `MEASURES`, and of some of them by entity type, event type or role."""
    given, overlaps = given_triggers(mine, other), _overlaps(mine, other)
    by_type = {
        "entity": _by_first(mine.mentions, other.mentions),
        "entity_overlap": overlaps,
        "trigger_c": _by_first(mine.triggers, other.triggers),
        "argument_c+": _by_first(mine.arguments, other.arguments),
        "argument_given_c": _by_first(*given),
    }
    return _counted(mine, other, overlaps), by_type


def counted(mine: Items, other: Items) -> dict[str, Counts]:
    """The counts of each of `MEASURES`."""
    return _counted(mine, other, _overlaps(mine, other))


def _counted(mine: Items, other: Items, overlaps: ByType) -> dict[str, Counts]:
    left, right = _Projections.of(mine.arguments), _Projections.of(other.arguments)
    argument_i_plus = _counts(left.with_trigger, right.with_trigger)
    argument_c_plus = _counts(mine.arguments, other.arguments)
    # what both have is of an event that both have
    lost = mine.triggers - other.triggers, other.triggers - mine.triggers
    counts = {
        "entity": _counts(mine.mentions, other.mentions),
        "entity_span": _counts(_spans(mine.mentions), _spans(other.mentions)),
        "entity_overlap": _total(overlaps),
        "trigger_i": _counts(_spans(mine.triggers), _spans(other.triggers)),
        "trigger_c": _counts(mine.triggers, other.triggers),
        "argument_i": _counts(left.bare, right.bare),
        "argument_c": _counts(left.with_role, right.with_role),
        "argument_i+": argument_i_plus,
        "argument_c+": argument_c_plus,
        "argument_given_i": Counts(
            argument_i_plus.match,
            len(left.with_trigger) - _of_events(left.with_trigger, lost[0]),
            len(right.with_trigger) - _of_events(right.with_trigger, lost[1]),
        ),
        "argument_given_c": Counts(
            argument_c_plus.match,
            len(mine.arguments) - _of_events(mine.arguments, lost[0]),
            len(other.arguments) - _of_events(other.arguments, lost[1]),
        ),
    }
    return {name: counts[name] for name in MEASURES}


@dataclass(frozen=True, slots=True)
class _Projections:
    """Arguments without what a measure passes over: `(type, span)`, with role before, with trigger after."""

    bare: Set[Item]
    with_role: Set[Item]
    with_trigger: Set[Item]

    @classmethod
    def of(cls, arguments: Set[Argument]) -> _Projections:
        if not arguments:
            return cls(set(), set(), set())
        roles, kinds, spans, triggers = zip(*arguments, strict=True)
        return cls(
            set(zip(kinds, spans, strict=True)),
            set(zip(roles, kinds, spans, strict=True)),
            set(zip(kinds, spans, triggers, strict=True)),
        )


def _spans(items: Set[tuple[str, Span]]) -> Set[Item]:
    return {span for _, span in items}


def _of_events(arguments: Set[Item], events: Set[tuple[str, Span]]) -> int:
    """How many of the arguments, `(…, type, span, trigger)`, belong to these events."""
    return sum([(each[-3], each[-1]) in events for each in arguments]) if events else 0


def given_triggers(mine: Items, other: Items) -> tuple[Set[Argument], Set[Argument]]:
    """The arguments of the events, trigger span and type, that both passes have."""
    events = mine.triggers & other.triggers
    if len(events) == len(mine.triggers) == len(other.triggers):
        return mine.arguments, other.arguments
    left, right = (
        {each for each in side.arguments if (each[1], each[3]) in events} for side in (mine, other)
    )
    return left, right


def _counts(mine: Set[Item], other: Set[Item]) -> Counts:
    return Counts(len(mine & other), len(mine), len(other))


def _total(rows: ByType) -> Counts:
    listed = rows.values()
    return Counts(
        sum([each.match for each in listed]),
        sum([each.first for each in listed]),
        sum([each.second for each in listed]),
    )


def _by_first(mine: Set[Item], other: Set[Item]) -> ByType:
    """Counts by the first part of the items."""
    match, left, right = (_firsts(each) for each in (mine & other, mine, other))
    return {name: Counts(match[name], left[name], right[name]) for name in sorted(left.keys() | right.keys())}


def _firsts(items: Iterable[Item]) -> Counter[str]:
    return Counter([each[0] for each in items])


def _overlaps(mine: Items, other: Items) -> ByType:
    """Mentions of one type that share a code point, paired one to one, by type."""
    found = {}
    for name in sorted(mine.spans.keys() | other.spans.keys()):
        left, right = mine.spans.get(name, ()), other.spans.get(name, ())
        pairs = len(left) if left == right else len(overlapping_pairs(left, right))
        found[name] = Counts(pairs, len(left), len(right))
    return found
