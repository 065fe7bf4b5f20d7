"""One description of the columns gives the loader's features, the card's YAML and the Parquet schema."""

from __future__ import annotations

from datasets import ClassLabel, Features, List, Value

from khabar.release.features import CONFIGS, as_features, as_yaml, columns, decode
from khabar.schema import Schema


def test_tags_are_named_in_the_order_of_the_schema(tiny_schema: Schema) -> None:
    features = as_features(columns(tiny_schema)["ner"])
    assert features["ner_tags"] == List(
        ClassLabel(names=["O", "B-PER", "I-PER", "B-GPE", "I-GPE", "B-ORG", "I-ORG"])
    )
    triggers = as_features(columns(tiny_schema)["triggers"])["trigger_tags"]
    assert triggers.feature.names == ["O", "B-Meet", "I-Meet", "B-Reject", "I-Reject"]


def test_flags_are_true_or_false_and_choices_are_text(tiny_schema: Schema) -> None:
    features = as_features(columns(tiny_schema)["documents"])
    assert features["entities"].feature["metonym"] == Value("bool")
    assert features["events"].feature["realis"] == Value("string")


def test_passes_are_documents_with_an_annotator(tiny_schema: Schema) -> None:
    described = columns(tiny_schema)
    assert list(described) == list(CONFIGS)
    assert {**described["documents"], "annotator": "string"} == described["passes"]


def test_the_yaml_is_read_back_as_the_same_features(schema: Schema, tiny_schema: Schema) -> None:
    for each in (schema, tiny_schema):
        for described in columns(each).values():
            assert Features._from_yaml_list(as_yaml(described)) == as_features(described)


def test_the_yaml_uses_the_form_old_loaders_read(tiny_schema: Schema) -> None:
    described = as_yaml(columns(tiny_schema)["ner"])
    assert described[2] == {"name": "tokens", "list": "string"}
    assert described[5]["list"]["dtype"]["class_label"]["names"]["2"] == "I-PER"
    assert "sequence" not in str(as_yaml(columns(tiny_schema)["documents"]))


def test_a_number_without_a_name_stays_a_number_for_a_comparison_to_find(tiny_schema: Schema) -> None:
    features = as_features(columns(tiny_schema)["ner"])
    assert decode([{"ner_tags": [1, 7, -1]}], features) == [{"ner_tags": ["B-PER", 7, -1]}]
