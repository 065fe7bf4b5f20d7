"""The rows of a release as structs: the columns of the release, and the lines of their dictionaries."""

from __future__ import annotations

import pytest

from khabar.document import Entity, Event, Trigger
from khabar.files import canonical_line, canonical_line_of_row
from khabar.release.features import CONFIGS, columns
from khabar.release.records import Document, Labels, NamedSentence, Pass, Place, TriggerSentence, plain
from khabar.schema import Attribute, Schema

RECORDS = {"documents": Document, "ner": NamedSentence, "triggers": TriggerSentence, "passes": Pass}


@pytest.mark.parametrize("config", CONFIGS)
def test_a_record_has_the_columns_of_its_configuration_in_their_order(
    config: str, tiny_schema: Schema
) -> None:
    assert list(RECORDS[config].__struct_fields__) == list(columns(tiny_schema)[config])


def test_a_mention_has_every_attribute_also_one_whose_name_is_a_word_of_python() -> None:
    flag, choice = attribute("class"), attribute("mood", "choice")
    labels = Labels.of([flag, choice], [])
    entities = [
        Entity("T1", "PER", 0, 2, "😀ب", {"class": True}),
        Entity("T2", "PER", 3, 4, "\u202bج"[1:], {"mood": "good"}),
        Entity("T3", "PER", 5, 6, "د"),
    ]
    assert [plain(each) for each in labels.entities(entities)] == [
        {"id": "T1", "type": "PER", "start": 0, "end": 2, "text": "😀ب", "class": True, "mood": None},
        {"id": "T2", "type": "PER", "start": 3, "end": 4, "text": "ج", "class": False, "mood": "good"},
        {"id": "T3", "type": "PER", "start": 5, "end": 6, "text": "د", "class": False, "mood": None},
    ]


def test_an_attribute_that_the_schema_does_not_have_is_refused() -> None:
    with pytest.raises(KeyError, match="no attribute of the schema: colour"):
        Labels.of([attribute("metonym")], []).entities([Entity("T1", "GPE", 0, 1, "ب", {"colour": True})])


def test_the_line_of_a_record_is_that_of_its_dictionary() -> None:
    labels = Labels.of([attribute("metonym")], [attribute("realis", "choice")])
    entities = [Entity("T1", "GPE", 0, 2, "😀ب", {"metonym": True})]
    event = Event("E1", "Meet", Trigger(3, 4, '"'), (), {"realis": "actual"})
    text = '😀ب "\n\u200f'
    row = Document(
        "a-1", "a", None, None, "ar", "CC-BY-4.0", "drawn", text, "d" * 64, [Place("a-1#0", 0, 4)],
        labels.entities(entities), labels.events([event], {"T1": entities[0]}),
    )  # fmt: skip
    assert canonical_line_of_row(row) == canonical_line(plain(row))


def attribute(name: str, kind: str = "flag") -> Attribute:
    return Attribute.model_construct(name=name, kind=kind)
