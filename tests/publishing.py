"""A loopback Hub, releases to publish on it, and what must be true afterwards."""

from __future__ import annotations

import json
import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from conftest import tiny_schema_value
from hub_api import Hub
from hub_repositories import FIRST_FILE
from hub_worker import Call, settings, worker
from khabar.files import sha256, write_json
from khabar.release import build
from loopback_hub import WRITER, serving
from release_corpus import corpus_of, keep_theirs_back, make_checkout, write_theirs

NAME = "tester/khabar"
TAG = "v1.0.0"


@pytest.fixture(scope="module")
def releases(tmp_path_factory: pytest.TempPathFactory, repository: Path) -> dict[str, Path]:
    """Builds by name: `one`, `bent` (the same version, another content), `next`, `full` with theirs.

    `closed` is `full` where nobody may pass theirs on.
    """
    folder = tmp_path_factory.mktemp("publish")
    card = (repository / "dataset_card.md").read_text(encoding="utf-8")
    with pytest.MonkeyPatch.context() as patch:
        patch.delenv("KHABAR_TEXTS", raising=False)
        checkout = make_checkout(folder / "checkout", tiny_schema_value(), card)
        build(corpus_of(checkout), folder / "one", version="1.0.0")
        texts = write_theirs(folder / "texts")
        build(corpus_of(checkout, texts), folder / "full", version="1.0.0")
        closed = make_checkout(folder / "closed-checkout", tiny_schema_value(), card)
        keep_theirs_back(closed)
        build(corpus_of(closed, texts), folder / "closed", version="1.0.0", with_texts=["theirs"])
        (checkout / "CHANGELOG.md").write_text("another word\n", encoding="utf-8")
        build(corpus_of(checkout), folder / "bent", version="1.0.0")
        build(corpus_of(checkout), folder / "next", version="1.0.1")
    return {name: folder / name for name in ("one", "bent", "next", "full", "closed")}


@pytest.fixture(scope="module")
def small(releases: dict[str, Path], tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A release of three files, for tests that publish often and do not load."""
    folder = tmp_path_factory.mktemp("small") / "release"
    for name in ("README.md", "data/ner/test-00000-of-00001.parquet"):
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        shutil.copy(releases["one"] / name, folder / name)
    manifest = json.loads((releases["one"] / "manifest.json").read_text(encoding="utf-8"))
    write_json(folder / "manifest.json", {**manifest, "files": {}})
    return refreshed(folder)


def refreshed(folder: Path) -> Path:
    """The folder with a manifest that names its files as they are."""
    manifest = json.loads((folder / "manifest.json").read_text(encoding="utf-8"))
    manifest["files"] = {
        name: {"bytes": len(data), "sha256": sha256(data)}
        for name, data in contents(folder).items()
        if name != "manifest.json"
    }
    write_json(folder / "manifest.json", manifest)
    return folder


def rewritten(release: Path, folder: Path, changelog: str) -> Path:
    """The same release but for its changelog, with a manifest that says so."""
    shutil.copytree(release, folder)
    (folder / "CHANGELOG.md").write_text(changelog, encoding="utf-8")
    return refreshed(folder)


@pytest.fixture(scope="module")
def shared_hub() -> Iterator[Hub]:
    with serving() as hub:
        yield hub


@pytest.fixture(scope="module")
def call(shared_hub: Hub, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Call]:
    with worker(shared_hub, tmp_path_factory.mktemp("home")) as called:
        yield called


@pytest.fixture
def hub(shared_hub: Hub) -> Hub:
    """An empty Hub without faults."""
    with shared_hub.lock:
        shared_hub.repositories.clear()
        shared_hub.large.clear()
        shared_hub.requests.clear()
        shared_hub.card_errors.clear()
        shared_hub.bent.clear()
        shared_hub.mended()
    return shared_hub


def contents(folder: Path) -> dict[str, bytes]:
    return {p.relative_to(folder).as_posix(): p.read_bytes() for p in folder.rglob("*") if p.is_file()}


def assert_one_right_release(hub: Hub, release: Path) -> None:
    """One commit on top of the first, which holds the release and nothing else, and its tag."""
    dataset = hub.dataset(NAME)
    assert [each.title for each in dataset.commits] == ["initial commit", "Release 1.0.0"]
    assert dataset.head.files == {**FIRST_FILE, **contents(release)}
    assert dataset.tags == {TAG: dataset.head.oid}


def program(
    hub: Hub, home: Path, repository: Path, *arguments: object, token: str | None = WRITER
) -> subprocess.Popen[str]:
    """The program, as a user runs it."""
    command = [sys.executable, repository / "scripts" / "publish_dataset.py", "publish"]
    return subprocess.Popen(
        [*command, *map(str, arguments)],
        env={**settings(hub, home, token=token), "PYTHONPATH": str(repository / "src")},
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )


def ended(process: subprocess.Popen[str]) -> tuple[int, str, str]:
    out, err = process.communicate(timeout=600)
    return process.returncode, out, err
