"""The judge's task and back: what the passes dispute is marked, what was submitted is gold, exactly."""

from __future__ import annotations

from typing import Any
from xml.etree import ElementTree

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from label_studio_sdk.label_interface import LabelInterface

from judge_at_work import note, submission
from khabar.adjudication import adjudicate
from khabar.article_list import Article
from khabar.corpus import Corpus, layer_folder, read_corpus
from khabar.decisions import read_decisions
from khabar.differences import differences
from khabar.document import Annotation, Argument, Entity, Event, Trigger, canonical, read_annotation
from khabar.errors import CallError
from khabar.files import sha256
from khabar.labelstudio.judge_config import judge_config
from khabar.labelstudio.judge_results import NO_REASON, Judged, judged
from khabar.labelstudio.judge_tasks import judge_results, judge_task, pass_digests
from khabar.schema import Schema
from khabar.settlement import settle
from strategies import Drawn, annotations, texts

TEXT = "موسكو ترفض خطة باريس 😀 قبل اجتماع لندن"
MOSCOW, REJECTS, PLAN, LONDON = (0, 5), (6, 10), (11, 14), (34, 38)

Item = dict[str, Any]


def entity(type_: str, span: tuple[int, int], **attributes: bool | str) -> Entity:
    return Entity(f"x{span[0]}", type_, *span, TEXT[slice(*span)], attributes)


def rejected(*arguments: tuple[str, Entity], realis: str = "actual") -> Event:
    fillers = tuple(Argument(role, filler.id) for role, filler in arguments)
    return Event("e", "Reject", Trigger(*REJECTS, TEXT[slice(*REJECTS)]), fillers, {"realis": realis})


def annotated(annotator: str, *items: Entity | Event) -> Annotation:
    entities = tuple(each for each in items if isinstance(each, Entity))
    events = tuple(each for each in items if isinstance(each, Event))
    return canonical(Annotation("authored-x", sha256(TEXT), annotator, "1.0", entities, events))


MOSCOW_GPE, PLAN_ORG = entity("GPE", MOSCOW), entity("ORG", PLAN)
PASSES = [
    annotated("a", entity("GPE", MOSCOW, metonym=True), PLAN_ORG, rejected(("Rejecter", MOSCOW_GPE))),
    annotated("b", MOSCOW_GPE, entity("PER", PLAN), rejected(realis="negated")),
]


def shown(*passes: Annotation) -> list[tuple[str, str, tuple[str, ...]]]:
    """Region or ends, control, values."""
    return [
        (f"{each['from_id']}-{each['to_id']}", "relation", tuple(each["labels"]))
        if each["type"] == "relation"
        else (each["id"], each["from_name"], tuple(each["value"][each["type"]]))
        for each in judge_results(passes or PASSES)
    ]


def read(schema: Schema, items: list[Item], passes: list[Annotation] = PASSES) -> Judged:
    return judged(items, passes, TEXT, schema=schema, place="task 1")


def change(items: list[Item], at: tuple[str, str], **to: Any) -> list[Item]:
    """The items with another value in one: of the region, from the control."""
    return [
        {**each, "value": {**each["value"], **to}} if (each.get("id"), each.get("from_name")) == at else each
        for each in items
    ]


def chosen(region: str, control: str, value: str, span: tuple[int, int] = MOSCOW) -> Item:
    place = {"start": span[0], "end": span[1], "text": "?", "choices": [value]}
    return {"id": region, "from_name": control, "to_name": "text", "type": "choices", "value": place}


# --- what is shown ----------------------------------------------------------------------------------


def test_what_is_disputed_is_marked_with_who_has_it_and_left_open() -> None:
    assert shown() == [
        ("T1", "entity", ("GPE", "metonym?")),
        ("T2", "entity", ("ORG", "a")),
        ("T3", "entity", ("PER", "b")),
        ("E1", "trigger", ("Reject", "realis?")),
        ("E1-T1", "relation", ("Rejecter", "disputed", "a")),
    ]


def test_what_is_agreed_is_in_place_without_a_mark() -> None:
    both = (MOSCOW_GPE, rejected(("Rejecter", MOSCOW_GPE), realis="future"))
    assert shown(annotated("a", *both), annotated("b", *both)) == [
        ("T1", "entity", ("GPE",)),
        ("E1", "trigger", ("Reject",)),
        ("E1", "trigger_realis", ("future",)),
        ("E1-T1", "relation", ("Rejecter",)),
    ]


def test_the_list_names_every_difference_in_its_place(tiny_schema: Schema) -> None:
    article = Article(
        id="authored-x",
        source="authored",
        title=None,
        published=None,
        language="ar",
        licence="CC-BY-4.0",
        text_sha256=sha256(TEXT),
        origin="written for a test",
        text=TEXT,
    )
    made = judge_task(article, PASSES, schema=tiny_schema)
    listed = made["data"]["disputes"]
    assert listed.count("<tr>") == len(differences(PASSES)) == 5
    assert (
        "<tr><td>D2</td><td>ORG <bdi>خطة</bdi></td><td>only in a</td>"
        '<td dir="rtl">موسكو ترفض [خطة] باريس 😀 قبل اجتماع لندن</td></tr>'
    ) in listed
    assert "<td>metonym: true in a, false in b</td>" in listed
    assert "<td>Rejecter <bdi>موسكو</bdi> of Reject <bdi>ترفض</bdi></td>" in listed
    assert made["data"]["passes"] == pass_digests(PASSES)
    interface = LabelInterface(judge_config(tiny_schema, ["a", "b"]))
    assert interface.validate_task({"data": made["data"]})
    assert interface.validate_prediction(made["predictions"][0], return_errors=True) == []


def test_label_studio_accepts_the_judges_configuration_and_its_hotkeys_are_distinct(schema: Schema) -> None:
    config = judge_config(schema, ["annotator-c", "annotator-d"])
    interface = LabelInterface(config)
    interface.validate()
    marks = ["annotator-c", "annotator-d", "metonym?", "clitic?", "realis?", "polarity?", "direction?"]
    assert interface.get_control("entity").labels == [*schema.entities, *marks]
    assert interface.get_control("trigger").labels == [*schema.events, *marks]
    keys = [key for each in ElementTree.fromstring(config).iter() if (key := each.get("hotkey"))]
    assert len(keys) == len(set(keys)) > 30


def test_an_annotator_named_as_a_role_is_a_wrong_call(tiny_schema: Schema) -> None:
    with pytest.raises(CallError, match="annotator Rejecter is named as a type, a role or a mark is"):
        judge_config(tiny_schema, ["Rejecter", "b"])


# --- what is submitted ------------------------------------------------------------------------------


def test_a_submission_left_unchanged_decides_nothing(tiny_schema: Schema) -> None:
    found = read(tiny_schema, judge_results(PASSES))
    assert found.gold is None
    assert found.faults == ()
    assert list(found.undecided) == differences(PASSES)


def test_each_dispute_that_is_left_is_named(tiny_schema: Schema) -> None:
    gold = annotated("gold", MOSCOW_GPE, PLAN_ORG, rejected(("Rejecter", MOSCOW_GPE)))
    whole = submission(PASSES, gold)
    assert read(tiny_schema, whole).gold == gold
    for region, control, left in (
        ("T1", "verdict", "metonym of GPE 'موسكو' [0, 5): true in a, false in b"),
        ("T2", "verdict", "entity ORG 'خطة' [11, 14): only in a"),
        ("T3", "verdict", "entity PER 'خطة' [11, 14): only in b"),
        ("E1", "verdict", "realis of Reject 'ترفض' [6, 10): actual in a, negated in b"),
        ("E1", "trigger_realis", "realis of Reject 'ترفض' [6, 10): actual in a, negated in b"),
    ):
        rest = [each for each in whole if (each.get("id"), each.get("from_name")) != (region, control)]
        found = read(tiny_schema, rest)
        assert [str(each) for each in found.undecided] == [left]
        assert found.gold is None


def test_a_relation_that_bears_its_mark_still_is_undecided(tiny_schema: Schema) -> None:
    gold = annotated("gold", MOSCOW_GPE, PLAN_ORG, rejected(("Rejecter", MOSCOW_GPE)))
    items = submission(PASSES, gold)
    items[-1] = {**items[-1], "labels": ["Rejecter", "disputed", "a"]}
    assert [each.name for each in read(tiny_schema, items).undecided] == ["D5"]
    turned = {**items[-1], "from_id": items[-1]["to_id"], "to_id": items[-1]["from_id"]}
    assert [each.name for each in read(tiny_schema, [*items[:-1], turned]).undecided] == ["D5"]
    items[-1] = {**items[-1], "labels": ["Rejecter", "a"]}
    assert read(tiny_schema, items).gold == gold


def test_a_region_that_was_moved_is_dropped_and_added(tiny_schema: Schema) -> None:
    gold = annotated("gold", MOSCOW_GPE, PLAN_ORG, rejected())
    items = submission(PASSES, gold)
    longer = (11, 20)
    moved = [
        {**each, "value": {**each["value"], "start": longer[0], "end": longer[1]}}
        if each.get("id") == "T2"
        else each
        for each in items
    ]
    found = read(tiny_schema, moved)
    assert found.gold == annotated("gold", MOSCOW_GPE, entity("ORG", longer), rejected())
    made = settle(PASSES, found.gold, judge="j", reason=found.reasons)
    assert [(each.action, str(each.item)) for each in made.decisions if each.item.start == 11] == [
        ("add", "ORG 'خطة باريس' [11, 20)"),
        ("drop", "ORG 'خطة' [11, 14)"),
        ("drop", "PER 'خطة' [11, 14)"),
    ]


def test_notes_are_the_reasons_and_the_articles_note_stands_for_the_rest(tiny_schema: Schema) -> None:
    gold = annotated("gold", MOSCOW_GPE, PLAN_ORG, rejected())
    notes = [note("T3", PLAN, " a plan is no person "), note("E1", REJECTS, "3.2: it is said")]
    whole = {"id": "r", "from_name": "reason", "to_name": "text", "type": "textarea"}
    for article, rest in ((["read twice"], "read twice"), ([" "], NO_REASON)):
        items = [*submission(PASSES, gold), *notes, {**whole, "value": {"text": article}}]
        found = read(tiny_schema, items)
        assert found.gold is not None
        made = settle(PASSES, found.gold, judge="j", reason=found.reasons)
        assert [(each.action, each.item.kind, each.reason) for each in made.decisions] == [
            ("set", "entity", rest),
            ("keep", "entity", rest),
            ("drop", "entity", "a plan is no person"),
            ("set", "event", "3.2: it is said"),
            ("drop", "argument", "3.2: it is said"),
        ]


def test_a_note_on_a_region_whose_type_was_changed_is_of_both_types(tiny_schema: Schema) -> None:
    gold = annotated("gold", MOSCOW_GPE, PLAN_ORG, rejected())
    items = [each for each in submission(PASSES, gold, delete=True) if each.get("id") != "T1"]
    was = [each for each in submission(PASSES, gold) if each.get("id") == "T1"]
    retyped = change(was, ("T1", "entity"), labels=["ORG"])
    found = read(tiny_schema, [*items, *retyped, note("T1", MOSCOW, "the team, not the city")])
    assert found.gold is not None
    made = settle(PASSES, found.gold, judge="j", reason=found.reasons)
    assert [(each.action, each.item.kind) for each in made.decisions if each.reason[:8] == "the team"] == [
        ("drop", "entity"),
        ("add", "entity"),
        ("drop", "argument"),
    ]


@pytest.mark.parametrize(
    ("spoil", "where", "message"),
    [
        (lambda items: [], "task 1", "none of the 4 regions of the passes is in it; open the task again"),
        (
            lambda items: [
                each for each in items if (each.get("id"), each.get("from_name")) != ("T2", "entity")
            ],
            "task 1 region T2",
            "has no type any more; choose one, or delete the region",
        ),
        (
            lambda items: change(items, ("T2", "verdict"), choices=["keep", "drop"]),
            "task 1 region T2",
            "expected the verdict keep or drop, found keep, drop",
        ),
        (
            lambda items: change(items, ("T2", "verdict"), choices="keep"),
            "task 1 region T2",
            "expected a list of choices in verdict, found 'keep'",
        ),
        (
            lambda items: change(items, ("T3", "verdict"), choices=["keep"]),
            "task 1 region T3",
            "same span as region T2; one mention has one type",
        ),
        (
            lambda items: [*items, chosen("T1", "flavour", "sweet")],
            "task 1 region T1",
            "from_name 'flavour' is not in this schema's configuration",
        ),
    ],
)
def test_a_submission_that_is_wrong_is_told_with_its_place(
    spoil: Any, where: str, message: str, tiny_schema: Schema
) -> None:
    gold = annotated("gold", MOSCOW_GPE, PLAN_ORG, rejected(("Rejecter", MOSCOW_GPE)))
    found = read(tiny_schema, spoil(submission(PASSES, gold)))
    assert found.gold is None
    assert [fault.where for fault in found.faults][:1] == [where]
    assert found.faults[0].message.startswith(message)


@given(data=st.data(), delete=st.booleans())
@settings(deadline=None, max_examples=150)
def test_whatever_a_judge_submits_is_the_gold_that_follows(
    data: st.DataObject, delete: bool, tiny_schema: Schema
) -> None:
    drawn: Drawn = data.draw(texts())
    passes = [data.draw(annotations(tiny_schema, drawn, name)) for name in "ab"]
    gold = data.draw(annotations(tiny_schema, drawn, "gold"))
    items = submission(passes, gold, delete=delete)
    found = judged(items, passes, drawn.text, schema=tiny_schema)
    if found.gold is None:  # a judge who deleted all there was is asked to open the task again
        assert delete
        assert [fault.message[:12] for fault in found.faults] == ["none of the "]
        return
    assert found.gold == gold
    made = settle(passes, found.gold, judge="judge-1", reason=found.reasons)
    assert adjudicate(passes, made, schema=tiny_schema, text=drawn.text) == gold


def corpus_round_trip(corpus: Corpus) -> int:
    """The gold of every article whose text is here, submitted by a judge; how many there were."""
    count = 0
    for path in sorted((corpus.folder / "decisions").glob("*.json")):
        text = corpus.articles[path.stem].text
        if text is None:
            continue
        names = read_decisions(path).passes
        passes = [read_annotation(layer_folder(corpus.folder, name) / path.name) for name in names]
        gold = read_annotation(corpus.folder / "gold" / path.name)
        left = judged(judge_results(passes), passes, text, schema=corpus.schema)
        assert list(left.undecided) == differences(passes)
        found = judged(submission(passes, gold), passes, text, schema=corpus.schema)
        assert (found.gold, found.faults, found.undecided) == (gold, (), ())
        made = settle(passes, gold, judge="judge-1", reason=found.reasons)
        assert adjudicate(passes, made, schema=corpus.schema, text=text) == gold
        count += 1
    return count


def test_the_gold_of_the_written_articles_goes_through_the_judges_task(repository_corpus: Corpus) -> None:
    assert corpus_round_trip(repository_corpus) >= 20


@pytest.mark.standoff
@pytest.mark.usefixtures("standoff_folders")
def test_the_gold_of_all_articles_goes_through_the_judges_task(repository_corpus: Corpus) -> None:
    corpus = read_corpus(repository_corpus.folder)
    assert corpus_round_trip(corpus) == len(list((corpus.folder / "decisions").glob("*.json")))
