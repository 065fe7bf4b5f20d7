"""The program: what it prints where, and the code it ends with."""

from __future__ import annotations

import importlib.util
import json
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import typer

import khabar
from khabar.terminal import run
from release_corpus import make_checkout, write_theirs

Program = Callable[..., int]


@pytest.fixture(scope="module")
def app(repository: Path) -> typer.Typer:
    path = repository / "scripts" / "publish_dataset.py"
    specification = importlib.util.spec_from_file_location("publish_dataset", path)
    assert specification is not None
    assert specification.loader is not None
    module = importlib.util.module_from_spec(specification)
    specification.loader.exec_module(module)
    found: typer.Typer = module.app
    return found


@pytest.fixture
def call(app: typer.Typer) -> Program:
    def called(*arguments: object) -> int:
        with pytest.raises(SystemExit) as ended:
            run(app, [str(each) for each in arguments])
        return int(ended.value.code or 0)

    return called


@pytest.fixture
def checkout(
    tmp_path: Path, tiny_value: dict[str, Any], repository: Path, monkeypatch: pytest.MonkeyPatch
) -> Path:
    monkeypatch.delenv("KHABAR_TEXTS", raising=False)
    card = (repository / "dataset_card.md").read_text(encoding="utf-8")
    return make_checkout(tmp_path / "checkout", tiny_value, card)


def test_a_build_says_what_it_left_out_and_prints_its_counts(
    call: Program, checkout: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert call("build", "--annotations", checkout / "annotations") == 0
    printed = capsys.readouterr()
    assert "train: 1 left out, text not on this machine: theirs-1" in printed.err
    assert f"release {khabar.__version__} written and checked by loading" in printed.err
    rows = [line.split() for line in printed.out.splitlines()]
    assert ["│", "entities", "│", "6", "│", "1", "│", "2", "│"] in rows
    assert (checkout / "build" / "release" / "manifest.json").is_file()


def test_a_second_build_says_that_nothing_changed(
    call: Program, checkout: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert call("build", "--annotations", checkout / "annotations") == 0
    assert call("build", "--annotations", checkout / "annotations") == 0
    assert "was there already, the same to the byte" in capsys.readouterr().err


def test_the_result_as_json_is_the_manifest_and_where_it_is(
    call: Program, checkout: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    texts = write_theirs(tmp_path / "texts")
    arguments = ("--out", tmp_path / "out", "--version", "1.2.3", "--texts", texts, "--format", "json")
    assert call("build", "--annotations", checkout / "annotations", *arguments) == 0
    printed = json.loads(capsys.readouterr().out)
    assert (printed["folder"], printed["release"], printed["unchanged"]) == (
        str(tmp_path / "out"),
        "1.2.3",
        False,
    )
    assert printed["counts"]["train"]["articles"] == 2


def test_verify_ends_with_one_when_a_file_is_not_the_releases(
    call: Program, checkout: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    release = checkout / "release"
    assert call("build", "--annotations", checkout / "annotations", "--out", release) == 0
    assert call("verify", release) == 0
    assert "every file and row is right" in capsys.readouterr().out
    (release / "CHANGELOG.md").write_text("bent", encoding="utf-8")
    assert call("verify", release) == 1
    assert "CHANGELOG.md: expected SHA-256" in capsys.readouterr().err


def test_wrong_data_ends_with_one_and_leaves_nothing(
    call: Program, checkout: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (checkout / "annotations" / "gold" / "ours-1.json").unlink()
    assert call("build", "--annotations", checkout / "annotations", "--format", "json") == 1
    printed = json.loads(capsys.readouterr().out)
    assert printed["faults"][0]["faults"][0]["message"] == "article 'ours-1' has no gold annotation"
    assert not (checkout / "build").exists()


def test_a_wrong_call_ends_with_two(
    call: Program, checkout: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert call("build", "--annotations", tmp_path / "nowhere") == 2
    assert call("build", "--annotations", checkout / "annotations", "--version", "one") == 2
    assert call("verify", tmp_path) == 2
    assert call("guidelines", "--annotations", checkout / "annotations") == 2
    assert "no guidelines.md in" in capsys.readouterr().err


def test_stale_guidelines_end_with_one_until_they_are_written(
    call: Program, checkout: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    path = checkout / "annotations" / "guidelines.md"
    path.write_text("<!-- schema:events -->\n<!-- /schema:events -->\n", encoding="utf-8")
    arguments = ("guidelines", "--annotations", checkout / "annotations")
    assert call(*arguments, "--check") == 1
    assert "its tables are not those of schema.yaml" in capsys.readouterr().err
    assert call(*arguments) == 0
    assert "`Reject`" in path.read_text(encoding="utf-8")
    assert call(*arguments, "--check") == 0


def test_help_shows_an_example_from_any_folder(repository: Path, tmp_path: Path) -> None:
    program = repository / "scripts" / "publish_dataset.py"
    shown = subprocess.run(
        [sys.executable, program, "build", "--help"], cwd=tmp_path, capture_output=True, text=True, check=True
    )
    assert "Example: publish_dataset.py build --out build/release" in " ".join(shown.stdout.split())
