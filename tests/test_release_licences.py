"""Whose texts a release holds: what may be passed on is in it, what may not stays on the machine."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pyarrow.parquet as pq
import pytest

from khabar.errors import CallError, DataError
from khabar.release import build, diff
from khabar.release.writer import BuildReport
from release_corpus import THEIRS, corpus_of, keep_theirs_back, make_checkout, write_theirs
from test_publish_dataset import Program, app, call

__all__ = ["app", "call"]  # fixtures


@pytest.fixture
def checkout(
    tmp_path: Path, tiny_value: dict[str, Any], repository: Path, monkeypatch: pytest.MonkeyPatch
) -> Path:
    """A checkout whose stand-off source nobody may pass on."""
    monkeypatch.delenv("KHABAR_TEXTS", raising=False)
    card = (repository / "dataset_card.md").read_text(encoding="utf-8")
    made = make_checkout(tmp_path / "checkout", tiny_value, card)
    keep_theirs_back(made)
    return made


def contents(folder: Path) -> dict[str, bytes]:
    return {
        path.relative_to(folder).as_posix(): path.read_bytes() for path in folder.rglob("*") if path.is_file()
    }


def with_text(checkout: Path, out: Path, **options: Any) -> BuildReport:
    """A build on a machine that has the stand-off text."""
    corpus = corpus_of(checkout, write_theirs(out.parent / "texts"))
    return build(corpus, out, version="0.1.0", **options)


def test_a_closed_text_is_left_out_and_the_release_is_the_same_where_the_text_is_not(
    checkout: Path, tmp_path: Path
) -> None:
    here = with_text(checkout, tmp_path / "here")
    elsewhere = build(corpus_of(checkout), tmp_path / "elsewhere", version="0.1.0")
    assert contents(here.folder) == contents(elsewhere.folder)
    assert here.manifest.left_out_by_licence == {"train": ["theirs-1"]}
    assert here.manifest.left_out_without_text == {}
    assert here.manifest.texts_of_others == here.manifest.not_to_be_passed_on == {}
    sentences = [line.encode() for line in THEIRS.splitlines() if line]
    for data in contents(here.folder).values():
        assert not [each for each in sentences if each in data]
    for path in sorted((here.folder / "data").rglob("*.parquet")):
        rows = pq.read_table(path).to_pylist()
        assert {row["source"] for row in rows} == {"ours"}


def test_a_build_for_this_machine_alone_has_the_text_and_says_so(checkout: Path, tmp_path: Path) -> None:
    made = with_text(checkout, tmp_path / "local", with_texts=["theirs"])
    assert made.manifest.left_out_by_licence == {}
    assert made.manifest.not_to_be_passed_on == {"theirs": 1}
    rows = pq.read_table(made.folder / "data" / "documents" / "train-00000-of-00001.parquet").to_pylist()
    assert [(row["id"], row["licence"]) for row in rows] == [
        ("ours-1", "CC-BY-4.0"),
        ("theirs-1", "CC-BY-SA-4.0"),
    ]
    assert rows[1]["text"] == THEIRS


def test_a_text_that_stays_out_from_now_on_is_a_removed_article(checkout: Path, tmp_path: Path) -> None:
    local = with_text(checkout, tmp_path / "local", with_texts=["theirs"])
    found = diff(local.folder, with_text(checkout, tmp_path / "public").folder)
    assert [(each.article, each.kind) for each in found.changes if each.what == "article"] == [
        ("theirs-1", "removed")
    ]
    assert found.least_version == "1.0.0"


def test_a_source_to_keep_the_texts_of_must_be_a_closed_one(checkout: Path, tmp_path: Path) -> None:
    with pytest.raises(
        CallError, match=r"no source nobody, ours whose texts stay out of a release \(there are theirs\)"
    ):
        build(corpus_of(checkout), tmp_path / "out", version="0.1.0", with_texts=["ours", "nobody"])


def test_a_split_of_closed_texts_alone_would_be_empty(checkout: Path, tmp_path: Path) -> None:
    (checkout / "annotations" / "splits.yaml").write_text(
        "train: [ours-1, ours-2]\nvalidation: [ours-3]\ntest: [theirs-1]\n", encoding="utf-8"
    )
    with pytest.raises(DataError, match="test: would be empty: that of theirs-1 may not be passed on"):
        with_text(checkout, tmp_path / "out")


@pytest.mark.parametrize("config", ["documents", "ner", "triggers", "passes"])
def test_every_row_says_its_source_and_the_licence_of_its_text(
    checkout: Path, tmp_path: Path, config: str
) -> None:
    made = with_text(checkout, tmp_path / "local", with_texts=["theirs"])
    for path in (made.folder / "data" / config).iterdir():
        for row in pq.read_table(path).to_pylist():
            licence = {"ours": "CC-BY-4.0", "theirs": "CC-BY-SA-4.0"}[row["source"]]
            assert row["licence"] == licence


def test_the_program_names_what_it_left_out_and_keeps_it_when_asked(
    checkout: Path, tmp_path: Path, call: Program, capsys: pytest.CaptureFixture[str]
) -> None:
    texts = write_theirs(tmp_path / "texts")
    annotations = ("--annotations", checkout / "annotations", "--texts", texts)
    assert call("build", "--out", tmp_path / "public", *annotations) == 0
    assert "train: 1 left out, text not to be passed on: theirs-1" in capsys.readouterr().err
    assert call("build", "--out", tmp_path / "local", "--with-texts", "theirs", *annotations) == 0
    assert "left out" not in capsys.readouterr().err
