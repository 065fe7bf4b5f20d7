"""A release loads with the versions of `datasets` people have, each in an environment of its own."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from conftest import tiny_schema_value
from environments import python_of, run_in
from khabar.release import build, make_tables
from khabar.release.features import CONFIGS
from release_corpus import corpus_of, held_out, make_checkout

LOADER = Path(__file__).with_name("load_rows.py")
VERSIONS = ("2.21", "3.6", "4.4")


@pytest.fixture(scope="module")
def checkout(tmp_path_factory: pytest.TempPathFactory, repository: Path) -> Iterator[Path]:
    card = (repository / "dataset_card.md").read_text(encoding="utf-8")
    with pytest.MonkeyPatch.context() as patch:
        patch.delenv("KHABAR_TEXTS", raising=False)
        checkout = make_checkout(tmp_path_factory.mktemp("checkout"), tiny_schema_value(), card)
        build(corpus_of(checkout), checkout / "release", version="0.1.0")
        build(corpus_of(checkout), checkout / "hidden", version="0.1.0", hold_out="test")
        yield checkout


def load(version: str, release: Path, home: Path) -> dict[str, Any]:
    out = home / "rows.json"
    ended = run_in(python_of(f"datasets-{version}"), [LOADER, release, out, *CONFIGS], home=home)
    # not the exit code: the interpreter may abort on its way out of datasets 3.6, after all is loaded
    assert out.is_file(), ended.stderr
    found: dict[str, Any] = json.loads(out.read_text(encoding="utf-8"))
    assert found["version"].startswith(f"{version}.")
    return found


@pytest.mark.slow
@pytest.mark.parametrize("version", VERSIONS)
def test_every_row_comes_back_from_an_older_loader(checkout: Path, tmp_path: Path, version: str) -> None:
    found = load(version, checkout / "release", tmp_path)
    expected = make_tables(corpus_of(checkout)).rows
    assert all(rows for splits in expected.values() for rows in splits.values())
    assert found["plain"] == expected
    assert found["streamed"] == expected


@pytest.mark.slow
@pytest.mark.parametrize("version", VERSIONS)
def test_held_out_labels_are_null_in_an_older_loader_too(
    checkout: Path, tmp_path: Path, version: str
) -> None:
    found = load(version, checkout / "hidden", tmp_path)
    expected = held_out(make_tables(corpus_of(checkout)).rows, "test")
    assert expected["ner"]["test"][0]["ner_tags"] is None
    assert found["plain"] == expected
    assert found["streamed"] == expected
