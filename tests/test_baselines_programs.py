"""The baselines' programs: what they write, from what, and the same again."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import yaml

from baseline_articles import assert_valid, row
from conftest import tiny_schema_value
from khabar.baselines import crf, gazetteer, neural
from khabar.baselines.submission import Data, predictions, read_data
from khabar.document import Annotation, write_annotation
from khabar.errors import DataError
from khabar.release import build
from khabar.schema import Schema
from release_corpus import OURS, corpus_of, gold_of, make_checkout

SYSTEMS = {"gazetteer": gazetteer, "crf": crf, "neural": neural}


@pytest.fixture(scope="module")
def checkout(tmp_path_factory: pytest.TempPathFactory, repository: Path) -> Iterator[Path]:
    card = (repository / "dataset_card.md").read_text(encoding="utf-8")
    with pytest.MonkeyPatch.context() as patch:
        patch.delenv("KHABAR_TEXTS", raising=False)
        yield make_checkout(tmp_path_factory.mktemp("checkout"), tiny_schema_value(), card)


@pytest.fixture
def run_program(repository: Path) -> Any:
    def run(system: str, *arguments: object, hash_seed: int = 0) -> subprocess.CompletedProcess[str]:
        program = repository / "benchmark" / "baselines" / f"{system}.py"
        environment = {**os.environ, "PYTHONHASHSEED": str(hash_seed), "PYTHONPATH": str(repository / "src")}
        environment.pop("KHABAR_TEXTS", None)
        return subprocess.run(
            [sys.executable, program, *map(str, arguments)], env=environment, capture_output=True, text=True
        )

    return run


@pytest.mark.parametrize("system", SYSTEMS)
def test_a_second_run_changes_no_byte_and_keeps_the_date(
    run_program: Any, checkout: Path, tmp_path: Path, system: str
) -> None:
    out = tmp_path / system / "predictions.jsonl"
    given = ("--annotations", checkout / "annotations", "--out", out)
    first = run_program(system, *given, "--date", "2024-02-29", hash_seed=1)
    assert first.returncode == 0, first.stderr
    assert "1 left out, text not on this machine: theirs-1" in first.stderr
    assert "1 article of test, learnt from 1 of train" in first.stderr
    before = {path.name: path.read_bytes() for path in out.parent.iterdir()}
    assert sorted(before) == ["predictions.jsonl", "system.yaml"]
    assert run_program(system, *given, "--date", "2025-01-01", hash_seed=2).returncode == 0
    assert {path.name: path.read_bytes() for path in out.parent.iterdir()} == before
    described = yaml.safe_load(before["system.yaml"])
    assert described["date"] == "2024-02-29"
    assert {"name", "authors", "licence", "training_data", "description"} <= set(described)


@pytest.mark.parametrize("system", SYSTEMS)
def test_the_gold_of_validation_and_test_does_not_reach_the_predictions(
    checkout: Path, tmp_path: Path, tiny_schema: Schema, system: str
) -> None:
    own = shutil.copytree(checkout / "annotations", tmp_path / "annotations")
    for article in ("ours-2", "ours-3"):
        gold = gold_of(article, OURS[article])
        write_annotation(
            own / "gold" / f"{article}.json", Annotation(article, gold.text_sha256, "gold", "1.0")
        )
    with_gold = predicted(system, read_data("test", annotations=checkout / "annotations"), tiny_schema)
    assert predicted(system, read_data("test", annotations=own), tiny_schema) == with_gold
    assert [each["article"] for each in with_gold] == ["ours-3"]
    assert_valid(with_gold[0], OURS["ours-3"], tiny_schema)


@pytest.mark.parametrize("system", SYSTEMS)
def test_a_release_gives_the_predictions_that_its_corpus_gives(
    checkout: Path, tmp_path: Path, tiny_schema: Schema, system: str
) -> None:
    release = build(corpus_of(checkout), tmp_path / "release", version="0.1.0").folder
    own = read_data("validation", annotations=checkout / "annotations")
    released = read_data("validation", annotations=checkout / "annotations", release=release)
    assert (len(released.train), len(released.target), own.without_text) == (1, 1, ["theirs-1"])
    assert predicted(system, released, tiny_schema) == predicted(system, own, tiny_schema)


def test_a_release_whose_files_were_changed_is_not_learnt_from(checkout: Path, tmp_path: Path) -> None:
    release = build(corpus_of(checkout), tmp_path / "release", version="0.1.0").folder
    with (release / "README.md").open("a", encoding="utf-8") as card:
        card.write("more\n")
    with pytest.raises(DataError, match=r"README\.md"):
        read_data("test", annotations=checkout / "annotations", release=release)


def predicted(system: str, data: Data, schema: Schema) -> list[dict[str, Any]]:
    return predictions(SYSTEMS[system].fit(data.train, schema), data.target)


def test_train_is_not_predicted(run_program: Any, checkout: Path, tmp_path: Path) -> None:
    out = tmp_path / "predictions.jsonl"
    found = run_program(
        "gazetteer", "--annotations", checkout / "annotations", "--split", "train", "--out", out
    )
    assert found.returncode == 2
    assert "no split 'train' to predict (there are validation, test; train is learnt from)" in found.stderr
    assert not out.exists()


def test_a_model_is_shown_id_and_text_alone_and_articles_come_by_id() -> None:
    class Witness:
        def predict(self, article: Any) -> dict[str, Any]:
            return dict(article)

    articles = [row("b", "رفضت [GPE تونس]"), row("a", "<Meet لقاء>")]
    assert predictions(Witness(), articles) == [{"id": "a", "text": "لقاء"}, {"id": "b", "text": "رفضت تونس"}]
