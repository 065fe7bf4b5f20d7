"""What gold or a system says of one article: labelled spans and events, character offsets, half-open."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from khabar.alignment import LabelledSpan

FilledRole = tuple[str, int, int]
"""`(role, start, end)`."""


@dataclass(frozen=True, slots=True)
class Event:
    """An event: its type, its trigger `[start, end)`, and the spans that fill its roles."""

    type: str
    start: int
    end: int
    arguments: tuple[FilledRole, ...] = ()

    @property
    def trigger(self) -> LabelledSpan:
        """The trigger as a span of the event's type."""
        return self.start, self.end, self.type


@dataclass(frozen=True, slots=True)
class Extraction:
    """Entities (nested ones too) and events of one article, in the order they were given."""

    entities: tuple[LabelledSpan, ...] = ()
    events: tuple[Event, ...] = ()


def read_extraction(record: Mapping[str, Any]) -> Extraction:
    """The spans of a submission record or a `documents` row; KeyError or TypeError if it is neither.

    Types, roles and offsets are taken as they are: `khabar.scoring.submission` judges them.
    """
    entities = tuple((each["start"], each["end"], each["type"]) for each in record.get("entities", ()))
    events = tuple(
        Event(
            each["type"],
            each["trigger"]["start"],
            each["trigger"]["end"],
            tuple((filler["role"], filler["start"], filler["end"]) for filler in each["arguments"]),
        )
        for each in record.get("events", ())
    )
    return Extraction(entities, events)
