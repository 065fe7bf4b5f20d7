"""Annotation files by a compiled decoder: what is surely right in form is read at a fraction of the cost.

It says nothing of faults. In any doubt the reader that explains takes over, so the decoder may refuse what
that one takes, but never takes what it refuses.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import reduce
from operator import attrgetter, or_
from pathlib import Path
from typing import Annotated, Any, Literal

import msgspec

from khabar.document import NO_ATTRIBUTES, Annotation, Argument, Entity, Event, Trigger, read_annotation
from khabar.schema import Attribute, Schema

_Offset = Annotated[int, msgspec.Meta(ge=0, le=2**31 - 1)]
_Text = Annotated[str, msgspec.Meta(min_length=1)]
_Digest = Annotated[str, msgspec.Meta(pattern=r"^[0-9a-f]{64}\Z")]

_QUOTES = {"file": 20, "entity": 16, "event": 20, "argument": 8, "flag": 2, "choice": 4}
"""Quotation marks of the keys and values of each; of file and event without what stands in their lists."""


class _Never(msgspec.Struct, tag="", tag_field="type"):
    """What nothing is read as."""

    never: Annotated[str, msgspec.Meta(pattern="(?!)")]


@dataclass(frozen=True, slots=True)
class _Kind:
    """A type, and its attributes as `(field of the struct, name, quotation marks)`.

    `look` gives them all at once, `bare` is what it gives where none is set; it is None where there is none.
    """

    name: str
    attributes: tuple[tuple[str, str, int], ...]
    look: Callable[[Any], Any] | None
    bare: Any

    @classmethod
    def of(cls, name: str, attributes: tuple[tuple[str, str, int], ...]) -> _Kind:
        if not attributes:
            return cls(name, (), None, None)
        bare = (msgspec.UNSET,) * len(attributes)
        look = attrgetter(*(field for field, _, _ in attributes))
        return cls(name, attributes, look, bare if len(bare) > 1 else bare[0])


class AnnotationReader:
    """Reads annotation files; those that keep to the types and attributes of the schema by the short way."""

    def __init__(self, schema: Schema) -> None:
        self._kinds: dict[type[Any], _Kind] = {}
        span = ("start", _Offset), ("end", _Offset), ("text", _Text)
        entities = [
            self._struct(name, [("id", _Text), *span], schema.entity_attributes_of(name))
            for name in schema.entities
        ]
        event = [("id", _Text), ("trigger", Trigger), ("arguments", tuple[Argument, ...])]
        events = [self._struct(name, list(event), schema.event_attributes_of(name)) for name in schema.events]
        head = [*((name, _Text) for name in ("article", "annotator", "schema")), ("text_sha256", _Digest)]
        lists = [("entities", _list_of(entities)), ("events", _list_of(events))]
        form = msgspec.defstruct("File", [*head, *lists], forbid_unknown_fields=True)
        self._decoder: msgspec.json.Decoder[Any] = msgspec.json.Decoder(form)

    def _struct(
        self, name: str, fields: Sequence[tuple[str, Any]], attributes: Sequence[Attribute]
    ) -> type[Any]:
        """The struct of a mention or event of that type: a choice must be given, a flag may be."""
        described: list[Any] = list(fields)
        known = []
        for number, each in enumerate(attributes):
            field = f"attribute_{number}"  # the name itself may be a word of Python
            values = tuple(value.name for value in each.values)
            if each.kind == "flag":
                kind: Any = bool | msgspec.UnsetType
                described.append((field, kind, msgspec.field(name=each.name, default=msgspec.UNSET)))
            else:
                described.append((field, Literal[values], msgspec.field(name=each.name)))
            known.append((field, each.name, _QUOTES[each.kind]))
        made = msgspec.defstruct(
            name, described, tag=name, tag_field="type", forbid_unknown_fields=True, kw_only=True, gc=False
        )
        self._kinds[made] = _Kind.of(name, tuple(known))
        return made

    def read(self, path: Path) -> tuple[Annotation, bool]:
        """As `khabar.document.read_annotation`, which says what is raised; and whether by the short way.

        Then its types and attributes are those of the schema.
        """
        typed = self.typed(path.read_bytes())
        return (read_annotation(path), False) if typed is None else (typed, True)

    def typed(self, data: bytes) -> Annotation | None:
        """The annotation in a file with these bytes; None where it is not right, or not surely so."""
        if rb"\\" in data:  # then a quotation mark after one may be the end of a text, or not
            return None
        try:
            form = self._decoder.decode(data)
        except (msgspec.MsgspecError, UnicodeDecodeError, RecursionError):
            return None
        quotes = _QUOTES["file"]
        kinds = self._kinds
        entities = []
        for each in form.entities:
            kind = kinds[type(each)]
            if kind.look is None or kind.look(each) == kind.bare:
                given, more = NO_ATTRIBUTES, 0
            else:
                given, more = _attributes(each, kind)
            entities.append(Entity(each.id, kind.name, each.start, each.end, each.text, given))
            quotes += _QUOTES["entity"] + more
        events = []
        for each in form.events:
            kind = kinds[type(each)]
            given, more = _attributes(each, kind) if kind.attributes else (NO_ATTRIBUTES, 0)
            events.append(Event(each.id, kind.name, each.trigger, each.arguments, given))
            quotes += _QUOTES["event"] + _QUOTES["argument"] * len(each.arguments) + more
        # the decoder keeps the last of two equal keys, but a key too many has quotation marks too many;
        # so has a flag that is false, which is counted as if it were not there
        if len(data) - len(data.translate(None, b'"')) - data.count(rb"\"") != quotes:
            return None
        return Annotation(
            form.article, form.text_sha256, form.annotator, form.schema, tuple(entities), tuple(events)
        )


def _list_of(structs: Sequence[type[Any]]) -> Any:
    """A list of these by their `type`, which the decoder asks for only where there are two."""
    item: Any = reduce(or_, structs, _Never)
    return list[item]


def _attributes(form: Any, kind: _Kind) -> tuple[Mapping[str, bool | str], int]:
    """The attributes that are given, and their quotation marks."""
    given: dict[str, bool | str] = {}
    quotes = 0
    for field, name, more in kind.attributes:
        value = getattr(form, field)
        if value is not msgspec.UNSET and value is not False:
            given[name] = value
            quotes += more
    return given, quotes
