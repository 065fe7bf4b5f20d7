"""The board for other programs: CSV that equals the JSON, YAML that the Hub's own reader reads back."""

from __future__ import annotations

import copy
import csv
import io
from pathlib import Path
from typing import Any

import pytest
import yaml
from huggingface_hub._eval_results import parse_eval_result_entries

from khabar.errors import CallError, DataError
from khabar.pages import leaderboard
from khabar.schema import Schema
from khabar.scoring.board import find_entries, markdown
from khabar.scoring.exports import COLUMNS, as_csv, as_eval_results
from scoring_gold import right
from test_board import add, results_of, submissions

__all__ = ["submissions"]


@pytest.fixture
def results(submissions: Path, tiny_schema: Schema) -> dict[str, Any]:
    """The board of four systems."""
    return results_of(submissions, tiny_schema)


def test_the_csv_holds_every_figure_of_the_results_and_no_other(results: dict[str, Any]) -> None:
    lines = list(csv.DictReader(io.StringIO(as_csv(results))))
    assert list(lines[0]) == list(COLUMNS)
    expected = set()
    for each in results["systems"]:
        for name, measure in each["measures"].items():
            if measure is None:
                continue
            parts = {("micro", ""): measure["micro"], ("macro", ""): measure.get("macro")}
            parts |= {("type", label): values for label, values in measure.get("types", {}).items()}
            for key, values in parts.items():
                if values is not None:
                    expected.add(
                        (each["id"], name, *key, values["f1"], values["precision"], values.get("gold"))
                    )
    found = {
        (
            line["system"],
            line["measure"],
            line["average"],
            line["type"],
            *(None if line[name] == "" else float(line[name]) for name in ("f1", "precision")),
            None if line["gold"] == "" else int(line["gold"]),
        )
        for line in lines
    }
    assert found == expected


def test_a_line_carries_gold_release_scorer_submission_and_date(results: dict[str, Any]) -> None:
    results["release"] = "1.2.0"
    line = next(csv.DictReader(io.StringIO(as_csv(results))))
    row = results["systems"][0]
    assert line["gold_digest"] == results["gold"]["digest"]
    assert (line["release"], line["seqeval"], line["date"]) == ("1.2.0", "1.2.2", "2026-11-23")
    assert line["khabar"] == results["scorer"]["khabar"]
    assert line["submission_sha256"] == row["submission"]["sha256"]


def test_no_name_that_a_spreadsheet_would_run_is_in_the_csv(results: dict[str, Any]) -> None:
    results["systems"][0]["name"] = "=HYPERLINK(0)"
    assert "HYPERLINK" not in as_csv(results)


def test_the_hubs_own_reader_reads_the_figures_back(results: dict[str, Any]) -> None:
    text = as_eval_results(
        results, "c-right", dataset="you/khabar", revision="a" * 40, source="https://example.org/board"
    )
    entries = parse_eval_result_entries(yaml.safe_load(text))
    assert [(each.task_id, each.value) for each in entries] == [
        ("entities", 1.0),
        ("triggers", 1.0),
        ("arguments", 1.0),
    ]
    assert {each.dataset_id for each in entries} == {"you/khabar"}
    assert {each.dataset_revision for each in entries} == {"a" * 40}
    assert {(each.source_url, each.source_name) for each in entries} == {
        ("https://example.org/board", "Khabar leaderboard")
    }
    assert results["gold"]["digest"][:12] in str(entries[0].notes)


def test_a_task_without_a_figure_is_left_out_of_the_yaml_not_0(results: dict[str, Any]) -> None:
    entries = yaml.safe_load(as_eval_results(results, "b-names", dataset="you/khabar"))
    assert [each["dataset"]["task_id"] for each in entries] == ["entities"]
    assert "source" not in entries[0]


def test_a_system_that_is_not_on_the_board_is_a_wrong_call(results: dict[str, Any]) -> None:
    with pytest.raises(CallError, match="there are c-right, b-names, d-half, a-nothing"):
        as_eval_results(results, "gone", dataset="you/khabar")


def test_systems_scored_on_different_gold_never_share_a_table(
    results: dict[str, Any], tiny_schema: Schema
) -> None:
    other = copy.deepcopy(results)
    other["systems"][1]["gold_digest"] = "0" * 64
    for make in (markdown, lambda given: leaderboard(given, tiny_schema), as_csv):
        with pytest.raises(DataError, match="scored on gold 000000000000"):
            make(other)


@pytest.mark.parametrize("name", ["Upper", "-dash", "two words", "خبر", "x" * 65])
def test_a_systems_folder_has_a_name_that_a_page_can_have(name: str, tmp_path: Path) -> None:
    add(tmp_path / name, right(), name="One")
    with pytest.raises(DataError, match="found the folder name"):
        find_entries(tmp_path)
