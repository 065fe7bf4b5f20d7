"""The judge's file: words in place of offsets, expanded into decisions; and a review that amends them."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from adjudicated_article import (
    LONDON,
    LONDON_GPE,
    MEET,
    MEETING,
    MOSCOW,
    MOSCOW_GPE,
    PLAN_ORG,
    REJECTS,
    TEXT,
    annotated,
    decided,
    entity,
    event,
    link,
    mention,
)
from khabar.adjudication import adjudicate, amend
from khabar.decisions import Decision, Decisions
from khabar.document import Annotation
from khabar.errors import DataError
from khabar.judging import expand
from khabar.schema import Schema


def judged(
    decisions: dict[str, Any], *, add: list[Any] | None = None, change: list[Any] | None = None
) -> Any:
    return {
        "article": "authored-x",
        "judge": "judge",
        "decisions": decisions,
        "add": add or [],
        "change": change or [],
    }


def expanded(value: Any, passes: list[Annotation], schema: Schema) -> tuple[Decisions, list[str]]:
    return expand(value, passes, text=TEXT, schema=schema, source="j.json")


def test_a_judges_file_needs_no_offsets(tiny_schema: Schema) -> None:
    whole = event("Reject", REJECTS, ("Rejecter", MOSCOW_GPE))
    passes = [
        annotated("a", MOSCOW_GPE, PLAN_ORG, whole),
        annotated("b", entity("GPE", MOSCOW, metonym=True), whole),
    ]
    value = judged(
        {
            "D1": {"choice": "set", "value": True, "reason": "state"},
            "D2": {"choice": "drop", "reason": "no name"},
        },
        add=[
            {"kind": "entity", "type": "GPE", "text": "لندن", "reason": "missed"},
            {
                "kind": "event",
                "type": "Meet",
                "trigger": {"text": "اجتماع"},
                "arguments": [{"role": "Place", "entity": {"text": "لندن"}}],
                "reason": "missed",
            },
            {
                "kind": "argument",
                "event": {"type": "Reject", "trigger": {"text": "ترفض"}},
                "role": "Place",
                "entity": {"text": "لندن"},
                "reason": "missed",
            },
        ],
        change=[
            {
                "action": "drop",
                "kind": "argument",
                "event": {"type": "Reject", "trigger": {"text": "ترفض"}},
                "role": "Rejecter",
                "entity": {"text": "موسكو"},
                "reason": "r",
            },
            {
                "action": "set",
                "kind": "event",
                "type": "Reject",
                "trigger": {"text": "ترفض"},
                "attribute": "realis",
                "value": "negated",
                "reason": "r",
            },
        ],
    )
    decisions, places = expanded(value, passes, tiny_schema)
    assert places == [
        "decisions.D1",
        "decisions.D2",
        "add[0]",
        "add[1]",
        "add[1].arguments[0]",
        "add[2]",
        "change[0]",
        "change[1]",
    ]
    gold = adjudicate(passes, decisions, schema=tiny_schema, text=TEXT)
    assert gold == annotated(
        "gold",
        entity("GPE", MOSCOW, metonym=True),
        LONDON_GPE,
        event("Reject", REJECTS, ("Place", LONDON_GPE), realis="negated"),
        event("Meet", MEETING, ("Place", LONDON_GPE)),
    )


def test_the_faults_of_a_judges_file_are_told_at_once_with_their_places(tiny_schema: Schema) -> None:
    passes = [
        annotated("a", MOSCOW_GPE, event("Meet", MEETING)),
        annotated("b", event("Meet", MEETING, realis="future")),
    ]
    value = judged(
        {
            "D1": {"choice": "set", "value": True, "reason": "r"},
            "D2": {"choice": "keep", "reason": "r"},
            "D3": {"choice": "keep", "reason": "r"},
        },
        add=[
            {"kind": "entity", "type": "GPE", "text": "طوكيو", "reason": "r"},
            {"kind": "entity", "type": "GPE", "text": "لندن"},
            {"kind": "event", "type": "Meet", "trigger": {"text": "قبل"}, "realis": 3, "reason": "r"},
        ],
        change=[
            {"action": "drop", "kind": "entity", "type": "GPE", "text": "لندن", "value": "x", "reason": "r"},
            {
                "action": "set",
                "kind": "event",
                "type": "Meet",
                "trigger": {"text": "اجتماع"},
                "realis": "x",
                "reason": "r",
            },
        ],
    )
    with pytest.raises(DataError) as error:
        expanded(value, passes, tiny_schema)
    assert [(fault.where, fault.message) for fault in error.value.faults] == [
        ("decisions.D1.choice", "expected `keep` or `drop`: entity GPE 'موسكو' [0, 5): only in a"),
        (
            "decisions.D2.choice",
            "expected `set`, or `drop` the item: realis of Meet 'اجتماع' [27, 33): actual in a, future in b",
        ),
        ("decisions.D3", "no difference D3 (there are D1–D2)"),
        ("add[0]", "'طوكيو' is not in the text"),
        ("add[1].reason", "field required"),
        ("add[2].realis", "expected true, false or a word, found 3"),
        ("change[0]", "`attribute` and `value` belong to `set`, of an entity or an event"),
        ("change[1]", "`attribute` and `value` belong to `set`, of an entity or an event"),
        ("change[1].realis", "`change` only names an item; this belongs to `add`"),
    ]


def test_dropping_the_item_answers_a_difference_about_its_attribute(tiny_schema: Schema) -> None:
    passes = [annotated("a", entity("GPE", MOSCOW, metonym=True)), annotated("b", MOSCOW_GPE)]
    decisions, _ = expanded(judged({"D1": {"choice": "drop", "reason": "r"}}), passes, tiny_schema)
    assert adjudicate(passes, decisions, schema=tiny_schema) == annotated("gold")


def test_a_review_overrides_earlier_decisions_and_takes_back_what_was_added(tiny_schema: Schema) -> None:
    whole = event("Meet", MEETING, ("Place", LONDON_GPE))
    passes = [annotated("a", LONDON_GPE, whole), annotated("b", LONDON_GPE, event("Meet", MEETING))]
    place = link(MEET, "Place", LONDON)
    moscow = mention("entity", "GPE", MOSCOW)
    before = decided(
        Decision("keep", place, ("a",), "r"),
        Decision("set", MEET, ("a", "b"), "r", "realis", "future"),
        Decision("add", moscow, (), "missed"),
        Decision("add", link(MEET, "Participant", MOSCOW), (), "missed"),
    )
    assert len(adjudicate(passes, before, schema=tiny_schema).events[0].arguments) == 2
    review = replace(
        decided(Decision("drop", MEET, ("a", "b"), "no event"), Decision("drop", moscow, (), "no name")),
        judge="reviewer",
    )
    after, places = amend(before, review, ["change[0]", "change[1]"])
    assert after.decisions == (Decision("drop", MEET, ("a", "b"), "no event", judge="reviewer"),)
    assert places == ["change[0]"]
    assert adjudicate(passes, after, schema=tiny_schema, places=places) == annotated("gold", LONDON_GPE)
