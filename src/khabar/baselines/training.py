"""What a baseline learns from: rows of the `documents` config, segmented and checked against the schema."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from khabar.alignment import LabelledSpan
from khabar.errors import Faults
from khabar.schema import Schema
from khabar.text import Sentence, segment

Row = Mapping[str, Any]
"""A row of the `documents` config; a prediction reads only its `id` and `text`."""


@dataclass(frozen=True, slots=True)
class Filler:
    """One argument of a training event, with the type of the entity that fills the role."""

    event_type: str
    role: str
    entity_type: str


@dataclass(frozen=True, slots=True)
class Article:
    """A training article: sentences, mentions (nested ones too), triggers and fillers of its events."""

    text: str
    sentences: tuple[Sentence, ...]
    mentions: tuple[LabelledSpan, ...]
    triggers: tuple[LabelledSpan, ...]
    fillers: tuple[Filler, ...]


def read_articles(documents: Sequence[Row], schema: Schema) -> list[Article]:
    """The training articles of the rows, in their order.

    Raises DataError with every type, role, span and filler that the schema or the text does not know.
    """
    faults = Faults("training documents")
    for row in documents:
        for message in _faults_of(row, schema):
            faults.add(str(row["id"]), message)
    faults.raise_if_any("train on documents of the same release as the schema, or name that release's schema")
    return [_article(row) for row in documents]


def trigger_hosts(articles: Iterable[Article]) -> frozenset[str]:
    """Types of the mentions that contain a trigger somewhere in train (an office or a ministry does not)."""
    return frozenset(
        mention[2]
        for article in articles
        for trigger in article.triggers
        for mention in article.mentions
        if contains(mention, trigger)
    )


def contains(outer: LabelledSpan, inner: LabelledSpan) -> bool:
    """Whether `inner` lies in `outer`; equal spans do."""
    return outer[0] <= inner[0] and inner[1] <= outer[1]


def _faults_of(row: Row, schema: Schema) -> Iterator[str]:
    types = {each["id"]: each["type"] for each in row["entities"]}
    for entity in row["entities"]:
        if entity["type"] not in schema.entities:
            yield f"{entity['id']}: the schema has no entity type {entity['type']!r}"
        yield from _span_faults(entity["id"], entity, row["text"])
    for event in row["events"]:
        if event["type"] not in schema.events:
            yield f"{event['id']}: the schema has no event type {event['type']!r}"
            continue
        yield from _span_faults(event["id"], event["trigger"], row["text"])
        for argument in event["arguments"]:
            if argument["role"] not in schema.roles(event["type"]):
                yield f"{event['id']}: {event['type']} takes no role {argument['role']!r}"
            if argument["entity"] not in types:
                yield f"{event['id']}: no entity {argument['entity']!r} in the row"


def _span_faults(owner: str, span: Mapping[str, Any], text: str) -> Iterator[str]:
    start, end = span["start"], span["end"]
    if not 0 <= start < end <= len(text):
        yield f"{owner}: span [{start}, {end}) is not inside the text of {len(text)} code points"


def _article(row: Row) -> Article:
    types = {each["id"]: each["type"] for each in row["entities"]}
    return Article(
        row["text"],
        tuple(segment(row["text"])),
        tuple((each["start"], each["end"], each["type"]) for each in row["entities"]),
        tuple((each["trigger"]["start"], each["trigger"]["end"], each["type"]) for each in row["events"]),
        tuple(
            Filler(event["type"], argument["role"], types[argument["entity"]])
            for event in row["events"]
            for argument in event["arguments"]
        ),
    )
