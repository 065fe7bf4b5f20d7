"""Agreement before adjudication: exact counts, None where a figure is undefined."""

from __future__ import annotations

from collections import Counter
from dataclasses import replace
from itertools import product

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from khabar.agreement import MEASURES, Counts, as_json, compare, kappa, total
from khabar.document import Annotation, Argument, Entity, Event, Trigger
from khabar.files import dump_json, sha256
from khabar.schema import Schema
from strategies import Drawn, annotations, texts

TEXT = "موسكو ترفض خطة باريس 😀 قبل اجتماع لندن"


def entity(id_: str, type_: str, start: int, end: int, **attributes: bool | str) -> Entity:
    return Entity(id_, type_, start, end, TEXT[start:end], attributes)


def event(
    id_: str, type_: str, start: int, end: int, *arguments: tuple[str, str], realis: str = "actual"
) -> Event:
    roles = tuple(Argument(role, filler) for role, filler in arguments)
    return Event(id_, type_, Trigger(start, end, TEXT[start:end]), roles, {"realis": realis})


def annotated(annotator: str, *items: Entity | Event) -> Annotation:
    entities = tuple(each for each in items if isinstance(each, Entity))
    events = tuple(each for each in items if isinstance(each, Event))
    return Annotation("authored-x", sha256(TEXT), annotator, "1.0", entities, events)


FIRST = annotated(
    "a",
    entity("T1", "GPE", 0, 5, metonym=True),
    entity("T2", "ORG", 11, 14),
    entity("T3", "GPE", 34, 38),
    event("E1", "Reject", 6, 10, ("Rejecter", "T1"), ("Proposal", "T2")),
    event("E2", "Meet", 27, 33, ("Place", "T3"), realis="future"),
)
SECOND = annotated(
    "b",
    entity("T1", "GPE", 0, 5),
    entity("T2", "PER", 11, 14),
    event("E1", "Reject", 6, 10, ("Rejecter", "T1"), ("Place", "T1")),
    event("E2", "Reject", 27, 33, ("Rejecter", "T1"), realis="future"),
)


def test_every_measure_counts_what_both_have_and_what_each_has(tiny_schema: Schema) -> None:
    assert compare(FIRST, SECOND, tiny_schema).counts == {
        "entity": Counts(1, 3, 2),
        "entity_span": Counts(2, 3, 2),
        "entity_overlap": Counts(1, 3, 2),
        "trigger_i": Counts(2, 2, 2),
        "trigger_c": Counts(1, 2, 2),
        "argument_i": Counts(1, 3, 1),
        "argument_c": Counts(1, 3, 2),
        "argument_i+": Counts(1, 3, 2),
        "argument_c+": Counts(1, 3, 3),
        "argument_given_i": Counts(1, 2, 1),
        "argument_given_c": Counts(1, 2, 2),
    }


def test_measures_are_given_by_type_and_role(tiny_schema: Schema) -> None:
    by_type = compare(FIRST, SECOND, tiny_schema).by_type
    assert by_type == {
        "entity": {"GPE": Counts(1, 2, 1), "ORG": Counts(0, 1, 0), "PER": Counts(0, 0, 1)},
        "entity_overlap": {"GPE": Counts(1, 2, 1), "ORG": Counts(0, 1, 0), "PER": Counts(0, 0, 1)},
        "trigger_c": {"Meet": Counts(0, 1, 0), "Reject": Counts(1, 1, 2)},
        "argument_c+": {"Place": Counts(0, 1, 1), "Proposal": Counts(0, 1, 0), "Rejecter": Counts(1, 1, 2)},
        "argument_given_c": {
            "Place": Counts(0, 0, 1),
            "Proposal": Counts(0, 1, 0),
            "Rejecter": Counts(1, 1, 1),
        },
    }


def test_attributes_are_compared_where_both_have_the_span_whatever_its_type(tiny_schema: Schema) -> None:
    attributes = compare(FIRST, SECOND, tiny_schema).attributes
    assert attributes == {
        "metonym": {(True, False): 1},
        "realis": {("actual", "actual"): 1, ("future", "future"): 1},
    }


def test_types_are_set_against_each_other_where_both_have_the_span(tiny_schema: Schema) -> None:
    assert compare(FIRST, SECOND, tiny_schema).types == {
        "entities": {("GPE", "GPE"): 1, ("ORG", "PER"): 1},
        "triggers": {("Reject", "Reject"): 1, ("Meet", "Reject"): 1},
    }


def test_f1_is_undefined_where_neither_has_any(tiny_schema: Schema) -> None:
    empty = compare(annotated("a"), annotated("b"), tiny_schema)
    assert {each.f1 for each in empty.counts.values()} == {None}
    assert Counts(0, 3, 0).f1 == 0.0
    assert Counts(2, 3, 2).f1 == 0.8


def test_kappa_is_the_textbook_figure() -> None:
    # 50 grants read by two people (20 yes/yes, 5 yes/no, 10 no/yes, 15 no/no): kappa 0.4
    confusion = {(True, True): 20, (True, False): 5, (False, True): 10, (False, False): 15}
    assert kappa(confusion) == pytest.approx(0.4, abs=1e-15)
    assert kappa({("actual", "actual"): 7, ("future", "future"): 2}) == 1.0
    assert kappa({("actual", "future"): 1, ("future", "actual"): 1}) == -1.0


def test_kappa_is_undefined_where_chance_explains_everything() -> None:
    assert kappa({}) is None
    assert kappa({("actual", "actual"): 12}) is None


def test_articles_are_summed_exactly(tiny_schema: Schema) -> None:
    summed = total([compare(FIRST, SECOND, tiny_schema), compare(FIRST, FIRST, tiny_schema)])
    assert summed.counts["entity"] == Counts(4, 6, 5)
    assert summed.by_type["entity"]["ORG"] == Counts(1, 2, 1)
    assert summed.attributes["realis"] == {("actual", "actual"): 2, ("future", "future"): 2}
    with pytest.raises(ValueError, match="no article that both annotators did"):
        total([])


def test_the_figures_are_json_with_their_counts(tiny_schema: Schema) -> None:
    value = as_json(compare(FIRST, SECOND, tiny_schema))
    assert value["measures"]["entity"] == {
        "match": 1,
        "first": 3,
        "second": 2,
        "f1": 0.4,
        "f1_interval": None,
    }
    assert value["attributes"]["metonym"] == {
        "compared": 1,
        "kappa": 0.0,
        "confusion": [{"first": True, "second": False, "count": 1}],
    }
    nothing = as_json(compare(annotated("a"), annotated("b"), tiny_schema))
    assert '"kappa": null' in dump_json(nothing)


@given(data=st.data())
@settings(deadline=None)
def test_agreement_is_symmetric_and_whole_with_oneself(data: st.DataObject, tiny_schema: Schema) -> None:
    drawn: Drawn = data.draw(texts())
    first, second = (data.draw(annotations(tiny_schema, drawn, name)) for name in ("a", "b"))
    one, other = compare(first, second, tiny_schema), compare(second, first, tiny_schema)
    assert [one.counts[name].f1 for name in MEASURES] == [other.counts[name].f1 for name in MEASURES]
    assert kappa(one.attributes["realis"]) == kappa(other.attributes["realis"])
    alone = compare(first, replace(first, annotator="c"), tiny_schema)
    assert {each.f1 for each in alone.counts.values()} <= {1.0, None}
    for name, counts in one.counts.items():
        swapped = other.counts[name]
        assert (counts.match, counts.first, counts.second) == (swapped.match, swapped.second, swapped.first)
    assert one.counts["entity"].match <= one.counts["entity_overlap"].match
    assert one.counts["argument_given_c"].match == one.counts["argument_c+"].match
    for name, rows in one.by_type.items():
        assert sum(rows.values(), Counts()) == one.counts[name]


@given(st.dictionaries(st.sampled_from(list(product("xyz", repeat=2))), st.integers(0, 30), min_size=1))
def test_kappa_is_what_its_definition_says(confusion: dict[tuple[str, str], int]) -> None:
    size = sum(confusion.values())
    observed = sum(count for (left, right), count in confusion.items() if left == right)
    mine, other = Counter[str](), Counter[str]()
    for (left, right), count in confusion.items():
        mine[left] += count
        other[right] += count
    expected = sum(mine[each] * other[each] for each in "xyz") / size**2 if size else 1
    if expected == 1:
        assert kappa(confusion) is None
    else:
        assert kappa(confusion) == pytest.approx((observed / size - expected) / (1 - expected))
