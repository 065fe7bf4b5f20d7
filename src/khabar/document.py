"""An annotated article: entities, events and their arguments, stand-off over one exact text.

Offsets are Unicode code points, half-open `[start, end)`. `parse` checks the form of an annotation
file, `check` its meaning against schema and text; each reports every fault it finds at once.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from operator import lt
from pathlib import Path
from typing import Annotated, Any

import msgspec
from pydantic import ConfigDict, Field, TypeAdapter, ValidationError, with_config
from typing_extensions import TypedDict  # pydantic's own requirement below Python 3.12

from khabar.errors import DataError, Faults
from khabar.files import dump_json, read_json, write_text
from khabar.schema import add_validation_faults

NO_ATTRIBUTES: Mapping[str, bool | str] = {}


# what a decoder of `khabar.typed_annotations` must find; making one of these by hand checks nothing
_Place = Annotated[int, msgspec.Meta(ge=0, le=2**31 - 1)]
_Words = Annotated[str, msgspec.Meta(min_length=1)]


class Entity(msgspec.Struct, frozen=True, gc=False):
    """A mention. `attributes` holds flags that are set and choices, by the schema's names."""

    id: str
    type: str
    start: int
    end: int
    text: str
    attributes: Mapping[str, bool | str] = msgspec.field(default_factory=dict)

    @property
    def span(self) -> tuple[int, int]:
        """`(start, end)`."""
        return self.start, self.end


class Trigger(msgspec.Struct, frozen=True, gc=False, forbid_unknown_fields=True):
    """The words that name an event."""

    start: _Place
    end: _Place
    text: _Words

    @property
    def span(self) -> tuple[int, int]:
        """`(start, end)`."""
        return self.start, self.end


class Argument(msgspec.Struct, frozen=True, gc=False, forbid_unknown_fields=True):
    """A role of an event, filled by the entity with that id."""

    role: _Words
    entity: _Words


class Event(msgspec.Struct, frozen=True, gc=False):
    """An event: one trigger, choices such as `realis` in `attributes`, and arguments."""

    id: str
    type: str
    trigger: Trigger
    arguments: tuple[Argument, ...] = ()
    attributes: Mapping[str, bool | str] = msgspec.field(default_factory=dict)

    @property
    def key(self) -> tuple[int, int, str]:
        """Trigger span and type: no two events of an article share it."""
        return self.trigger.start, self.trigger.end, self.type


@dataclass(frozen=True, slots=True)
class Annotation:
    """What one annotator (or the adjudication: `gold`) says of one article."""

    article: str
    text_sha256: str
    annotator: str
    schema: str
    entities: tuple[Entity, ...] = ()
    events: tuple[Event, ...] = ()

    def entity(self, identifier: str) -> Entity:
        """The entity of that id. KeyError if there is none."""
        for entity in self.entities:
            if entity.id == identifier:
                return entity
        raise KeyError(identifier)


def canonical(annotation: Annotation) -> Annotation:
    """The same annotation, spans sorted by (start, -end, type), ids T1…, E1…, arguments by role.

    Two annotations that say the same are equal after it, whatever ids and order they came with.
    """
    if is_canonical(annotation):
        return annotation
    entities = sorted(annotation.entities, key=lambda each: (each.start, -each.end, each.type))
    new_ids = {each.id: f"T{number}" for number, each in enumerate(entities, 1)}
    events = sorted(annotation.events, key=lambda each: (each.trigger.start, -each.trigger.end, each.type))
    return Annotation(
        annotation.article,
        annotation.text_sha256,
        annotation.annotator,
        annotation.schema,
        tuple(_with_id(each, new_ids[each.id]) for each in entities),
        tuple(
            Event(
                f"E{number}", each.type, each.trigger, _sorted_arguments(each, new_ids), dict(each.attributes)
            )
            for number, each in enumerate(events, 1)
        ),
    )


def is_canonical(annotation: Annotation) -> bool:
    """Whether spans, ids and arguments are in the order `canonical` gives them."""
    entities, events = annotation.entities, annotation.events
    return (
        [each.id for each in entities] == _ids("T", len(entities))
        and [each.id for each in events] == _ids("E", len(events))
        and _ascending([(each.start, -each.end, each.type) for each in entities])
        and _ascending([(each.trigger.start, -each.trigger.end, each.type) for each in events])
        and all(
            _ascending([_order(one) for one in each.arguments]) for each in events if len(each.arguments) > 1
        )
    )


@lru_cache(maxsize=1024)
def _ids(letter: str, count: int) -> list[str]:
    return [f"{letter}{number}" for number in range(1, count + 1)]


def _ascending(keys: Sequence[tuple[Any, ...]]) -> bool:
    """Each greater than the one before it: of equal ones `canonical` may leave one out."""
    return all(map(lt, keys, keys[1:]))


def _order(argument: Argument) -> tuple[str, int]:
    return argument.role, int(argument.entity[1:])


def _with_id(entity: Entity, identifier: str) -> Entity:
    return Entity(identifier, entity.type, entity.start, entity.end, entity.text, dict(entity.attributes))


def _sorted_arguments(event: Event, new_ids: Mapping[str, str]) -> tuple[Argument, ...]:
    arguments = {Argument(each.role, new_ids[each.entity]) for each in event.arguments}
    return tuple(sorted(arguments, key=_order))


# --- the file ---------------------------------------------------------------------------------------

Offset = Annotated[int, Field(ge=0, strict=True)]
Text = Annotated[str, Field(min_length=1)]


_CLOSED = ConfigDict(extra="forbid", strict=True)
_OPEN = ConfigDict(extra="allow", strict=True)
"""Further keys are attributes; the schema says which, and `check` asks it."""


@with_config(_CLOSED)
class _TriggerForm(TypedDict):
    start: Offset
    end: Offset
    text: Text


@with_config(_CLOSED)
class _ArgumentForm(TypedDict):
    role: Text
    entity: Text


@with_config(_OPEN)
class _EntityForm(TypedDict):
    id: Text
    type: Text
    start: Offset
    end: Offset
    text: Text


@with_config(_OPEN)
class _EventForm(TypedDict):
    id: Text
    type: Text
    trigger: _TriggerForm
    arguments: list[_ArgumentForm]


@with_config(_CLOSED)
class _AnnotationForm(TypedDict):
    article: Text
    text_sha256: Annotated[str, Field(pattern=r"^[0-9a-f]{64}$")]
    annotator: Text
    schema: Text
    entities: list[_EntityForm]
    events: list[_EventForm]


_FORM = TypeAdapter(_AnnotationForm)
_OF_ENTITY = frozenset(("id", "type", "start", "end", "text"))
_OF_EVENT = frozenset(("id", "type", "trigger", "arguments"))
"""The keys of a mention and of an event that are no attributes."""


def parse(value: Any, *, source: str) -> Annotation:
    """The annotation a JSON value holds, in the order it is given there.

    Only the form is judged here (keys, kinds of value, attribute values being true or text).
    Raises DataError with all faults.
    """
    faults = Faults(source)
    try:
        form = _FORM.validate_python(value)
    except ValidationError as error:
        add_validation_faults(faults, error)
        raise DataError(faults.report(NEXT_STEP)) from error
    entities = tuple([_entity(each) for each in form["entities"]])
    events = tuple([_event(each) for each in form["events"]])
    _check_attributes("entities", entities, faults)
    _check_attributes("events", events, faults)
    faults.raise_if_any(NEXT_STEP)
    return Annotation(
        form["article"], form["text_sha256"], form["annotator"], form["schema"], entities, events
    )


def _entity(form: _EntityForm) -> Entity:
    attributes = _attributes(form, _OF_ENTITY)
    return Entity(form["id"], form["type"], form["start"], form["end"], form["text"], attributes)


def _event(form: _EventForm) -> Event:
    trigger = form["trigger"]
    return Event(
        form["id"],
        form["type"],
        Trigger(trigger["start"], trigger["end"], trigger["text"]),
        tuple([Argument(each["role"], each["entity"]) for each in form["arguments"]]),
        _attributes(form, _OF_EVENT),
    )


def _check_attributes(group: str, owners: Iterable[Entity | Event], faults: Faults) -> None:
    for number, owner in enumerate(owners):
        for name, given in owner.attributes.items():
            if given is not True and not isinstance(given, str):
                faults.add(f"{group}[{number}].{name}", f"expected true or a word, found {given!r}")


def _attributes(owner: Any, own_keys: frozenset[str]) -> Mapping[str, bool | str]:
    """What an owner says beside the keys of the format."""
    if len(owner) == len(own_keys):  # all of them are required
        return NO_ATTRIBUTES
    return {name: value for name, value in owner.items() if name not in own_keys}


NEXT_STEP = "correct the file, or gather it again with scripts/gather_annotations.py --replace"


def read_annotation(path: Path) -> Annotation:
    """Read one annotation file; `parse` says what is raised. Meaning is checked by `khabar.checks.check`."""
    return parse(read_json(path), source=str(path))


def as_json(annotation: Annotation) -> dict[str, Any]:
    """The annotation as its file holds it, keys in the order of the format."""
    return {
        "article": annotation.article,
        "text_sha256": annotation.text_sha256,
        "annotator": annotation.annotator,
        "schema": annotation.schema,
        "entities": [_entity_json(each) for each in annotation.entities],
        "events": [_event_json(each) for each in annotation.events],
    }


def _entity_json(entity: Entity) -> dict[str, Any]:
    head = {
        "id": entity.id,
        "type": entity.type,
        "start": entity.start,
        "end": entity.end,
        "text": entity.text,
    }
    return head | dict(sorted(entity.attributes.items()))


def _event_json(event: Event) -> dict[str, Any]:
    trigger = {"start": event.trigger.start, "end": event.trigger.end, "text": event.trigger.text}
    head: dict[str, Any] = {"id": event.id, "type": event.type, "trigger": trigger}
    arguments = [{"role": each.role, "entity": each.entity} for each in event.arguments]
    return head | dict(sorted(event.attributes.items())) | {"arguments": arguments}


def dumps(annotation: Annotation) -> str:
    """The file's text: one mention or event a line, so that a diff shows what changed."""
    value = as_json(annotation)
    lists = {name: value.pop(name) for name in ("entities", "events")}
    head = ", ".join(f"{dump_json(key)}: {dump_json(each)}" for key, each in value.items())
    return "{" + head + ",\n" + ",\n".join(_list_lines(name, rows) for name, rows in lists.items()) + "}\n"


def _list_lines(name: str, rows: Iterable[Any]) -> str:
    lines = ",\n".join(f"  {dump_json(row)}" for row in rows)
    return f' "{name}": [\n{lines}\n ]' if lines else f' "{name}": []'


def write_annotation(path: Path, annotation: Annotation) -> None:
    """Write the canonical form of the annotation, whole or not at all."""
    write_text(path, dumps(canonical(annotation)))
