"""`eval.yaml`: the tasks that `.eval_results` of the leaderboard name, over a split that is there."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
import yaml

from conftest import tiny_schema_value
from khabar.release import build
from khabar.release.benchmark_file import TASKS, benchmark_file
from khabar.release.citation import read_citation
from khabar.release.manifest import read_manifest
from khabar.scoring import measures
from release_corpus import corpus_of, make_checkout


@pytest.fixture(scope="module")
def release(tmp_path_factory: pytest.TempPathFactory, repository: Path) -> Iterator[Path]:
    card = (repository / "dataset_card.md").read_text(encoding="utf-8")
    with pytest.MonkeyPatch.context() as patch:
        patch.delenv("KHABAR_TEXTS", raising=False)
        checkout = make_checkout(tmp_path_factory.mktemp("checkout"), tiny_schema_value(), card)
        yield build(corpus_of(checkout), checkout / "release", version="0.1.0").folder


def test_its_tasks_are_those_that_eval_results_names(release: Path) -> None:
    value = yaml.safe_load((release / "eval.yaml").read_text(encoding="utf-8"))
    assert list(value) == ["name", "description", "tasks"]
    assert [each["id"] for each in value["tasks"]] == list(measures.TASKS) == list(TASKS)


def test_its_configurations_and_split_are_in_the_release(release: Path) -> None:
    value = yaml.safe_load((release / "eval.yaml").read_text(encoding="utf-8"))
    card = yaml.safe_load((release / "README.md").read_text(encoding="utf-8").split("---")[1])
    there = {(each["config_name"], of["split"]) for each in card["configs"] for of in each["data_files"]}
    assert {(each["config"], each["split"]) for each in value["tasks"]} == {("documents", "test")} & there


def test_it_is_in_the_manifest_and_carries_the_canary(release: Path) -> None:
    manifest = read_manifest(release)
    assert "eval.yaml" in manifest.files
    assert manifest.canary in (release / "eval.yaml").read_text(encoding="utf-8").splitlines()[0]


def test_a_folder_without_a_test_split_is_no_benchmark(repository: Path) -> None:
    citation = read_citation(repository / "CITATION.cff")
    assert benchmark_file(citation, {"documents": {"train": {}}}, "canary GUID x") is None
