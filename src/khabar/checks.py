"""Every rule of meaning of an annotation, checked against schema and text, all faults at once."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from itertools import pairwise

from khabar.document import Annotation, Entity, Event, Trigger
from khabar.errors import Faults, Report
from khabar.files import sha256
from khabar.schema import Attribute, Schema
from khabar.soundness import is_surely_right
from khabar.text import tokenize


def check(
    annotation: Annotation,
    schema: Schema,
    *,
    text: str | None,
    source: str | None = None,
    typed: bool = False,
) -> Report | None:
    """Every fault of the annotation, or None if it is right.

    With `text=None` (a stand-off article whose text is not on this machine) everything that needs no
    text is still checked. `source` names the file in the report; by default the article's id.
    `typed` says that an `AnnotationReader` of this schema took the file the short way.
    """
    if is_surely_right(annotation, schema, text, typed=typed):
        return None
    faults = Faults(source or annotation.article)
    if annotation.schema != schema.version:
        faults.add("schema", f"written for schema {annotation.schema}, this is schema {schema.version}")
    _check_ids(annotation, faults)
    for number, entity in enumerate(annotation.entities):
        _check_entity(entity, f"entities[{number}]", schema, faults)
    entities = {each.id: each for each in annotation.entities}
    for number, event in enumerate(annotation.events):
        _check_event(event, f"events[{number}]", entities, schema, faults)
    _check_nesting(annotation.entities, faults)
    if text is not None and _check_digest(annotation, text, faults):
        _check_texts(annotation, text, faults)
        _check_words(annotation.entities, text, faults)
    if not faults:
        return None
    return faults.report("correct the file, or gather it again with scripts/gather_annotations.py --replace")


def _check_ids(annotation: Annotation, faults: Faults) -> None:
    given = [each.id for each in annotation.entities] + [each.id for each in annotation.events]
    if len(set(given)) < len(given):
        for number, identifier in enumerate(given):
            if identifier in given[:number]:
                later = number - len(annotation.entities)
                where = f"entities[{number}].id" if later < 0 else f"events[{later}].id"
                faults.add(where, f"id {identifier!r} is used twice in this file")
    keys: dict[tuple[int, int, str], int] = {}
    for number, event in enumerate(annotation.events):
        first = keys.setdefault(event.key, number)
        if first != number:
            faults.add(
                f"events[{number}]", f"same trigger and type as events[{first}]; merge their arguments"
            )


def _check_entity(entity: Entity, where: str, schema: Schema, faults: Faults) -> None:
    _check_order(entity.start, entity.end, where, faults)
    if entity.type not in schema.entities:
        faults.add(
            f"{where}.type", f"no entity type {entity.type!r} (there are {', '.join(schema.entities)})"
        )
        return
    _check_attributes(entity, schema.entity_attributes_of(entity.type), where, faults)


def _check_order(start: int, end: int, where: str, faults: Faults) -> None:
    if start >= end:
        faults.add(
            where, f"start {start} is not before end {end}; spans are half-open [start, end) and not empty"
        )


def _check_event(
    event: Event, where: str, entities: Mapping[str, Entity], schema: Schema, faults: Faults
) -> None:
    _check_order(event.trigger.start, event.trigger.end, f"{where}.trigger", faults)
    if event.type not in schema.events:
        faults.add(f"{where}.type", f"no event type {event.type!r} (there are {', '.join(schema.events)})")
        return
    _check_attributes(event, schema.event_attributes_of(event.type), where, faults)
    roles = schema.roles(event.type)
    filled: dict[str, int] = {}
    for number, argument in enumerate(event.arguments):
        place = f"{where}.arguments[{number}]"
        entity = entities.get(argument.entity)
        role = roles.get(argument.role)
        if entity is None:
            there = f"there are {', '.join(entities)}" if len(entities) < 30 else f"there are {len(entities)}"
            faults.add(f"{place}.entity", f"no entity {argument.entity!r} in this file ({there})")
        if role is None:
            faults.add(
                f"{place}.role", f"{event.type} takes no {argument.role!r} (it takes {', '.join(roles)})"
            )
        elif entity is not None and entity.type in schema.entities and entity.type not in role.entity_types:
            allowed = ", ".join(role.entity_types)
            faults.add(
                place,
                f"{role.name} of {event.type} is filled by {entity.type} {entity.text!r}; allowed: {allowed}",
            )
        if event.arguments.index(argument) < number:
            faults.add(place, f"{argument.role} {argument.entity} is given twice")
        elif role is not None and not role.many and filled.setdefault(role.name, number) != number:
            faults.add(
                place, f"{event.type} takes one {role.name}; arguments[{filled[role.name]}] gives it already"
            )


def _check_attributes(owner: Entity | Event, known: Sequence[Attribute], where: str, faults: Faults) -> None:
    if not known and not owner.attributes:
        return
    names = {each.name: each for each in known}
    for name, value in owner.attributes.items():
        attribute = names.get(name)
        if attribute is None:
            there = f"it takes {', '.join(names)}" if names else "it takes none"
            faults.add(f"{where}.{name}", f"{owner.type} takes no attribute {name!r} ({there})")
        elif attribute.kind == "flag" and value is not True:
            faults.add(f"{where}.{name}", f"a flag is true or absent, found {value!r}")
        elif attribute.kind == "choice" and value not in [each.name for each in attribute.values]:
            allowed = ", ".join(each.name for each in attribute.values)
            faults.add(f"{where}.{name}", f"expected one of {allowed}, found {value!r}")
    for attribute in known:
        if attribute.kind == "choice" and attribute.name not in owner.attributes:
            allowed = ", ".join(each.name for each in attribute.values)
            faults.add(where, f"{owner.type} must say {attribute.name}: one of {allowed}")


def _check_nesting(entities: Sequence[Entity], faults: Faults) -> None:
    ordered = sorted(enumerate(entities), key=lambda each: (each[1].start, -each[1].end))
    open_: list[tuple[int, Entity]] = []
    for number, entity in ordered:
        while open_ and open_[-1][1].end <= entity.start:
            open_.pop()
        for other_number, other in open_:
            if entity.span == other.span:
                faults.add(
                    f"entities[{number}]", f"same span as entities[{other_number}]; one mention has one type"
                )
            elif entity.start < other.end < entity.end:
                faults.add(
                    f"entities[{number}]", f"crosses entities[{other_number}]; mentions may nest, not cross"
                )
        open_.append((number, entity))


def _check_digest(annotation: Annotation, text: str, faults: Faults) -> bool:
    found = sha256(text)
    if found != annotation.text_sha256:
        message = f"made for the text {annotation.text_sha256[:12]}…, the article's text is {found[:12]}…"
        faults.add("text_sha256", message)
    return found == annotation.text_sha256


def _check_texts(annotation: Annotation, text: str, faults: Faults) -> None:
    for number, entity in enumerate(annotation.entities):
        _check_text(entity, f"entities[{number}]", text, faults)
    for number, event in enumerate(annotation.events):
        _check_text(event.trigger, f"events[{number}].trigger", text, faults)


def _check_text(span: Entity | Trigger, where: str, text: str, faults: Faults) -> None:
    found = text[span.start : span.end]
    if span.end > len(text):
        faults.add(where, f"ends at {span.end}, the text has {len(text)} code points")
    elif span.start < span.end and found != span.text:
        hint = _hint(text, span.start, span.text)
        faults.add(where, f"text[{span.start}:{span.end}] is {found!r}, the file says {span.text!r}{hint}")
    elif span.text != span.text.strip():
        faults.add(where, f"{span.text!r} begins or ends with white space; move the offsets to the words")
    elif "\n" in span.text:
        faults.add(where, f"{span.text!r} crosses a line break; a mention lies in one paragraph")


def _hint(text: str, start: int, wanted: str) -> str:
    """Where the words really are, if near: the two common mistakes are off by one, and counting UTF-16."""
    if text[start - 1 : start - 1 + len(wanted)] == wanted and start:
        return ": offsets are one too far"
    if text[start + 1 : start + 1 + len(wanted)] == wanted:
        return ": offsets are one too small"
    astral = sum(character > "\uffff" for character in text[:start])
    if astral:
        for shift in range(1, astral + 1):
            if text[max(start - shift, 0) : start - shift + len(wanted)] == wanted:
                return ": offsets seem to count UTF-16 units; count code points"
    return ""


def _check_words(entities: Sequence[Entity], text: str, faults: Faults) -> None:
    """Two outermost mentions on one word could not both be a tag of it."""
    numbers = {id(each): number for number, each in enumerate(entities)}
    outer = [pair for pair in pairwise(outermost(entities)) if _may_share_a_word(text, *pair)]
    tokens = tokenize(text) if outer else []
    position = 0
    for left, right in outer:
        while position < len(tokens) and tokens[position].end < left.end:
            position += 1
        if (
            position < len(tokens)
            and tokens[position].start < left.end
            and right.start < tokens[position].end
        ):
            word = tokens[position].text
            faults.add(
                f"entities[{numbers[id(right)]}]",
                f"shares the word {word!r} with entities[{numbers[id(left)]}]; outermost mentions may not",
            )


def _may_share_a_word(text: str, left: Entity, right: Entity) -> bool:
    """Whether no white space is between them, which no word runs over; crossing ones are told elsewhere."""
    between = text[left.end : right.start]
    return right.start >= left.end and between == "".join(between.split())


def outermost(entities: Sequence[Entity]) -> list[Entity]:
    """The mentions that lie in no other, by start. Crossing mentions are both kept; `check` excludes them."""
    found: list[Entity] = []
    for entity in sorted(entities, key=lambda each: (each.start, -each.end)):
        if not found or entity.end > found[-1].end:
            found.append(entity)
    return found
