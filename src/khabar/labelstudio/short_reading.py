"""Snapshots by a compiled decoder: what is surely right is read at a fraction of the cost.

It says nothing of faults. Every annotation and every task in which something is in doubt goes to the reader
that explains (`khabar.labelstudio.exports`), so what comes out is the same, however it was read.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from sys import intern

import msgspec

from khabar.article_list import Article
from khabar.document import NO_ATTRIBUTES, Annotation, Argument, Entity, Event, Trigger, canonical
from khabar.errors import DataError
from khabar.files import parse_json, sha256
from khabar.labelstudio.config import Owner, controls
from khabar.labelstudio.exports import (
    AnnotatorOf,
    Export,
    ExportReader,
    PlaceOf,
    id_of,
    place_in_file,
    read_export,
)
from khabar.labelstudio.snapshot_forms import TASK, TASKS, Choices, Labels, Relation
from khabar.schema import Attribute, Schema
from khabar.soundness import is_surely_right


def read_snapshot(
    data: bytes,
    *,
    source: str,
    articles: Mapping[str, Article],
    schema: Schema,
    annotator: AnnotatorOf,
    place: PlaceOf = place_in_file,
) -> Export:
    """The same as `read_export` of the JSON value in these bytes, several times as fast.

    Raises DataError where they are not JSON; `source` is what it calls them.
    """
    tasks = _tasks(data)
    if tasks is None:
        value = parse_json(_decoded(data, source), source=source, where="")
        return read_export(value, articles=articles, schema=schema, annotator=annotator, place=place)
    export = Export()
    reader = ExportReader(export, articles, schema, annotator)
    short = _ShortReader(articles, schema, annotator)
    for number, raw in enumerate(tasks):
        if sure := short.read(raw):
            reader.take(sure.annotations, place(str(sure.task)))
        else:
            where = f"task number {number}"
            task = parse_json(_decoded(bytes(raw), source), source=source, where=where)
            reader.read_task(task, place(id_of(task, number)))
    reader.finish()
    return export


def _tasks(data: bytes) -> list[msgspec.Raw] | None:
    """The objects of a list, unread; None if the bytes are surely or perhaps something else."""
    try:
        tasks = TASKS.decode(data)
    except (msgspec.MsgspecError, UnicodeDecodeError, RecursionError):
        return None
    return tasks if all(bytes(memoryview(each)[:1]) == b"{" for each in tasks) else None


def _decoded(data: bytes, source: str) -> str:
    try:
        return data.decode("utf-8")
    except UnicodeDecodeError as error:
        message = f"expected UTF-8, found byte 0x{data[error.start]:02x} at offset {error.start}"
        raise DataError.one(source, message, next_step="export again") from error


@dataclass(frozen=True, slots=True)
class _Sure:
    """A task, and its annotations with their ids and numbers of items."""

    task: int
    annotations: list[tuple[int, int, Annotation]]


@dataclass(slots=True)
class _Regions:
    """Spans by region, and per label set types and chosen attributes by region."""

    spans: dict[str, tuple[int, int]] = field(default_factory=dict)
    types: dict[Owner, dict[str, str]] = field(default_factory=lambda: {"entity": {}, "trigger": {}})
    chosen: dict[Owner, dict[str, dict[str, bool | str]]] = field(
        default_factory=lambda: {"entity": {}, "trigger": {}}
    )

    def ordered(self, owner: Owner) -> list[tuple[int, int, str, str]]:
        """Start, minus end, type and id of those with that label, as `canonical` orders them."""
        spans = self.spans
        return sorted(
            [(spans[id_][0], -spans[id_][1], type_, id_) for id_, type_ in self.types[owner].items()]
        )


class _ShortReader:
    """Reads tasks of which everything is right; says nothing of others."""

    def __init__(self, articles: Mapping[str, Article], schema: Schema, annotator: AnnotatorOf) -> None:
        self.articles, self.schema, self.annotator = articles, schema, annotator
        self._controls = controls(schema)
        of_entities = {name: _defaults(schema.entity_attributes_of(name)) for name in schema.entities}
        of_events = {name: _defaults(schema.event_attributes_of(name)) for name in schema.events}
        self._defaults: dict[Owner, dict[str, dict[str, str]]] = {
            "entity": of_entities,
            "trigger": of_events,
        }

    def read(self, raw: msgspec.Raw) -> _Sure | None:
        """The task's annotations; None where anything in it is wrong, or not surely right."""
        try:
            task = TASK.decode(raw)
        except (msgspec.MsgspecError, UnicodeDecodeError, RecursionError):
            return None
        article = self.articles.get(task.data.article)
        text = task.data.text
        if article is None or task.data.schema != self.schema.version or sha256(text) != article.text_sha256:
            return None
        found = []
        for each in task.annotations:
            name = self.annotator(each.completed_by)
            made = None if name is None else self._annotation(each.result, text, article, name)
            if made is None:
                return None
            found.append((each.id, len(each.result), made))
        return _Sure(task.id, found)

    def _annotation(
        self, items: list[Labels | Choices | Relation], text: str, article: Article, name: str
    ) -> Annotation | None:
        regions = _Regions()
        relations = []
        for item in items:
            if isinstance(item, Relation):
                relations.append(item)
            elif not self._add(item, regions, text):
                return None
        if not all(regions.chosen[owner].keys() <= types.keys() for owner, types in regions.types.items()):
            return None
        entities, ids = self._entities(regions, text)
        arguments = _arguments(relations, regions, ids)
        if arguments is None:
            return None
        events = self._events(regions, text, arguments)
        version = self.schema.version
        made = Annotation(article.id, article.text_sha256, name, version, entities, events)
        return canonical(made) if is_surely_right(made, self.schema, text) else None

    def _add(self, item: Labels | Choices, regions: _Regions, text: str) -> bool:
        """Put an item to its region; False if that leaves a doubt. White space at an edge is one."""
        span = start, end = item.value.start, item.value.end
        known = regions.spans.get(item.id)
        if known is None:
            if not start < end <= len(text) or text[start].isspace() or text[end - 1].isspace():
                return False
            regions.spans[item.id] = span
        elif known != span:
            return False
        if isinstance(item, Labels):
            types = regions.types[item.from_name]
            labelled_before = item.id in types
            types[item.id] = intern(item.value.labels[0])  # thousands of articles have the same few
            return not labelled_before
        if item.from_name not in self._controls:
            return False
        owner, attribute = self._controls[item.from_name]
        given = item.value.choices[0]
        chosen = regions.chosen[owner].setdefault(item.id, {})
        if attribute.name in chosen or (attribute.kind == "flag" and given != attribute.name):
            return False
        chosen[attribute.name] = True if attribute.kind == "flag" else given
        return True

    def _entities(self, regions: _Regions, text: str) -> tuple[tuple[Entity, ...], dict[str, str]]:
        """The mentions in their order, and their new ids by those of their regions."""
        found, ids = [], {}
        chosen, defaults = regions.chosen["entity"], self._defaults["entity"]
        for number, (start, minus_end, type_, region) in enumerate(regions.ordered("entity"), 1):
            given = _attributes(defaults.get(type_), chosen.get(region))
            identifier = ids[region] = intern(f"T{number}")
            found.append(Entity(identifier, type_, start, -minus_end, text[start:-minus_end], given))
        return tuple(found), ids

    def _events(
        self, regions: _Regions, text: str, arguments: Mapping[str, list[Argument]]
    ) -> tuple[Event, ...]:
        found = []
        chosen, defaults = regions.chosen["trigger"], self._defaults["trigger"]
        for number, (start, minus_end, type_, region) in enumerate(regions.ordered("trigger"), 1):
            given = _attributes(defaults.get(type_), chosen.get(region))
            trigger = Trigger(start, -minus_end, text[start:-minus_end])
            fillers = sorted(arguments.get(region, ()), key=_role_and_number)
            found.append(Event(intern(f"E{number}"), type_, trigger, tuple(fillers), given))
        return tuple(found)


def _arguments(
    relations: Iterable[Relation], regions: _Regions, ids: Mapping[str, str]
) -> dict[str, list[Argument]] | None:
    """Arguments by trigger; None unless each relation has one way to be read."""
    found: dict[str, list[Argument]] = {}
    triggers = regions.types["trigger"]
    for each in relations:
        forth = each.from_id in triggers and each.to_id in ids
        back = each.to_id in triggers and each.from_id in ids
        if forth == back:
            return None
        trigger, entity = (each.from_id, each.to_id) if forth else (each.to_id, each.from_id)
        given = found.setdefault(trigger, [])
        given += [Argument(intern(role), ids[entity]) for role in each.labels]
    return found


def _role_and_number(argument: Argument) -> tuple[str, int]:
    return argument.role, int(argument.entity[1:])


def _attributes(
    defaults: Mapping[str, str] | None, chosen: Mapping[str, bool | str] | None
) -> Mapping[str, bool | str]:
    """The attributes chosen, and the defaults of those that were not."""
    if not defaults:
        return chosen or NO_ATTRIBUTES
    return {**defaults, **chosen} if chosen else defaults


def _defaults(known: Iterable[Attribute]) -> dict[str, str]:
    return {each.name: each.default for each in known if each.default is not None}
