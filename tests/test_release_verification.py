"""Whether what was loaded is the release it claims to be: stale caches, other releases, damaged files."""

from __future__ import annotations

import json
import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from datasets import load_dataset

from conftest import tiny_schema_value
from khabar.document import Annotation, write_annotation
from khabar.errors import CallError, DataError
from khabar.release import build, verify
from khabar.release.verification import loaded
from release_corpus import OURS, corpus_of, gold_of, make_checkout


@pytest.fixture(scope="module")
def release(tmp_path_factory: pytest.TempPathFactory, repository: Path) -> Iterator[Path]:
    card = (repository / "dataset_card.md").read_text(encoding="utf-8")
    with pytest.MonkeyPatch.context() as patch:
        patch.delenv("KHABAR_TEXTS", raising=False)
        checkout = make_checkout(tmp_path_factory.mktemp("checkout"), tiny_schema_value(), card)
        yield build(corpus_of(checkout), checkout / "release", version="0.1.0").folder


@pytest.fixture
def copy(release: Path, tmp_path: Path) -> Path:
    return shutil.copytree(release, tmp_path / "release")


def other_release(release: Path, folder: Path) -> Path:
    """Version 0.1.0 as well, but ours-3 has no event."""
    checkout = shutil.copytree(release.parent, folder / "checkout", ignore=shutil.ignore_patterns("release"))
    gold = gold_of("ours-3", OURS["ours-3"])
    fewer = Annotation("ours-3", gold.text_sha256, "gold", "1.0", gold.entities, ())
    write_annotation(checkout / "annotations" / "gold" / "ours-3.json", fewer)
    return build(corpus_of(checkout), folder / "release", version="0.1.0").folder


def test_a_release_is_what_its_manifest_says(release: Path) -> None:
    assert verify(release) is None


@pytest.mark.parametrize("config", ["documents", "ner", "triggers", "passes"])
@pytest.mark.parametrize("streaming", [False, True])
def test_a_loaded_configuration_is_recognised(
    release: Path, tmp_path: Path, config: str, streaming: bool
) -> None:
    given = load_dataset(str(release), config, cache_dir=tmp_path, streaming=streaming)
    assert verify(given, release) is None
    assert verify(given["test"], release / "manifest.json") is None


def test_rows_of_another_release_are_told_apart_where_they_differ(release: Path, tmp_path: Path) -> None:
    other = other_release(release, tmp_path)
    given = load_dataset(str(other), "documents", cache_dir=tmp_path / "cache")
    found = verify(given, release)
    assert found is not None
    assert [fault.where for fault in found.faults] == ["documents/test"]
    assert "download_mode='force_redownload'" in found.next_step


def test_stale_rows_out_of_the_loaders_cache_are_found(release: Path, copy: Path, tmp_path: Path) -> None:
    """The cache goes by folder name and README: with both as before, the loader serves the old rows."""
    cache = tmp_path / "cache"
    load_dataset(str(copy), "documents", cache_dir=cache)
    other = other_release(release, tmp_path / "other")
    for name in ("data", "manifest.json"):
        source, target = other / name, copy / name
        shutil.rmtree(target) if target.is_dir() else target.unlink()
        shutil.copytree(source, target) if source.is_dir() else shutil.copy(source, target)
    stale = load_dataset(str(copy), "documents", cache_dir=cache)
    assert len(stale["test"][0]["events"]) == 1
    found = verify(stale, copy)
    assert found is not None
    assert [fault.where for fault in found.faults] == ["documents/test"]
    assert verify(load_dataset(str(copy), "documents", cache_dir=tmp_path / "fresh"), copy) is None


def test_reading_a_folder_again_never_serves_what_the_folder_held_before(
    release: Path, copy: Path, tmp_path: Path
) -> None:
    with loaded(copy, "documents") as before:
        assert len(before["test"][0]["events"]) == 1
    other = other_release(release, tmp_path / "other")
    shutil.rmtree(copy / "data")
    shutil.copytree(other / "data", copy / "data")
    with loaded(copy, "documents") as after:
        assert after["test"][0]["events"] == []


def test_labels_renamed_by_a_card_are_found(copy: Path, tmp_path: Path) -> None:
    """The card's features win over the file's, so permuted names relabel every tag in silence."""
    card = (copy / "README.md").read_text(encoding="utf-8")
    swapped = card.replace("'1': B-PER", "'1': @").replace("'3': B-GPE", "'3': B-PER").replace("@", "B-GPE")
    assert swapped != card
    (copy / "README.md").write_text(swapped, encoding="utf-8")
    given = load_dataset(str(copy), "ner", cache_dir=tmp_path / "cache")
    found = verify(given, copy)
    assert found is not None
    assert [fault.where for fault in found.faults] == ["ner/train", "ner/validation", "ner/test"]


def test_a_changed_row_of_a_loaded_split_is_found(release: Path, tmp_path: Path) -> None:
    given = load_dataset(str(release), "ner", split="train", cache_dir=tmp_path)
    changed = given.map(lambda row: {**row, "tokens": [token.strip("ء") for token in row["tokens"]]})
    assert verify(changed, release) is not None
    assert verify(given.select(range(2)), release) is not None


def test_every_damaged_and_missing_file_is_named(copy: Path) -> None:
    (copy / "LICENSE").unlink()
    with (copy / "data" / "ner" / "test-00000-of-00001.parquet").open("ab") as file:
        file.write(b"x")
    found = verify(copy)
    assert found is not None
    assert [fault.where for fault in found.faults] == ["LICENSE", "data/ner/test-00000-of-00001.parquet"]
    assert found.faults[0].message == "is missing"


def test_a_manifest_whose_parts_disagree_is_found(copy: Path) -> None:
    manifest = json.loads((copy / "manifest.json").read_text(encoding="utf-8"))
    manifest["configs"]["ner"]["test"]["content_digest"] = "0" * 64
    (copy / "manifest.json").write_text(json.dumps(manifest), encoding="utf-8")
    found = verify(copy)
    assert found is not None
    assert found.faults[0].where == "manifest.json"


def test_a_folder_is_held_against_the_manifest_one_trusts(release: Path, tmp_path: Path) -> None:
    other = other_release(release, tmp_path)
    assert verify(other) is None
    assert verify(other, release / "manifest.json") is not None


def test_a_malformed_manifest_is_told_with_all_its_faults(copy: Path) -> None:
    manifest = json.loads((copy / "manifest.json").read_text(encoding="utf-8"))
    manifest["content_digest"] = "short"
    del manifest["release"]
    (copy / "manifest.json").write_text(json.dumps(manifest), encoding="utf-8")
    with pytest.raises(DataError) as caught:
        verify(copy)
    assert {fault.where for fault in caught.value.faults} == {"content_digest", "release"}


def test_what_cannot_be_verified_is_an_error_of_the_call(release: Path, tmp_path: Path) -> None:
    given: Any = load_dataset(str(release), "ner", split="train[:1]", cache_dir=tmp_path)
    with pytest.raises(CallError, match="no folder"):
        verify(tmp_path / "nowhere")
    with pytest.raises(CallError, match=r"there is no manifest\.json"):
        verify(tmp_path)
    with pytest.raises(CallError, match="a loaded dataset does not carry its manifest"):
        verify(given)
    with pytest.raises(CallError, match=r"release 0\.1\.0 has no ner/train\[:1\]"):
        verify(given, release)
