"""Reading a corpus folder: texts by digest, stand-off texts where they are, every fault of every file."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
import yaml

from khabar.corpus import read_annotations, read_articles, read_corpus
from khabar.document import Annotation, Entity, write_annotation
from khabar.errors import CallError, DataError
from khabar.files import sha256, write_json_lines

OURS = "زيارة وزير\n\nوصل الوزير إلى بيروت 😀 أمس."
THEIRS = "قمة في باريس\n\nعقدت القمة في باريس."


def line(identifier: str, text: str, *, standoff: bool = False) -> dict[str, object]:
    return {
        "id": identifier,
        "source": identifier.split("-")[0],
        "title": None if standoff else text.splitlines()[0],
        "published": "2024-01",
        "language": "ar",
        "licence": "CC-BY-4.0",
        "text_sha256": sha256(text),
        "origin": "written for a test",
    }


@pytest.fixture
def folder(tmp_path: Path, tiny_value: dict[str, object], monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.delenv("KHABAR_TEXTS", raising=False)
    made = tmp_path / "annotations"
    (made / "texts").mkdir(parents=True)
    (made / "schema.yaml").write_text(yaml.safe_dump(tiny_value, allow_unicode=True), encoding="utf-8")
    (made / "texts" / "ours-1.txt").write_text(OURS, encoding="utf-8")
    write_json_lines(made / "articles.jsonl", [line("ours-1", OURS), line("theirs-1", THEIRS, standoff=True)])
    return made


def gold(article: str, text: str, *entities: Entity) -> Annotation:
    return Annotation(article, sha256(text), "gold", "1.0", entities)


def test_a_text_that_is_not_here_is_none_and_fails_nothing(folder: Path) -> None:
    ours, theirs = read_articles(folder)
    assert (ours.text, theirs.text) == (OURS, None)
    assert read_corpus(folder).without_text == ["theirs-1"]


def test_a_standoff_text_is_found_in_the_folder_given_or_in_the_environment(
    folder: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    elsewhere = tmp_path / "elsewhere"
    elsewhere.mkdir()
    (elsewhere / "theirs-1.txt").write_text(THEIRS, encoding="utf-8")
    assert read_articles(folder, texts=[elsewhere])[1].text == THEIRS
    monkeypatch.setenv("KHABAR_TEXTS", str(elsewhere))
    assert read_articles(folder)[1].text == THEIRS


def test_a_raw_standoff_text_is_taken_when_cleaning_yields_the_digest(folder: Path, tmp_path: Path) -> None:
    raw = "\ufeff" + THEIRS.replace("\n\n", "\r\n\r\n\r\n").replace("باريس", "\u200fباريس") + "\r\n"
    (tmp_path / "theirs-1.txt").write_bytes(raw.encode())
    assert read_articles(folder, texts=[tmp_path])[1].text == THEIRS


def test_another_text_under_the_same_name_is_refused(folder: Path, tmp_path: Path) -> None:
    (tmp_path / "theirs-1.txt").write_text("نص آخر", encoding="utf-8")
    (folder / "texts" / "ours-1.txt").write_text(OURS + "!", encoding="utf-8")
    with pytest.raises(DataError) as caught:
        read_articles(folder, texts=[tmp_path])
    assert [fault.where for fault in caught.value.faults] == ["ours-1", "theirs-1"]


def test_every_bad_line_of_articles_is_told(folder: Path) -> None:
    good = line("ours-1", OURS)
    bad = [
        good,
        {**good, "id": "Ours 2"},
        {**good, "id": "ours-3", "text_sha256": "0"},
        {**good, "more": 1},
        good,
    ]
    write_json_lines(folder / "articles.jsonl", bad)
    with pytest.raises(DataError) as caught:
        read_articles(folder)
    assert [fault.where for fault in caught.value.faults] == [
        *("line 2 id", "line 3 text_sha256", "line 4 more", "line 5"),
    ]


def test_a_layer_is_read_in_the_order_of_ids_and_checked_against_texts(folder: Path) -> None:
    beirut = Entity("T1", "GPE", OURS.index("بيروت"), OURS.index("بيروت") + 5, "بيروت")
    paris = Entity("T1", "GPE", 7, 12, "باريس")
    write_annotation(folder / "gold" / "theirs-1.json", gold("theirs-1", THEIRS, paris))
    write_annotation(folder / "gold" / "ours-1.json", gold("ours-1", OURS, beirut))
    assert [each.article for each in read_annotations(folder)] == ["ours-1", "theirs-1"]


def test_faults_of_all_files_of_a_layer_come_together(folder: Path) -> None:
    wrong = Entity("T1", "GPE", 0, 5, "بيروت")
    write_annotation(folder / "gold" / "ours-1.json", gold("ours-1", OURS, wrong))
    write_annotation(folder / "gold" / "theirs-1.json", gold("theirs-1", OURS))
    write_annotation(folder / "gold" / "nobody-1.json", gold("nobody-1", OURS))
    (folder / "gold" / "torn.json").write_text('{"article": ', encoding="utf-8")
    with pytest.raises(DataError) as caught:
        read_annotations(folder)
    told = str(caught.value)
    assert "text[0:5] is 'زيارة', the file says 'بيروت'" in told
    assert "articles.jsonl says" in told
    assert "no article 'nobody-1' in articles.jsonl" in told
    assert "torn.json: 1 fault" in told


def test_a_file_named_after_another_article_or_annotator_is_refused(folder: Path) -> None:
    made = gold("ours-1", OURS)
    write_annotation(folder / "passes" / "a" / "theirs-1.json", made)
    with pytest.raises(DataError, match="file is named 'theirs-1', the annotation is of 'ours-1'") as caught:
        read_annotations(folder, "a")
    assert "expected 'a', found 'gold'" in str(caught.value)


def test_a_layer_that_does_not_exist_is_an_error_of_the_call(folder: Path) -> None:
    with pytest.raises(CallError, match="no layer 'zaki' in"):
        read_annotations(folder, "zaki")


def test_splits_name_known_articles_once(folder: Path) -> None:
    splits = {"train": ["ours-1"], "validation": ["ours-1"], "test": ["nobody-1"]}
    (folder / "splits.yaml").write_text(yaml.safe_dump(splits, sort_keys=False), encoding="utf-8")
    with pytest.raises(DataError) as caught:
        _ = read_corpus(folder).splits
    assert [str(fault) for fault in caught.value.faults] == [
        "validation: 'ours-1' is in train already",
        "test: no article 'nobody-1' in articles.jsonl",
    ]


def test_a_title_that_is_others_text_is_not_in_the_line(folder: Path) -> None:
    lines = [
        json.loads(each) for each in (folder / "articles.jsonl").read_text(encoding="utf-8").splitlines()
    ]
    assert lines[1]["title"] is None
    assert "باريس" not in (folder / "articles.jsonl").read_text(encoding="utf-8")


def test_a_folder_without_articles_is_an_error_of_the_call(tmp_path: Path) -> None:
    with pytest.raises(CallError, match=r"there is no articles\.jsonl in it"):
        read_articles(tmp_path)
