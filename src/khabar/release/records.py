"""The rows of a release as compiled structs: made, written and freed in a fraction of what dictionaries take.

Fields are the columns of `khabar.release.features`, in their order; `plain` gives the row as a dictionary.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import lru_cache
from typing import Any

import msgspec

from khabar.document import Entity, Event, Trigger
from khabar.schema import Attribute

Row = dict[str, Any]
"""A row as a dictionary, tags by name."""


class Record(msgspec.Struct, gc=False):
    """A row of a configuration, or a struct in one."""


class Place(Record):
    """Where a sentence is."""

    id: str
    start: int
    end: int


class Quote(Record):
    """Words of the text."""

    start: int
    end: int
    text: str


class Filler(Record):
    """An argument, with the words of the mention that fills it."""

    role: str
    entity: str
    start: int
    end: int
    text: str


class Document(Record):
    """A row of `documents`; labels that are held out are null."""

    id: str
    source: str
    title: str | None
    published: str | None
    language: str
    licence: str
    origin: str
    text: str
    text_sha256: str
    sentences: Sequence[Place]
    entities: Sequence[Any] | None
    events: Sequence[Any] | None


class Pass(Record):
    """A row of `passes`."""

    id: str
    annotator: str
    source: str
    title: str | None
    published: str | None
    language: str
    licence: str
    origin: str
    text: str
    text_sha256: str
    sentences: Sequence[Place]
    entities: Sequence[Any]
    events: Sequence[Any]


class NamedSentence(Record):
    """A row of `ner`."""

    id: str
    article: str
    tokens: Sequence[str]
    starts: Sequence[int]
    ends: Sequence[int]
    ner_tags: Sequence[str] | None
    source: str
    licence: str


class TriggerSentence(Record):
    """A row of `triggers`."""

    id: str
    article: str
    tokens: Sequence[str]
    starts: Sequence[int]
    ends: Sequence[int]
    trigger_tags: Sequence[str] | None
    source: str
    licence: str


def plain(record: Record) -> Row:
    """The row as a dictionary, columns in their order."""
    made: Row = msgspec.to_builtins(record)
    return made


class Labels:
    """Makes the structs of mentions and events, which have a field for each attribute of the schema.

    An attribute that an annotation does not set is false, a choice null. KeyError for one that is none of
    the schema's.
    """

    def __init__(self, of_entity: _Attributes, of_event: _Attributes) -> None:
        self._of_entity, self._of_event = dict(of_entity), dict(of_event)
        self._bare = list(self._of_event.values())
        self._entity = _struct("Mention", ("id", "type", "start", "end", "text"), self._of_entity, ())
        self._event = _struct("Happening", ("id", "type", "trigger"), self._of_event, ("arguments",))

    @classmethod
    def of(cls, entity_attributes: Sequence[Attribute], event_attributes: Sequence[Attribute]) -> Labels:
        """Those for these attributes, made once."""
        return _labels(_unset(entity_attributes), _unset(event_attributes))

    def entities(self, entities: Sequence[Entity]) -> list[Any]:
        """The mentions, in their order."""
        make, known = self._entity, self._of_entity
        return [
            make(each.id, each.type, each.start, each.end, each.text, *_values(each.attributes, known))
            if each.attributes
            else make(each.id, each.type, each.start, each.end, each.text)
            for each in entities
        ]

    def events(self, events: Sequence[Event], entities: Mapping[str, Entity]) -> list[Any]:
        """The events, in their order; `entities` are the mentions by id."""
        make, known, bare = self._event, self._of_event, self._bare
        return [
            make(
                each.id,
                each.type,
                _quote(each.trigger),
                *(_values(each.attributes, known) if each.attributes else bare),
                [_filler(one.role, entities[one.entity]) for one in each.arguments],
            )
            for each in events
        ]


_Attributes = tuple[tuple[str, bool | None], ...]
"""Names, each with what it is where it is not set."""


@lru_cache(maxsize=16)
def _labels(of_entity: _Attributes, of_event: _Attributes) -> Labels:
    return Labels(of_entity, of_event)


def _unset(attributes: Sequence[Attribute]) -> _Attributes:
    return tuple([(each.name, False if each.kind == "flag" else None) for each in attributes])


def _struct(
    name: str, first: Sequence[str], attributes: Mapping[str, bool | None], last: Sequence[str]
) -> Any:
    fields: list[tuple[str, Any, Any]] = [(each, Any, msgspec.field()) for each in first]
    for number, (key, unset) in enumerate(attributes.items()):
        # the name of an attribute may be a word of Python
        fields.append((f"attribute_{number}", Any, msgspec.field(name=key, default=unset)))
    fields += [(each, Any, None) for each in last]
    return msgspec.defstruct(name, fields, bases=(Record,), gc=False)


def _values(given: Mapping[str, bool | str], known: Mapping[str, bool | None]) -> list[Any]:
    if not given.keys() <= known.keys():
        raise KeyError(f"no attribute of the schema: {', '.join(sorted(given.keys() - known.keys()))}")
    return [given.get(name, unset) for name, unset in known.items()]


def _quote(trigger: Trigger) -> Quote:
    return Quote(trigger.start, trigger.end, trigger.text)


def _filler(role: str, entity: Entity) -> Filler:
    return Filler(role, entity.id, entity.start, entity.end, entity.text)
