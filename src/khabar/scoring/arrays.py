"""What gold or a system says of all articles of a split, as arrays: a row a mention, event or argument.

Articles, types and roles are numbers, in the order of the gold and of the schema.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from itertools import chain

import numpy as np

from khabar.schema import Schema
from khabar.scoring.counts import IntArray
from khabar.scoring.extraction import Event, Extraction


@dataclass(frozen=True, slots=True)
class Codes:
    """Numbers of entity types, event types and roles."""

    entities: dict[str, int]
    events: dict[str, int]
    roles: dict[str, int]


def codes_of(schema: Schema) -> Codes:
    """The schema's names in its order; a role that several event types take is one."""
    parts = schema.entities, schema.events, schema.role_names
    return Codes(*({name: number for number, name in enumerate(part)} for part in parts))


@dataclass(frozen=True, slots=True)
class Rows:
    """Labelled spans, `[start, end)` in the characters of their article. `of` is the article's number, and
    the event's for arguments; rows of one number stand together.
    """

    of: IntArray
    start: IntArray
    end: IntArray
    label: IntArray


@dataclass(frozen=True, slots=True)
class Columns:
    """Entities, triggers with their event's type, and arguments with their role."""

    entities: Rows
    events: Rows
    arguments: Rows


def columns_of(said: Sequence[Extraction], codes: Codes) -> Columns:
    """The extractions as arrays. KeyError where a type or role has no code."""
    events = [each for extraction in said for each in extraction.events]
    return Columns(
        _rows(
            (number, start, end, codes.entities[name])
            for number, extraction in enumerate(said)
            for start, end, name in extraction.entities
        ),
        _rows(
            (number, each.start, each.end, codes.events[each.type])
            for number, extraction in enumerate(said)
            for each in extraction.events
        ),
        _rows(
            (number, start, end, codes.roles[role])
            for number, each in enumerate(events)
            for role, start, end in each.arguments
        ),
    )


def _rows(values: Iterable[tuple[int, int, int, int]]) -> Rows:
    flat = np.fromiter(chain.from_iterable(values), dtype=np.int64).reshape(-1, 4)
    return Rows(*np.ascontiguousarray(flat.T))


def extractions_of(columns: Columns, codes: Codes, articles: int) -> list[Extraction]:
    """What `columns_of` was made of."""
    entity_types, event_types, roles = (list(each) for each in (codes.entities, codes.events, codes.roles))
    fillers: list[list[tuple[str, int, int]]] = [[] for _ in columns.events.of]
    for event, start, end, label in _values(columns.arguments):
        fillers[event].append((roles[label], start, end))
    events: list[list[Event]] = [[] for _ in range(articles)]
    for (article, start, end, label), filled in zip(_values(columns.events), fillers, strict=True):
        events[article].append(Event(event_types[label], start, end, tuple(filled)))
    entities: list[list[tuple[int, int, str]]] = [[] for _ in range(articles)]
    for article, start, end, label in _values(columns.entities):
        entities[article].append((start, end, entity_types[label]))
    return [Extraction(tuple(one), tuple(two)) for one, two in zip(entities, events, strict=True)]


def _values(rows: Rows) -> Iterable[tuple[int, int, int, int]]:
    return zip(rows.of.tolist(), rows.start.tolist(), rows.end.tolist(), rows.label.tolist(), strict=True)
