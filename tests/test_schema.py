"""The schema file: what is accepted, and that every fault of a malformed one is named with its place."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
import yaml

from khabar.errors import CallError, DataError
from khabar.schema import Schema, load_schema


def faults_of(value: Any, folder: Path) -> list[str]:
    path = folder / "schema.yaml"
    path.write_text(yaml.safe_dump(value, allow_unicode=True), encoding="utf-8")
    with pytest.raises(DataError) as caught:
        load_schema(path)
    return [str(fault) for fault in caught.value.faults]


def test_the_corpus_schema_has_the_types_of_the_design(schema: Schema) -> None:
    assert list(schema.entities) == [
        *("PER", "TITLE", "NORP", "GPE", "LOC", "FAC", "ORG"),
        *("IGO", "ARM", "MED", "DOC", "EVT", "TIME", "QTY"),
    ]
    assert list(schema.events) == [
        *("Meet", "Summit", "Visit", "Negotiate", "Statement", "Propose", "Request", "Agree", "Reject"),
        *("Condemn", "Sanction", "Relations", "Aid", "Elect", "Appoint", "LeaveOffice", "Attack", "Protest"),
        *("Arrest", "Ceasefire"),
    ]


def test_every_event_type_takes_its_own_roles_then_place_and_time(schema: Schema) -> None:
    assert list(schema.roles("Negotiate")) == ["Party", "Mediator", "Topic", "Place", "Time"]
    assert schema.roles("Negotiate")["Party"].many
    assert not schema.roles("Negotiate")["Topic"].many
    assert all({"Place", "Time"} <= set(schema.roles(name)) for name in schema.events)


def test_realis_applies_to_every_event_and_metonym_to_states(schema: Schema) -> None:
    realis = next(each for each in schema.event_attributes if each.name == "realis")
    assert [value.name for value in realis.values] == ["actual", "future", "negated", "hypothetical"]
    assert set(realis.applies_to) == set(schema.events)
    assert "metonym" in [each.name for each in schema.entity_attributes_of("GPE")]
    assert "metonym" not in [each.name for each in schema.entity_attributes_of("PER")]


def test_definitions_are_in_both_languages(schema: Schema) -> None:
    for each in (*schema.entity_types, *schema.event_types, *schema.common_roles):
        assert any("\u0600" <= letter <= "\u06ff" for letter in each.definition.ar), each.name
        assert any("a" <= letter <= "z" for letter in each.definition.en), each.name


def test_a_tiny_schema_loads_from_a_file(tiny_value: dict[str, Any], tmp_path: Path) -> None:
    path = tmp_path / "schema.yaml"
    path.write_text(yaml.safe_dump(tiny_value, allow_unicode=True), encoding="utf-8")
    schema = load_schema(path)
    assert schema.role_names == ["Participant", "Topic", "Rejecter", "Proposal", "Place", "Time"]


def test_every_fault_of_form_is_told_at_once(tiny_value: dict[str, Any], tmp_path: Path) -> None:
    tiny_value["entity_types"][0]["name"] = "<script>"
    tiny_value["entity_types"][1]["color"] = "red"
    del tiny_value["event_types"][0]["roles"][0]["many"]
    tiny_value["surprise"] = 1
    assert faults_of(tiny_value, tmp_path) == [
        "entity_types[0].name: string should match pattern '^[A-Za-z][A-Za-z0-9]*$', found '<script>'",
        "entity_types[1].color: string should match pattern '^#[0-9a-fA-F]{6}$', found 'red'",
        "event_types[0].roles[0].many: field required",
        "surprise: extra inputs are not permitted, found 1",
    ]


def test_every_fault_of_meaning_is_told_at_once(tiny_value: dict[str, Any], tmp_path: Path) -> None:
    tiny_value["entity_types"][2]["name"] = "PER"
    tiny_value["common_roles"][0]["entity_types"] = ["GPE", "RIVER"]
    tiny_value["entity_attributes"][0]["applies_to"] = ["TOWN"]
    tiny_value["event_attributes"][0]["default"] = "perhaps"
    tiny_value["event_types"][1]["hotkey"] = "t"
    tiny_value["event_types"][1]["roles"].append(tiny_value["common_roles"][1])
    found = faults_of(tiny_value, tmp_path)
    assert "entity_types: name 'PER' is given 2 times; names are unique" in found
    assert "event_types[1].roles: name 'Time' is given 2 times; names are unique" in found
    assert "common_roles[0].entity_types[1]: no entity type 'RIVER' (there are PER, GPE)" in found
    assert "entity_attributes[0].applies_to[0]: no entity type 'TOWN' (there are PER, GPE)" in found
    assert "event_attributes[0].default: 'perhaps' is none of actual, future, negated, hypothetical" in found
    assert "hotkey: 't' is the key of both Meet and Reject" in found


def test_a_key_that_label_studio_answers_to_itself_is_refused(
    tiny_value: dict[str, Any], tmp_path: Path
) -> None:
    tiny_value["event_types"][0]["hotkey"] = "u"
    path = tmp_path / "schema.yaml"
    path.write_text(yaml.safe_dump(tiny_value, allow_unicode=True), encoding="utf-8")
    with pytest.raises(DataError, match=r"'u' is the key of both Label Studio itself \(unselect\) and Meet"):
        load_schema(path)


def test_an_attribute_may_not_take_the_name_of_a_key_of_the_file(
    tiny_value: dict[str, Any], tmp_path: Path
) -> None:
    tiny_value["entity_attributes"][0]["name"] = "start"
    found = faults_of(tiny_value, tmp_path)
    assert found == ["attributes: 'start' is a key of the annotation file itself; choose another name"]


def test_a_key_given_twice_in_the_yaml_is_an_error_with_its_line(tmp_path: Path) -> None:
    path = tmp_path / "schema.yaml"
    path.write_text('version: "1.0"\nversion: "2.0"\n', encoding="utf-8")
    with pytest.raises(DataError, match=r"line 2: not YAML: key 'version' given twice"):
        load_schema(path)


def test_a_missing_schema_is_an_error_of_the_call(tmp_path: Path) -> None:
    with pytest.raises(CallError, match="no schema at"):
        load_schema(tmp_path / "schema.yaml")
