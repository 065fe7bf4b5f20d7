"""Whether an annotation is surely right in meaning, as almost all are: tests that say yes, or nothing.

`khabar.checks` finds what is wrong, and asks here first. What is true here has no fault there; what is
false may be right nevertheless.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from khabar.document import Annotation, Argument, Entity, Event, Trigger
from khabar.files import sha256
from khabar.schema import Attribute, Role, Schema


def is_surely_right(annotation: Annotation, schema: Schema, text: str | None, *, typed: bool = False) -> bool:
    """Whether no rule is broken; without a text, none of those that need no text.

    `typed`: types and attributes are known to be the schema's, since its `AnnotationReader` took them.
    """
    entities, events = annotation.entities, annotation.events
    types = {each.id: each.type for each in entities}
    return (
        annotation.schema == schema.version
        and len({*types, *[each.id for each in events]}) == len(entities) + len(events)
        and len({each.key for each in events}) == len(events)
        and (typed or (_have_right_types(entities, schema) and _have_right_event_types(events, schema)))
        and _have_right_arguments(events, types, schema)
        and (_are_not_empty(annotation) if text is None else _is_of(annotation, text))
        and _nest(entities, text)
    )


def _are_not_empty(annotation: Annotation) -> bool:
    return all(each.start < each.end for each in _spans(annotation))


def _spans(annotation: Annotation) -> list[Entity | Trigger]:
    return [*annotation.entities, *[each.trigger for each in annotation.events]]


def _is_of(annotation: Annotation, text: str) -> bool:
    """Whether it is of this text, and each span is the words it says, in one line, without space around."""
    if sha256(text) != annotation.text_sha256:
        return False
    spans = _spans(annotation)
    words = [each.text for each in spans]
    return (
        words == [text[each.start : each.end] for each in spans]
        and list(map(len, words)) == [each.end - each.start for each in spans]  # a slice ends with the text
        and words == list(map(str.strip, words))
        and "" not in words
        and "\n" not in "".join(words)
    )


def _have_right_types(entities: Sequence[Entity], schema: Schema) -> bool:
    types = schema.entities
    for each in entities:
        if each.type not in types:
            return False
        known = schema.entity_attributes_of(each.type)
        if (known or each.attributes) and not _has_right_attributes(each, known):
            return False
    return True


def _have_right_event_types(events: Sequence[Event], schema: Schema) -> bool:
    for each in events:
        if each.type not in schema.events:
            return False
        known = schema.event_attributes_of(each.type)
        if (known or each.attributes) and not _has_right_attributes(each, known):
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


def _have_right_arguments(events: Sequence[Event], types: Mapping[str, str], schema: Schema) -> bool:
    """`types` are those of the mentions by id."""
    fillers = schema.fillers
    for event in events:
        kind, arguments = event.type, event.arguments
        for each in arguments:
            if (kind, each.role, types.get(each.entity)) not in fillers:
                return False
        if len(arguments) > 1 and not _may_be_together(arguments, schema.roles(kind)):
            return False
    return True


def _may_be_together(arguments: Sequence[Argument], roles: Mapping[str, Role]) -> bool:
    """Whether none is given twice, nor a role that takes one."""
    names = [each.role for each in arguments]
    if len(set(names)) == len(names):
        return True
    given = {(each.role, each.entity) for each in arguments}
    return len(given) == len(arguments) and all(roles[each].many for each in names if names.count(each) > 1)


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
    """Whether white space, which no word runs over, is in the stretch of the text between two mentions."""
    return start > end and (text[start - 1].isspace() or any(each.isspace() for each in text[end:start]))
