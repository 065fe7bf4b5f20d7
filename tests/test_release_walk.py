"""The walk over a corpus: an article at a time, and every fault of every file in the end."""

from __future__ import annotations

import gc
from pathlib import Path
from typing import Any

import pyarrow as pa
import pytest

from khabar.errors import CallError, DataError
from khabar.files import read_json, write_json
from khabar.release import build
from khabar.release.features import check_fit, columns
from khabar.release.parquet import ParquetFile
from khabar.release.records import plain
from khabar.release.tables import rows_of
from khabar.release.walk import Annotated, LeftOut, walk
from khabar.schema import Schema
from release_corpus import corpus_of, make_checkout, write_theirs


@pytest.fixture
def checkout(
    tmp_path: Path, tiny_value: dict[str, Any], repository: Path, monkeypatch: pytest.MonkeyPatch
) -> Path:
    monkeypatch.delenv("KHABAR_TEXTS", raising=False)
    card = (repository / "dataset_card.md").read_text(encoding="utf-8")
    return make_checkout(tmp_path / "checkout", tiny_value, card)


def test_articles_come_by_split_and_id_with_gold_and_passes(checkout: Path, tmp_path: Path) -> None:
    left_out = LeftOut()
    found = list(walk(corpus_of(checkout, write_theirs(tmp_path / "texts")), left_out))
    assert [(each.split, each.article.id, each.gold.annotator, list(each.passes)) for each in found] == [
        ("train", "ours-1", "gold", ["a", "b"]),
        ("train", "theirs-1", "gold", ["a", "b"]),
        ("validation", "ours-2", "gold", ["a", "b"]),
        ("test", "ours-3", "gold", ["a", "b"]),
    ]
    assert left_out == LeftOut()


def test_an_article_is_forgotten_when_the_next_one_comes(checkout: Path) -> None:
    of_others = alive()
    for annotated in walk(corpus_of(checkout), LeftOut()):
        assert [each for each in alive() if all(each is not other for other in of_others)] == [annotated]


def alive() -> list[Annotated]:
    """The annotated articles in memory, those that earlier tests left among them."""
    return [each for each in gc.get_objects() if isinstance(each, Annotated)]


def test_every_fault_of_every_file_is_told_and_nothing_is_left(checkout: Path, tmp_path: Path) -> None:
    """The first file is of the first split, the last of none: all of them have been read."""
    annotations = checkout / "annotations"
    (annotations / "texts" / "ours-1.txt").write_text("another text", encoding="utf-8")
    (annotations / "gold" / "ours-2.json").write_text("{", encoding="utf-8")
    spoilt = read_json(annotations / "passes" / "b" / "ours-3.json")
    write_json(annotations / "passes" / "b" / "ours-3.json", {**spoilt, "annotator": "c"})
    write_json(annotations / "passes" / "a" / "nobody-1.json", {**spoilt, "article": "nobody-1"})
    (annotations / "splits.yaml").write_text(
        "train: [ours-1]\nvalidation: [ours-2]\ntest: [ours-3]\n", encoding="utf-8"
    )
    (annotations / "passes" / "a" / "theirs-1.json").write_text("[]", encoding="utf-8")
    with pytest.raises(DataError) as caught:
        build(corpus_of(checkout), tmp_path / "out" / "release", version="0.1.0")
    assert [
        (Path(report.source).relative_to(annotations).as_posix(), str(report.faults[0])[:40])
        for report in caught.value.reports
    ] == [
        ("articles.jsonl", f"ours-1: {annotations}"[:40]),
        ("gold/ours-2.json", "line 1: not JSON: Expecting property nam"),
        ("passes/a/nobody-1.json", "annotator: expected 'a', found 'b'"),
        ("passes/a/theirs-1.json", "input should be a valid dictionary, foun"),
        ("passes/b/ours-3.json", "annotator: expected 'b', found 'c'"),
    ]
    assert not (tmp_path / "out").exists()


def test_a_corpus_without_gold_is_an_error_of_the_call(checkout: Path) -> None:
    for path in (checkout / "annotations" / "gold").iterdir():
        path.unlink()
    (checkout / "annotations" / "gold").rmdir()
    with pytest.raises(CallError, match=r"no layer 'gold' in .* \(there are: a, b\)"):
        list(walk(corpus_of(checkout), LeftOut()))


def test_a_row_with_a_key_that_is_no_column_is_not_written(
    checkout: Path, tmp_path: Path, tiny_schema: Schema
) -> None:
    """Arrow would pass over it in silence."""
    described = columns(tiny_schema)["documents"]
    annotated = next(iter(walk(corpus_of(checkout), LeftOut())))
    row = plain(*rows_of(annotated, tiny_schema).rows["documents"])
    check_fit(row, described)
    spoilt = {**row, "entities": [{**row["entities"][0], "mood": "good"}]}
    assert pa.RecordBatch.from_pylist([spoilt], schema=pa.schema([("id", pa.string())])).num_rows == 1
    with (
        ParquetFile(tmp_path / "x.parquet", tmp_path / "x.arrow", described, {}) as file,
        pytest.raises(KeyError, match="expected the columns id, type, start"),
    ):
        file.add([spoilt])
