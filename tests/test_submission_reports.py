"""What validate says: every fault in parts for machines, every mend in words, also through the program."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from conftest import tiny_schema_value
from khabar.errors import DataError
from khabar.schema import Schema
from khabar.scoring import Gold, judge_records
from khabar.scoring.report import submission_notes
from release_corpus import make_checkout
from scoring_gold import right, tag_records, write_lines


def parts_of(records: list[Any], gold: Gold, schema: Schema) -> list[dict[str, Any]]:
    """Every fault as a machine reads it, without its words."""
    with pytest.raises(DataError) as caught:
        judge_records(records, gold, schema)
    (report,) = caught.value.as_json()
    return [{key: value for key, value in each.items() if key != "message"} for each in report["faults"]]


def test_a_fault_is_told_with_line_article_field_found_and_allowed(gold: Gold, tiny_schema: Schema) -> None:
    records = right()
    records[0]["entities"][1]["type"] = "CITY"
    records[1]["events"][0]["arguments"][0]["end"] = 4_000
    assert parts_of(records, gold, tiny_schema) == [
        {
            "where": "record 1 'test-beirut' entities[1].type",
            "code": "KB024",
            "unit": "record",
            "line": 1,
            "article": "test-beirut",
            "sentence": None,
            "field": "entities[1].type",
            "found": "'CITY'",
            "allowed": "PER, GPE, ORG",
        },
        {
            "where": "record 2 'test-amman' events[0].arguments[0].end",
            "code": "KB022",
            "unit": "record",
            "line": 2,
            "article": "test-amman",
            "sentence": None,
            "field": "events[0].arguments[0].end",
            "found": "4000",
            "allowed": "0 to 50, the code points of the article (not bytes or UTF-16 units)",
        },
    ]


def test_a_fault_of_a_sentence_names_its_article_and_the_tags_that_may_stand_there(
    gold: Gold, tiny_schema: Schema
) -> None:
    lines = tag_records(gold)
    lines[0]["ner_tags"][2] = "I-ORG"
    (fault,) = parts_of(lines, gold, tiny_schema)
    assert (fault["code"], fault["article"], fault["sentence"]) == ("KB032", "test-amman", "test-amman#0")
    assert (fault["field"], fault["found"], fault["allowed"]) == ("ner_tags[2]", "I-ORG", "B-ORG, O")


def test_of_an_article_that_is_not_known_the_rest_is_judged_too(gold: Gold, tiny_schema: Schema) -> None:
    entities = [{"start": -1, "end": 10**9, "type": "CITY"}]
    faults = parts_of([*right(), {"article": "gone", "entities": entities, "events": []}], gold, tiny_schema)
    assert [(each["code"], each["field"], each["allowed"].partition(",")[0]) for each in faults] == [
        ("KB010", "", "test-amman"),
        ("KB022", "entities[0].start", "0 or more"),
        ("KB024", "entities[0].type", "PER"),
    ]
    lines = [*tag_records(gold), {"id": "gone#0", "ner_tags": ["X"], "trigger_tags": ["O", "I-Meet"]}]
    codes = [each["code"] for each in parts_of(lines, gold, tiny_schema)]
    assert codes == ["KB013", "KB031", "KB032"]


def test_an_article_that_lacks_its_record_is_named_without_a_line(gold: Gold, tiny_schema: Schema) -> None:
    (fault,) = parts_of(right()[:1], gold, tiny_schema)
    assert (fault["code"], fault["article"], fault["line"]) == ("KB012", "test-amman", None)


@pytest.mark.parametrize("tag", ["B-", "I-", "B", "b-PER", "E-PER", "PER", ""])
def test_a_tag_without_a_type_or_of_another_scheme_is_refused_also_where_seqeval_would_read_it(
    tag: str, gold: Gold, tiny_schema: Schema
) -> None:
    lines = tag_records(gold)
    lines[0]["ner_tags"][0] = tag
    assert [each["code"] for each in parts_of(lines, gold, tiny_schema)] == ["KB031"]


def test_repair_says_which_tags_it_mended(gold: Gold, tiny_schema: Schema) -> None:
    lines = tag_records(gold)
    lines[0]["ner_tags"][:3] = ["I-PER", "I-PER", "I-ORG"]
    submission = judge_records(lines, gold, tiny_schema, repair=True)
    assert submission.mended == 2
    assert list(submission_notes(submission)) == [
        "mended: 2 I- tags that continued nothing are now B-",
        "  record 1 'test-amman#0' ner_tags[0]: I-PER after the beginning of the sentence is now B-PER",
        "  record 1 'test-amman#0' ner_tags[2]: I-ORG after I-PER is now B-ORG",
    ]


def run(repository: Path, *words: str | Path) -> subprocess.CompletedProcess[str]:
    """evaluate.py validate, as a user runs it."""
    command = [sys.executable, repository / "benchmark" / "evaluate.py", "validate", *words]
    return subprocess.run(list(map(str, command)), capture_output=True, text=True, check=False)


def test_the_program_tells_faults_and_mends_as_json(repository: Path, tmp_path: Path) -> None:
    annotations = make_checkout(tmp_path / "checkout", tiny_schema_value(), "") / "annotations"
    options = ("--annotations", annotations, "--format", "json")
    faulty = write_lines(tmp_path / "faulty.jsonl", [{"article": "gone", "entities": [{"start": 0}]}])
    done = run(repository, faulty, *options)
    assert done.returncode == 1
    (report,) = json.loads(done.stdout)["faults"]
    assert [(each["code"], each["line"], each["article"]) for each in report["faults"]] == [
        ("KB010", 1, "gone"),
        ("KB005", 1, "gone"),
        ("KB005", 1, "gone"),
        ("KB012", None, "ours-3"),
    ]
    lines = [{"id": "ours-3#0", "ner_tags": ["I-PER", "O"]}, {"id": "ours-3#1", "ner_tags": ["O"] * 6}]
    done = run(repository, write_lines(tmp_path / "tags.jsonl", lines), "--repair", *options)
    assert done.returncode == 0, done.stdout
    assert json.loads(done.stdout)["mends"] == [
        {
            "where": "line 1 'ours-3#0' ner_tags[0]",
            "found": "I-PER",
            "after": "the beginning of the sentence",
            "mended": "B-PER",
        }
    ]


def test_a_key_that_is_not_known_is_told_once_and_not_by_every_line_after(
    gold: Gold, tiny_schema: Schema
) -> None:
    records = right()
    records[0]["entitiez"] = records[0].pop("entities")
    assert [(each["code"], each["line"]) for each in parts_of(records, gold, tiny_schema)] == [("KB004", 1)]


def test_a_folder_is_validated_with_what_it_says_of_its_system(repository: Path, tmp_path: Path) -> None:
    annotations = make_checkout(tmp_path / "checkout", tiny_schema_value(), "") / "annotations"
    folder = tmp_path / "mine"
    program = [sys.executable, repository / "benchmark" / "evaluate.py"]
    command = list(map(str, [*program, "starter", folder, "--annotations", annotations]))
    subprocess.run(command, capture_output=True, check=True)
    done = run(repository, folder, "--annotations", annotations)
    assert (done.returncode, done.stdout) == (
        0,
        f"{folder}: valid; 1 article; predicts arguments, entities, triggers\n",
    )
    described = (folder / "system.yaml").read_text(encoding="utf-8")
    (folder / "system.yaml").write_text(described + "colour: red\n", encoding="utf-8")
    write_lines(folder / "predictions.jsonl", [{"article": "gone", "entities": []}])
    done = run(repository, folder, "--annotations", annotations)
    assert done.returncode == 1
    assert "system.yaml: 1 fault" in done.stderr
    assert "KB010 line 1 'gone'" in done.stderr
