"""A build: what the real loader gives back, byte for byte the same again, whole or not at all."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
import yaml
from datasets import Features, IterableDataset, load_dataset

from conftest import tiny_schema_value
from khabar.document import Annotation, canonical, write_annotation
from khabar.errors import CallError, DataError
from khabar.release import BuildReport, assembly, build, make_tables, parquet, writer
from khabar.release.features import CONFIGS, as_features, columns
from khabar.release.verification import plain_rows
from khabar.schema import Schema
from release_corpus import CANARY, OURS, corpus_of, gold_of, make_checkout, write_theirs

SPLITS = ("train", "validation", "test")


@pytest.fixture(scope="module")
def checkout(tmp_path_factory: pytest.TempPathFactory, repository: Path) -> Iterator[Path]:
    card = (repository / "dataset_card.md").read_text(encoding="utf-8")
    with pytest.MonkeyPatch.context() as patch:
        patch.delenv("KHABAR_TEXTS", raising=False)
        yield make_checkout(tmp_path_factory.mktemp("checkout"), tiny_schema_value(), card)


@pytest.fixture(scope="module")
def report(checkout: Path) -> BuildReport:
    return build(corpus_of(checkout), checkout / "build" / "release", version="0.1.0")


@pytest.fixture
def own(tmp_path: Path, checkout: Path) -> Path:
    """A checkout that a test may spoil."""
    return shutil.copytree(checkout, tmp_path / "own", ignore=shutil.ignore_patterns("build"))


def files(folder: Path) -> dict[str, bytes]:
    return {str(path.relative_to(folder)): path.read_bytes() for path in folder.rglob("*") if path.is_file()}


@pytest.mark.parametrize("config", CONFIGS)
def test_every_row_comes_back_from_the_loader_as_the_gold_has_it(
    report: BuildReport, checkout: Path, tmp_path: Path, config: str
) -> None:
    loaded = load_dataset(str(report.folder), config, cache_dir=tmp_path)
    assert list(loaded) == list(SPLITS)
    expected = make_tables(corpus_of(checkout)).rows[config]
    for split in SPLITS:
        assert expected[split]
        assert plain_rows(loaded[split]) == expected[split]


def test_a_loaded_document_is_the_gold_file_itself(report: BuildReport, tmp_path: Path) -> None:
    row = load_dataset(str(report.folder), "documents", split="train", cache_dir=tmp_path)[0]
    gold = canonical(gold_of("ours-1", OURS["ours-1"]))
    assert row["text"] == OURS["ours-1"]
    assert [
        (each["id"], each["type"], each["start"], each["end"], each["text"]) for each in row["entities"]
    ] == [(each.id, each.type, each.start, each.end, each.text) for each in gold.entities]
    assert [
        [(argument["role"], argument["entity"]) for argument in each["arguments"]] for each in row["events"]
    ] == [[(argument.role, argument.entity) for argument in each.arguments] for each in gold.events]
    assert [row["text"][each["start"] : each["end"]] for each in row["entities"]] == [
        each.text for each in gold.entities
    ]


def test_documents_are_what_one_gets_who_names_no_configuration(report: BuildReport, tmp_path: Path) -> None:
    loaded = load_dataset(str(report.folder), split="test", cache_dir=tmp_path)
    assert (loaded.info.config_name, loaded[0]["id"]) == ("documents", "ours-3")
    assert str(loaded.info.version) == "0.1.0"


@pytest.mark.parametrize("config", CONFIGS)
def test_streaming_gives_the_same_rows(report: BuildReport, checkout: Path, config: str) -> None:
    streamed = load_dataset(str(report.folder), config, split="train", streaming=True)
    assert isinstance(streamed, IterableDataset)
    assert plain_rows(streamed) == make_tables(corpus_of(checkout)).rows[config]["train"]


def test_the_card_and_the_parquet_files_say_the_same_features(
    report: BuildReport, tiny_schema: Schema
) -> None:
    card = (report.folder / "README.md").read_text(encoding="utf-8")
    metadata = yaml.safe_load(card.split("---\n")[1])
    for info in metadata["dataset_info"]:
        config = info["config_name"]
        expected = as_features(columns(tiny_schema)[config])
        assert Features._from_yaml_list(info["features"]) == expected
        for split in info["splits"]:
            file = pq.ParquetFile(report.folder / assembly.data_path(config, split["name"]))
            assert Features.from_arrow_schema(file.schema_arrow) == expected
            assert file.metadata.num_rows == split["num_examples"]
        sizes = [(report.folder / assembly.data_path(config, split)).stat().st_size for split in SPLITS]
        assert info["download_size"] == sum(sizes)


def test_the_loader_itself_finds_the_sizes_the_card_gives(report: BuildReport, tmp_path: Path) -> None:
    loaded = load_dataset(str(report.folder), "documents", cache_dir=tmp_path, verification_mode="all_checks")
    assert {split: info.num_examples for split, info in loaded["train"].info.splits.items()} == {
        "train": 1,
        "validation": 1,
        "test": 1,
    }


def test_every_file_carries_the_canary(report: BuildReport) -> None:
    guid = report.manifest.canary
    assert f"canary GUID {guid}" in (report.folder / "README.md").read_text(encoding="utf-8")
    for path in report.folder.rglob("*"):  # a licence is nobody's to add to
        if path.is_file() and path.suffix != ".parquet" and not path.name.startswith("LICENSE"):
            assert guid in path.read_text(encoding="utf-8"), path
    paths = sorted(report.folder.rglob("*.parquet"))
    assert len(paths) == len(CONFIGS) * len(SPLITS)
    for path in paths:
        metadata = pq.read_metadata(path).metadata
        assert (metadata[b"khabar.canary"], metadata[b"khabar.release"]) == (guid.encode(), b"0.1.0")


def test_parquet_is_written_as_stated(report: BuildReport) -> None:
    metadata = pq.read_metadata(report.folder / assembly.data_path("documents", "train"))
    column = metadata.row_group(0).column(0)
    assert (metadata.format_version, column.compression) == ("2.6", "ZSTD")
    assert column.has_offset_index


def test_the_manifest_counts_what_is_there(report: BuildReport) -> None:
    manifest = json.loads((report.folder / "manifest.json").read_text(encoding="utf-8"))
    assert manifest["counts"]["train"] == {
        "articles": 1,
        "sentences": 3,
        "tokens": 22,
        "entities": 6,
        "nested_entities": 1,
        "events": 3,
        "arguments": 3,
        "passes": 2,
    }
    assert manifest["left_out_without_text"] == {"train": ["theirs-1"]}
    assert manifest["tags_cannot_show"]["triggers"]["train"]["nested"] == 1
    assert manifest["gold"]["test"] == manifest["configs"]["documents"]["test"]["content_digest"]
    there = {str(path.relative_to(report.folder)) for path in report.folder.rglob("*") if path.is_file()}
    assert set(manifest["files"]) == there - {"manifest.json"}


def test_a_second_build_is_the_same_to_the_byte(report: BuildReport, checkout: Path, tmp_path: Path) -> None:
    again = build(corpus_of(checkout), tmp_path / "another-name", version="0.1.0")
    assert files(again.folder) == files(report.folder)


def test_another_hash_seed_builds_the_same_bytes(report: BuildReport, checkout: Path, tmp_path: Path) -> None:
    program = (
        "import sys; from khabar.corpus import read_corpus; from khabar.release import build; "
        "build(read_corpus(sys.argv[1]), sys.argv[2], version='0.1.0')"
    )
    environment = {**os.environ, "PYTHONHASHSEED": "4" if os.environ.get("PYTHONHASHSEED") == "3" else "3"}
    arguments = [str(checkout / "annotations"), str(tmp_path / "release")]
    subprocess.run(
        [sys.executable, "-c", program, *arguments], check=True, env=environment, capture_output=True
    )
    assert files(tmp_path / "release") == files(report.folder)


def test_building_over_the_same_release_changes_nothing(checkout: Path, report: BuildReport) -> None:
    inode = (report.folder / "manifest.json").stat().st_ino
    again = build(corpus_of(checkout), report.folder, version="0.1.0")
    assert again.unchanged
    assert not report.unchanged
    assert (report.folder / "manifest.json").stat().st_ino == inode
    assert [path.name for path in report.folder.parent.iterdir()] == ["release"]


def test_the_same_version_with_another_gold_is_refused_and_the_release_stays(own: Path) -> None:
    first = build(corpus_of(own), own / "release", version="0.1.0")
    before = files(first.folder)
    gold = gold_of("ours-3", OURS["ours-3"])
    fewer = Annotation("ours-3", gold.text_sha256, "gold", "1.0", gold.entities, ())
    write_annotation(own / "annotations" / "gold" / "ours-3.json", fewer)
    with pytest.raises(DataError) as caught:
        build(corpus_of(own), own / "release", version="0.1.0")
    assert "data/documents/test-00000-of-00001.parquet" in [fault.where for fault in caught.value.faults]
    assert "raise the version" in str(caught.value)
    assert files(first.folder) == before


def test_a_changed_card_is_another_release_too(own: Path) -> None:
    build(corpus_of(own), own / "release", version="0.1.0")
    with (own / "dataset_card.md").open("a", encoding="utf-8") as card:
        card.write("\nOne more line.\n")
    with pytest.raises(DataError) as caught:
        build(corpus_of(own), own / "release", version="0.1.0")
    assert [fault.where for fault in caught.value.faults] == ["README.md", "manifest.json"]


def test_another_version_never_goes_over_a_release(checkout: Path, report: BuildReport) -> None:
    with pytest.raises(CallError, match=r"holds release 0\.1\.0, this is 0\.2\.0; name another folder"):
        build(corpus_of(checkout), report.folder, version="0.2.0")


def test_a_folder_with_other_things_in_it_is_left_alone(checkout: Path, tmp_path: Path) -> None:
    (tmp_path / "notes.txt").write_text("mine", encoding="utf-8")
    with pytest.raises(CallError, match="is there and is no release; name a new folder"):
        build(corpus_of(checkout), tmp_path, version="0.1.0")
    assert [path.name for path in tmp_path.iterdir()] == ["notes.txt"]


def test_others_may_read_a_release(report: BuildReport) -> None:
    assert report.folder.stat().st_mode & 0o777 == 0o755


def test_an_empty_folder_may_be_named(checkout: Path, tmp_path: Path) -> None:
    (tmp_path / "release").mkdir()
    assert not build(corpus_of(checkout), tmp_path / "release", version="0.1.0").unchanged


def test_a_place_that_cannot_be_written_is_an_error_of_the_call(checkout: Path, tmp_path: Path) -> None:
    (tmp_path / "file").write_text("", encoding="utf-8")
    with pytest.raises(CallError, match="cannot write to"):
        build(corpus_of(checkout), tmp_path / "file" / "release", version="0.1.0")


@pytest.mark.parametrize("name", ["write_bytes", "write_text", "write_json"])
def test_a_build_that_dies_while_writing_leaves_nothing(
    checkout: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, name: str
) -> None:
    def full(*_: Any) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(assembly, name, full)
    with pytest.raises(DataError, match=r"could not be written.*No space left on device"):
        build(corpus_of(checkout), tmp_path / "out" / "release", version="0.1.0")
    assert not (tmp_path / "out").exists()


def test_a_build_interrupted_before_its_end_leaves_nothing(
    checkout: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def interrupted(*_: Any) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr(writer, "check_rows", interrupted)
    with pytest.raises(KeyboardInterrupt):
        build(corpus_of(checkout), tmp_path / "out" / "release", version="0.1.0")
    assert not (tmp_path / "out").exists()


def test_rows_that_the_loader_gives_back_otherwise_stop_the_build(
    checkout: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Of what is in the Parquet files, not of the copy beside them."""
    real = parquet.ParquetFile._write_row_group

    def spoilt(file: Any) -> None:
        batch = file._batches[0]
        if "licence" in batch.schema.names:
            column = pa.array(["public domain"] * batch.num_rows)
            number = batch.schema.names.index("licence")
            file._batches[0] = pa.RecordBatch.from_arrays(
                [*batch.columns[:number], column, *batch.columns[number + 1 :]], schema=batch.schema
            )
        real(file)

    monkeypatch.setattr(parquet.ParquetFile, "_write_row_group", spoilt)
    with pytest.raises(DataError) as caught:
        build(corpus_of(checkout), tmp_path / "out" / "release", version="0.1.0")
    assert str(caught.value.faults[0]) == "documents/train ours-1: loaded with another licence"
    assert not (tmp_path / "out").exists()


def test_a_text_given_makes_another_release(checkout: Path, report: BuildReport, tmp_path: Path) -> None:
    corpus = corpus_of(checkout, write_theirs(tmp_path / "texts"))
    made = build(corpus, tmp_path / "release", version="0.1.0").manifest
    assert made.left_out_without_text == {}
    assert made.counts["train"].articles == 2
    assert made.gold["train"] != report.manifest.gold["train"]
    assert made.gold["test"] == report.manifest.gold["test"]
    assert made.content_digest != report.manifest.content_digest


@pytest.mark.parametrize(
    "version", ["1", "v1.0.0", "1.0.0-rc1", "", "01.0.0", "1.00.0", "١.٠.٠", "1.0.0\n", "1.-1.0"]
)
def test_a_version_is_three_numbers(checkout: Path, tmp_path: Path, version: str) -> None:
    with pytest.raises(CallError, match=r"three numbers such as 1\.2\.0"):
        build(corpus_of(checkout), tmp_path / "release", version=version)


def test_files_of_the_checkout_that_are_missing_are_all_named(own: Path) -> None:
    (own / "LICENSE").unlink()
    (own / "CITATION.cff").unlink()
    with pytest.raises(CallError, match=r"a build needs CITATION\.cff, LICENSE in"):
        build(corpus_of(own), own / "release", version="0.1.0")


def test_a_card_without_a_canary_is_refused(own: Path) -> None:
    card = (own / "dataset_card.md").read_text(encoding="utf-8")
    (own / "dataset_card.md").write_text(card.replace("canary GUID", "canary"), encoding="utf-8")
    with pytest.raises(DataError, match="expected a line with 'canary GUID' and a UUID"):
        build(corpus_of(own), own / "release", version="0.1.0")


def test_the_canary_of_a_fork_is_its_own(own: Path, report: BuildReport) -> None:
    card = (own / "dataset_card.md").read_text(encoding="utf-8")
    card = card.replace(report.manifest.canary, CANARY)
    (own / "dataset_card.md").write_text(card, encoding="utf-8")
    assert build(corpus_of(own), own / "release", version="0.1.0").manifest.canary == CANARY
