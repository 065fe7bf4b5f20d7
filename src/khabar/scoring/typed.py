"""Span records by a compiled decoder: what is right in everything is read at a fraction of the cost.

It says nothing of faults. In any doubt it gives None, and the readers that explain take over, so that it
may refuse what they take, but never takes what they refuse.
"""

from __future__ import annotations

from array import array
from collections.abc import Iterable, Iterator, Mapping, Set
from dataclasses import dataclass, field
from functools import cached_property, partial
from itertools import chain
from typing import Annotated, Any, Literal

import msgspec
import numpy as np

from khabar.files import MAX_LINE
from khabar.schema import Schema
from khabar.scoring.arrays import Columns, Rows, codes_of, extractions_of
from khabar.scoring.counts import IntArray
from khabar.scoring.extraction import Extraction
from khabar.scoring.gold import Gold
from khabar.scoring.keys import Layout, span_keys
from khabar.scoring.sides import in_bounds
from khabar.scoring.spans import SAYS

_CHUNK = 100
"""Records decoded at a time: few enough to stay in the cache, and to be no work for the garbage collector."""


@dataclass(frozen=True, eq=False)
class TypedArticles(Mapping[str, Extraction]):
    """What a submission says of the gold's articles, as arrays; as extractions once it is looked at."""

    names: Mapping[str, int]
    columns: Columns
    laid: Layout

    @cached_property
    def _extractions(self) -> list[Extraction]:
        return extractions_of(self.columns, self.laid.codes, len(self.names))

    def __getitem__(self, name: str) -> Extraction:
        return self._extractions[self.names[name]]

    def __iter__(self) -> Iterator[str]:
        return iter(self.names)

    def __len__(self) -> int:
        return len(self.names)


@dataclass(frozen=True, slots=True)
class TypedRead:
    """A submission that is valid: what it says, and which of `entities` and `events` it says."""

    articles: TypedArticles
    said: frozenset[str]


def read_typed(data: bytes, gold: Gold, schema: Schema) -> TypedRead | None:
    """The span submission with these bytes, a record a line; None where it is not valid, or not surely so."""
    if not (schema.events and schema.role_names):  # the decoder knows no type without a value
        return None
    lines = [line for line in data.split(b"\n") if line.strip()]
    if not lines or len(lines) != len(gold.articles) or max(map(len, lines)) >= MAX_LINE:
        return None
    try:
        first = msgspec.json.decode(lines[0])
        said = SAYS & first.keys() if isinstance(first, dict) else frozenset[str]()
        if not said:
            return None
        reader = _Reader(gold, schema, said)
        for begin in range(0, len(lines), _CHUNK):
            reader.take(lines[begin : begin + _CHUNK])
    except (msgspec.MsgspecError, UnicodeDecodeError, RecursionError, KeyError):
        # KeyError: of an article that is not in the gold
        return None
    return reader.result(data.count(b'"'))


def _decoder(schema: Schema, said: Set[str], longest: int) -> msgspec.json.Decoder[Any]:
    """Of records with every key of the form and no other, with types and roles of the schema."""

    def struct(name: str, *fields: tuple[str, Any]) -> Any:
        return msgspec.defstruct(name, fields, forbid_unknown_fields=True, gc=False)

    def list_of(item: Any) -> Any:
        return list[item]

    def one_of(names: Iterable[str]) -> Any:
        return Literal[tuple(names)]

    offset = Annotated[int, msgspec.Meta(ge=0, le=longest)]
    span = ("start", offset), ("end", offset)
    entity = struct("Entity", *span, ("type", one_of(schema.entities)))
    argument = struct("Argument", *span, ("role", one_of(schema.role_names)))
    trigger = struct("Trigger", *span)
    kinds = ("type", one_of(schema.events)), ("trigger", trigger), ("arguments", list_of(argument))
    lists = {"entities": list_of(entity), "events": list_of(struct("Event", *kinds))}
    return msgspec.json.Decoder(
        struct("Record", ("article", str), *((key, lists[key]) for key in sorted(said)))
    )


@dataclass(frozen=True, slots=True)
class _Parts:
    """Numbers of rows as they are read, and how many each article or event has."""

    sizes: array[int] = field(default_factory=partial(array, "q"))
    start: array[int] = field(default_factory=partial(array, "q"))
    end: array[int] = field(default_factory=partial(array, "q"))
    label: array[int] = field(default_factory=partial(array, "q"))

    def add(self, lists: list[list[Any]], spans: list[Any], labels: list[int]) -> None:
        self.sizes.fromlist([len(each) for each in lists])
        self.start.fromlist([each.start for each in spans])
        self.end.fromlist([each.end for each in spans])
        self.label.fromlist(labels)

    def rows(self, of: IntArray) -> Rows:
        """The rows; `of` are the numbers of the articles or events, in the order they were read."""
        return Rows(
            np.repeat(of[: len(self.sizes)], _numbers(self.sizes)),
            *map(_numbers, (self.start, self.end, self.label)),
        )


def _numbers(values: array[int]) -> IntArray:
    return np.frombuffer(values, dtype=np.int64) if values else np.empty(0, dtype=np.int64)


_QUOTES = {"record": 4, "list": 2, "entities": 8, "events": 12, "arguments": 8}
"""Quotation marks that a record needs without its lists, a list's key, and each thing in a list."""


class _Reader:
    """Reads records into arrays, and says in the end whether all of it is right."""

    def __init__(self, gold: Gold, schema: Schema, said: frozenset[str]) -> None:
        self.schema, self.said = schema, said
        self.names = {name: number for number, name in enumerate(gold.articles)}
        laid = gold.laid(codes_of(schema))
        self.lengths, self.laid = laid.lengths, laid.layout
        self.decoder = _decoder(schema, said, int(self.lengths.max()))
        self.articles = array("q")
        self.entities, self.events, self.arguments = _Parts(), _Parts(), _Parts()

    def take(self, lines: Iterable[bytes]) -> None:
        """Decode some records. MsgspecError or KeyError where one is not right."""
        records = list(map(self.decoder.decode, lines))
        codes, names = self.laid.codes, self.names
        self.articles.fromlist([names[each.article] for each in records])
        if "entities" in self.said:
            lists = [each.entities for each in records]
            spans = list(chain.from_iterable(lists))
            self.entities.add(lists, spans, [codes.entities[each.type] for each in spans])
        if "events" in self.said:
            lists = [each.events for each in records]
            events = list(chain.from_iterable(lists))
            triggers = [each.trigger for each in events]
            self.events.add(lists, triggers, [codes.events[each.type] for each in events])
            lists = [each.arguments for each in events]
            spans = list(chain.from_iterable(lists))
            self.arguments.add(lists, spans, [codes.roles[each.role] for each in spans])

    def result(self, quotes: int) -> TypedRead | None:
        """What was read, None where something in it is wrong. `quotes`: quotation marks of the file."""
        of = _numbers(self.articles)
        numbers = np.arange(len(self.events.label))
        found = Columns(self.entities.rows(of), self.events.rows(of), self.arguments.rows(numbers))
        once = np.bincount(of, minlength=len(self.names))
        right = (
            bool((once == 1).all())
            # the decoder keeps the last of two equal keys, but a key too many has quotation marks too many
            and quotes == self._quotes(found)
            and in_bounds(found, self.lengths)
            and self._takes_roles(found)
            and self._without_doubles(found)
        )
        return TypedRead(TypedArticles(self.names, found, self.laid), self.said) if right else None

    def _quotes(self, found: Columns) -> int:
        records = len(self.names) * (_QUOTES["record"] + len(self.said) * _QUOTES["list"])
        rows = {"entities": found.entities, "events": found.events, "arguments": found.arguments}
        return records + sum(len(each.of) * _QUOTES[name] for name, each in rows.items())

    def _takes_roles(self, found: Columns) -> bool:
        codes = self.laid.codes
        takes = np.array([[role in self.schema.roles(each) for role in codes.roles] for each in codes.events])
        return bool(takes[found.events.label[found.arguments.of], found.arguments.label].all())

    def _without_doubles(self, found: Columns) -> bool:
        codes, longest = self.laid.codes, self.laid.longest
        if not self.laid.fits(found):
            return False
        arguments = found.arguments
        places = (arguments.of * longest + arguments.start) * longest + arguments.end - arguments.start
        return (
            _all_differ(span_keys(found.entities, self.laid, len(codes.entities)))
            and _all_differ(span_keys(found.events, self.laid, len(codes.events)))
            and _all_differ(places * len(codes.roles) + arguments.label)
        )


def _all_differ(keys: IntArray) -> bool:
    ordered = np.sort(keys, kind="stable")  # which is quick where they are in order already
    return bool((ordered[1:] != ordered[:-1]).all())
