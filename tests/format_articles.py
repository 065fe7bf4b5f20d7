"""Articles for the tests of formats: drawn with nested mentions and shared triggers, and read back."""

from __future__ import annotations

from pathlib import Path
from types import ModuleType
from typing import Any

from hypothesis import strategies as st

from khabar.document import Annotation, Argument, Entity, Event, Trigger, canonical
from khabar.files import sha256
from khabar.formats.findings import Findings, Mending
from khabar.formats.model import AnnotatedText, Export, of_annotation
from khabar.schema import Schema

WORDS = [
    "موسكو",
    "والأمم",
    "مُحَمَّد",
    "😀",
    "👩🏽",
    "𐎀𐎁",
    "NATO",
    "2016",
    "ـكتابـ",
    "«قمة»",
    "می‌خواهم",
    "و",
    "انتهى.",
]
GAPS = [" ", " ", " ", "  ", "\n", "\n\n", " \n"]


@st.composite
def articles(
    draw: st.DrawFn,
    schema: Schema,
    *,
    nested: bool = True,
    inside_words: bool = True,
    gaps: tuple[str, ...] = tuple(GAPS),
) -> AnnotatedText:
    """A right annotation of a text of words: mentions may nest and may begin inside a word."""
    words = draw(st.lists(st.sampled_from(WORDS), min_size=1, max_size=12))
    text, spans, lines, line = "", [], [], 0
    for number, word in enumerate(words):
        gap = draw(st.sampled_from(gaps)) if number else ""
        line += "\n" in gap
        text += gap
        spans.append((len(text), len(text) + len(word)))
        lines.append(line)
        text += word
    text += draw(st.sampled_from(["", "\n"]))
    ranges = draw(st.lists(st.tuples(*[st.integers(0, len(words) - 1)] * 2), max_size=5))
    taken: list[tuple[int, int]] = []
    for first, last in ranges:
        span = (spans[min(first, last)][0], spans[max(first, last)][1])
        if lines[first] == lines[last] and _fits(span, taken, nested=nested):
            taken.append(span)
    if inside_words:
        taken = [draw(st.sampled_from([each, *_narrower(each, taken)])) for each in taken]
    entities = [_entity(draw, schema, text, *span) for span in sorted(set(taken))]
    events = _events(draw, schema, text, spans, entities)
    made = Annotation("ours-drawn", sha256(text), "a", schema.version, tuple(entities), tuple(events))
    return of_annotation(canonical(made), text)


def _fits(span: tuple[int, int], taken: list[tuple[int, int]], *, nested: bool) -> bool:
    start, end = span
    return all(
        end <= a
        or b <= start
        or (nested and span != (a, b) and ((a <= start and end <= b) or (start <= a and b <= end)))
        for a, b in taken
    )


def _narrower(span: tuple[int, int], taken: list[tuple[int, int]]) -> list[tuple[int, int]]:
    """The span without its first letter, where no other mention is in its way."""
    start, end = span
    alone = all(end <= a or b <= start for a, b in taken if (a, b) != span)
    return [(start + 1, end)] if alone and end - start > 2 else []


def _entity(draw: st.DrawFn, schema: Schema, text: str, start: int, end: int) -> Entity:
    kind = draw(st.sampled_from(list(schema.entities)))
    given = _attributes(draw, schema.entity_attributes_of(kind))
    return Entity(f"x{start}-{end}", kind, start, end, text[start:end], given)


def _attributes(draw: st.DrawFn, known: list[Any]) -> dict[str, bool | str]:
    found: dict[str, bool | str] = {}
    for each in known:
        if each.kind == "choice":
            found[each.name] = draw(st.sampled_from([value.name for value in each.values]))
        elif draw(st.booleans()):
            found[each.name] = True
    return found


def _events(
    draw: st.DrawFn, schema: Schema, text: str, spans: list[tuple[int, int]], entities: list[Entity]
) -> list[Event]:
    keys = st.tuples(st.sampled_from(spans), st.sampled_from(list(schema.events)))
    events = []
    for (start, end), kind in draw(st.lists(keys, unique=True, max_size=4)):
        arguments = []
        for role in schema.roles(kind).values():
            fitting = [each.id for each in entities if each.type in role.entity_types]
            if fitting and draw(st.booleans()):
                most = 3 if role.many else 1
                chosen = draw(st.lists(st.sampled_from(fitting), unique=True, max_size=most))
                arguments += [Argument(role.name, each) for each in chosen]
        trigger = Trigger(start, end, text[start:end])
        given = _attributes(draw, schema.event_attributes_of(kind))
        events.append(Event(f"{kind}{start}", kind, trigger, tuple(arguments), given))
    return events


def read_back(
    kind: ModuleType, made: Export, folder: Path, schema: Schema, **allowed: Any
) -> tuple[list[AnnotatedText], Findings]:
    """What the format's own reader gives for the files of an export."""
    found: list[AnnotatedText] = []
    findings = Findings("read back", Mending(**allowed))
    for name, content in made.files.items():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content)
    for name in made.files:
        if name.endswith(kind.SUFFIX):
            found += kind.read(folder / name, schema, findings)
    return found, findings


def without_places(given: AnnotatedText) -> AnnotatedText:
    """The same, wherever it was read."""
    return AnnotatedText(given.id, given.text, given.entities, given.events)


FIRST = (
    "لقاء في بيروت 😀 أمس\n\n"
    "التقى سامر النهري وزيرَ 𐤀𐤁 في بيروت 🇱🇧. ترفض موسكو خطة وزارة خارجية لبنان.\n"
    "ولموسكو رأي آخر."
)


def first_article() -> AnnotatedText:
    """A nested mention, two events on one trigger, an argument two sentences off, a clitic before a name."""

    def entity(name: str, kind: str, words: str, nth: int = 0, **given: bool | str) -> Entity:
        start = -1
        for _ in range(nth + 1):
            start = FIRST.index(words, start + 1)
        return Entity(name, kind, start, start + len(words), words, given)

    def event(name: str, kind: str, words: str, *arguments: Argument, realis: str) -> Event:
        start = FIRST.index(words)
        return Event(name, kind, Trigger(start, start + len(words), words), arguments, {"realis": realis})

    entities = (
        entity("T1", "GPE", "بيروت"),
        entity("T2", "PER", "سامر النهري"),
        entity("T3", "GPE", "بيروت", 1),
        entity("T4", "GPE", "موسكو", metonym=True),
        entity("T5", "ORG", "وزارة خارجية لبنان"),
        entity("T6", "GPE", "لبنان"),
        entity("T7", "GPE", "موسكو", 1),
    )
    events = (
        event("E1", "Meet", "التقى", Argument("Participant", "T2"), Argument("Participant", "T3"),
              Argument("Place", "T1"), realis="actual"),
        event("E2", "Meet", "ترفض", realis="negated"),
        event("E3", "Reject", "ترفض", Argument("Rejecter", "T4"), realis="future"),
    )  # fmt: skip
    return AnnotatedText("ours-first", FIRST, entities, events)
