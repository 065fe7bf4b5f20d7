"""evaluate.py: a submission scored against a corpus or a release; wrong calls and files refused."""

from __future__ import annotations

import json
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from khabar.release import build
from release_corpus import OURS, corpus_of, gold_predictions, make_checkout
from scoring_gold import (
    write_lines,
)


@pytest.fixture(scope="module")
def checkout(tmp_path_factory: pytest.TempPathFactory, repository: Path) -> Path:
    """A small checkout with annotations."""
    from conftest import tiny_schema_value

    card = (repository / "dataset_card.md").read_text(encoding="utf-8")
    return make_checkout(tmp_path_factory.mktemp("checkout"), tiny_schema_value(), card)


def call(repository: Path, *words: str | Path) -> subprocess.CompletedProcess[str]:
    """Run the program from another folder."""
    command = [sys.executable, repository / "benchmark" / "evaluate.py", *words]
    return subprocess.run(
        list(map(str, command)),
        capture_output=True,
        text=True,
        check=False,
        cwd=repository.parent,
    )


def test_the_program_scores_a_file_and_leaves_out_what_has_no_text(
    repository: Path, checkout: Path, tmp_path: Path
) -> None:
    path = write_lines(tmp_path / "p.jsonl", gold_predictions(checkout, "train"))
    options = ("--annotations", checkout / "annotations", "--split", "train")
    done = call(repository, path, *options, "--format", "json")
    assert done.returncode == 0, done.stderr
    assert "1 left out, text not on this machine: theirs-1" in done.stderr
    made = json.loads(done.stdout)
    assert made["gold"]["left_out"] == ["theirs-1"]
    assert made["gold"]["articles"] == 1
    assert made["scores"]["measures"]["argument_c+"]["micro"]["f1"] == 1.0
    assert made["scores"]["measures"]["entities"]["micro"]["f1_interval"] is None
    text = call(repository, path, *options)
    assert text.returncode == 0
    assert "Arg-C+" in text.stdout
    assert "Meet" in text.stdout


def test_the_program_refuses_a_wrong_file_with_codes_and_exit_code_1(
    repository: Path, checkout: Path, tmp_path: Path
) -> None:
    predictions = gold_predictions(checkout)
    predictions[0]["entities"][0]["type"] = "<script>"
    path = write_lines(tmp_path / "p.jsonl", predictions)
    options = ("--annotations", checkout / "annotations")
    for command in ((path,), ("validate", path)):
        done = call(repository, *command, *options)
        assert (done.returncode, done.stdout) == (1, "")
        assert (
            "KB024 line 1 'ours-3' entities[0].type: found '<script>', allowed are PER, GPE, ORG"
            in done.stderr
        )
        assert "Traceback" not in done.stderr
    done = call(repository, "validate", path, *options, "--format", "json")
    assert done.returncode == 1
    (report,) = json.loads(done.stdout)["faults"]
    assert report["faults"][0]["code"] == "KB024"


def test_the_program_says_that_a_right_file_is_valid(
    repository: Path, checkout: Path, tmp_path: Path
) -> None:
    path = write_lines(tmp_path / "p.jsonl", gold_predictions(checkout))
    done = call(repository, "validate", path, "--annotations", checkout / "annotations")
    assert done.returncode == 0
    assert done.stdout == f"{path}: valid; 1 article; predicts arguments, entities, triggers\n"


@pytest.mark.parametrize("words", [("none.jsonl",), ("x.jsonl", "--split", "nowhere"), ("--repair",)])
def test_a_wrong_call_of_the_program_exits_with_2(
    words: tuple[str, ...], repository: Path, checkout: Path
) -> None:
    done = call(repository, *words, "--annotations", checkout / "annotations")
    assert done.returncode == 2
    assert "Next: see --help" in done.stderr


@pytest.mark.slow
def test_a_release_folder_gives_the_gold_of_its_annotations_and_a_changed_one_is_refused(
    repository: Path, checkout: Path, tmp_path: Path
) -> None:
    release = tmp_path / "release"
    build(corpus_of(checkout), release, version="1.0.0", checkout=checkout)
    path = write_lines(tmp_path / "p.jsonl", gold_predictions(checkout))
    options = ("--annotations", checkout / "annotations", "--format", "json")
    here, released = (
        json.loads(call(repository, path, *options, *more).stdout) for more in ((), ("--release", release))
    )
    assert released["gold"] == here["gold"]
    assert released["scores"] == here["scores"]
    assert (here["release"], released["release"]) == (None, "1.0.0")
    shutil.copy(
        release / "data/documents/train-00000-of-00001.parquet",
        release / "data/documents/test-00000-of-00001.parquet",
    )
    done = call(repository, path, *options[:2], "--release", release)
    assert done.returncode == 1
    assert "data/documents/test-00000-of-00001.parquet: expected SHA-256" in done.stderr
    assert OURS["ours-3"].splitlines()[0] not in done.stdout
