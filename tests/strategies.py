"""Annotations drawn by hypothesis: right by the schema, over texts with emoji, astral and bidi characters."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from hypothesis import strategies as st

from khabar.document import Annotation, Argument, Entity, Event, Trigger, canonical
from khabar.files import sha256
from khabar.schema import Attribute, Schema

WORDS = ["موسكو", "الأمم", "مُحَمَّد", "😀", "👨‍👩‍👧", "𐎀𐎁", "NATO", "2016", "ـكتابـ", "«قمة»", "می‌خواهم", "و"]


@dataclass(frozen=True)
class Drawn:
    """A text, and the spans of its words, paragraph by paragraph."""

    text: str
    words: list[tuple[int, int]]


@st.composite
def texts(draw: st.DrawFn) -> Drawn:
    """Paragraphs of words, some with several spaces between them."""
    text = ""
    spans: list[tuple[int, int]] = []
    for paragraph in draw(
        st.lists(st.lists(st.sampled_from(WORDS), min_size=1, max_size=6), min_size=1, max_size=4)
    ):
        text += "\n\n" if text else ""
        for number, word in enumerate(paragraph):
            text += draw(st.sampled_from([" ", "  ", " \u200f"])) if number else ""
            spans.append((len(text), len(text) + len(word)))
            text += word
    return Drawn(text, spans)


@st.composite
def annotations(draw: st.DrawFn, schema: Schema, drawn: Drawn, annotator: str = "annotator-a") -> Annotation:
    """A right annotation: each word is at most one mention, and at most one trigger of each type."""
    text = drawn.text
    entities: list[Entity] = []
    for start, end in draw(_some(drawn.words)):
        kind = draw(st.sampled_from(schema.entity_types))
        attributes = draw(_attributes(schema.entity_attributes_of(kind.name)))
        entities.append(Entity(f"x{start}", kind.name, start, end, text[start:end], attributes))
    events: list[Event] = []
    keys = [(span, kind) for span in drawn.words for kind in schema.events]
    for (start, end), name in draw(_some(keys)):
        attributes = draw(_attributes(schema.event_attributes_of(name)))
        arguments = draw(_arguments(schema, name, entities))
        events.append(
            Event(f"{name}{start}", name, Trigger(start, end, text[start:end]), arguments, attributes)
        )
    made = Annotation(
        "authored-drawn", sha256(text), annotator, schema.version, tuple(entities), tuple(events)
    )
    return canonical(made)


def _some(items: list[Any]) -> st.SearchStrategy[list[Any]]:
    return st.lists(st.sampled_from(items), unique=True, max_size=6) if items else st.just([])


@st.composite
def _attributes(draw: st.DrawFn, known: list[Attribute]) -> dict[str, bool | str]:
    made: dict[str, bool | str] = {}
    for each in known:
        if each.kind == "choice":
            made[each.name] = draw(st.sampled_from([value.name for value in each.values]))
        elif draw(st.booleans()):
            made[each.name] = True
    return made


@st.composite
def _arguments(
    draw: st.DrawFn, schema: Schema, event_type: str, entities: list[Entity]
) -> tuple[Argument, ...]:
    made: list[Argument] = []
    for role in schema.roles(event_type).values():
        fitting = [each.id for each in entities if each.type in role.entity_types]
        chosen = (
            draw(st.lists(st.sampled_from(fitting), unique=True, max_size=3 if role.many else 1))
            if fitting
            else []
        )
        made += [Argument(role.name, entity) for entity in chosen]
    return tuple(made)
