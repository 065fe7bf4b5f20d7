"""Held-out labels: null in the public release, whole in a folder of their own, under one gold digest."""

from __future__ import annotations

import json
import runpy
from collections.abc import Iterator
from pathlib import Path

import pytest
from datasets import load_dataset

from conftest import tiny_schema_value
from khabar.errors import CallError
from khabar.release import BuildReport, build, diff, gold_digest, make_tables, read_manifest, verify
from khabar.release.features import CONFIGS
from khabar.release.verification import plain_rows
from khabar.release.versions import Bump
from khabar.scoring import read_submission
from release_corpus import OURS, by, corpus_of, gold_of, make_checkout

LABELS = {"documents": {"entities", "events"}, "ner": {"ner_tags"}, "triggers": {"trigger_tags"}}


@pytest.fixture(scope="module")
def checkout(tmp_path_factory: pytest.TempPathFactory, repository: Path) -> Iterator[Path]:
    card = (repository / "dataset_card.md").read_text(encoding="utf-8")
    with pytest.MonkeyPatch.context() as patch:
        patch.delenv("KHABAR_TEXTS", raising=False)
        yield make_checkout(tmp_path_factory.mktemp("checkout"), tiny_schema_value(), card)


@pytest.fixture(scope="module")
def report(checkout: Path) -> BuildReport:
    return build(corpus_of(checkout), checkout / "build" / "release", version="0.1.0", hold_out="test")


@pytest.fixture(scope="module")
def labels(report: BuildReport) -> Path:
    assert report.labels is not None
    return report.labels


@pytest.mark.parametrize("config", LABELS)
@pytest.mark.parametrize("streaming", [False, True])
def test_held_out_labels_load_as_null_and_all_else_as_it_is(
    report: BuildReport, checkout: Path, tmp_path: Path, config: str, streaming: bool
) -> None:
    loaded = load_dataset(str(report.folder), config, cache_dir=tmp_path, streaming=streaming)
    expected = make_tables(corpus_of(checkout)).rows[config]
    assert list(loaded) == ["train", "validation", "test"]
    assert plain_rows(loaded["train"]) == expected["train"]
    assert plain_rows(loaded["test"]) == [
        {name: None if name in LABELS[config] else value for name, value in row.items()}
        for row in expected["test"]
    ]


def test_an_article_without_events_is_not_taken_for_one_whose_events_are_held_out(
    checkout: Path, tmp_path: Path
) -> None:
    """ours-3 has events in the gold and none in b's pass: empty there, null where they are held out."""
    report = build(corpus_of(checkout), tmp_path / "release", version="0.1.0", hold_out="validation")
    passes = load_dataset(str(report.folder), "passes", split="test", cache_dir=tmp_path / "cache")
    documents = load_dataset(str(report.folder), split="validation", cache_dir=tmp_path / "cache")
    assert [row["events"] == [] for row in passes] == [False, True]
    assert [row["events"] for row in documents] == [None]


def test_no_pass_of_a_held_out_split_is_in_the_release(report: BuildReport, tmp_path: Path) -> None:
    assert list(load_dataset(str(report.folder), "passes", cache_dir=tmp_path)) == ["train", "validation"]


def test_no_file_of_the_public_release_holds_a_held_out_label(report: BuildReport) -> None:
    """The words of ours-3's mentions and triggers stand in its text alone: once in each file that has it."""
    names = {each.text for each in gold_of("ours-3", OURS["ours-3"]).entities}
    for path in report.folder.rglob("*"):
        if path.is_file() and path.suffix != ".parquet":
            text = path.read_text(encoding="utf-8")
            assert not [name for name in names if name in text], path


@pytest.mark.parametrize("config", CONFIGS)
def test_the_second_folder_holds_that_split_alone_with_its_labels(
    labels: Path, checkout: Path, tmp_path: Path, config: str
) -> None:
    loaded = load_dataset(str(labels), config, cache_dir=tmp_path)
    assert list(loaded) == ["test"]
    assert plain_rows(loaded["test"]) == make_tables(corpus_of(checkout)).rows[config]["test"]


def test_both_folders_say_which_gold_it_is(report: BuildReport, labels: Path, checkout: Path) -> None:
    private, expected = read_manifest(labels), gold_digest(corpus_of(checkout), "test")
    assert (report.manifest.gold["test"], private.gold) == (expected, {"test": expected})
    assert (report.manifest.held_out, report.manifest.keep_private) == ("test", False)
    assert (private.held_out, private.keep_private) == (None, True)
    assert report.manifest.configs["documents"]["test"].content_digest != expected
    assert report.manifest.counts["test"] == private.counts["test"]


def test_both_folders_are_what_their_manifests_say(report: BuildReport, labels: Path) -> None:
    assert verify(report.folder) is None
    assert verify(labels) is None


def test_the_cards_say_what_is_where(report: BuildReport, labels: Path) -> None:
    public, private = ((each / "README.md").read_text(encoding="utf-8") for each in (report.folder, labels))
    assert "**The labels of `test` are held out.**" in public
    assert "Keep this folder private" not in public
    assert "**Keep this folder private.** It holds the labels of `test`" in private
    assert "held out.**" not in private


def test_a_second_build_changes_neither_folder(report: BuildReport, labels: Path, checkout: Path) -> None:
    nodes = [(each / "manifest.json").stat().st_ino for each in (report.folder, labels)]
    again = build(corpus_of(checkout), report.folder, version="0.1.0", hold_out="test")
    assert again.unchanged
    assert [(each / "manifest.json").stat().st_ino for each in (report.folder, labels)] == nodes


def test_a_run_torn_between_the_two_folders_is_finished_by_the_next(checkout: Path, tmp_path: Path) -> None:
    first = build(corpus_of(checkout), tmp_path / "release", version="0.1.0", hold_out="test")
    assert first.labels is not None
    first.labels.rename(tmp_path / "aside")
    second = build(corpus_of(checkout), tmp_path / "release", version="0.1.0", hold_out="test")
    assert second.labels is not None
    assert (second.labels / "manifest.json").read_bytes() == (
        tmp_path / "aside" / "manifest.json"
    ).read_bytes()


def test_there_must_be_such_a_split(checkout: Path, tmp_path: Path) -> None:
    with pytest.raises(CallError, match="no split 'dev' to hold out \\(there are train, validation, test\\)"):
        build(corpus_of(checkout), tmp_path / "release", version="0.1.0", hold_out="dev")


def test_holding_labels_out_is_told_as_major_though_the_gold_is_the_same(
    report: BuildReport, checkout: Path, tmp_path: Path
) -> None:
    whole = build(corpus_of(checkout), tmp_path / "whole", version="0.1.0")
    hidden = diff(whole.folder, report.folder)
    assert (hidden.gold_changed, hidden.bump) == ([], Bump.major)
    assert not diff(report.folder, report.folder).changes


def evaluate(repository: Path, checkout: Path, release: Path, predictions: Path) -> dict[str, object]:
    """What `evaluate.py --release` gives, through its own functions."""
    program = runpy.run_path(str(repository / "benchmark" / "evaluate.py"))
    on = program["ground"]("test", release, checkout / "annotations", [])
    submission = read_submission(predictions, on.gold, on.schema, repair=False)
    evaluation = program["score"](on.gold, submission, on.schema)
    return {"digest": on.gold.digest, "scores": program["as_json"](evaluation, sha256="0" * 64)}


def test_predictions_are_scored_on_the_private_folder_as_on_the_whole_release(
    report: BuildReport, labels: Path, checkout: Path, repository: Path, tmp_path: Path
) -> None:
    said = by("b", gold_of("ours-3", OURS["ours-3"]), without_events=True)
    entities = [{"start": each.start, "end": each.end, "type": each.type} for each in said.entities]
    predictions = tmp_path / "predictions.jsonl"
    line = {"article": "ours-3", "entities": entities, "events": []}
    predictions.write_text(json.dumps(line) + "\n", encoding="utf-8")
    whole = build(corpus_of(checkout), tmp_path / "whole", version="0.1.0").folder
    private = evaluate(repository, checkout, labels, predictions)
    assert private == evaluate(repository, checkout, whole, predictions)
    assert private["digest"] == report.manifest.gold["test"]
    with pytest.raises(CallError, match=r"release 0\.1\.0 holds the labels of test out; name the folder"):
        evaluate(repository, checkout, report.folder, predictions)
