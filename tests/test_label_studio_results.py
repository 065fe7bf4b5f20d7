"""Label Studio's results, read: every item becomes part of the annotation or is listed with its place."""

from __future__ import annotations

import copy
from typing import Any

import pytest

from khabar.document import Annotation, Argument, Entity, Event, Trigger
from khabar.files import sha256
from khabar.schema import Schema
from label_studio_items import (
    MEETS,
    MOSCOW,
    MOSCOW_GPE,
    PLAN,
    PLAN_ORG,
    REJECT,
    REJECTS,
    TEXT,
    chosen,
    fault,
    kept,
    labelled,
    read,
    related,
)


def test_regions_choices_and_relations_become_an_annotation(tiny_schema: Schema) -> None:
    made = kept(
        tiny_schema,
        REJECT,
        chosen("r", REJECTS, "trigger_realis", "negated"),
        PLAN_ORG,
        MOSCOW_GPE,
        chosen("m", MOSCOW, "entity_metonym", "metonym"),
        related("r", "m", "Rejecter"),
        related("r", "p", "Proposal"),
    )
    entities = (Entity("T1", "GPE", *MOSCOW, "موسكو", {"metonym": True}), Entity("T2", "ORG", *PLAN, "خطة"))
    arguments = (Argument("Proposal", "T2"), Argument("Rejecter", "T1"))
    events = (Event("E1", "Reject", Trigger(*REJECTS, "ترفض"), arguments, {"realis": "negated"}),)
    assert made == Annotation("authored-x", sha256(TEXT), "a", "1.0", entities, events)


def test_the_text_of_a_value_is_never_trusted(tiny_schema: Schema) -> None:
    wrong = labelled("m", MOSCOW, "entity", "GPE", text="باريس\\n")
    missing = copy.deepcopy(wrong)
    del missing["value"]["text"]
    assert kept(tiny_schema, wrong).entities[0].text == "موسكو"
    assert kept(tiny_schema, missing) == kept(tiny_schema, wrong)


def test_white_space_at_the_edges_is_trimmed_and_the_offsets_moved(tiny_schema: Schema) -> None:
    reading = read(
        tiny_schema, labelled("m", (17, 24), "entity", "GPE"), chosen("m", (17, 24), "entity_metonym")
    )
    assert reading.annotation is not None
    assert reading.annotation.entities[0].span == MOSCOW
    assert reading.trimmed == 1
    before = read(tiny_schema, labelled("q", (11, 17), "entity", "PER")).annotation
    assert before is not None
    assert before.entities[0] == Entity("T1", "PER", 13, 17, "قالت")


def test_a_choice_that_was_not_made_takes_the_default(tiny_schema: Schema) -> None:
    assert dict(kept(tiny_schema, REJECT).events[0].attributes) == {"realis": "actual"}
    emptied = chosen("r", REJECTS, "trigger_realis")
    assert kept(tiny_schema, REJECT, emptied) == kept(tiny_schema, REJECT)


@pytest.mark.parametrize("direction", ["left", "right", "bi"])
@pytest.mark.parametrize("ends", [("r", "m"), ("m", "r")])
def test_a_relation_is_an_argument_whichever_way_it_was_drawn(
    ends: tuple[str, str], direction: str, tiny_schema: Schema
) -> None:
    made = kept(tiny_schema, MOSCOW_GPE, REJECT, related(*ends, "Rejecter", direction=direction))
    assert made.events[0].arguments == (Argument("Rejecter", "T1"),)


def test_a_relation_before_its_regions_and_with_two_roles_is_read(tiny_schema: Schema) -> None:
    made = kept(tiny_schema, related("m", "r", "Rejecter", "Place"), REJECT, MOSCOW_GPE)
    assert made.events[0].arguments == (Argument("Place", "T1"), Argument("Rejecter", "T1"))


def test_a_region_of_two_label_sets_is_a_mention_and_a_trigger(tiny_schema: Schema) -> None:
    both = (labelled("b", MEETS, "entity", "ORG"), labelled("b", MEETS, "trigger", "Meet"))
    made = kept(
        tiny_schema, *both, MOSCOW_GPE, REJECT, related("b", "m", "Place"), related("r", "b", "Proposal")
    )
    assert [(each.type, each.span) for each in made.entities] == [("GPE", MOSCOW), ("ORG", MEETS)]
    assert [(each.type, each.arguments) for each in made.events] == [
        ("Reject", (Argument("Proposal", "T2"),)),
        ("Meet", (Argument("Place", "T1"),)),
    ]


def test_a_relation_whose_ends_are_both_both_is_listed(tiny_schema: Schema) -> None:
    items = [labelled(id_, span, set_, type_) for id_, span in (("b", MEETS), ("c", PLAN))
             for set_, type_ in (("entity", "ORG"), ("trigger", "Meet"))]  # fmt: skip
    assert fault(tiny_schema, *items, related("b", "c", "Participant")) == (
        "task 1 relation b → c",
        "both ends are mention and trigger at once, so which is which cannot be told",
    )


BAD_OFFSETS: list[tuple[Any, Any, str]] = [
    (5, 5, "expected offsets 0 <= start < end, found [5, 5)"),
    (9, 5, "expected offsets 0 <= start < end, found [9, 5)"),
    (-3, 5, "expected offsets 0 <= start < end, found [-3, 5)"),
    (0, 60, "[0, 60) ends past the text, which has 58 code points"),
    (11, 13, "[11, 13) holds nothing but white space"),
    ("0", 5, "expected whole numbers as offsets, found '0' and 5"),
    (0, 5.0, "expected whole numbers as offsets, found 0 and 5.0"),
    (False, 5, "expected whole numbers as offsets, found False and 5"),
    (None, None, "expected whole numbers as offsets, found None and None"),
]


@pytest.mark.parametrize(("start", "end", "message"), BAD_OFFSETS)
def test_offsets_that_are_none_are_listed(start: Any, end: Any, message: str, tiny_schema: Schema) -> None:
    assert len(TEXT) == 58
    assert fault(tiny_schema, labelled("m", (start, end), "entity", "GPE")) == ("task 1 region m", message)


@pytest.mark.parametrize(
    ("items", "where", "message"),
    [
        ([labelled("m", MOSCOW, "entity", "CITY")], "region m.type",
         "no entity type 'CITY' (there are PER, GPE, ORG)"),
        ([labelled("m", MOSCOW, "entity", "Meet")], "region m.type",
         "no entity type 'Meet' (there are PER, GPE, ORG)"),
        (
            [labelled("m", MOSCOW, "entities", "GPE")],
            "region m",
            "from_name 'entities' is not in this schema's configuration "
            "(entity, trigger, entity_metonym, trigger_realis)",
        ),
        (
            [labelled("m", MOSCOW, "entity", "GPE", "ORG")],
            "region m",
            "expected one entity label, found GPE, ORG; a region has one type",
        ),
        ([labelled("m", MOSCOW, "entity")], "region m",
         "expected one entity label, found none; a region has one type"),
        (
            [MOSCOW_GPE, labelled("m", MOSCOW, "entity", "ORG")],
            "region m",
            "labelled twice in entity: GPE and ORG",
        ),
        ([MOSCOW_GPE, chosen("m", PLAN, "entity_metonym", "metonym")], "region m",
         "its items have different offsets: [18, 23] and [34, 37]"),
        ([chosen("m", MOSCOW, "entity_metonym", "metonym")], "region m",
         "metonym is chosen, but the region has no entity label"),
        ([PLAN_ORG, chosen("p", PLAN, "entity_metonym", "metonym")], "region p.metonym",
         "ORG takes no attribute 'metonym' (it takes none)"),
        ([REJECT, chosen("r", REJECTS, "trigger_realis", "actual", "future")], "region r",
         "expected one value of realis, found actual, future"),
        ([REJECT, chosen("r", REJECTS, "trigger_realis", "perhaps")], "region r.realis",
         "expected one of actual, future, negated, hypothetical, found 'perhaps'"),
        ([MOSCOW_GPE, chosen("m", MOSCOW, "entity_metonym", "yes")], "region m",
         "expected 'metonym' or nothing in entity_metonym, found yes"),
        ([{**MOSCOW_GPE, "to_name": "txt"}], "region m", "expected to_name 'text', found 'txt'"),
        ([{**MOSCOW_GPE, "type": "hypertextlabels"}], "region m",
         "expected type 'labels' of entity, found 'hypertextlabels'"),
        ([{**MOSCOW_GPE, "value": None}], "region m", "expected a value with offsets, found None"),
        ([{"id": None, "type": "labels"}], "item 0",
         "expected a region with an id, found {'id': None, 'type': 'labels'}"),
        (["what"], "item 0", "expected a region with an id, found 'what'"),
        ([MOSCOW_GPE, labelled("n", MOSCOW, "entity", "PER")], "region n",
         "same span as region m; one mention has one type"),
        ([labelled("n", (13, 23), "entity", "PER"), labelled("m", (18, 28), "entity", "GPE")], "region m",
         "crosses region n; mentions may nest, not cross"),
        ([labelled("n", (18, 21), "entity", "PER"), labelled("m", (21, 23), "entity", "GPE")], "region m",
         "shares the word 'موسكو' with region n; outermost mentions may not"),
        ([labelled("n", (8, 17), "entity", "PER")], "region n",
         "'أول\\n\\nقالت' crosses a line break; a mention lies in one paragraph"),
        ([MOSCOW_GPE, REJECT, related("r", "m")], "relation r → m",
         "has no role (found None); choose one, or remove the relation"),
        ([MOSCOW_GPE, REJECT, related("r", "m", "Topic")], "region r.arguments[0].role",
         "Reject takes no 'Topic' (it takes Rejecter, Proposal, Place, Time)"),
        ([PLAN_ORG, REJECT, related("r", "p", "Rejecter")], "region r.arguments[0]",
         "Rejecter of Reject is filled by ORG 'خطة'; allowed: GPE, PER"),
        ([MOSCOW_GPE, related("r", "m", "Rejecter")], "relation r → m",
         "names r, and there is no such region"),
        ([MOSCOW_GPE, PLAN_ORG, related("m", "p", "Topic")], "relation m → p",
         "links no trigger with an entity; an argument goes from a trigger to a mention"),
        ([REJECT, related("r", "r", "Topic")], "relation r → r",
         "links no trigger with an entity; an argument goes from a trigger to a mention"),
        ([related(["x"], None, "Topic")], "relation ['x'] → None",
         "names ['x'] and None, and there is no such region"),
    ],
)  # fmt: skip
def test_what_cannot_be_read_is_listed_with_its_region_and_the_reason(
    items: list[Any], where: str, message: str, tiny_schema: Schema
) -> None:
    assert fault(tiny_schema, *items) == (f"task 1 {where}", message)


def test_a_relation_to_a_region_with_a_fault_says_so(tiny_schema: Schema) -> None:
    reading = read(tiny_schema, labelled("m", (9, 5), "entity", "GPE"), REJECT, related("r", "m", "Rejecter"))
    assert [(each.where, each.message) for each in reading.faults][1] == (
        "task 1 relation r → m",
        "region m could not be read",
    )
    assert (reading.read, reading.listed) == (3, 2)
