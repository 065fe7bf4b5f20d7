"""Events: those without any argument, and roles filled by a type that rarely fills them."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence

from khabar.document import Argument, Entity, Event
from khabar.suspects.evidence import Source
from khabar.suspects.suspect import Suspect

RARE = 0.1
"""Share of a role's fillers up to which a type is unlikely; a single one is, from `ENOUGH` fillers on."""

ENOUGH = 5


def without_arguments(sources: Sequence[Source]) -> Iterator[Suspect]:
    """Events without any; the weight is the share of the type's events that have some."""
    counts = Counter(event.type for source in sources for event in source.annotation.events)
    filled = Counter(
        event.type for source in sources for event in source.annotation.events if event.arguments
    )
    for source in sources:
        for event in source.annotation.events:
            if not event.arguments:
                why = f"{filled[event.type]} of {counts[event.type]} {event.type} have arguments"
                weight = filled[event.type] / counts[event.type]
                yield source.suspect(
                    "no_arguments", event.trigger.span, event.trigger.text, event.type, why, weight
                )


def unlikely_roles(sources: Sequence[Source]) -> Iterator[Suspect]:
    """Arguments of a type that fills the role of that event type rarely; the span is the filler's."""
    fillers = Counter((event.type, arg.role, entity.type) for _, event, arg, entity in _arguments(sources))
    roles = Counter((event.type, arg.role) for _, event, arg, _ in _arguments(sources))
    for source, event, argument, entity in _arguments(sources):
        count = fillers[event.type, argument.role, entity.type]
        total = roles[event.type, argument.role]
        if total >= ENOUGH and count <= max(1, RARE * total):
            role = f"{argument.role} of {event.type} {event.trigger.text!r} at {event.trigger.start}"
            why = f"{role}: {entity.type} fills {count} of {total}"
            weight = 1 - count / total
            yield source.suspect("unlikely_role", entity.span, entity.text, entity.type, why, weight)


def _arguments(sources: Sequence[Source]) -> Iterator[tuple[Source, Event, Argument, Entity]]:
    for source in sources:
        entities = {each.id: each for each in source.annotation.entities}
        for event in source.annotation.events:
            for argument in event.arguments:
                yield source, event, argument, entities[argument.entity]
