"""One tag record of a submission (a sentence): everything wrong with it, or its tags, mended if asked."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from khabar.alignment import LabelledSpan, illegal_tags, spans_of
from khabar.schema import Schema
from khabar.scoring.codes import Code
from khabar.scoring.finder import Place, shorten
from khabar.text import Token

SAYS = frozenset({"ner_tags", "trigger_tags"})
_IOB2 = re.compile(r"O|[BI]-.+", re.DOTALL)


@dataclass
class TagReader:
    """Reads the tags of sentences by a schema, and counts the tags it mended."""

    schema: Schema
    repair: bool = False
    mended: int = 0
    _allowed: dict[str, frozenset[str]] = field(init=False)

    def __post_init__(self) -> None:
        self._allowed = {
            "ner_tags": _tags_of(self.schema.entities),
            "trigger_tags": _tags_of(self.schema.events),
        }

    def read(self, record: Mapping[str, Any], place: Place, tokens: int) -> dict[str, list[str]]:
        """The legal IOB2 sequences of a sentence with so many tokens, by column; faulty ones are left out."""
        found = {}
        for column in sorted(SAYS & record.keys()):
            tags = record[column]
            here = place.at(column)
            if here.is_list(tags) and self._check(column, tags, here, tokens):
                found[column] = self._legal(tags, here)
        return found

    def _check(self, column: str, tags: list[Any], place: Place, tokens: int) -> bool:
        before = len(place.finder.faults)
        if len(tags) != tokens:
            place.add(Code.tag_count, f"found {len(tags)} tags, expected {tokens}, one a token")
        allowed = self._allowed[column]
        for number, tag in enumerate(tags):
            if not isinstance(tag, str) or tag not in allowed:
                self._explain(column, tag, place.at(f"[{number}]"))
        return len(place.finder.faults) == before

    def _explain(self, column: str, tag: Any, place: Place) -> None:
        types, code = (
            (self.schema.entities.keys(), Code.entity_type)
            if column == "ner_tags"
            else (self.schema.events.keys(), Code.event_type)
        )
        if not isinstance(tag, str):
            place.found(Code.kind, tag, "a tag by its name")
        elif not _IOB2.fullmatch(tag):
            place.found(Code.tag, tag, "O, B-<type> or I-<type>")
        else:
            place.add(code, f"found {shorten(tag)}, allowed types are {', '.join(types)}")

    def _legal(self, tags: list[str], place: Place) -> list[str]:
        illegal = illegal_tags(tags)
        if not illegal:
            return tags
        if not self.repair:
            for number in illegal:
                before = tags[number - 1] if number else "the beginning of the sentence"
                place.at(f"[{number}]").add(Code.sequence, f"found {tags[number]} after {before}")
            return ["O"] * len(tags)
        self.mended += len(illegal)
        return mend(tags, illegal)


def mend(tags: Sequence[str], illegal: Iterable[int]) -> list[str]:
    """The tags with each I- at these positions as a B-: what continues nothing begins a mention."""
    begins = set(illegal)
    return [f"B{tag[1:]}" if number in begins else tag for number, tag in enumerate(tags)]


def spans(tags: Sequence[str], tokens: Sequence[Token]) -> Iterator[LabelledSpan]:
    """The mentions of a legal sequence as character spans: first token's start to last one's end."""
    for first, last, name in spans_of(tags):
        yield tokens[first].start, tokens[last - 1].end, name


def _tags_of(types: Iterable[str]) -> frozenset[str]:
    return frozenset({"O", *(f"{prefix}-{name}" for name in types for prefix in "BI")})
