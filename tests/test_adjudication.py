"""Passes and decisions make gold, and nothing is decided in silence."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from adjudicated_article import (
    LONDON,
    LONDON_GPE,
    MEET,
    MEETING,
    MOSCOW,
    MOSCOW_GPE,
    PLAN,
    PLAN_ORG,
    REJECT,
    REJECTS,
    TEXT,
    annotated,
    decided,
    entity,
    event,
    link,
    mention,
)
from khabar.adjudication import adjudicate, differences
from khabar.decisions import Decision, Decisions, Link, Mention, dumps, parse
from khabar.document import Annotation
from khabar.errors import CallError, DataError
from khabar.files import parse_json, sha256
from khabar.schema import Schema
from strategies import Drawn, annotations, texts


def gold_of(schema: Schema, passes: list[Annotation], *decisions: Decision) -> Annotation:
    return adjudicate(passes, decided(*decisions), schema=schema, text=TEXT)


def faults_of(schema: Schema, passes: list[Annotation], *decisions: Decision) -> list[tuple[str, str]]:
    with pytest.raises(DataError) as error:
        gold_of(schema, passes, *decisions)
    return [(fault.where, fault.message) for fault in error.value.faults]


def test_what_all_passes_say_is_gold_without_a_decision(tiny_schema: Schema) -> None:
    items = (MOSCOW_GPE, PLAN_ORG, event("Reject", REJECTS, ("Rejecter", MOSCOW_GPE), ("Proposal", PLAN_ORG)))
    passes = [annotated("a", *items), annotated("b", *items)]
    assert differences(passes) == []
    assert gold_of(tiny_schema, passes) == annotated("gold", *items)


def test_an_entity_of_one_pass_is_kept_or_dropped_as_decided(tiny_schema: Schema) -> None:
    passes = [annotated("a", MOSCOW_GPE), annotated("b")]
    item = mention("entity", "GPE", MOSCOW)
    assert [(each.name, each.item, each.holders) for each in differences(passes)] == [("D1", item, ("a",))]
    assert gold_of(tiny_schema, passes, Decision("keep", item, ("a",), "a name")) == annotated(
        "gold", MOSCOW_GPE
    )
    assert gold_of(tiny_schema, passes, Decision("drop", item, ("a",), "no name")) == annotated("gold")


def test_an_undecided_difference_is_a_fault_under_its_number(tiny_schema: Schema) -> None:
    passes = [annotated("a", MOSCOW_GPE), annotated("b", entity("GPE", LONDON, metonym=True))]
    assert faults_of(tiny_schema, passes) == [
        ("D1", "undecided: entity GPE 'موسكو' [0, 5): only in a; keep or drop it"),
        ("D2", "undecided: entity GPE 'لندن' [34, 38): only in b; keep or drop it"),
    ]


def test_a_different_attribute_is_decided_by_set(tiny_schema: Schema) -> None:
    passes = [
        annotated("a", entity("GPE", MOSCOW, metonym=True), event("Meet", MEETING)),
        annotated("b", MOSCOW_GPE, event("Meet", MEETING, realis="future")),
    ]
    metonym, realis = differences(passes)
    assert (metonym.attribute, dict(metonym.values)) == ("metonym", {"a": True, "b": False})
    assert str(realis) == "realis of Meet 'اجتماع' [27, 33): actual in a, future in b"
    set_metonym = Decision("set", metonym.item, ("a", "b"), "a state acts", "metonym", True)
    set_realis = Decision("set", realis.item, ("a", "b"), "planned", "realis", "hypothetical")
    gold = gold_of(tiny_schema, passes, set_metonym, set_realis)
    assert gold == annotated(
        "gold", entity("GPE", MOSCOW, metonym=True), event("Meet", MEETING, realis="hypothetical")
    )
    unset = gold_of(tiny_schema, passes, replace(set_metonym, value=False), set_realis)
    assert dict(unset.entities[0].attributes) == {}


def test_an_argument_of_an_event_that_one_pass_has_follows_its_event(tiny_schema: Schema) -> None:
    whole = event("Meet", MEETING, ("Participant", MOSCOW_GPE), ("Place", LONDON_GPE))
    passes = [annotated("a", MOSCOW_GPE, LONDON_GPE, whole), annotated("b", MOSCOW_GPE, LONDON_GPE)]
    assert [each.item for each in differences(passes)] == [MEET]
    keep = Decision("keep", MEET, ("a",), "it happens")
    assert gold_of(tiny_schema, passes, keep) == annotated("gold", MOSCOW_GPE, LONDON_GPE, whole)
    drop = Decision("drop", MEET, ("a",), "no event")
    assert gold_of(tiny_schema, passes, drop) == annotated("gold", MOSCOW_GPE, LONDON_GPE)
    without = Decision("drop", link(MEET, "Place", LONDON), ("a",), "not there")
    assert gold_of(tiny_schema, passes, keep, without) == annotated(
        "gold", MOSCOW_GPE, LONDON_GPE, event("Meet", MEETING, ("Participant", MOSCOW_GPE))
    )


def test_an_argument_that_one_of_two_passes_gives_a_shared_event_is_a_difference(tiny_schema: Schema) -> None:
    passes = [
        annotated("a", LONDON_GPE, event("Meet", MEETING, ("Place", LONDON_GPE))),
        annotated("b", LONDON_GPE, event("Meet", MEETING)),
    ]
    item = link(MEET, "Place", LONDON)
    assert [str(each) for each in differences(passes)] == [
        "argument Place 'لندن' [34, 38) of Meet 'اجتماع' [27, 33): only in a"
    ]
    assert gold_of(tiny_schema, passes, Decision("keep", item, ("a",), "r")).events == passes[0].events
    assert gold_of(tiny_schema, passes, Decision("drop", item, ("a",), "r")).events == passes[1].events


def test_an_argument_is_the_same_whatever_type_its_filler_has(tiny_schema: Schema) -> None:
    person = entity("PER", MOSCOW)
    passes = [
        annotated("a", MOSCOW_GPE, event("Reject", REJECTS, ("Rejecter", MOSCOW_GPE))),
        annotated("b", person, event("Reject", REJECTS, ("Rejecter", person))),
    ]
    assert [each.item for each in differences(passes)] == [
        mention("entity", "GPE", MOSCOW),
        mention("entity", "PER", MOSCOW),
    ]
    gold = gold_of(
        tiny_schema,
        passes,
        Decision("drop", mention("entity", "GPE", MOSCOW), ("a",), "r"),
        Decision("keep", mention("entity", "PER", MOSCOW), ("b",), "r"),
    )
    assert gold == replace(passes[1], annotator="gold")


def test_an_argument_left_without_its_mention_names_the_decision_that_is_missing(tiny_schema: Schema) -> None:
    passes = [annotated("a", LONDON_GPE, event("Meet", MEETING, ("Place", LONDON_GPE))), annotated("b")]
    decisions = [
        Decision("drop", mention("entity", "GPE", LONDON), ("a",), "r"),
        Decision("keep", MEET, ("a",), "r"),
    ]
    assert faults_of(tiny_schema, passes, *decisions) == [
        (
            "argument Place 'لندن' [34, 38) of Meet 'اجتماع' [27, 33)",
            "its words are no entity in gold: decide `drop` for it, or keep or add the entity",
        )
    ]
    mended = gold_of(
        tiny_schema, passes, *decisions, Decision("drop", link(MEET, "Place", LONDON), ("a",), "r")
    )
    assert mended == annotated("gold", event("Meet", MEETING))


def test_what_is_agreed_may_be_corrected_and_what_both_missed_added(tiny_schema: Schema) -> None:
    items = (MOSCOW_GPE, PLAN_ORG, event("Reject", REJECTS, ("Rejecter", MOSCOW_GPE)))
    passes = [annotated("a", *items), annotated("b", *items)]
    meet = mention("event", "Meet", MEETING)
    gold = gold_of(
        tiny_schema,
        passes,
        Decision("drop", mention("entity", "ORG", PLAN), ("a", "b"), "no name"),
        Decision("add", mention("entity", "GPE", LONDON), (), "missed", attributes={"metonym": True}),
        Decision("add", meet, (), "missed", attributes={"realis": "future"}),
        Decision("add", link(meet, "Place", LONDON), (), "missed"),
        Decision("add", link(REJECT, "Place", LONDON), (), "missed"),
        Decision("set", REJECT, ("a", "b"), "not yet", "realis", "hypothetical"),
    )
    london = entity("GPE", LONDON, metonym=True)
    assert gold == annotated(
        "gold",
        MOSCOW_GPE,
        london,
        event("Reject", REJECTS, ("Rejecter", MOSCOW_GPE), ("Place", london), realis="hypothetical"),
        event("Meet", MEETING, ("Place", london), realis="future"),
    )


def test_decisions_that_match_nothing_or_say_too_much_are_refused_all_at_once(tiny_schema: Schema) -> None:
    whole = event("Meet", MEETING, ("Place", LONDON_GPE))
    passes = [annotated("a", MOSCOW_GPE, LONDON_GPE, whole), annotated("b", MOSCOW_GPE, LONDON_GPE)]
    moscow = mention("entity", "GPE", MOSCOW)
    drop_event = Decision("drop", MEET, ("a",), "r")
    assert faults_of(
        tiny_schema,
        passes,
        Decision("keep", moscow, ("a", "b"), "r"),
        Decision("drop", mention("entity", "PER", MOSCOW), (), "r"),
        Decision("add", mention("entity", "GPE", LONDON), ("a", "b"), "r"),
        Decision("set", mention("entity", "GPE", LONDON), ("a", "b"), "r", "metonym", False),
        drop_event,
        drop_event,
        Decision("drop", link(MEET, "Place", LONDON), ("a",), "r"),
        Decision("set", MEET, ("a",), "r", "realis", "future"),
        Decision("drop", Mention("entity", "GPE", 0, 5, "روسيا"), ("a", "b"), "r", "x"),
        Decision("add", link(mention("event", "Meet", REJECTS), "Place", LONDON), (), "r"),
    ) == [
        ("decisions[0]", "the passes agree on entity GPE 'موسكو' [0, 5): there is nothing to decide"),
        ("decisions[1]", "no pass has entity PER 'موسكو' [0, 5) (there: GPE 'موسكو' [0, 5))"),
        ("decisions[2]", "a, b has entity GPE 'لندن' [34, 38): it need not be added"),
        ("decisions[3]", "metonym of GPE 'لندن' [34, 38) is that already"),
        ("decisions[5]", "Meet 'اجتماع' [27, 33) is decided by decisions[4] already"),
        ("decisions[6]", "event Meet 'اجتماع' [27, 33) is not in gold, so there is nothing to drop of it"),
        ("decisions[7]", "event Meet 'اجتماع' [27, 33) is not in gold, so there is nothing to set of it"),
        ("decisions[8]", "[0, 5) is 'موسكو' in the passes, the decision says 'روسيا'"),
        ("decisions[9]", "event Meet 'ترفض' [6, 10) is not in gold, so there is nothing to add of it"),
    ]


def test_decisions_made_on_other_passes_are_refused(tiny_schema: Schema) -> None:
    passes = [annotated("a", MOSCOW_GPE), annotated("b")]
    decisions = decided(Decision("keep", mention("entity", "GPE", MOSCOW), ("b",), "r"), passes=("a", "c"))
    with pytest.raises(DataError) as error:
        adjudicate(passes, replace(decisions, text_sha256="0" * 64, schema="0.9"), schema=tiny_schema)
    assert [fault.where for fault in error.value.faults] == [
        "text_sha256",
        "schema",
        "passes",
        "decisions[0]",
    ]
    assert error.value.faults[-1].message == "GPE 'موسكو' [0, 5) is in a, `from` says b"


def test_gold_that_would_break_a_rule_is_refused_in_the_words_of_the_article(tiny_schema: Schema) -> None:
    passes = [annotated("a", MOSCOW_GPE), annotated("b", entity("PER", MOSCOW))]
    assert faults_of(
        tiny_schema,
        passes,
        Decision("keep", mention("entity", "GPE", MOSCOW), ("a",), "r"),
        Decision("keep", mention("entity", "PER", MOSCOW), ("b",), "r"),
    ) == [("PER 'موسكو' [0, 5)", "same span as GPE 'موسكو' [0, 5); one mention has one type")]


def test_gold_needs_no_text_but_checks_it_where_it_is(tiny_schema: Schema) -> None:
    passes = [annotated("a", MOSCOW_GPE), annotated("b", MOSCOW_GPE)]
    wrong = decided(Decision("add", Mention("entity", "GPE", 34, 38, "روما"), (), "r"))
    assert adjudicate(passes, wrong, schema=tiny_schema).entities[1].text == "روما"
    with pytest.raises(DataError, match="is 'لندن', the file says 'روما'"):
        adjudicate(passes, wrong, schema=tiny_schema, text=TEXT)


def test_three_passes_are_adjudicated_by_the_same_rules(tiny_schema: Schema) -> None:
    passes = [
        annotated("a", entity("GPE", MOSCOW, metonym=True), LONDON_GPE),
        annotated("b", MOSCOW_GPE, LONDON_GPE),
        annotated("c", LONDON_GPE),
    ]
    presence, attribute = differences(passes)
    assert (presence.holders, attribute.attribute) == (("a", "b"), "metonym")
    drop = Decision("drop", presence.item, ("a", "b"), "r")
    decisions = decided(drop, passes=("a", "b", "c"))
    assert adjudicate(passes, decisions, schema=tiny_schema) == annotated("gold", LONDON_GPE)
    keep = decided(replace(drop, action="keep"), passes=("a", "b", "c"))
    with pytest.raises(DataError, match="D2: undecided: metonym"):
        adjudicate(passes, keep, schema=tiny_schema)


def test_passes_of_one_annotator_or_of_two_texts_are_a_wrong_call() -> None:
    with pytest.raises(CallError, match="two or more annotators, found a, a"):
        differences([annotated("a"), annotated("a")])
    with pytest.raises(CallError, match="not of one article, text and schema"):
        differences([annotated("a"), replace(annotated("b"), text_sha256="0" * 64)])


def side_with(name: str, passes: list[Annotation]) -> list[Decision]:
    """Decisions that make gold of one pass."""
    dropped: set[Any] = set()
    decisions: list[Decision] = []
    for each in differences(passes):
        if each.item in dropped or (isinstance(each.item, Link) and each.item.event in dropped):
            continue
        if each.attribute:
            value = each.values[name]
            decisions.append(Decision("set", each.item, each.holders, "r", each.attribute, value))
            continue
        action = "keep" if name in each.holders else "drop"
        if action == "drop":
            dropped.add(each.item)
        decisions.append(Decision(action, each.item, each.holders, "r"))
    return decisions


@given(data=st.data())
@settings(deadline=None)
def test_always_siding_with_one_annotator_gives_that_annotators_pass(
    data: st.DataObject, tiny_schema: Schema
) -> None:
    drawn: Drawn = data.draw(texts())
    passes = [data.draw(annotations(tiny_schema, drawn, name)) for name in ("a", "b")]
    numbered = [str(each) for each in differences(passes)]
    assert numbered == [str(each) for each in differences(passes[::-1])]
    for chosen in passes:
        made = side_with(chosen.annotator, passes)
        decisions = Decisions("authored-drawn", sha256(drawn.text), "judge", "1.0", ("a", "b"), tuple(made))
        gold = adjudicate(passes, decisions, schema=tiny_schema, text=drawn.text)
        assert gold == replace(chosen, annotator="gold")
        again = parse(parse_json(dumps(decisions), source="", where=""), source="d.json")
        assert sorted(again.decisions, key=str) == sorted(decisions.decisions, key=str)
