"""Counts made of arrays are those of the sets and of seqeval, however spans nest, cross or repeat."""

from __future__ import annotations

from itertools import combinations, combinations_with_replacement, product

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from khabar.alignment import Edges, place
from khabar.schema import Schema
from khabar.scoring import Gold, Submission, micro_counts
from khabar.scoring.arrays import codes_of
from khabar.scoring.counting import matrices_of
from khabar.scoring.extraction import Event, Extraction
from khabar.scoring.gold import Article
from khabar.scoring.measures import BY_NAME, MEASURES, View, count, view
from khabar.scoring.published import published
from khabar.scoring.words import outermost, words_of
from khabar.text import segment
from khabar.text.proclitics import PROCLITICS

TEXTS = (
    "وَبِلبنان ولموسكو. فَكَ و ب\nك😀لـيبيا",  # marks, tatweel, proclitics alone, an emoji, no space
    "",
    "قال. قال!\n\nلا",
    "  \n",
    "و«بيروت» 12,5 و\u200cلا",
)
ALL = frozenset({"entities", "triggers", "arguments"})


def article(text: str, number: int, said: Extraction) -> Article:
    return Article(f"article-{number}", text, tuple(segment(text)), said)


def laid(
    golden: list[Extraction], found: list[Extraction], texts: tuple[str, ...]
) -> tuple[Gold, Submission]:
    """Gold and submission on these texts."""
    articles = [article(*each) for each in zip(texts, range(len(texts)), golden, strict=True)]
    gold = Gold({each.id: each for each in articles}, "")
    return gold, Submission(dict(zip(gold.articles, found, strict=True)), ALL)


def views(gold: Gold, submission: Submission) -> tuple[list[View], list[View]]:
    articles = gold.articles.values()
    return [view(each, each.says) for each in articles], [
        view(each, submission.articles[each.id]) for each in articles
    ]


def check(gold: Gold, submission: Submission, schema: Schema) -> None:
    """Every cell of every measure against the sets."""
    sides = views(gold, submission)
    matrices = matrices_of(gold, submission, schema)
    assert list(matrices) == [each.name for each in MEASURES]
    for name, found in matrices.items():
        expected = count(BY_NAME[name], schema, *sides)
        assert found.labels == expected.labels
        assert np.array_equal(found.counts, expected.counts), name
    assert micro_counts(gold, submission, schema) == {name: each.total for name, each in matrices.items()}


def spans_in(text: str) -> st.SearchStrategy[tuple[int, int]]:
    return st.sampled_from(list(combinations(range(len(text) + 1), 2)))


def said_of(text: str, schema: Schema) -> st.SearchStrategy[Extraction]:
    """Anything one may say of a text, doubles too."""
    if not text:
        return st.just(Extraction())
    spans = spans_in(text)
    entities = st.builds(lambda span, name: (*span, name), spans, st.sampled_from(list(schema.entities)))

    def event(kind: str) -> st.SearchStrategy[Event]:
        fillers = st.builds(
            lambda span, role: (role, *span), spans, st.sampled_from(list(schema.roles(kind)))
        )
        return st.builds(
            lambda span, filled: Event(kind, *span, tuple(filled)), spans, st.lists(fillers, max_size=4)
        )

    events = st.sampled_from(list(schema.events)).flatmap(event)
    return st.builds(
        Extraction, st.lists(entities, max_size=8).map(tuple), st.lists(events, max_size=5).map(tuple)
    )


@settings(deadline=None, max_examples=80)
@given(st.data())
def test_all_measures_count_as_the_sets_do(tiny_schema: Schema, data: st.DataObject) -> None:
    golden = [data.draw(said_of(each, tiny_schema)) for each in TEXTS]
    found = [
        data.draw(st.one_of(st.just(gold), said_of(text, tiny_schema)))
        for text, gold in zip(TEXTS, golden, strict=True)
    ]
    check(*laid(golden, found, TEXTS), tiny_schema)


@settings(deadline=None, max_examples=30)
@given(st.data())
def test_words_count_as_seqeval_does(tiny_schema: Schema, data: st.DataObject) -> None:
    golden, found = ([data.draw(said_of(each, tiny_schema)) for each in TEXTS] for _ in range(2))
    gold, submission = laid(golden, found, TEXTS)
    right, guessed = views(gold, submission)
    matrices = matrices_of(gold, submission, tiny_schema)
    for name, tags in (("entities", "ner"), ("triggers", "triggers")):
        sides = ([part for each in side for part in getattr(each, tags).tags] for side in (right, guessed))
        theirs = published(*sides)
        ours = {"": matrices[name].total, **matrices[name].by_label}
        for label, figures in theirs.items():
            assert tuple(each or 0.0 for each in ours[label].figures) == figures


def test_every_pair_of_small_sets_of_spans_counts_as_the_sets_do(tiny_schema: Schema) -> None:
    """All sets of up to two labelled spans over three words in two sentences, each against each."""
    text = "لبنان.\nو بيروت"
    edges = (0, 5, 8, len(text))
    every = [
        (start, end, name)
        for start, end in product(edges, edges)
        if start < end
        for name in ("GPE", "PER")  # whose order in the schema is another than by name
    ]
    assert list(tiny_schema.entities).index("PER") < list(tiny_schema.entities).index("GPE")
    sets = [(), *((each,) for each in every), *combinations_with_replacement(every, 2)]
    pairs = list(product(sets, sets))
    golden, found = ([Extraction(each) for each in side] for side in zip(*pairs, strict=True))
    gold, submission = laid(golden, found, (text,) * len(pairs))
    check(gold, submission, tiny_schema)


@pytest.mark.parametrize("size", range(6))
def test_outermost_ranges_are_those_that_are_placed(size: int) -> None:
    """All multisets of up to five ranges over five words: chains that cross, and what lies behind them."""
    edges = Edges(range(5), range(1, 6))
    every = [(first, last) for first in range(5) for last in range(first + 1, 6)]
    for ranges in combinations_with_replacement(every, size):
        ordered = sorted(ranges, key=lambda each: (each[0], -each[1]))
        first, last = np.array(ordered, dtype=np.int64).reshape(-1, 2).T
        kept = outermost(first, last)
        placed = place([(*each, "PER") for each in ordered], edges)
        assert [(*ordered[n], "PER") for n in np.flatnonzero(kept)] == placed.ranges


def test_a_long_chain_of_crossing_ranges_keeps_every_other_one() -> None:
    first = np.arange(0, 10_000)
    kept = outermost(first, first + 2)
    assert np.array_equal(np.flatnonzero(kept), np.arange(0, 10_000, 2))


def test_a_start_is_moved_over_exactly_the_prefixes_that_are_proclitics(tiny_schema: Schema) -> None:
    for number, text in enumerate(TEXTS):
        one = article(text, number, Extraction())
        gold = Gold({one.id: one}, "")
        words = words_of([(text, one.sentences)], gold.laid(codes_of(tiny_schema)).layout)
        assert words.starts.tolist() == [each.start for each in one.tokens]
        for start, size in zip(words.starts.tolist(), words.proclitics.tolist(), strict=True):
            taken = [end for end in range(start + 1, len(text) + 1) if PROCLITICS.fullmatch(text, start, end)]
            assert taken == list(range(start + 1, start + size + 1))


def test_a_name_with_and_without_its_proclitics_meets_once_each(tiny_schema: Schema) -> None:
    text = "ولموسكو"
    said = [(0, 7, "GPE"), (1, 7, "GPE"), (2, 7, "GPE")]
    gold, submission = laid([Extraction(tuple(said[:2]))], [Extraction(tuple(said))], (text,))
    found = micro_counts(gold, submission, tiny_schema)
    assert found["entities_up_to_proclitic"] == (2, 3, 2)
    assert found["entities_exact"] == (2, 3, 2)
    assert found["entities"] == (1, 1, 1)
