"""Whether what was loaded is the release it claims to be: stale caches, other releases, damaged files."""

from __future__ import annotations

import json
import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from datasets import load_dataset

from conftest import tiny_schema_value
from hub_api import Hub
from hub_repositories import Commit, Repository
from hub_worker import settings
from khabar.document import Annotation, write_annotation
from khabar.errors import CallError, DataError
from khabar.files import sha256
from khabar.release import build, verify
from khabar.release.pulling import pull
from khabar.release.verification import loaded
from loopback_hub import serving
from release_corpus import OURS, corpus_of, gold_of, make_checkout

NAME = "khabar/khabar"
LOAD = """
import json, os, sys
from datasets import load_dataset
from khabar.errors import KhabarError
from khabar.release import verify

revision, streaming, *manifests = sys.argv[1:]
found = load_dataset("khabar/khabar", "documents", revision=revision, streaming=streaming == "streaming")
said = {"events": len(next(iter(found["test"]))["events"]), "verified": []}
for manifest in manifests:
    try:
        report = verify(found, manifest)
        said["verified"].append([str(fault) for fault in report.faults] if report else [])
    except KhabarError as error:
        said["verified"].append(str(error))
print(json.dumps(said))
"""
"""Loads a revision as a user does, in a process of its own: the client reads its settings once."""


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


def other_release(release: Path, folder: Path, version: str = "0.1.0") -> Path:
    """By default version 0.1.0 as well, but ours-3 has no event."""
    checkout = shutil.copytree(release.parent, folder / "checkout", ignore=shutil.ignore_patterns("release"))
    gold = gold_of("ours-3", OURS["ours-3"])
    fewer = Annotation("ours-3", gold.text_sha256, "gold", "1.0", gold.entities, ())
    write_annotation(checkout / "annotations" / "gold" / "ours-3.json", fewer)
    return build(corpus_of(checkout), folder / "release", version=version).folder


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


def test_a_card_that_lacks_a_column_is_refused_with_its_name(copy: Path) -> None:
    card = (copy / "README.md").read_text(encoding="utf-8")
    without = card.replace("  - name: text_sha256\n    dtype: string\n", "", 1)
    assert without != card
    (copy / "README.md").write_text(without, encoding="utf-8")
    refused = pytest.raises(DataError, match=r"the loader refuses it: .*text_sha256")
    with refused, loaded(copy, "documents"):
        pass


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
    with pytest.raises(CallError, match=r"release 0\.1\.0 has no ner/train\[:1\].* load whole splits"):
        verify(given, release)
    with pytest.raises(CallError, match=r"no folder or file .*nowhere"):
        verify(given, tmp_path / "nowhere")
    for other in ([], {}, {"train": []}):
        with pytest.raises(CallError, match="what load_dataset returned, found"):
            verify(other, release)


@pytest.mark.parametrize("streaming", [False, True])
@pytest.mark.parametrize("form", ["numpy", "pandas", "arrow"])
def test_how_a_loaded_dataset_is_formatted_does_not_matter(
    release: Path, tmp_path: Path, form: str, streaming: bool
) -> None:
    for config in ("documents", "ner"):
        given: Any = load_dataset(str(release), config, cache_dir=str(tmp_path), streaming=streaming)
        assert verify(given.with_format(form), release) is None
        one = given["train"].with_format(form)
        assert verify(one, release) is None


def hold(hub: Hub, **releases: Path) -> Hub:
    """Put the releases into a repository, a commit and a tag each, in that order."""
    repository = Repository(NAME)
    for tag, folder in releases.items():
        files = {
            path.relative_to(folder).as_posix(): path.read_bytes()
            for path in folder.rglob("*")
            if path.is_file()
        }
        commit = Commit(tag, "", files, repository.head.oid)
        repository.commits.append(commit)
        repository.tags[tag] = commit.oid
    hub.repositories["datasets", NAME] = repository
    return hub


def load_elsewhere(hub: Hub, home: Path, *arguments: object, **more: str) -> dict[str, Any]:
    """What LOAD says, with that Hub and that cache."""
    ended = subprocess.run(
        [sys.executable, "-c", LOAD, *map(str, arguments)],
        env={**settings(hub, home, token=None), **more},
        capture_output=True,
        text=True,
        check=False,
    )
    assert ended.returncode == 0, ended.stderr
    said: dict[str, Any] = json.loads(ended.stdout)
    return said


@pytest.fixture(scope="module")
def later(release: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Release 1.0.0, in which ours-3 has no event."""
    return other_release(release, tmp_path_factory.mktemp("later"), version="1.0.0")


@pytest.mark.parametrize("streaming", ["streaming", "whole"])
def test_a_revision_is_held_against_the_manifest_fetched_at_that_revision(
    release: Path, later: Path, tmp_path: Path, streaming: str
) -> None:
    addresses = [f"hf://datasets/{NAME}@{tag}" for tag in ("v0", "v1")]
    with serving() as hub:
        hold(hub, v0=release, v1=later)
        said = load_elsewhere(hub, tmp_path, "v0", streaming, *addresses)
    assert said["events"] == 1
    assert said["verified"][0] == []
    (fault,) = said["verified"][1]
    assert fault.startswith("documents/test: release 1.0.0 has 1 rows of digest ")
    assert fault.endswith("; the dataset came with the card of version 0.1.0")


@pytest.fixture(scope="module")
def out_of_reach(release: Path, later: Path, tmp_path_factory: pytest.TempPathFactory) -> tuple[Hub, Path]:
    """A Hub that is gone, and the home of a user who loaded v0 while it was there."""
    home = tmp_path_factory.mktemp("home")
    with serving() as hub:
        hold(hub, v0=release, v1=later)
        load_elsewhere(hub, home, "v0", "whole", f"hf://datasets/{NAME}@v0")
    return hub, home


@pytest.mark.parametrize("how", ["offline", pytest.param("unreachable", marks=pytest.mark.slow)])
def test_another_revision_served_in_place_of_one_out_of_reach_is_found(
    out_of_reach: tuple[Hub, Path], later: Path, how: str
) -> None:
    """The loader answers an unreachable Hub with what it cached last, whatever revision was asked for."""
    address = f"hf://datasets/{NAME}@v1"
    more = {"HF_HUB_OFFLINE": "1"} if how == "offline" else {}
    said = load_elsewhere(*out_of_reach, "v1", "whole", later, address, **more)
    assert said["events"] == 1, "the loader no longer serves what it was not asked for"
    by_folder, by_address = said["verified"]
    assert len(by_folder) == 1
    assert by_folder[0].endswith("; the dataset came with the card of version 0.1.0")
    assert by_address == f"{address} cannot be reached, and was not downloaded before"


def test_an_address_names_owner_name_and_revision() -> None:
    for wrong in (f"hf://datasets/{NAME}", "hf://models/khabar/khabar@v1", "hf://datasets/khabar@v1"):
        with pytest.raises(CallError, match="an address is hf://datasets/owner/name@revision"):
            verify(wrong)


def test_a_dictionary_without_one_of_the_splits_is_not_the_release(release: Path, tmp_path: Path) -> None:
    given = load_dataset(str(release), "ner", cache_dir=tmp_path)
    del given["test"]
    found = verify(given, release)
    assert found is not None
    assert [str(fault) for fault in found.faults] == ["ner/test: release 0.1.0 has it, the dataset does not"]


def test_predictions_are_judged_on_a_revision_and_a_deprecated_one_is_called_so(
    release: Path, tmp_path: Path, repository: Path
) -> None:
    annotations = shutil.copytree(release.parent / "annotations", tmp_path / "annotations")
    (annotations / "errata.yaml").write_text(
        "errata: []\ndeprecated: [{release: 0.1.0, reason: It tore.}]\n", encoding="utf-8"
    )
    predictions = tmp_path / "predictions.jsonl"
    predictions.write_text('{"article": "ours-3", "entities": []}\n', encoding="utf-8")
    with serving() as hub:
        hold(hub, v0=release)
        ended = subprocess.run(
            [
                *(sys.executable, repository / "benchmark" / "evaluate.py", "validate", predictions),
                *("--annotations", annotations, "--release", f"hf://datasets/{NAME}@v0"),
            ],
            env=settings(hub, tmp_path / "home", token=None),
            capture_output=True,
            text=True,
            check=False,
        )
    assert ended.returncode == 0, ended.stderr
    assert "valid; 1 article" in ended.stdout
    assert "Release 0.1.0 is not to be used: It tore." in ended.stderr


def test_a_published_release_is_pulled_whole_and_a_bent_one_not_at_all(
    release: Path, tmp_path: Path, repository: Path
) -> None:
    program = [sys.executable, repository / "scripts" / "publish_dataset.py", "pull-release"]

    def pulled(hub: Hub, out: str) -> subprocess.CompletedProcess[str]:
        return subprocess.run(
            [*program, f"hf://datasets/{NAME}@v0", "--out", tmp_path / out],
            env=settings(hub, tmp_path / f"home-{out}", token=None),
            capture_output=True,
            text=True,
            check=False,
        )

    with serving() as hub:
        hold(hub, v0=release)
        ended = pulled(hub, "right")
        assert ended.returncode == 0, ended.stderr
        assert ended.stderr == ""  # no bars where nobody looks
        hub.bent["LICENSE"] = b"another"
        refused = pulled(hub, "bent")
        hub.dataset(NAME).tags.clear()
        missing = pulled(hub, "missing")
    assert missing.returncode == 1
    assert "404: there is no such revision" in missing.stderr
    assert "Next: check its name" in missing.stderr
    assert verify(tmp_path / "right", release) is None
    assert not list((tmp_path / "right").rglob(".gitattributes"))
    assert refused.returncode != 0
    assert not (tmp_path / "bent").exists()
    assert list(tmp_path.glob("*unfinished*")) == []


@pytest.mark.parametrize(
    "name", ["../README.md", "data/../../x", "/etc/hostname", "a//b", "", ".", "a\\..\\b"]
)
def test_a_manifest_whose_files_lead_out_of_the_release_is_refused(
    copy: Path, tmp_path: Path, name: str
) -> None:
    (tmp_path / "x").write_text("x", encoding="utf-8")
    manifest = json.loads((copy / "manifest.json").read_text(encoding="utf-8"))
    manifest["files"][name] = {"bytes": 1, "sha256": sha256(b"x")}
    (copy / "manifest.json").write_text(json.dumps(manifest), encoding="utf-8")
    with pytest.raises(DataError, match="expected a path below the release's folder"):
        pull(copy, tmp_path / "out" / "pulled")
    assert not (tmp_path / "out").exists()


def test_a_release_is_not_pulled_over_anything(release: Path, tmp_path: Path) -> None:
    assert pull(release, tmp_path / "copy").release == "0.1.0"
    assert verify(tmp_path / "copy", release) is None
    with pytest.raises(CallError, match="is there already"):
        pull(release, tmp_path / "copy")
