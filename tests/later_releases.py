"""A release, and later ones whose annotations were changed in one place: for the tests of differences."""

from __future__ import annotations

import shutil
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
import yaml
from msgspec import structs

from conftest import tiny_schema_value
from khabar.document import Annotation, write_annotation
from khabar.release import ReleaseDiff, build
from khabar.release.labels import Change
from release_corpus import OURS, THEIRS, corpus_of, gold_of, make_checkout

Edit = Callable[[Path], None]


@pytest.fixture(scope="module")
def release(tmp_path_factory: pytest.TempPathFactory, repository: Path) -> Path:
    """Release 0.1.0, beside the annotations it was built from."""
    card = (repository / "dataset_card.md").read_text(encoding="utf-8")
    checkout = make_checkout(tmp_path_factory.mktemp("first"), tiny_schema_value(), card)
    with pytest.MonkeyPatch.context() as patch:
        patch.delenv("KHABAR_TEXTS", raising=False)
        return build(corpus_of(checkout), checkout / "release", version="0.1.0").folder


@pytest.fixture(autouse=True)
def only_our_texts(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("KHABAR_TEXTS", raising=False)


def checkout_with(release: Path, folder: Path, *edits: Edit) -> Path:
    """The checkout of release 0.1.0, changed."""
    made = shutil.copytree(release.parent, folder / "checkout", ignore=shutil.ignore_patterns("release"))
    for edit in edits:
        edit(made / "annotations")
    return made


def after(
    release: Path, folder: Path, *edits: Edit, version: str = "1.0.0", texts: Path | None = None
) -> Path:
    """A later release, whose annotations were changed like that."""
    corpus = corpus_of(checkout_with(release, folder, *edits), *([texts] if texts else []))
    return build(corpus, folder / "release", version=version).folder


def gold(article: str, change: Callable[[Annotation], Annotation]) -> Edit:
    """Change the gold of an article."""

    def edit(annotations: Path) -> None:
        changed = change(gold_of(article, {**OURS, "theirs-1": THEIRS}[article]))
        write_annotation(annotations / "gold" / f"{article}.json", changed)

    return edit


def edited(name: str, change: Callable[[Any], None]) -> Edit:
    """Change a YAML file of the annotations."""

    def edit(annotations: Path) -> None:
        value = yaml.safe_load((annotations / name).read_text(encoding="utf-8"))
        change(value)
        (annotations / name).write_text(yaml.safe_dump(value, allow_unicode=True, sort_keys=False))

    return edit


def with_entity(annotation: Annotation, identifier: str, **values: Any) -> Annotation:
    entities = [
        structs.replace(each, **values) if each.id == identifier else each for each in annotation.entities
    ]
    return replace(annotation, entities=tuple(entities))


def with_event(annotation: Annotation, identifier: str, **values: Any) -> Annotation:
    events = [
        structs.replace(each, **values) if each.id == identifier else each for each in annotation.events
    ]
    return replace(annotation, events=tuple(events))


def of_data(found: ReleaseDiff) -> list[Change]:
    """The changes but those of files, which carry the version."""
    return [each for each in found.changes if each.what != "file"]
