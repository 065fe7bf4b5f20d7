"""The quoted form: words of the article, found again or refused."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from khabar.document import Annotation
from khabar.errors import DataError, Faults
from khabar.files import sha256
from khabar.places import Quote, in_context, locate
from khabar.quotes import resolve
from khabar.schema import Schema
from strategies import Drawn, annotations, texts

TEXT = "موسكو ترفض خطة باريس\n\nقالت موسكو 😀 إنها ترفض خطة باريس في اجتماع لندن."


def entity(key: str, type_: str, text: str, **more: Any) -> dict[str, Any]:
    return {"key": key, "type": type_, "text": text, **more}


def event(
    key: str, type_: str, trigger: dict[str, Any], *arguments: tuple[str, str], **more: Any
) -> dict[str, Any]:
    roles = [{"role": role, "entity": filler} for role, filler in arguments]
    return {"key": key, "type": type_, "trigger": trigger, "arguments": roles, **more}


def article(entities: list[Any], events: list[Any] | None = None) -> dict[str, Any]:
    return {"article": "authored-x", "entities": entities, "events": events or []}


def resolved(value: Any, schema: Schema, text: str = TEXT) -> Annotation:
    return resolve(value, text, annotator="annotator-a", schema=schema, source="q.json")


def faults_of(value: Any, schema: Schema, text: str = TEXT) -> list[tuple[str, str]]:
    with pytest.raises(DataError) as error:
        resolved(value, schema, text)
    return [(fault.where, fault.message) for fault in error.value.faults]


def found(quote: Quote, text: str = TEXT) -> tuple[int, int] | str:
    faults = Faults("")
    span = locate(quote, text, "", faults)
    return span or faults.report().faults[0].message


def test_words_that_stand_once_need_nothing_else_and_an_emoji_before_them_moves_nothing(
    tiny_schema: Schema,
) -> None:
    value = article([entity("e", "GPE", "لندن")], [event("v", "Meet", {"text": "اجتماع"}, ("Place", "e"))])
    made = resolved(value, tiny_schema)
    assert made.text_sha256 == sha256(TEXT)
    assert (made.article, made.annotator, made.schema) == ("authored-x", "annotator-a", "1.0")
    assert [(each.id, each.span, each.text) for each in made.entities] == [("T1", (65, 69), "لندن")]
    assert made.events[0].trigger.span == (58, 64)
    assert made.events[0].arguments[0].entity == "T1"


def test_what_stands_before_or_after_tells_two_places_apart() -> None:
    assert found(Quote(text="موسكو", before="قالت ")) == (27, 32)
    assert found(Quote(text="موسكو", after=" ترفض")) == (0, 5)
    assert found(Quote(text="موسكو", before="قالت ", after=" 😀")) == (27, 32)


def test_an_occurrence_counts_every_place_inside_words_and_overlapping() -> None:
    assert [found(Quote(text="اا", occurrence=n), "اااا كتابات اا") for n in (1, 2, 3, 4)] == [
        (0, 2),
        (1, 3),
        (2, 4),
        (12, 14),
    ]
    assert found(Quote(text="مصر", occurrence=2), "المصرية في مصر") == (11, 14)


def test_context_and_occurrence_must_agree() -> None:
    assert found(Quote(text="موسكو", before="قالت ", occurrence=2)) == (27, 32)
    message = found(Quote(text="موسكو", before="قالت ", occurrence=1))
    assert str(message).startswith(
        "'موسكو' occurs 2 times, but occurrence 1 does not stand after 'قالت ': 1: [موسكو]"
    )


def test_context_that_fits_two_places_is_narrowed_by_the_occurrence() -> None:
    assert found(Quote(text="خطة", before="ترفض ", occurrence=2)) == (45, 48)
    message = found(Quote(text="خطة", before="ترفض "))
    assert str(message).startswith("'خطة' occurs 2 times, 2 of them after 'ترفض '; say which one is meant:")


def test_an_ambiguous_quote_shows_every_place_with_its_number() -> None:
    assert found(Quote(text="باريس")) == (
        "'باريس' occurs 2 times; say which one is meant: "
        "1: موسكو ترفض خطة [باريس]⏎⏎قالت موسكو 😀 إنها ترفض …; "
        "2: …لت موسكو 😀 إنها ترفض خطة [باريس] في اجتماع لندن."
    )


def test_a_word_that_stands_everywhere_does_not_fill_the_screen() -> None:
    message = str(found(Quote(text="و"), "و " * 200))
    assert "30: " in message
    assert "31: " not in message
    assert message.endswith("; and 170 more")


def test_an_occurrence_that_is_not_there_is_refused() -> None:
    message = str(found(Quote(text="لندن", occurrence=2)))
    assert message.startswith("'لندن' occurs 1 time, so there is no occurrence 2: 1: ")


def test_a_quote_that_differs_in_marks_or_hamza_is_shown_the_right_words_but_not_taken() -> None:
    text = "زار أوباما مُحَمَّدًا"
    assert found(Quote(text="اوباما"), text) == (
        "'اوباما' is not in the text; did you mean 'أوباما', in زار [أوباما] مُحَمَّدًا"
    )
    assert str(found(Quote(text="محمدا"), text)).endswith("in زار أوباما [مُحَمَّدًا]")
    assert found(Quote(text="طوكيو"), text) == "'طوكيو' is not in the text"


def test_context_is_literal_and_adjacent() -> None:
    message = str(found(Quote(text="باريس", before="موسكو ")))
    assert message.startswith("'باريس' occurs 2 times, but never after 'موسكو ': 1: ")


def test_a_flag_that_is_false_is_not_set_and_a_missing_choice_takes_the_default(tiny_schema: Schema) -> None:
    value = article(
        [entity("a", "GPE", "موسكو", occurrence=1, metonym=True), entity("b", "GPE", "لندن", metonym=False)],
        [
            event("v", "Meet", {"text": "اجتماع"}),
            event("w", "Reject", {"text": "ترفض", "occurrence": 1}, realis="negated"),
        ],
    )
    made = resolved(value, tiny_schema)
    assert [dict(each.attributes) for each in made.entities] == [{"metonym": True}, {}]
    assert [dict(each.attributes) for each in made.events] == [{"realis": "negated"}, {"realis": "actual"}]


def test_all_faults_are_told_at_once_with_their_places(tiny_schema: Schema) -> None:
    value = article(
        [
            entity("a", "GPE", "موسكو"),
            entity("a", "CITY", "طوكيو"),
            entity("c", "PER", "لندن", metonym=True),
            entity("d", "GPE", "باريس", occurrence=1, metonym=3),
        ],
        [
            event("v", "Meet", {"text": "مؤتمر"}, ("Host", "c"), ("Place", "zz"), realis="perhaps"),
            event("w", "Party", {"text": "اجتماع"}, ("Place", "a")),
        ],
    )
    faults = faults_of(value, tiny_schema)
    assert sorted(where for where, _ in faults) == [
        "entities[0]",
        "entities[1]",
        "entities[1].key",
        "entities[1].type",
        "entities[2].metonym",
        "entities[3].metonym",
        "events[0].arguments[0].role",
        "events[0].arguments[1].entity",
        "events[0].realis",
        "events[0].trigger",
        "events[1].type",
    ]
    messages = dict(faults)
    assert messages["entities[1].key"] == "key 'a' is taken by entities[0]; keys are unique"
    assert messages["events[0].arguments[1].entity"] == "no entity 'zz' in this file (there are a, c, d)"


def test_an_argument_of_an_entity_that_was_not_found_is_no_second_fault(tiny_schema: Schema) -> None:
    value = article(
        [entity("a", "GPE", "طوكيو")], [event("v", "Meet", {"text": "اجتماع"}, ("Participant", "a"))]
    )
    assert faults_of(value, tiny_schema) == [("entities[0]", "'طوكيو' is not in the text")]


def test_what_check_finds_is_told_too(tiny_schema: Schema) -> None:
    value = article(
        [
            entity("a", "GPE", "قالت موسكو"),
            entity("b", "GPE", "موسكو 😀"),
            entity("c", "ORG", "لندن.", before="ا"),
        ]
    )
    faults = faults_of(value, tiny_schema)
    assert faults[1] == ("entities[1]", "crosses entities[0]; mentions may nest, not cross")
    assert faults[0][0] == "entities[2]"


@pytest.mark.parametrize(
    ("value", "where"),
    [
        ([], ""),
        ({"article": "authored-x", "entities": []}, "events"),
        (article([{"key": "a", "type": "GPE"}]), "entities[0].text"),
        (article([entity("a", "GPE", "")]), "entities[0].text"),
        (article([entity("a", "GPE", "لندن", occurrence=0)]), "entities[0].occurrence"),
        (article([entity("a", "GPE", "لندن", occurrence="1")]), "entities[0].occurrence"),
        (article([], [event("v", "Meet", {"text": "اجتماع", "start": 3})]), "events[0].trigger.start"),
        (article([], [{"key": "v", "type": "Meet", "trigger": {"text": "اجتماع"}}]), "events[0].arguments"),
    ],
)
def test_a_value_of_another_form_is_refused_with_its_place(
    value: Any, where: str, tiny_schema: Schema
) -> None:
    assert [place for place, _ in faults_of(value, tiny_schema)] == [where]


def test_context_shows_line_breaks_and_the_edges_of_the_text() -> None:
    assert in_context("ab\ncd", 3, 4) == "ab⏎[c]d"
    assert in_context("x" * 30 + "ab" + "y" * 30, 30, 32, width=3) == "…xxx[ab]yyy…"


@given(data=st.data())
@settings(deadline=None)
def test_every_span_is_found_again_by_its_occurrence_and_by_its_context(data: st.DataObject) -> None:
    drawn: Drawn = data.draw(texts())
    start = data.draw(st.integers(0, len(drawn.text) - 1))
    end = data.draw(st.integers(start + 1, len(drawn.text)))
    words = drawn.text[start:end]
    number = sum(drawn.text.startswith(words, n) for n in range(start + 1))
    assert found(Quote(text=words, occurrence=number), drawn.text) == (start, end)
    whole = Quote(text=words, before=drawn.text[:start], after=drawn.text[end:])
    assert found(whole, drawn.text) == (start, end)


@given(data=st.data())
@settings(deadline=None)
def test_an_annotation_said_in_quotes_comes_back_as_it_was(data: st.DataObject, tiny_schema: Schema) -> None:
    drawn: Drawn = data.draw(texts())
    annotation = data.draw(annotations(tiny_schema, drawn))

    def quote(start: int, end: int) -> dict[str, Any]:
        words = drawn.text[start:end]
        return {"text": words, "occurrence": sum(drawn.text.startswith(words, n) for n in range(start + 1))}

    value = {
        "article": annotation.article,
        "entities": [
            {"key": each.id, "type": each.type, **quote(*each.span), **each.attributes}
            for each in reversed(annotation.entities)
        ],
        "events": [
            event(
                each.id,
                each.type,
                quote(*each.trigger.span),
                *((argument.role, argument.entity) for argument in each.arguments),
                **each.attributes,
            )
            for each in annotation.events
        ],
    }
    assert resolved(value, tiny_schema, drawn.text) == annotation
