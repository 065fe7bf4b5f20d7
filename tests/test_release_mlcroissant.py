"""mlcroissant itself accepts a release's croissant.json, and reads through it what the gold says."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from conftest import tiny_schema_value
from croissant_records import read, record
from khabar.release import build, make_tables
from khabar.release.features import columns
from khabar.release.withholding import LABELS
from khabar.schema import Schema
from release_corpus import corpus_of, held_out, make_checkout, numbered


@pytest.fixture(scope="module")
def checkout(tmp_path_factory: pytest.TempPathFactory, repository: Path) -> Iterator[Path]:
    card = (repository / "dataset_card.md").read_text(encoding="utf-8")
    with pytest.MonkeyPatch.context() as patch:
        patch.delenv("KHABAR_TEXTS", raising=False)
        checkout = make_checkout(tmp_path_factory.mktemp("checkout"), tiny_schema_value(), card)
        build(corpus_of(checkout), checkout / "release", version="0.1.0")
        build(corpus_of(checkout), checkout / "hidden", version="0.1.0", hold_out="test")
        yield checkout


def expected(rows: dict[str, dict[str, list[dict[str, Any]]]], schema: Schema) -> dict[str, Any]:
    described = columns(schema)
    return {
        f"{config}/{split}": [record(f"{config}/{split}", row) for row in numbered(each, described[config])]
        for config, splits in rows.items()
        for split, each in splits.items()
    }


@pytest.mark.slow
def test_mlcroissant_finds_no_fault_and_reads_every_record(
    checkout: Path, tmp_path: Path, tiny_schema: Schema
) -> None:
    found = read(checkout / "release" / "croissant.json", tmp_path)
    assert (found["errors"], found["warnings"]) == ([], [])
    assert found["records"] == expected(make_tables(corpus_of(checkout)).rows, tiny_schema)


@pytest.mark.slow
def test_croissant_describes_no_label_that_is_held_out(
    checkout: Path, tmp_path: Path, tiny_schema: Schema
) -> None:
    found = read(checkout / "hidden" / "croissant.json", tmp_path)
    assert (found["errors"], found["warnings"]) == ([], [])
    hidden = held_out(make_tables(corpus_of(checkout)).rows, "test")
    for config, labels in LABELS.items():
        hidden[config]["test"] = [
            {name: value for name, value in row.items() if name not in labels}
            for row in hidden[config]["test"]
        ]
    assert found["records"] == expected(hidden, tiny_schema)
