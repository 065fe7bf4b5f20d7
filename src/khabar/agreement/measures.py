"""What is compared of two passes of an article: entities, triggers and arguments, each as sets of items."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Hashable, Iterable, Mapping, Set

from khabar.agreement.counts import Counts
from khabar.agreement.matching import Span, overlapping_pairs
from khabar.document import Annotation

Item = tuple[Hashable, ...]
ByType = Mapping[str, Counts]
Argument = tuple[str, str, Span, Span]
"""`(role, event type, argument span, trigger span)`."""


def arguments_of(annotation: Annotation) -> set[Argument]:
    """All arguments of the annotation."""
    spans = {each.id: each.span for each in annotation.entities}
    return {
        (argument.role, event.type, spans[argument.entity], event.trigger.span)
        for event in annotation.events
        for argument in event.arguments
    }


def _entities(annotation: Annotation) -> set[Item]:
    return {(each.type, each.span) for each in annotation.entities}


def _triggers(annotation: Annotation) -> set[Item]:
    return {(each.type, each.trigger.span) for each in annotation.events}


def _sets(items: Callable[[Annotation], Iterable[Item]]) -> Callable[[Annotation, Annotation], Counts]:
    def compare(first: Annotation, second: Annotation) -> Counts:
        return _counts(set(items(first)), set(items(second)))

    return compare


def _counts(mine: Set[Item], other: Set[Item]) -> Counts:
    return Counts(len(mine & other), len(mine), len(other))


def _by_first(mine: Set[Item], other: Set[Item]) -> ByType:
    """Counts by the first part of the items."""
    found: dict[str, Counts] = {}
    for name in sorted({str(each[0]) for each in mine | other}):
        found[name] = _counts({i for i in mine if i[0] == name}, {i for i in other if i[0] == name})
    return found


def overlaps(first: Annotation, second: Annotation) -> ByType:
    """Mentions of one type that share a code point, paired one to one, by type."""
    spans: tuple[defaultdict[str, list[Span]], ...] = (defaultdict(list), defaultdict(list))
    for side, annotation in zip(spans, (first, second), strict=True):
        for each in annotation.entities:
            side[each.type].append(each.span)
    mine, other = spans
    return {
        name: Counts(len(overlapping_pairs(mine[name], other[name])), len(mine[name]), len(other[name]))
        for name in sorted(mine.keys() | other.keys())
    }


def given_triggers(first: Annotation, second: Annotation) -> tuple[set[Argument], set[Argument]]:
    """The arguments of the events, trigger span and type, that both passes have."""
    events = _triggers(first) & _triggers(second)
    mine, other = (
        {each for each in arguments_of(annotation) if (each[1], each[3]) in events}
        for annotation in (first, second)
    )
    return mine, other


MEASURES: dict[str, Callable[[Annotation, Annotation], Counts]] = {
    "entity": _sets(_entities),
    "entity_span": _sets(lambda annotation: {(each.span,) for each in annotation.entities}),
    "entity_overlap": lambda first, second: sum(overlaps(first, second).values(), Counts()),
    "trigger_i": _sets(lambda annotation: {(each.trigger.span,) for each in annotation.events}),
    "trigger_c": _sets(_triggers),
    "argument_i": _sets(lambda annotation: {each[1:3] for each in arguments_of(annotation)}),
    "argument_c": _sets(lambda annotation: {each[:3] for each in arguments_of(annotation)}),
    "argument_i+": _sets(lambda annotation: {each[1:] for each in arguments_of(annotation)}),
    "argument_c+": _sets(arguments_of),
    "argument_given_i": lambda first, second: _counts(
        *({each[1:] for each in side} for side in given_triggers(first, second))
    ),
    "argument_given_c": lambda first, second: _counts(*given_triggers(first, second)),
}
"""Trigger and argument measures are the tuples of TextEE (arXiv 2311.09562); `given`: of common triggers."""

BY_TYPE: dict[str, Callable[[Annotation, Annotation], ByType]] = {
    "entity": lambda first, second: _by_first(_entities(first), _entities(second)),
    "entity_overlap": overlaps,
    "trigger_c": lambda first, second: _by_first(_triggers(first), _triggers(second)),
    "argument_c+": lambda first, second: _by_first(set(arguments_of(first)), set(arguments_of(second))),
    "argument_given_c": lambda first, second: _by_first(*given_triggers(first, second)),
}
"""Measures that are also given by entity type, event type or role."""
