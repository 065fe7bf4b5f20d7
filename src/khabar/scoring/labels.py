"""One tag record of a submission (a sentence): everything wrong with it, or its tags, mended if asked."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from khabar.alignment import LabelledSpan, illegal_tags, spans_of
from khabar.schema import Schema
from khabar.scoring.codes import Code
from khabar.scoring.finder import Place
from khabar.text import Token
from khabar.wording import number_of

SAYS = frozenset({"ner_tags", "trigger_tags"})
_IOB2 = re.compile(r"O|[BI]-.+", re.DOTALL)


@dataclass(frozen=True, slots=True)
class Mend:
    """A tag that was changed: where it stands (`line 3 'article#0' ner_tags[2]`), after what, into what."""

    where: str
    found: str
    after: str
    mended: str

    def __str__(self) -> str:
        return f"{self.where}: {self.found} after {self.after} is now {self.mended}"


@dataclass
class TagReader:
    """Reads the tags of sentences by a schema, and remembers the tags it mended."""

    schema: Schema
    repair: bool = False
    mends: list[Mend] = field(default_factory=list)
    _allowed: dict[str, frozenset[str]] = field(init=False)

    def __post_init__(self) -> None:
        self._allowed = {
            "ner_tags": _tags_of(self.schema.entities),
            "trigger_tags": _tags_of(self.schema.events),
        }

    def read(self, record: Mapping[str, Any], place: Place, tokens: int | None) -> dict[str, list[str]]:
        """The legal IOB2 sequences of a sentence, by column; faulty ones are left out.

        `tokens` is how many tokens it has, None where it is not known.
        """
        found = {}
        for column in sorted(SAYS & record.keys()):
            tags = record[column]
            here = place.at(column)
            if here.is_list(tags) and self._check(column, tags, here, tokens):
                found[column] = self._legal(tags, here)
        return found

    def _check(self, column: str, tags: list[Any], place: Place, tokens: int | None) -> bool:
        before = len(place.finder.faults)
        if tokens is not None and len(tags) != tokens:
            message = f"found {number_of(len(tags), 'tag')}, expected {tokens}, one a token"
            place.add(Code.tag_count, message, found=str(len(tags)), allowed=str(tokens))
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
            place.found(code, tag, ", ".join(types), word="allowed types are")

    def _legal(self, tags: list[str], place: Place) -> list[str]:
        illegal = illegal_tags(tags)
        mended = mend(tags, illegal)
        for number in illegal:
            before = tags[number - 1] if number else "the beginning of the sentence"
            here, allowed = place.at(f"[{number}]"), f"{mended[number]}, O"
            if self.repair:
                self.mends.append(Mend(here.where, tags[number], before, mended[number]))
            else:
                message = f"found {tags[number]} after {before}"
                here.add(Code.sequence, message, found=tags[number], allowed=allowed)
        return mended if self.repair or not illegal else ["O"] * len(tags)


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
