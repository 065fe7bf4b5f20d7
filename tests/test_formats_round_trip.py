"""An article written in a format and read back is the article, in all that the format can hold."""

from __future__ import annotations

from collections import Counter
from pathlib import Path
from tempfile import TemporaryDirectory

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from format_articles import articles, first_article, read_back, without_places
from khabar.alignment import lay
from khabar.document import Event
from khabar.formats import Window, brat, conll2003, conllu_plus, docbin, oneie
from khabar.formats.model import AnnotatedText, onto
from khabar.schema import Schema
from khabar.text import segment

QUICK = settings(deadline=None, max_examples=60, suppress_health_check=[HealthCheck.function_scoped_fixture])
SLOWER = settings(QUICK, max_examples=20)


@QUICK
@given(data=st.data())
def test_brat_holds_all_of_an_annotation(data: st.DataObject, tiny_schema: Schema) -> None:
    given = data.draw(articles(tiny_schema))
    with TemporaryDirectory() as folder:
        (found,), findings = read_back(
            brat, brat.write([given], "train", tiny_schema), Path(folder), tiny_schema
        )
    assert findings.faults == []
    assert without_places(found) == given


@QUICK
@given(data=st.data())
def test_a_oneie_window_of_the_whole_article_holds_all_of_it(
    data: st.DataObject, tiny_schema: Schema
) -> None:
    given = data.draw(articles(tiny_schema))
    made = oneie.write([given], "train", window=Window.article)
    with TemporaryDirectory() as folder:
        (found,), findings = read_back(oneie, made, Path(folder), tiny_schema)
    assert findings.faults == []
    assert (without_places(found), +made.lost) == (given, Counter())


@SLOWER
@given(data=st.data())
def test_a_docbin_holds_all_of_an_annotation(data: st.DataObject, tiny_schema: Schema) -> None:
    given = data.draw(articles(tiny_schema))
    with TemporaryDirectory() as folder:
        (found,), findings = read_back(
            docbin, docbin.write([given], "train", tiny_schema), Path(folder), tiny_schema
        )
    assert findings.faults == []
    assert without_places(found) == given


@QUICK
@given(data=st.data())
def test_conllu_plus_holds_the_text_and_what_tags_show(data: st.DataObject, tiny_schema: Schema) -> None:
    given = data.draw(articles(tiny_schema))
    made = conllu_plus.write([given], "train")
    with TemporaryDirectory() as folder:
        (found,), findings = read_back(conllu_plus, made, Path(folder), tiny_schema)
    assert findings.faults == []
    assert found.text == given.text
    assert sorted((*each.span, each.type) for each in found.entities) == sorted(pieces(given))
    assert [(*each.trigger.span, each.type) for each in found.events] == shown(given, "triggers")
    assert not [
        what
        for what in made.lost
        if what.startswith("mentions") and "cut" not in what and "whole" not in what
    ]


@QUICK
@given(data=st.data())
def test_conll_2003_holds_what_tags_show_once_it_is_laid_on_the_text(
    data: st.DataObject, tiny_schema: Schema
) -> None:
    given = data.draw(articles(tiny_schema))
    made = conll2003.write([given], "train", triggers=True)
    with TemporaryDirectory() as folder:
        (read,), findings = read_back(conll2003, made, Path(folder), tiny_schema)
    assert findings.faults == []
    found = onto(read, given.text)
    assert found is not None
    assert_shown(found, given, made.lost)


def pieces(given: AnnotatedText) -> list[tuple[int, int, str]]:
    """Every mention by the whole words it overlaps, nested ones too; in pieces if a sentence ends in it."""
    found = []
    for each in given.entities:
        for sentence in segment(given.text):
            words = [word for word in sentence.tokens if word.start < each.end and each.start < word.end]
            if words:
                found.append((words[0].start, words[-1].end, each.type))
    return found


def assert_shown(found: AnnotatedText, given: AnnotatedText, lost: Counter[str]) -> None:
    """The spans found are those that the one rule of the house shows, and the rest is counted."""
    assert [(*each.span, each.type) for each in found.entities] == shown(given, "mentions")
    assert [(*each.trigger.span, each.type) for each in found.events] == shown(given, "triggers")
    for what, here, there in (
        ("mentions", found.entities, given.entities),
        ("triggers", found.events, given.events),
    ):
        hidden = sum(lost[f"{what} {how}"] for how in ("inside others", "that cross others"))
        assert len(here) - lost[f"{what} cut at the edge of a sentence"] == len(there) - hidden
    assert lost["arguments"] == sum(len(each.arguments) for each in given.events)
    owners = [*given.entities, *given.events]
    assert lost["attributes"] == sum(len(each.attributes) for each in owners)


def shown(given: AnnotatedText, what: str) -> list[tuple[int, int, str]]:
    """Sentence by sentence, as tags of whole words, by hand: a mention's words, cut at sentence edges."""
    spans = [(*e.span, e.type) for e in given.entities]
    if what == "triggers":
        spans = [(*e.trigger.span, e.type) for e in given.events]
    sentences = segment(given.text)
    tags = iter(lay(spans, [token for sentence in sentences for token in sentence.tokens]).tags)
    found: list[tuple[int, int, str]] = []
    for sentence in sentences:
        open_ = False
        for token in sentence.tokens:
            tag = next(tags)
            if open_ and tag[0] == "I":
                found[-1] = (found[-1][0], token.end, found[-1][2])
            elif tag != "O":
                found.append((token.start, token.end, tag[2:]))
            open_ = tag != "O"
    return found


@QUICK
@given(data=st.data())
def test_an_article_of_flat_names_comes_back_from_conll_2003_whole(
    data: st.DataObject, tiny_schema: Schema
) -> None:
    """Where no mention nests or begins inside a word, only roles and attributes are lost."""
    drawn = data.draw(articles(tiny_schema, nested=False, inside_words=False, gaps=("\n",)))
    given = bare(drawn)
    made = conll2003.write([given], "train", triggers=True)
    if any(each.startswith("triggers") for each in made.lost):
        return
    with TemporaryDirectory() as folder:
        (found,), _ = read_back(conll2003, made, Path(folder), tiny_schema)
    laid = onto(found, given.text)
    assert laid is not None
    assert [(e.span, e.type, e.text) for e in laid.entities] == [
        (e.span, e.type, e.text) for e in given.entities
    ]
    assert [(e.key, e.trigger) for e in laid.events] == [(e.key, e.trigger) for e in given.events]


def bare(given: AnnotatedText) -> AnnotatedText:
    """Without roles and attributes; one event a trigger."""
    events = {each.trigger.span: Event(each.id, each.type, each.trigger) for each in given.events}
    entities = tuple(type(e)(e.id, e.type, e.start, e.end, e.text) for e in given.entities)
    return AnnotatedText(given.id, given.text, entities, tuple(events.values()))


def test_what_conll_2003_cannot_hold_is_counted() -> None:
    assert conll2003.write([first_article()], "train", triggers=True).lost == {
        "mentions inside others": 1,
        "mentions widened to whole words": 1,
        "triggers inside others": 1,
        "arguments": 4,
        "attributes": 4,
    }
    assert conll2003.write([first_article()], "train").lost == {
        "mentions inside others": 1,
        "mentions widened to whole words": 1,
        "events": 3,
        "arguments": 4,
        "attributes": 4,
    }


def test_what_oneie_sentences_cannot_hold_is_counted() -> None:
    """The Place of the meeting is in the title; all else is in its sentence."""
    assert +oneie.write([first_article()], "train").lost == {"arguments over windows": 1}


def test_brat_and_docbin_lose_nothing(tiny_schema: Schema) -> None:
    assert brat.write([first_article()], "train", tiny_schema).lost == {}
    assert docbin.write([first_article()], "train", tiny_schema).lost == {}
