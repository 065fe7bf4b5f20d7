"""Marks in text: exact characters, nested and cut, and nothing between the letters of a word."""

from __future__ import annotations

import re
from html.parser import HTMLParser
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from khabar.document import Annotation, Argument, Entity, Event, Trigger
from khabar.files import sha256
from khabar.pages.layers import of_annotation, shortened
from khabar.pages.marking import Mark, paragraphs
from khabar.schema import Schema


class Shown(HTMLParser):
    """The text of `<p>` lines of one layer, and every mark's characters in it."""

    def __init__(self) -> None:
        super().__init__()
        self.text = ""
        self.open: list[tuple[str, int]] = []
        self.marked: list[tuple[str, str]] = []
        self.deepest = 0

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if tag == "mark":
            self.open.append((str(dict(attrs)["data-span"]), len(self.text)))
            self.deepest = max(self.deepest, len(self.open))

    def handle_endtag(self, tag: str) -> None:
        if tag == "mark":
            span, start = self.open.pop()
            self.marked.append((span, self.text[start:]))

    def handle_data(self, data: str) -> None:
        self.text += data


def shown(lines: list[Any]) -> Shown:
    """What a reader sees of the lines."""
    reader = Shown()
    for number, line in enumerate(lines):
        reader.handle_data("\n" if number else "")
        reader.feed(str(line))
    reader.close()
    return reader


def mark(start: int, end: int) -> Mark:
    """A mark of nothing in particular."""
    return Mark(start, end, "entity")


@settings(deadline=None, max_examples=200)
@given(
    st.text("اب و<&\"'\n😀\u064b", max_size=30),
    st.lists(st.tuples(st.integers(0, 29), st.integers(1, 30)), max_size=8),
)
def test_marks_keep_every_character_and_take_exactly_theirs(text: str, edges: list[tuple[int, int]]) -> None:
    spans = [(start, end) for start, end in edges if start < end <= len(text)]
    reader = shown(paragraphs(text, [mark(*each) for each in spans]))
    assert reader.text == text
    assert reader.open == []
    for start, end in set(spans):
        pieces = [words for span, words in reader.marked if span == f"{start}:{end}"]
        expected = text[start:end].replace("\n", "") * spans.count((start, end))
        assert sorted("".join(pieces)) == sorted(expected)


def test_a_nested_mark_stands_in_the_outer_one_which_is_higher() -> None:
    (line,) = paragraphs("وزارة خارجية لبنان", [mark(13, 18), mark(0, 18)])
    assert re.findall(r'data-span="(\d+:\d+)"([^>]*)>', line) == [
        ("0:18", ' style="--height:1"'),
        ("13:18", ""),
    ]
    assert line.endswith("لبنان</mark></mark>")


def test_marks_that_cross_are_cut_in_pieces_of_which_only_the_first_is_a_place_to_stop() -> None:
    (line,) = paragraphs("abcdef", [mark(0, 4), mark(2, 6)])
    assert re.findall(r'class="([^"]+)" data-span="([^"]+)"', line) == [
        ("entity", "0:4"),
        ("entity continues", "2:6"),
        ("entity continued", "2:6"),
    ]


def test_a_thousand_marks_in_one_another_are_written() -> None:
    reader = shown(paragraphs("x" * 2_000, [mark(each, 2_000 - each) for each in range(1_000)]))
    assert (reader.text, reader.deepest) == ("x" * 2_000, 1_000)


def test_nothing_stands_between_a_proclitic_and_its_mention() -> None:
    (line,) = paragraphs("وموسكو", [mark(1, 6)])
    assert re.fullmatch(r"و<mark [^>]*>موسكو</mark>", line)


def test_attributes_that_are_not_usual_are_told(tiny_schema: Schema) -> None:
    text = "ترفض موسكو"
    annotation = Annotation(
        "x",
        sha256(text),
        "gold",
        "1.0",
        (Entity("T1", "GPE", 5, 10, "موسكو", {"metonym": True}),),
        (Event("E1", "Reject", Trigger(0, 4, "ترفض"), (Argument("Rejecter", "T1"),), {"realis": "future"}),),
    )
    layer = of_annotation(annotation, tiny_schema, text, identifier="g", kind="gold", name="Gold", what="")
    (line,) = layer.lines or []
    assert 'data-tag="Reject · future"' in line
    assert 'data-notes="مجاز · مجاز"' in line
    assert layer.happenings[0].fillers[0].key == "argument Reject 0 4 Rejecter 5 10"


def test_of_a_mention_that_is_not_ours_five_words_are_shown() -> None:
    assert shortened("one two three four five") == "one two three four five"
    assert shortened("one two three four five six") == "one two three four five …"
    assert shortened("at 09:30 local time (London)") == "at 09:30 local time …"
