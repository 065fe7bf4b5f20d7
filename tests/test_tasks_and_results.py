"""Label Studio's results, read and written: exact round trips, and every trick listed with its place."""

from __future__ import annotations

import copy
import json
import re
from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from khabar.corpus import Article
from khabar.document import Annotation, Argument, Entity, Event, Trigger
from khabar.errors import DataError
from khabar.files import sha256
from khabar.labelstudio import (
    Export,
    Reading,
    annotated_task,
    annotation_of,
    annotator_of,
    read_export,
    results_of,
    task,
)
from khabar.schema import Schema
from strategies import Drawn, annotations, texts

TEXT = "عنوان 😀 أول\n\nقالت موسكو إنها ترفض خطة باريس، و NATO يجتمع."
MOSCOW, REJECTS, PLAN, MEETS = (18, 23), (29, 33), (34, 37), (52, 57)

Item = dict[str, Any]


def labelled(id_: str, span: tuple[int, int], set_: str, *labels: str, text: str = "?") -> Item:
    value = {"start": span[0], "end": span[1], "text": text, "labels": list(labels)}
    return {
        "id": id_,
        "from_name": set_,
        "to_name": "text",
        "type": "labels",
        "value": value,
        "origin": "manual",
    }


def chosen(id_: str, span: tuple[int, int], control: str, *choices: str) -> Item:
    value = {"start": span[0], "end": span[1], "choices": list(choices)}
    return {"id": id_, "from_name": control, "to_name": "text", "type": "choices", "value": value}


def related(from_: Any, to: Any, *labels: str, direction: str = "right") -> Item:
    item = {"type": "relation", "from_id": from_, "to_id": to, "direction": direction}
    return {**item, "labels": list(labels)} if labels else item


def read(schema: Schema, *items: Any, text: str = TEXT) -> Reading:
    return annotation_of(
        list(items), text, article="authored-x", annotator="a", schema=schema, place="task 1"
    )


def fault(schema: Schema, *items: Any) -> tuple[str, str]:
    reading = read(schema, *items)
    assert reading.annotation is None
    assert len(reading.faults) == 1
    assert reading.listed == 1
    return reading.faults[0].where, reading.faults[0].message


def kept(schema: Schema, *items: Any) -> Annotation:
    reading = read(schema, *items)
    assert reading.faults == ()
    assert (reading.read, reading.listed) == (len(items), 0)
    assert reading.annotation is not None
    return reading.annotation


MOSCOW_GPE = labelled("m", MOSCOW, "entity", "GPE")
REJECT = labelled("r", REJECTS, "trigger", "Reject")
PLAN_ORG = labelled("p", PLAN, "entity", "ORG")


def article(text: str | None = TEXT, **more: Any) -> Article:
    line = {
        "id": "authored-x",
        "source": "authored",
        "title": None,
        "published": None,
        "language": "ar",
        "licence": "CC-BY-4.0",
        "text_sha256": sha256(text or ""),
        "origin": "written for a test",
        "text": text,
    }
    return Article.model_validate({**line, **more})


# --- one annotation ---------------------------------------------------------------------------------


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


# --- round trips ------------------------------------------------------------------------------------


@given(data=st.data())
@settings(deadline=None)
def test_an_annotation_goes_through_a_task_and_back_exactly(data: st.DataObject, tiny_schema: Schema) -> None:
    drawn: Drawn = data.draw(texts())
    annotation = data.draw(annotations(tiny_schema, drawn))
    made = task(article(drawn.text, id="authored-drawn"), annotation, schema=tiny_schema)
    results = json.loads(json.dumps(made))["predictions"][0]["result"]
    for item in results:
        item.get("value", {}).pop("text", None)
    reading = annotation_of(
        data.draw(st.permutations(results)),
        made["data"]["text"],
        article="authored-drawn",
        annotator="annotator-a",
        schema=tiny_schema,
    )
    assert reading.faults == ()
    assert reading.annotation == annotation


@given(data=st.data())
@settings(deadline=None)
def test_annotations_go_through_an_export_and_back_exactly(data: st.DataObject, tiny_schema: Schema) -> None:
    drawn: Drawn = data.draw(texts())
    done = [data.draw(annotations(tiny_schema, drawn, name)) for name in ("a", "b")]
    here = article(drawn.text, id="authored-drawn")
    value = [annotated_task(here, done, users={"a": 3, "b": 4}, schema=tiny_schema)]
    export = read_export(
        json.loads(json.dumps(value)),
        articles={here.id: here},
        schema=tiny_schema,
        annotator=annotator_of({"3": "a", "4": "b"}),
    )
    assert export.faults == []
    assert export.annotations == done
    assert (export.listed, export.trimmed) == (0, 0)


@given(data=st.data())
@settings(deadline=None)
def test_whatever_is_done_to_a_result_every_item_is_read_or_listed(
    data: st.DataObject, tiny_schema: Schema
) -> None:
    drawn: Drawn = data.draw(texts())
    results: list[Any] = results_of(data.draw(annotations(tiny_schema, drawn)))
    for _ in range(data.draw(st.integers(1, 4))):
        results = data.draw(spoilt(results))
    reading = annotation_of(results, drawn.text, article="x", annotator="a", schema=tiny_schema)
    assert reading.read == len(results)
    assert 0 <= reading.listed <= reading.read
    assert bool(reading.listed) == bool(reading.faults)
    assert (reading.annotation is None) == bool(reading.faults)
    if reading.annotation:
        written = results_of(reading.annotation)
        again = annotation_of(written, drawn.text, article="x", annotator="a", schema=tiny_schema)
        assert again.annotation == reading.annotation


@st.composite
def spoilt(draw: st.DrawFn, results: list[Any]) -> list[Any]:
    """The results with one thing wrong, or more."""
    more = draw(st.sampled_from([None, {}, REJECT, related("E1", "T1", "Place")]))
    made = copy.deepcopy([*results, more])
    item = draw(st.sampled_from(made))
    if not isinstance(item, dict):
        return made
    junk = st.sampled_from([None, -1, 3, 10**9, "", "x", "T1", "E1", [], ["GPE"], {}, True, 2.5])
    value = item.get("value")
    target = draw(st.sampled_from([item, value] if isinstance(value, dict) else [item]))
    target[draw(st.sampled_from([*target, "start", "id"]))] = draw(junk)
    return made


# --- whole exports ----------------------------------------------------------------------------------


def done_by(user: Any, *items: Any, **more: Any) -> Item:
    given = {
        "id": 7,
        "completed_by": user,
        "was_cancelled": False,
        "ground_truth": True,
        "result": list(items),
    }
    return {**given, **more}


def exported(*done: Item, schema: str = "1.0", text: str = TEXT, **more: Any) -> Item:
    data = {"article": "authored-x", "text": text, "text_sha256": sha256(TEXT), "schema": schema}
    return {"id": 12, "annotations": list(done), "predictions": [1], "drafts": [], "data": data, **more}


def export_of(value: Any, schema: Schema) -> Export:
    return read_export(
        value,
        articles={"authored-x": article()},
        schema=schema,
        annotator=annotator_of({"3": "a", "b@example.org": "b"}),
    )


def test_users_are_known_by_id_or_by_address_and_ground_truth_means_nothing(tiny_schema: Schema) -> None:
    by_address = done_by({"id": 9, "email": "b@example.org"}, MOSCOW_GPE, id=8)
    export = export_of([exported(done_by(3, MOSCOW_GPE, REJECT), by_address)], tiny_schema)
    assert [(each.annotator, len(each.events)) for each in export.annotations] == [("a", 1), ("b", 0)]
    assert (export.read, export.kept, export.listed) == (3, 3, 0)


def test_a_user_nobody_knows_is_one_fault_however_many_tasks_he_did(tiny_schema: Schema) -> None:
    export = export_of([exported(done_by(5, MOSCOW_GPE)), exported(done_by(5), id=13)], tiny_schema)
    assert [(each.where, each.message) for each in export.faults] == [
        ("completed_by 5", "2 annotations by this user; say who it is: --map USER=ANNOTATOR")
    ]
    assert (export.read, export.listed) == (1, 1)


def test_what_was_skipped_drafted_or_not_done_is_noted_not_lost(tiny_schema: Schema) -> None:
    skipped = exported(done_by(3, MOSCOW_GPE, was_cancelled=True), drafts=[4, 5])
    export = export_of([skipped, exported(id=13)], tiny_schema)
    assert export.faults == []
    assert [str(each) for each in export.notes] == [
        "task 12: 2 drafts, not submitted: left out",
        "task 12 annotation 7: skipped by a: left out",
        "task 13: nobody has done it: left out",
    ]
    assert (export.annotations, export.read, export.listed) == ([], 1, 1)


def test_an_article_done_twice_by_one_annotator_is_listed(tiny_schema: Schema) -> None:
    export = export_of([exported(done_by(3, MOSCOW_GPE), done_by(3, REJECT, id=8))], tiny_schema)
    assert [str(each) for each in export.faults] == [
        "task 12 annotation 8: a has annotated this article already in task 12 annotation 7; "
        "delete one of the two"
    ]
    assert (export.annotations, export.read, export.listed) == ([], 2, 2)


def without_text(made: Item) -> Item:
    del made["data"]["text"]
    return made


@pytest.mark.parametrize(
    ("spoil", "messages"),
    [
        (
            lambda: exported(done_by(3, MOSCOW_GPE), text=TEXT + "!"),
            [r"the text has digest \w{12}…, articles.jsonl says \w{12}…: it was edited under .*"],
        ),
        (
            lambda: exported(done_by(3, MOSCOW_GPE), text=TEXT.replace("\n", "\r\n")),
            [r"the text has digest .*: it has carriage returns, which move every offset after them"],
        ),
        (
            lambda: exported(done_by(3, MOSCOW_GPE), text=TEXT + "\0"),
            [r"the text has digest .*: it has NUL characters"],
        ),
        (
            lambda: exported(done_by(3, MOSCOW_GPE), text=TEXT + "\ud800"),
            [r"the text has a lone surrogate at 58: it was damaged on the way"],
        ),
        (
            lambda: exported(done_by(3, MOSCOW_GPE), schema="0.9"),
            [r"annotated with schema '0.9', this is 1.0"],
        ),
        (
            lambda: exported(
                done_by(3, MOSCOW_GPE), data={"article": "authored-x", "text": "غيره", "schema": "1.0"}
            ),
            [r"the text has digest .*: the task was made from another version of the article"],
        ),
        (
            lambda: without_text(exported(done_by(3, MOSCOW_GPE))),
            [r"expected the article's text under 'text', found None"],
        ),
        (
            lambda: exported(done_by(3, MOSCOW_GPE), data=None),
            [
                r"article None is none of this corpus; .*",
                r"expected the article's text under 'text', found None",
            ],
        ),
    ],
)
def test_annotations_of_another_text_schema_or_project_are_listed(
    spoil: Callable[[], Item], messages: list[str], tiny_schema: Schema
) -> None:
    export = export_of([spoil()], tiny_schema)
    assert {each.where for each in export.faults} == {"task 12 data"}
    for found, wanted in zip(export.faults, messages, strict=True):
        assert re.fullmatch(wanted, found.message), found.message
    assert (export.annotations, export.read, export.listed) == ([], 1, 1)


@pytest.mark.parametrize("value", [None, {}, "text", [1], [[]]])
def test_what_is_no_list_of_tasks_is_refused(value: Any, tiny_schema: Schema) -> None:
    (found,) = export_of(value, tiny_schema).faults
    assert found.message.startswith("expected a list of tasks, as the export format JSON gives it")


def test_an_export_of_another_kind_says_which_kind_is_wanted(tiny_schema: Schema) -> None:
    row = {"text": TEXT, "entity": [{"start": 0, "end": 5}], "annotator": 1}
    (found,) = export_of([row], tiny_schema).faults
    assert str(found) == (
        "task number 0: expected `annotations`, a list, found None; export as JSON, not JSON_MIN or CSV"
    )
    (found,) = export_of([exported(done_by(3, result="no"))], tiny_schema).faults
    assert str(found) == "task 12 annotation 7: expected `result`, a list, found 'no'"


@pytest.mark.standoff
@pytest.mark.parametrize(
    "name",
    [
        "kiji_sample_predictions.json",
        "sdk_csv_test.json",
        "sdk_json_min_data.json",
        "sdk_json_min_data_repeater.json",
    ],
)
def test_real_exports_of_other_projects_are_refused_with_reasons(
    name: str, corpora: Any, tiny_schema: Schema
) -> None:
    value = json.loads((corpora / "label-studio-samples" / name).read_text(encoding="utf-8"))
    export = export_of(value, tiny_schema)
    assert export.annotations == []
    assert export.faults
    assert export.read == export.kept + export.listed
    assert export.kept == 0


# --- tasks ------------------------------------------------------------------------------------------


def test_a_task_carries_the_digest_and_says_that_nothing_is_the_truth(tiny_schema: Schema) -> None:
    annotation = kept(tiny_schema, MOSCOW_GPE)
    assert task(article(title="عنوان"), schema=tiny_schema) == {
        "data": {
            "article": "authored-x",
            "title": "عنوان",
            "text": TEXT,
            "text_sha256": sha256(TEXT),
            "schema": "1.0",
        },
        "predictions": [],
    }
    made = annotated_task(article(), [annotation], users={"a": 3}, schema=tiny_schema)
    assert "title" not in made["data"]
    assert [each["ground_truth"] for each in made["annotations"]] == [False]
    (item,) = task(article(), annotation, schema=tiny_schema)["predictions"][0]["result"]
    assert item == {
        "id": "T1",
        "from_name": "entity",
        "to_name": "text",
        "type": "labels",
        "value": {"start": 18, "end": 23, "text": "موسكو", "labels": ["GPE"]},
    }


def test_no_task_is_made_without_text_or_of_another_text(tiny_schema: Schema) -> None:
    with pytest.raises(DataError, match="its text is not on this machine"):
        task(article(None), schema=tiny_schema)
    other = replace(kept(tiny_schema, MOSCOW_GPE), text_sha256="0" * 64)
    with pytest.raises(DataError, match="text_sha256: the annotation is of 0000"):
        task(article(), other, schema=tiny_schema)
