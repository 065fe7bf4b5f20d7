"""The labelling configuration, read by Label Studio's own parser."""

from __future__ import annotations

from typing import Any
from xml.etree import ElementTree

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from label_studio_sdk.label_interface import LabelInterface

from khabar.article_list import Article
from khabar.document import Annotation, Argument, Entity, Event, Trigger
from khabar.files import sha256
from khabar.labelstudio import annotation_of, labelling_config, results_of, task
from khabar.schema import Schema, load_schema
from strategies import Drawn, annotations, texts

TEXT = "عنوان 😀\n\nموسكو ترفض خطة"


def tags(schema: Schema, name: str) -> list[ElementTree.Element]:
    return list(ElementTree.fromstring(labelling_config(schema)).iter(name))


def article() -> Article:
    return Article(
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


def annotation() -> Annotation:
    entities = (Entity("T1", "GPE", 9, 14, "موسكو", {"metonym": True}), Entity("T2", "ORG", 20, 23, "خطة"))
    arguments = (Argument("Rejecter", "T1"), Argument("Proposal", "T2"))
    events = (Event("E1", "Reject", Trigger(15, 19, "ترفض"), arguments, {"realis": "negated"}),)
    return Annotation("authored-x", sha256(TEXT), "annotator-a", "1.0", entities, events)


def test_label_studio_accepts_the_configuration_of_the_corpus(schema: Schema) -> None:
    interface = LabelInterface(labelling_config(schema))
    interface.validate()
    assert interface.get_control("entity").labels == list(schema.entities)
    assert interface.get_control("trigger").labels == list(schema.events)
    relations = [each.get("value") for each in tags(schema, "Relation")]
    assert relations == schema.role_names


def test_label_studio_accepts_tasks_and_predictions_made_for_it(tiny_schema: Schema) -> None:
    interface = LabelInterface(labelling_config(tiny_schema))
    made = task(article(), annotation(), schema=tiny_schema)
    assert interface.validate_task({"data": made["data"]})
    assert interface.validate_prediction(made["predictions"][0], return_errors=True) == []
    spoilt = task(article(), annotation(), schema=tiny_schema)["predictions"][0]
    spoilt["result"][0]["value"]["labels"] = ["CITY"]
    assert interface.validate_prediction(spoilt, return_errors=True) != []


@given(data=st.data())
@settings(deadline=None, max_examples=25)
def test_label_studio_accepts_every_annotation_the_schema_allows(data: st.DataObject, schema: Schema) -> None:
    drawn: Drawn = data.draw(texts())
    result = results_of(data.draw(annotations(schema, drawn)))
    interface = LabelInterface(labelling_config(schema))
    assert interface.validate_prediction({"result": result}, return_errors=True) == []
    reading = annotation_of(result, drawn.text, article="authored-drawn", annotator="a", schema=schema)
    assert reading.faults == ()


def test_the_text_is_annotated_by_character_from_right_to_left(schema: Schema) -> None:
    (text,) = tags(schema, "Text")
    assert dict(text.attrib) == {
        "name": "text",
        "value": "$text",
        "granularity": "symbol",
        "saveTextResult": "yes",
        "showLabels": "true",
    }
    (style,) = tags(schema, "Style")
    assert ".ar { direction: rtl; }" in str(style.text)
    assert [each.get("className") for each in tags(schema, "View")] == [None, "palette", "ar", "chosen"]


def test_every_hotkey_is_given_once(schema: Schema) -> None:
    hotkeys = [each.get("hotkey") for name in ("Label", "Choice") for each in tags(schema, name)]
    assert all(hotkeys)
    assert len(set(hotkeys)) == len(hotkeys)


def test_choices_show_only_for_types_that_take_the_attribute(tiny_schema: Schema) -> None:
    metonym, realis = tags(tiny_schema, "Choices")
    assert {
        name: metonym.get(name) for name in ("perRegion", "visibleWhen", "whenTagName", "whenLabelValue")
    } == {
        "perRegion": "true",
        "visibleWhen": "region-selected",
        "whenTagName": "entity",
        "whenLabelValue": "GPE",
    }
    assert (metonym.get("choice"), [each.get("value") for each in metonym]) == ("multiple", ["metonym"])
    assert (realis.get("whenTagName"), realis.get("whenLabelValue")) == ("trigger", None)
    values = [each.get("value") for each in realis]
    assert (realis.get("choice"), values) == ("single", ["actual", "future", "negated", "hypothetical"])


def test_labels_show_both_languages_and_keep_the_name_as_value(
    tiny_value: dict[str, Any], tiny_schema: Schema
) -> None:
    tiny_value["event_types"][0]["label"] = {"ar": "لقاء", "en": "Meeting"}
    schema = Schema.model_validate(tiny_value)
    meet = next(each for each in tags(schema, "Label") if each.get("value") == "Meet")
    assert meet.get("html") == '<b>Meet</b> · Meeting · <bdi lang="ar">لقاء</bdi>'
    assert meet.get("hint") == "حدث — حدث"
    assert [each.get("alias") for each in tags(schema, "Label")] == [None] * 5


def test_a_label_with_markup_stays_text(tiny_value: dict[str, Any]) -> None:
    tiny_value["entity_types"][0]["label"] = {"ar": "<script>alert(1)</script>", "en": 'a"b&c'}
    schema = Schema.model_validate(tiny_value)
    text = labelling_config(schema)
    assert "<script" not in text
    LabelInterface(text).validate()
    label = tags(schema, "Label")[0]
    assert label.get("html") == (
        '<b>PER</b> · a&quot;b&amp;c · <bdi lang="ar">&lt;script&gt;alert(1)&lt;/script&gt;</bdi>'
    )


def test_the_same_schema_always_gives_the_same_configuration(repository: Any, schema: Schema) -> None:
    again = load_schema(repository / "annotations" / "schema.yaml")
    assert labelling_config(again) == labelling_config(schema)


@pytest.mark.parametrize("owner", ["entity", "trigger"])
def test_attributes_of_one_name_for_mentions_and_events_have_controls_of_their_own(
    tiny_value: dict[str, Any], owner: str
) -> None:
    same = {**tiny_value["entity_attributes"][0], "applies_to": ["Meet"], "hotkey": "n"}
    tiny_value["event_attributes"].append(same)
    choices = tags(Schema.model_validate(tiny_value), "Choices")
    names = [each.get("name") for each in choices if each.get("whenTagName") == owner]
    assert f"{owner}_metonym" in names
    assert len({each.get("name") for each in choices}) == len(choices)
