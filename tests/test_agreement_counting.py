"""Agreement is counted from sets that are made once; here every measure is counted from its definition."""

from __future__ import annotations

from dataclasses import replace
from itertools import permutations

from hypothesis import given, settings
from hypothesis import strategies as st

from khabar.agreement import MEASURES, Agreement, Counts, Side, Sum, compare, compare_sides, total
from khabar.agreement.matching import overlapping_pairs
from khabar.alignment import Edges, lay
from khabar.document import Annotation
from khabar.schema import Schema
from khabar.text import tokenize
from strategies import Drawn, annotations, texts


def tuples_of(said: Annotation) -> dict[str, set[object]]:
    """The tuples of each measure that compares sets, as the guidelines of TextEE define them."""
    spans = {each.id: each.span for each in said.entities}
    filled = [(event, one.role, spans[one.entity]) for event in said.events for one in event.arguments]
    return {
        "entity": {(each.type, each.span) for each in said.entities},
        "entity_span": {each.span for each in said.entities},
        "trigger_i": {each.trigger.span for each in said.events},
        "trigger_c": {(each.type, each.trigger.span) for each in said.events},
        "argument_i": {(event.type, span) for event, _, span in filled},
        "argument_c": {(event.type, span, role) for event, role, span in filled},
        "argument_i+": {(event.type, span, event.trigger.span) for event, _, span in filled},
        "argument_c+": {(event.type, span, event.trigger.span, role) for event, role, span in filled},
    }


@st.composite
def pairs_of_passes(draw: st.DrawFn, schema: Schema) -> tuple[str, Annotation, Annotation]:
    """A text and two passes of it; the second shares some of what the first says."""
    drawn: Drawn = draw(texts())
    first, other = (draw(annotations(schema, drawn, name)) for name in ("a", "b"))
    if draw(st.booleans()):
        dropped = draw(st.sampled_from(first.events)).id if first.events else ""
        kept = tuple(each for each in first.events if each.id != dropped)
        other = replace(first, annotator="b", events=kept)
    return drawn.text, first, other


@given(data=st.data())
@settings(deadline=None)
def test_counts_are_those_of_the_tuples_of_each_measure(data: st.DataObject, tiny_schema: Schema) -> None:
    text, first, second = data.draw(pairs_of_passes(tiny_schema))
    found = compare(first, second, tiny_schema, text)
    assert tuple(found.counts) == MEASURES
    mine, other = tuples_of(first), tuples_of(second)
    for name, items in mine.items():
        assert found.counts[name] == Counts(len(items & other[name]), len(items), len(other[name]))
    for name, rows in found.by_type.items():
        assert sum(rows.values(), Counts()) == found.counts[name]
        assert list(rows) == sorted(rows)
    edges = Edges.of(tokenize(text))
    sides = (Side.of(each, edges) for each in (first, second))
    alone = compare_sides(*sides, tiny_schema, by_type=False)
    assert alone == replace(found, by_type={})


@given(data=st.data())
@settings(deadline=None)
def test_token_types_are_those_of_the_tags(data: st.DataObject, tiny_schema: Schema) -> None:
    text, first, second = data.draw(pairs_of_passes(tiny_schema))
    tags = [
        lay([(*each.span, each.type) for each in said.entities], tokenize(text)).tags
        for said in (first, second)
    ]
    expected: dict[tuple[str, str], int] = {}
    for one, two in zip(*tags, strict=True):
        both = (one.rpartition("-")[2], two.rpartition("-")[2])
        expected[both] = expected.get(both, 0) + 1
    assert compare(first, second, tiny_schema, text).tokens["entities"] == expected


@given(data=st.data())
@settings(deadline=None)
def test_a_sum_does_not_hang_on_the_order_of_its_articles(data: st.DataObject, tiny_schema: Schema) -> None:
    articles = []
    for _ in range(3):
        text, first, second = data.draw(pairs_of_passes(tiny_schema))
        articles.append(compare(first, second, tiny_schema, text))
    sums = [total(each) for each in permutations(articles)]
    assert all(each == sums[0] for each in sums)
    for name in MEASURES:
        assert sums[0].counts[name] == sum((each.counts[name] for each in articles), Counts())


@given(data=st.data())
@settings(deadline=None, max_examples=20)
def test_a_sum_that_was_taken_stays_as_it_was(data: st.DataObject, tiny_schema: Schema) -> None:
    text, first, second = data.draw(pairs_of_passes(tiny_schema))
    one = compare(first, second, tiny_schema, text)
    added = Sum()
    assert added.agreement == Agreement({}, {}, {})
    added.add(one)
    taken = added.agreement
    added.add(one)
    assert taken == one == total([one])
    assert added.agreement == total([one, one])


spans = st.lists(
    st.tuples(st.integers(0, 8), st.integers(1, 4)).map(lambda each: (each[0], sum(each))), max_size=5
)


def most_pairs(first: list[tuple[int, int]], second: list[tuple[int, int]]) -> int:
    """The size of a maximum matching, by trying everything."""
    if not first:
        return 0
    (start, end), *rest = first
    best = most_pairs(rest, second)
    for number, other in enumerate(second):
        if start < other[1] and other[0] < end:
            best = max(best, 1 + most_pairs(rest, second[:number] + second[number + 1 :]))
    return best


@given(spans, spans)
@settings(deadline=None)
def test_no_other_pairing_has_more_pairs(first: list[tuple[int, int]], second: list[tuple[int, int]]) -> None:
    found = overlapping_pairs(first, second)
    assert len(found) == most_pairs(first, second)
    assert len({left for left, _ in found}) == len({right for _, right in found}) == len(found)
