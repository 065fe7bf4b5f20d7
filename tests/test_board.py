"""The board: every submission scored anew, written the same each time, and refused whole if one is wrong."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
import yaml

from khabar.errors import CallError, DataError
from khabar.files import sha256
from khabar.schema import Schema
from khabar.scoring import read_gold
from khabar.scoring.board import find_entries, markdown, score_entries
from khabar.scoring.system import read_system
from scoring_gold import Record, gold_rows, nothing, right, write_lines

SYSTEM = {
    "name": "Gazetteer",
    "authors": ["Layla Mansour", "سامر الخطيب"],
    "licence": "Apache-2.0",
    "training_data": "train split",
    "date": "2026-11-23",
    "description": "Looks names up.",
}


def add(folder: Path, records: list[Any], **described: Any) -> Path:
    """A submission in a folder of its own."""
    write_lines(folder / "predictions.jsonl", records)
    text = yaml.safe_dump({**SYSTEM, **described}, allow_unicode=True)
    (folder / "system.yaml").write_text(text, encoding="utf-8")
    return folder


def entities_only() -> list[Record]:
    """Right entities, no word of events."""
    return [{"article": each["article"], "entities": each["entities"]} for each in right()]


@pytest.fixture
def submissions(tmp_path: Path) -> Path:
    """Four systems, not in the order of their figures."""
    folder = tmp_path / "submissions"
    add(folder / "a-nothing", nothing(), name="Finds nothing")
    add(folder / "b-names", entities_only(), name="Names | only", parameters={"seed": 0, "rate": 0.1})
    add(folder / "c-right", right(), name="Is right", link="https://example.org/x", release="1.0.0")
    half = right()
    half[0]["entities"] = half[0]["entities"][:3]
    add(folder / "d-half", half, name="نصف")
    return folder


def results_of(folder: Path, schema: Schema) -> dict[str, Any]:
    """The board's value."""
    return score_entries(find_entries(folder), read_gold(gold_rows()), schema, split="test", resamples=50)


def test_rows_are_sorted_by_entities_then_by_what_follows_undefined_last(
    submissions: Path, tiny_schema: Schema
) -> None:
    names = [each["name"] for each in results_of(submissions, tiny_schema)["systems"]]
    assert names == ["Is right", "Names | only", "نصف", "Finds nothing"]


def test_rows_say_what_was_scored_and_on_what(submissions: Path, tiny_schema: Schema) -> None:
    results = results_of(submissions, tiny_schema)
    assert results["gold"]["digest"] == read_gold(gold_rows()).digest
    assert (results["schema"], results["release"], results["scorer"]["seqeval"]) == ("1.0", None, "1.2.2")
    assert results["intervals"]["resamples"] == 50
    first = results["systems"][0]
    assert first["id"] == "c-right"
    assert first["gold_digest"] == results["gold"]["digest"]
    path = submissions / "c-right" / "predictions.jsonl"
    assert first["submission"]["sha256"] == sha256(path.read_bytes())
    assert (first["date"], first["release"]) == ("2026-11-23", "1.0.0")
    assert json.loads(json.dumps(results, allow_nan=False)) == results


def test_the_markdown_shows_undefined_as_a_dash_and_escapes_names(
    submissions: Path, tiny_schema: Schema
) -> None:
    lines = markdown(results_of(submissions, tiny_schema)).splitlines()
    rows = [line for line in lines if line.startswith("| ")]
    assert rows[0] == "| System | Entities | Group | Triggers | Group | Arg-C+ | Group | Date |"
    assert (
        rows[1] == "| Is right | 100.0 [100.0–100.0] | 1 | 100.0 [100.0–100.0] | 1 | 100.0 [100.0–100.0] | 1 "
        "| 2026-11-23 |"
    )
    assert rows[2] == "| Names &#124; only | 100.0 [100.0–100.0] | 1 | – | – | – | – | 2026-11-23 |"
    assert (
        "| Finds nothing | 0.0 [0.0–0.0] | 1 | 0.0 [0.0–0.0] | 1 | 0.0 [0.0–0.0] | 1 | 2026-11-23 |" in rows
    )


def test_one_wrong_submission_keeps_the_board_from_being_made_and_all_are_told(
    submissions: Path, tiny_schema: Schema
) -> None:
    add(submissions / "e-wrong", right()[:1], name="Wrong")
    add(submissions / "f-wrong", [], name="Empty")
    with pytest.raises(DataError) as caught:
        results_of(submissions, tiny_schema)
    assert [Path(each.source).parent.name for each in caught.value.reports] == ["e-wrong", "f-wrong"]
    assert [each.code for each in caught.value.faults] == ["KB012", "KB002"]


def test_a_submission_that_needs_mending_does_not_come_on_the_board(
    submissions: Path, tiny_schema: Schema
) -> None:
    lines = []
    for article in read_gold(gold_rows()).articles.values():
        for number, tags in enumerate(article.show(article.says.entities).tags):
            lines.append({"id": f"{article.id}#{number}", "ner_tags": ["I-PER", *tags[1:]]})
    add(submissions / "g-broken", lines, name="Broken")
    with pytest.raises(DataError, match="KB032"):
        results_of(submissions, tiny_schema)


def test_faults_of_all_folders_are_told_together(submissions: Path) -> None:
    (submissions / "a-nothing" / "predictions.jsonl").unlink()
    (submissions / "b-names" / "system.yaml").unlink()
    add(submissions / "d-half", right(), name="Is right", licence=3, mail="x@example.org")
    add(submissions / "e-twin", right(), name="Is right")
    with pytest.raises(DataError) as caught:
        find_entries(submissions)
    assert [
        (Path(each.source).parts[-2:], [f.where for f in each.faults]) for each in caught.value.reports
    ] == [
        (("submissions", "a-nothing"), ["predictions.jsonl"]),
        (("submissions", "b-names"), ["system.yaml"]),
        (("d-half", "system.yaml"), ["licence", "mail"]),
        (("e-twin", "system.yaml"), ["name"]),
    ]


def test_a_folder_without_submissions_is_a_wrong_call(tmp_path: Path) -> None:
    with pytest.raises(CallError, match="no submissions"):
        find_entries(tmp_path)


@pytest.mark.parametrize(
    ("key", "value", "message"),
    [
        ("name", "", "at least 1 character"),
        ("name", "x" * 121, "at most 120 characters"),
        ("name", "two\nlines", "hidden character U\\+000A"),
        ("name", "turned \u202e round", "hidden character U\\+202E"),
        ("authors", [], "at least 1 item"),
        ("authors", ["\u200b"], "hidden character U\\+200B"),
        ("link", "javascript:alert(1)", "should match pattern"),
        ("link", 'https://x/"onclick="y', "should match pattern"),
        ("date", "soon", "valid date"),
        ("date", 7.5, "date"),
    ],
)
def test_a_wrong_value_of_system_yaml_is_told(key: str, value: Any, message: str, tmp_path: Path) -> None:
    add(tmp_path / "s", right(), **{key: value})
    with pytest.raises(DataError, match=message) as caught:
        read_system(tmp_path / "s" / "system.yaml")
    assert {each.where.split("[")[0] for each in caught.value.faults} == {key}


def test_a_date_may_be_written_with_or_without_quotes(tmp_path: Path) -> None:
    path = add(tmp_path / "s", right()) / "system.yaml"
    quoted = read_system(path)
    path.write_text(path.read_text(encoding="utf-8").replace("'", ""), encoding="utf-8")
    assert "date: 2026-11-23" in path.read_text(encoding="utf-8")
    assert read_system(path) == quoted


def test_the_program_writes_the_same_bytes_on_a_second_run(
    submissions: Path, repository: Path, tmp_path: Path
) -> None:
    from conftest import tiny_schema_value
    from release_corpus import gold_predictions, make_checkout

    checkout = make_checkout(tmp_path / "checkout", tiny_schema_value(), "")
    folder = tmp_path / "board-submissions"
    add(folder / "one", gold_predictions(checkout), name="One")
    add(folder / "two", [{**each, "entities": []} for each in gold_predictions(checkout)], name="Two")
    written = []
    for number in (1, 2):
        out = tmp_path / f"board-{number}"
        command = [
            sys.executable,
            repository / "benchmark" / "evaluate.py",
            "board",
            *("--annotations", checkout / "annotations", "--submissions", folder, "--out", out),
        ]
        done = subprocess.run(
            list(map(str, command)), capture_output=True, text=True, check=False, cwd=tmp_path
        )
        assert done.returncode == 0, done.stderr
        assert done.stdout == (out / "README.md").read_text(encoding="utf-8")
        files = [path for path in out.rglob("*") if path.is_file()]
        written.append({path.relative_to(out).as_posix(): path.read_bytes() for path in files})
    articles = [f"articles/{name}.html" for name in ("index", "ours-1", "ours-2", "ours-3", "theirs-1")]
    systems = ["systems/one.html", "systems/two.html"]
    assert sorted(written[0]) == [
        "README.md",
        *articles,
        "index.html",
        "results.json",
        "scores.csv",
        *systems,
    ]
    assert written[0] == written[1]
    results = json.loads(written[0]["results.json"])
    assert [each["name"] for each in results["systems"]] == ["One", "Two"]
    assert results["systems"][0]["measures"]["entities"]["micro"]["f1_interval"] is None  # one article
