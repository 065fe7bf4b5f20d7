"""What gold, an annotator or a system says of an article, in one form that a page can show.

Keys name what is compared: two layers agree on a mention, a trigger or an argument where its key,
type and exact characters, is in both.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass

from markupsafe import Markup

from khabar.document import Annotation
from khabar.pages.marking import Mark, paragraphs
from khabar.schema import Attribute, Bilingual, Schema
from khabar.scoring.extraction import Extraction

MAX_WORDS = 5
"""Of a mention whose text is not shown, no more words than that are shown."""

_WORD = re.compile(r"\w+")  # 09:30 is two

Span = tuple[int, int]


@dataclass(frozen=True, slots=True)
class Note:
    """An attribute in words; `usual` where it has the schema's default value."""

    label: Bilingual
    usual: bool = False


@dataclass(frozen=True, slots=True)
class Mention:
    """An entity as a page shows it."""

    type: str
    span: Span
    text: str
    notes: tuple[Note, ...] = ()

    @property
    def key(self) -> str:
        """Type and characters."""
        return f"entity {self.type} {self.span[0]} {self.span[1]}"


@dataclass(frozen=True, slots=True)
class Filler:
    """An argument as a page shows it."""

    key: str
    role: Bilingual
    name: str
    span: Span
    text: str


@dataclass(frozen=True, slots=True)
class Happening:
    """An event as a page shows it."""

    type: str
    label: Bilingual
    span: Span
    text: str
    notes: tuple[Note, ...]
    fillers: tuple[Filler, ...]

    @property
    def key(self) -> str:
        """Type and the trigger's characters."""
        return f"event {self.type} {self.span[0]} {self.span[1]}"

    @property
    def tag(self) -> str:
        """The type, and what is unusual about the event."""
        return " · ".join([self.type, *(each.label.en for each in self.notes if not each.usual)])


@dataclass(frozen=True, slots=True)
class Layer:
    """One voice on an article. `lines` is None where the text is not shown."""

    id: str
    kind: str
    name: str
    what: str
    mentions: tuple[Mention, ...]
    happenings: tuple[Happening, ...]
    lines: list[Markup] | None = None

    @property
    def counts(self) -> dict[str, int]:
        """How many mentions and events of each type."""
        types = [*(each.type for each in self.mentions), *(each.type for each in self.happenings)]
        return dict(Counter(types))

    @property
    def by_type(self) -> dict[str, dict[str, int]]:
        """Mentions as they are written, by type, in alphabetical order, and how often each stands."""
        found: dict[str, dict[str, int]] = {}
        for each in sorted(self.mentions, key=lambda each: (each.type, each.text)):
            words = found.setdefault(each.type, {})
            words[shortened(each.text)] = words.get(shortened(each.text), 0) + 1
        return found


def shortened(text: str) -> str:
    """The first words of a mention, and … where there are more."""
    words = list(_WORD.finditer(text))
    return text if len(words) <= MAX_WORDS else text[: words[MAX_WORDS - 1].end()] + " …"


def of_annotation(
    annotation: Annotation,
    schema: Schema,
    text: str | None,
    *,
    identifier: str,
    kind: str,
    name: str,
    what: str,
) -> Layer:
    """The layer of gold or a pass; with `text`, its lines are marked."""
    mentions = {
        each.id: Mention(
            each.type,
            each.span,
            each.text,
            _notes(each.attributes, schema.entity_attributes_of(each.type)),
        )
        for each in annotation.entities
    }
    happenings = tuple(
        _happening(
            schema,
            each.type,
            each.trigger.span,
            each.trigger.text,
            _notes(each.attributes, schema.event_attributes_of(each.type)),
            [(a.role, mentions[a.entity].span, mentions[a.entity].text) for a in each.arguments],
        )
        for each in annotation.events
    )
    found = tuple(mentions.values())
    return Layer(identifier, kind, name, what, found, happenings, _lines(text, found, happenings))


def of_extraction(
    says: Extraction, schema: Schema, text: str, *, identifier: str, name: str, what: str
) -> Layer:
    """The layer of a system, whose spans are those of that text."""
    mentions = tuple(Mention(type_, (start, end), text[start:end]) for start, end, type_ in says.entities)
    happenings = tuple(
        _happening(
            schema,
            each.type,
            (each.start, each.end),
            text[each.start : each.end],
            (),
            [(role, (start, end), text[start:end]) for role, start, end in each.arguments],
        )
        for each in says.events
    )
    return Layer(identifier, "system", name, what, mentions, happenings, _lines(text, mentions, happenings))


def _happening(
    schema: Schema,
    type_: str,
    span: Span,
    text: str,
    notes: tuple[Note, ...],
    arguments: Iterable[tuple[str, Span, str]],
) -> Happening:
    roles = schema.roles(type_)
    fillers = tuple(
        Filler(
            f"argument {type_} {span[0]} {span[1]} {role} {filled[0]} {filled[1]}",
            roles[role].label,
            role,
            filled,
            words,
        )
        for role, filled, words in arguments
    )
    return Happening(type_, schema.events[type_].label, span, text, notes, fillers)


def _notes(given: Mapping[str, bool | str], attributes: Iterable[Attribute]) -> tuple[Note, ...]:
    found = []
    for attribute in attributes:
        value = given.get(attribute.name)
        if value is True:
            found.append(Note(attribute.label))
        for choice in attribute.values:
            if choice.name == value:
                found.append(Note(choice.label, usual=value == attribute.default))
    return tuple(found)


def _lines(
    text: str | None, mentions: Iterable[Mention], happenings: Iterable[Happening]
) -> list[Markup] | None:
    if text is None:
        return None
    marks = [_mention_mark(each) for each in mentions]
    there = {(each.start, each.end) for each in marks}
    fillers = {filler.span for each in happenings for filler in each.fillers} - there
    marks += [Mark(start, end, "filler", rises=False) for start, end in sorted(fillers)]
    return paragraphs(text, [*marks, *_trigger_marks(happenings)])


def _mention_mark(mention: Mention) -> Mark:
    noted = " noted" if mention.notes else ""
    return Mark(
        *mention.span,
        f"entity t-{mention.type}{noted}",
        {"key": mention.key, "type": mention.type, "tag": mention.type, "notes": _words(mention.notes)},
    )


def _trigger_marks(happenings: Iterable[Happening]) -> Iterator[Mark]:
    """Events that share a trigger are marks in one another, of which the outermost tells all types."""
    sharing: dict[Span, list[Happening]] = {}
    for each in happenings:
        sharing.setdefault(each.span, []).append(each)
    for first, *others in sharing.values():
        yield _trigger_mark(first, " / ".join(each.tag for each in (first, *others)))
        yield from (_trigger_mark(each, "") for each in others)


def _trigger_mark(happening: Happening, tag: str) -> Mark:
    noted = "" if all(each.usual for each in happening.notes) else " noted"
    return Mark(
        *happening.span,
        f"trigger t-{happening.type}{noted}",
        {"key": happening.key, "type": happening.type, "tag": tag},
        rises=False,
    )


def _words(notes: Iterable[Note]) -> str:
    return ", ".join(f"{each.label.en} · {each.label.ar}" for each in notes)
