"""Whether an annotation is surely right in meaning, as almost all are: tests that say yes, or nothing.

`khabar.checks` finds what is wrong, and asks here first. What is true here has no fault there; what is
false may be right nevertheless.
"""

from __future__ import annotations

from collections.abc import Sequence

from khabar.document import Annotation, Argument, Entity, Event, Trigger
from khabar.files import sha256
from khabar.schema import Attribute, Schema


def is_surely_right(annotation: Annotation, schema: Schema, text: str | None) -> bool:
    """Whether no rule is broken; without a text, none of those that need no text."""
    entities, events = annotation.entities, annotation.events
    ids = {each.id for each in entities}
    ids.update([each.id for each in events])
    return (
        annotation.schema == schema.version
        and len(ids) == len(entities) + len(events)
        and len({each.key for each in events}) == len(events)
        and _have_right_types(entities, schema)
        and _are_right_events(events, {each.id: each.type for each in entities}, schema)
        and _nest(entities, text)
        and (text is None or _is_of(annotation, text))
    )


def _is_of(annotation: Annotation, text: str) -> bool:
    triggers = [each.trigger for each in annotation.events]
    return (
        sha256(text) == annotation.text_sha256
        and _quote(annotation.entities, text)
        and _quote(triggers, text)
    )


def _have_right_types(entities: Sequence[Entity], schema: Schema) -> bool:
    types = schema.entities
    for each in entities:
        if each.start >= each.end or each.type not in types:
            return False
        known = schema.entity_attributes_of(each.type)
        if (known or each.attributes) and not _has_right_attributes(each, known):
            return False
    return True


def _are_right_events(events: Sequence[Event], types: dict[str, str], schema: Schema) -> bool:
    """`types` are those of the mentions by id."""
    for each in events:
        if each.trigger.start >= each.trigger.end or each.type not in schema.events:
            return False
        known = schema.event_attributes_of(each.type)
        if (known or each.attributes) and not _has_right_attributes(each, known):
            return False
        if each.arguments and not _are_right_arguments(each.type, each.arguments, types, schema):
            return False
    return True


def _has_right_attributes(owner: Entity | Event, known: Sequence[Attribute]) -> bool:
    given = owner.attributes
    seen = 0
    for each in known:
        name = each.name
        if name not in given:
            if each.kind == "choice":
                return False
            continue
        seen += 1
        value = given[name]
        if each.kind == "flag":
            if value is not True:
                return False
        elif not any(value == one.name for one in each.values):
            return False
    return seen == len(given)


def _are_right_arguments(
    event_type: str, arguments: Sequence[Argument], types: dict[str, str], schema: Schema
) -> bool:
    roles = schema.roles(event_type)
    for each in arguments:
        role = roles.get(each.role)
        if role is None or types.get(each.entity) not in role.entity_types:
            return False
    if len(arguments) == 1:
        return True
    given = {(each.role, each.entity) for each in arguments}
    names = [each.role for each in arguments]
    return len(given) == len(arguments) and (
        len(set(names)) == len(names) or all(roles[each].many for each in names if names.count(each) > 1)
    )


def _nest(entities: Sequence[Entity], text: str | None) -> bool:
    """Whether no two have one span or cross, and white space is between outermost ones, where it is known."""
    spans = [(each.start, -each.end) for each in entities]
    spans.sort()
    open_: list[int] = []  # ends of the mentions that lie in one another, outermost first
    before = -1
    for number, (start, minus_end) in enumerate(spans):
        end = -minus_end
        while open_ and open_[-1] <= start:
            before = open_.pop()
        if open_:
            if end > open_[-1] or spans[number - 1] == spans[number]:
                return False
        elif text is not None and before >= 0 and not _is_apart(text, before, start):
            return False
        open_.append(end)
    return True


def _is_apart(text: str, end: int, start: int) -> bool:
    """Whether white space, which no word runs over, is in the stretch between two mentions."""
    return start > end and (
        text[start - 1 : start].isspace() or any(each.isspace() for each in text[end:start])
    )


def _quote(spans: Sequence[Entity | Trigger], text: str) -> bool:
    """Whether each is the words that it says, in one line and without white space around them."""
    for each in spans:
        start, end, words = each.start, each.end, each.text
        if text[start:end] != words or len(words) != end - start:  # a slice past the end is shorter
            return False
        if words != words.strip() or "\n" in words:
            return False
    return True
