"""What every format is written from and read into: one article, its text, and what is said of it."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field
from itertools import accumulate
from typing import Any

from msgspec.structs import replace

from khabar.document import Annotation, Argument, Entity, Event, Trigger, canonical

_SPAN = frozenset({"id", "type", "start", "end", "text", "trigger", "arguments"})
"""Keys of a mention or event in a release row that are not attributes."""


@dataclass(frozen=True, slots=True)
class AnnotatedText:
    """An article with its mentions and events; offsets are code points of `text`, half-open.

    `places` says where in the file that was read (`line 12`) the mention or event of an id stands.
    """

    id: str
    text: str
    entities: tuple[Entity, ...]
    events: tuple[Event, ...]
    places: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Export:
    """Files by name, relative to the folder of the export, and how much of what their format cannot hold."""

    files: Mapping[str, bytes]
    lost: Counter[str] = field(default_factory=Counter)


def of_annotation(annotation: Annotation, text: str) -> AnnotatedText:
    """The annotation with its text, in canonical order."""
    said = canonical(annotation)
    return AnnotatedText(said.article, text, said.entities, said.events)


def of_row(row: Mapping[str, Any]) -> AnnotatedText:
    """A row of a release's `documents` or `passes`: false flags and null choices are none."""
    entities = tuple(
        Entity(each["id"], each["type"], each["start"], each["end"], each["text"], _attributes(each))
        for each in row["entities"]
    )
    return AnnotatedText(row["id"], row["text"], entities, tuple(_event(each) for each in row["events"]))


def _event(row: Mapping[str, Any]) -> Event:
    trigger = Trigger(row["trigger"]["start"], row["trigger"]["end"], row["trigger"]["text"])
    arguments = tuple(Argument(each["role"], each["entity"]) for each in row["arguments"])
    return Event(row["id"], row["type"], trigger, arguments, _attributes(row))


def _attributes(row: Mapping[str, Any]) -> dict[str, bool | str]:
    return {name: value for name, value in row.items() if name not in _SPAN and value}


def onto(given: AnnotatedText, text: str) -> AnnotatedText | None:
    """The same said of `text`, which differs in white space alone; None if it differs in more."""
    if given.text == text:
        return given
    places = [place for place, character in enumerate(text) if not character.isspace()]
    if [character for character in given.text if not character.isspace()] != [text[n] for n in places]:
        return None
    before = [0, *accumulate(not character.isspace() for character in given.text)]

    def moved(start: int, end: int) -> tuple[int, int]:
        return places[before[start]], places[before[end] - 1] + 1

    return respanned(given, text, moved)


def respanned(given: AnnotatedText, text: str, moved: Any) -> AnnotatedText:
    """Every span put where `moved(start, end)` says, over another text."""

    def entity(each: Entity) -> Entity:
        start, end = moved(each.start, each.end)
        return replace(each, start=start, end=end, text=text[start:end])

    def event(each: Event) -> Event:
        start, end = moved(each.trigger.start, each.trigger.end)
        return replace(each, trigger=Trigger(start, end, text[start:end]))

    entities = tuple(map(entity, given.entities))
    return AnnotatedText(given.id, text, entities, tuple(map(event, given.events)), given.places)
