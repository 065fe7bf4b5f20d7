"""The Croissant description points at files and columns that are there."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from conftest import tiny_schema_value
from khabar.files import sha256
from khabar.release import build
from release_corpus import corpus_of, make_checkout


@pytest.fixture(scope="module")
def release(tmp_path_factory: pytest.TempPathFactory, repository: Path) -> Iterator[Path]:
    card = (repository / "dataset_card.md").read_text(encoding="utf-8")
    with pytest.MonkeyPatch.context() as patch:
        patch.delenv("KHABAR_TEXTS", raising=False)
        checkout = make_checkout(tmp_path_factory.mktemp("checkout"), tiny_schema_value(), card)
        yield build(corpus_of(checkout), checkout / "release", version="0.1.0").folder


@pytest.fixture(scope="module")
def described(release: Path) -> dict[str, Any]:
    value: dict[str, Any] = json.loads((release / "croissant.json").read_text(encoding="utf-8"))
    return value


def fields(record_set: dict[str, Any]) -> Iterator[dict[str, Any]]:
    for field in record_set["field"]:
        yield field
        yield from field.get("subField", [])


def test_every_file_is_described_by_its_digest_and_size(release: Path, described: dict[str, Any]) -> None:
    assert len(described["distribution"]) == 12
    for file in described["distribution"]:
        data = (release / file["contentUrl"]).read_bytes()
        assert (file["sha256"], file["contentSize"]) == (sha256(data), f"{len(data)} B")
        assert file["encodingFormat"] == "application/x-parquet"


def test_every_field_names_a_column_that_is_in_its_file(release: Path, described: dict[str, Any]) -> None:
    for record_set in described["recordSet"]:
        for field in fields(record_set):
            source = field["source"]
            schema = pq.read_schema(release / source["fileObject"]["@id"])
            kind = schema.field(source["extract"]["column"]).type
            for name in source.get("transform", {}).get("jsonPath", "").removeprefix("[*].").split("."):
                kind = kind.value_type if pa.types.is_list(kind) else kind
                kind = kind.field(name).type if name else kind
            if "dataType" in field and not field.get("repeated"):
                assert {"string": "sc:Text", "int32": "sc:Integer", "bool": "sc:Boolean"}[str(kind)] == field[
                    "dataType"
                ]


def test_identifiers_are_unique(described: dict[str, Any]) -> None:
    names = [field["@id"] for record_set in described["recordSet"] for field in fields(record_set)]
    assert len(set(names)) == len(names)


def test_a_list_inside_a_list_is_named_and_not_described(described: dict[str, Any]) -> None:
    """mlcroissant 1.1.1 would give the first argument of each event and drop the others in silence."""
    (documents,) = (each for each in described["recordSet"] if each["@id"] == "documents/train")
    (events,) = (each for each in documents["field"] if each["@id"] == "documents/train/events")
    assert [each["source"]["transform"]["jsonPath"] for each in events["subField"]] == [
        "[*].id",
        "[*].type",
        "[*].trigger.start",
        "[*].trigger.end",
        "[*].trigger.text",
        "[*].realis",
    ]
    assert events["description"] == "Also holds lists, to be read from the Parquet column: arguments"


def test_labels_keep_their_names_in_the_description(described: dict[str, Any]) -> None:
    (triggers,) = (each for each in described["recordSet"] if each["@id"] == "triggers/test")
    (tags,) = (each for each in triggers["field"] if each["@id"].endswith("trigger_tags"))
    assert (tags["dataType"], tags["repeated"]) == ("sc:Integer", True)
    assert tags["description"] == "0: O, 1: B-Meet, 2: I-Meet, 3: B-Reject, 4: I-Reject"


def test_who_made_it_and_under_what_terms_is_said(described: dict[str, Any]) -> None:
    assert (described["name"], described["version"], described["datePublished"]) == (
        "Tiny",
        "0.1.0",
        "2024-02-01",
    )
    assert [each["name"] for each in described["creator"]] == ["The testers", "Samer Alnahri"]
    assert described["license"] == ["https://spdx.org/licenses/CC-BY-4.0"]
    assert described["conformsTo"] == "http://mlcommons.org/croissant/1.0"
