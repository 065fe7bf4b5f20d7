"""One span record of a submission: everything that is wrong with it, or what it says."""

from __future__ import annotations

import sys
from collections.abc import Container, Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from khabar.alignment import LabelledSpan
from khabar.schema import Schema
from khabar.scoring.codes import Code
from khabar.scoring.extraction import Event, Extraction, FilledRole
from khabar.scoring.finder import Place

ANY_LENGTH = sys.maxsize
"""Of an article that is not known, so that nothing can end past it."""

SAYS = frozenset({"entities", "events"})
_SPAN = frozenset({"start", "end"})
_ENTITY = _SPAN | {"type"}
_ARGUMENT = _SPAN | {"role"}
_EVENT = frozenset({"type", "trigger", "arguments"})


@dataclass(frozen=True, slots=True)
class SpanReader:
    """Reads span records of articles by a schema. Offsets are code points, half-open `[start, end)`."""

    schema: Schema

    def read(self, record: Mapping[str, Any], place: Place, length: int) -> Extraction:
        """What the record says of an article of `length` code points; what is wrong in it is left out."""
        entities = self._entities(record.get("entities", []), place.at("entities"), length)
        events = self._events(record.get("events", []), place.at("events"), length)
        return Extraction(tuple(entities), tuple(events))

    def _entities(self, values: Any, place: Place, length: int) -> list[LabelledSpan]:
        if not place.is_list(values):
            return []
        types = self.schema.entities
        found: dict[LabelledSpan, int] = {}
        for number, value in enumerate(values):
            if not _is_span(value, _ENTITY, length) or not _names(value["type"], types):
                self._explain_entity(value, place.at(f"[{number}]"), length)
                continue
            entity = value["start"], value["end"], value["type"]
            if found.setdefault(entity, number) != number:
                place.at(f"[{number}]").add(Code.doubled, f"the same as entities[{found[entity]}]")
        return list(found)

    def _explain_entity(self, value: Any, place: Place, length: int) -> None:
        if place.has_keys(value, _ENTITY):
            explain_span(value, place, length)
            explain_name(value["type"], place.at("type"), self.schema.entities, Code.entity_type)

    def _events(self, values: Any, place: Place, length: int) -> list[Event]:
        if not place.is_list(values):
            return []
        found: dict[LabelledSpan, int] = {}
        events = []
        for number, value in enumerate(values):
            event = self._event(value, place.at(f"[{number}]"), length)
            if event is None:
                continue
            if found.setdefault(event.trigger, number) != number:
                same = f"the same trigger and type as events[{found[event.trigger]}]; merge their arguments"
                place.at(f"[{number}]").add(Code.doubled, same)
            events.append(event)
        return events

    def _event(self, value: Any, place: Place, length: int) -> Event | None:
        if not place.has_keys(value, _EVENT):
            return None
        trigger, name = value["trigger"], value["type"]
        known = _names(name, self.schema.events)
        if not known:
            explain_name(name, place.at("type"), self.schema.events, Code.event_type)
        sound = _is_span(trigger, _SPAN, length)
        if not sound and place.at("trigger").has_keys(trigger, _SPAN):
            explain_span(trigger, place.at("trigger"), length)
        # without a known type nothing can be said of the roles, but spans are still judged
        roles = self.schema.roles(name) if known else None
        arguments = self._arguments(value["arguments"], roles, place.at("arguments"), length)
        return Event(name, trigger["start"], trigger["end"], tuple(arguments)) if known and sound else None

    def _arguments(
        self, values: Any, roles: Mapping[str, Any] | None, place: Place, length: int
    ) -> list[FilledRole]:
        if not place.is_list(values):
            return []
        found: dict[FilledRole, int] = {}
        for number, value in enumerate(values):
            if not _is_span(value, _ARGUMENT, length) or not _names(value["role"], roles):
                self._explain_argument(value, roles, place.at(f"[{number}]"), length)
                continue
            filler = value["role"], value["start"], value["end"]
            if found.setdefault(filler, number) != number:
                place.at(f"[{number}]").add(Code.doubled, f"the same as arguments[{found[filler]}]")
        return list(found)

    def _explain_argument(
        self, value: Any, roles: Mapping[str, Any] | None, place: Place, length: int
    ) -> None:
        if place.has_keys(value, _ARGUMENT):
            explain_span(value, place, length)
            explain_name(value["role"], place.at("role"), roles, Code.role)


def _is_span(value: Any, keys: frozenset[str], length: int) -> bool:
    """Whether there is nothing to explain about the keys and offsets of the value."""
    return (
        isinstance(value, dict)
        and value.keys() == keys
        and type(value["start"]) is int  # a bool is an int to isinstance
        and type(value["end"]) is int
        and 0 <= value["start"] < value["end"] <= length
    )


def _names(value: Any, known: Container[str] | None) -> bool:
    """Whether the value is one of the names, or just a name where `known` is None."""
    return isinstance(value, str) and (known is None or value in known)


def explain_span(value: Mapping[str, Any], place: Place, length: int) -> None:
    """What is wrong with the offsets of an object that has both."""
    numbers = []
    for name in ("start", "end"):
        offset = value[name]
        if type(offset) is not int:
            place.at(name).found(Code.offset, offset, "a whole number of code points")
        elif not 0 <= offset <= length:
            most = "0 or more" if length == ANY_LENGTH else f"0 to {length}"
            expected = f"{most}, the code points of the article (not bytes or UTF-16 units)"
            place.at(name).found(Code.bounds, offset, expected)
        else:
            numbers.append(offset)
    if len(numbers) == 2 and numbers[0] >= numbers[1]:
        span, allowed = f"[{numbers[0]}, {numbers[1]})", "a start before the end"
        place.add(Code.order, f"found {span}, expected {allowed}", found=span, allowed=allowed)


def explain_name(value: Any, place: Place, known: Iterable[str] | None, code: Code) -> None:
    """What is wrong with a type or role, if anything."""
    if not isinstance(value, str):
        place.found(Code.kind, value, "text")
    elif known is not None and value not in (names := list(known)):
        place.found(code, value, ", ".join(names), word="allowed are")
