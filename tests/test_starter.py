"""A submission to begin with: valid as it is, with every key there is, and never over another one."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from khabar.errors import CallError
from khabar.schema import Schema
from khabar.scoring import read_gold, read_submission
from khabar.scoring.starter import write_starter
from khabar.scoring.system import System, read_system
from scoring_gold import gold_rows, nothing


def test_a_starter_is_valid_and_predicts_nothing(
    repository: Path, tiny_schema: Schema, tmp_path: Path
) -> None:
    gold = read_gold(gold_rows())
    written = write_starter(tmp_path / "mine", gold, repository / "benchmark" / "starter")
    assert [each.name for each in written] == ["predictions.jsonl", "README.md", "system.yaml"]
    submission = read_submission(written[0], gold, tiny_schema)
    assert submission.tasks == {"entities", "triggers", "arguments"}
    assert not any(each.entities or each.events for each in submission.articles.values())
    assert list(submission.articles) == sorted(each["article"] for each in nothing())


def test_the_starters_system_has_every_key_that_a_system_may_have(repository: Path) -> None:
    system = read_system(repository / "benchmark" / "starter" / "system.yaml")
    assert system.model_fields_set == set(System.model_fields)


def test_a_starter_is_not_written_over_a_submission(repository: Path, tmp_path: Path) -> None:
    (tmp_path / "system.yaml").write_text("name: X", encoding="utf-8")
    with pytest.raises(CallError, match=r"has system.yaml already"):
        write_starter(tmp_path, read_gold(gold_rows()), repository / "benchmark" / "starter")
    assert [each.name for each in tmp_path.iterdir()] == ["system.yaml"]


def test_what_the_program_writes_it_scores(repository: Path, tmp_path: Path) -> None:
    from conftest import tiny_schema_value
    from release_corpus import make_checkout

    checkout = make_checkout(tmp_path / "checkout", tiny_schema_value(), "")
    for words in (("starter", "mine"), ("score", "mine/predictions.jsonl", "--details")):
        command = [sys.executable, repository / "benchmark" / "evaluate.py", *words]
        done = subprocess.run(
            [*map(str, command), "--annotations", str(checkout / "annotations")],
            capture_output=True,
            text=True,
            check=False,
            cwd=tmp_path,
        )
        assert done.returncode == 0, done.stderr
    assert "Mistakes by kind" in done.stdout
    assert "Exact spans in slices" in done.stdout
