"""Snapshots by a compiled decoder: what is surely right is read at a fraction of the cost.

It says nothing of faults. Every annotation and every task in which something is in doubt goes to the reader
that explains (`khabar.labelstudio.exports`), so what comes out is the same, however it was read.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Annotated, Any, Literal

import msgspec

from khabar.corpus import Article
from khabar.document import Annotation, Argument, Entity, Event, Trigger, canonical
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
from khabar.schema import Attribute, Schema
from khabar.soundness import is_surely_right

_Offset = Annotated[int, msgspec.Meta(ge=0, le=2**31 - 1)]
_Id = Annotated[str, msgspec.Meta(min_length=1)]
_One = Annotated[list[str], msgspec.Meta(min_length=1, max_length=1)]


class _Span(msgspec.Struct, gc=False):
    start: _Offset
    end: _Offset


class _Labelled(_Span, gc=False):
    labels: _One


class _Chosen(_Span, gc=False):
    choices: _One


class _Labels(msgspec.Struct, tag="labels", gc=False):
    id: _Id
    from_name: Literal["entity", "trigger"]
    to_name: Literal["text"]
    value: _Labelled


class _Choices(msgspec.Struct, tag="choices", gc=False):
    id: _Id
    from_name: str
    to_name: Literal["text"]
    value: _Chosen


class _Relation(msgspec.Struct, tag="relation", gc=False):
    from_id: _Id
    to_id: _Id
    labels: Annotated[list[str], msgspec.Meta(min_length=1)]


class _Annotation(msgspec.Struct):
    id: int
    completed_by: Any
    was_cancelled: Literal[False]
    result: list[_Labels | _Choices | _Relation]


class _Data(msgspec.Struct, gc=False):
    article: str
    text: str
    schema: str


class _Task(msgspec.Struct):
    id: int
    data: _Data
    annotations: Annotated[list[_Annotation], msgspec.Meta(min_length=1)]
    drafts: Annotated[list[Any], msgspec.Meta(max_length=0)]


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
            for identifier, items, annotation in sure.annotations:
                reader.take(annotation, items, f"{place(str(sure.task))} annotation {identifier}")
        else:
            where = f"task number {number}"
            task = parse_json(_decoded(bytes(raw), source), source=source, where=where)
            reader.read_task(task, place(id_of(task, number)))
    reader.finish()
    return export


def _tasks(data: bytes) -> list[msgspec.Raw] | None:
    """The objects of a list, unread; None if the bytes are surely or perhaps something else."""
    try:
        tasks = _TASKS.decode(data)
    except (msgspec.MsgspecError, UnicodeDecodeError, RecursionError):
        return None
    return tasks if all(bytes(memoryview(each)[:1]) == b"{" for each in tasks) else None


def _decoded(data: bytes, source: str) -> str:
    try:
        return data.decode("utf-8")
    except UnicodeDecodeError as error:
        message = f"expected UTF-8, found byte 0x{data[error.start]:02x} at offset {error.start}"
        raise DataError.one(source, message, next_step="export again") from error


_TASKS = msgspec.json.Decoder(list[msgspec.Raw])
_TASK = msgspec.json.Decoder(_Task)


@dataclass(frozen=True, slots=True)
class _Sure:
    """A task, and its annotations with their ids and numbers of items."""

    task: int
    annotations: list[tuple[int, int, Annotation]]


@dataclass(slots=True)
class _Marked:
    """A region: its span, and per label set the type and the attributes chosen."""

    span: tuple[int, int]
    types: dict[Owner, str] = field(default_factory=dict)
    chosen: dict[Owner, dict[str, bool | str]] = field(default_factory=dict)


class _ShortReader:
    """Reads tasks of which everything is right; says nothing of others."""

    def __init__(self, articles: Mapping[str, Article], schema: Schema, annotator: AnnotatorOf) -> None:
        self.articles, self.schema, self.annotator = articles, schema, annotator
        self._controls = controls(schema)

    def read(self, raw: msgspec.Raw) -> _Sure | None:
        """The task's annotations; None where anything in it is wrong, or not surely right."""
        try:
            task = _TASK.decode(raw)
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
        self, items: list[_Labels | _Choices | _Relation], text: str, article: Article, name: str
    ) -> Annotation | None:
        regions: dict[str, _Marked] = {}
        relations = [each for each in items if isinstance(each, _Relation)]
        for item in items:
            if not isinstance(item, _Relation) and not self._add(item, regions, text):
                return None
        arguments = _arguments(relations, regions)
        if arguments is None or not all(each.chosen.keys() <= each.types.keys() for each in regions.values()):
            return None
        made = canonical(
            Annotation(
                article.id,
                article.text_sha256,
                name,
                self.schema.version,
                tuple(
                    [self._entity(id_, each, text) for id_, each in regions.items() if "entity" in each.types]
                ),
                tuple(
                    [
                        self._event(id_, each, text, arguments.get(id_, ()))
                        for id_, each in regions.items()
                        if "trigger" in each.types
                    ]
                ),
            )
        )
        return made if is_surely_right(made, self.schema, text) else None

    def _add(self, item: _Labels | _Choices, regions: dict[str, _Marked], text: str) -> bool:
        """Put an item to its region; False if that leaves a doubt. White space at an edge is one."""
        start, end = item.value.start, item.value.end
        if not start < end <= len(text) or text[start].isspace() or text[end - 1].isspace():
            return False
        region = regions.setdefault(item.id, _Marked((start, end)))
        if region.span != (start, end):
            return False
        if isinstance(item, _Labels):
            owner: Owner = item.from_name
            known = owner in region.types
            region.types[owner] = item.value.labels[0]
            return not known
        if item.from_name not in self._controls:
            return False
        owner, attribute = self._controls[item.from_name]
        (given,) = item.value.choices
        chosen = region.chosen.setdefault(owner, {})
        if attribute.name in chosen or (attribute.kind == "flag" and given != attribute.name):
            return False
        chosen[attribute.name] = True if attribute.kind == "flag" else given
        return True

    def _entity(self, identifier: str, region: _Marked, text: str) -> Entity:
        type_ = region.types["entity"]
        attributes = _attributes(region, "entity", self.schema.entity_attributes_of(type_))
        return Entity(f"mention {identifier}", type_, *region.span, text[slice(*region.span)], attributes)

    def _event(self, identifier: str, region: _Marked, text: str, arguments: Iterable[Argument]) -> Event:
        type_ = region.types["trigger"]
        attributes = _attributes(region, "trigger", self.schema.event_attributes_of(type_))
        trigger = Trigger(*region.span, text[slice(*region.span)])
        return Event(f"trigger {identifier}", type_, trigger, tuple(arguments), attributes)


def _arguments(
    relations: Iterable[_Relation], regions: Mapping[str, _Marked]
) -> dict[str, list[Argument]] | None:
    """Arguments by trigger; None unless each relation has one way to be read, and says nothing twice."""
    found: dict[str, list[Argument]] = {}
    for each in relations:
        ends = regions.get(each.from_id), regions.get(each.to_id)
        if ends[0] is None or ends[1] is None:
            return None
        forth = "trigger" in ends[0].types and "entity" in ends[1].types
        back = "trigger" in ends[1].types and "entity" in ends[0].types
        if forth == back:
            return None
        trigger, entity = (each.from_id, each.to_id) if forth else (each.to_id, each.from_id)
        given = found.setdefault(trigger, [])
        given += [Argument(role, f"mention {entity}") for role in each.labels]
    if any(len(set(given)) < len(given) for given in found.values()):
        return None
    return found


def _attributes(region: _Marked, owner: Owner, known: Iterable[Attribute]) -> dict[str, bool | str]:
    """The attributes chosen, and the defaults of those that were not."""
    found: dict[str, bool | str] = {each.name: each.default for each in known if each.default is not None}
    found.update(region.chosen.get(owner, ()))
    return found
