"""Texts of others: line-aligned corpora read in place, files fetched from the addresses a source gives."""

from __future__ import annotations

import json
import subprocess
import sys
import threading
from collections.abc import Iterator
from functools import partial
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest
import yaml

from khabar.corpus import read_corpus
from khabar.errors import CallError, DataError
from khabar.fetching import fetch
from khabar.files import sha256
from khabar.standoff import Lines, aligned_documents, slug_of

TEXTS = "قمة في باريس 😀\nعقدت القمة أمس.\nزيارة وزير\nوصل الوزير إلى بيروت.\nوغادر\u2028غدا.\n"
DOCUMENTS = "bbc.1\nbbc.1\nCNN.co.uk.2\nCNN.co.uk.2\nCNN.co.uk.2\n"
SUMMIT = "قمة في باريس 😀\n\nعقدت القمة أمس."
LINES = Lines(texts="ref.txt", documents="ids.tsv")


@pytest.fixture
def aligned(tmp_path: Path) -> Path:
    folder = tmp_path / "aligned"
    folder.mkdir()
    (folder / "ref.txt").write_text(TEXTS, encoding="utf-8")
    (folder / "ids.tsv").write_text(DOCUMENTS, encoding="utf-8")
    return folder


@pytest.fixture
def annotations(tmp_path: Path, tiny_value: dict[str, object], monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.delenv("KHABAR_TEXTS", raising=False)
    folder = tmp_path / "annotations"
    folder.mkdir()
    (folder / "schema.yaml").write_text(yaml.safe_dump(tiny_value, allow_unicode=True), encoding="utf-8")
    source = {
        "id": "wmt",
        "name": "a line-aligned corpus",
        "standoff": True,
        "licence": "CC-BY-SA-4.0",
        "origin": "translated",
        "citation": "none",
        "how_to_get": "by hand",
        "lines": {"texts": "ref.txt", "documents": "ids.tsv"},
    }
    (folder / "sources.yaml").write_text(yaml.safe_dump([source]), encoding="utf-8")
    article = {"id": "wmt-bbc-1", "source": "wmt", "title": None, "published": None, "language": "ar"}
    rest = {"licence": "CC-BY-SA-4.0", "text_sha256": sha256(SUMMIT), "origin": "translated"}
    (folder / "articles.jsonl").write_text(json.dumps(article | rest) + "\n", encoding="utf-8")
    return folder


def test_a_document_is_its_first_line_a_blank_line_and_a_line_each_of_the_others(aligned: Path) -> None:
    assert aligned_documents(aligned, LINES) == {
        "bbc.1": SUMMIT,
        "CNN.co.uk.2": "زيارة وزير\n\nوصل الوزير إلى بيروت.\nوغادر\u2028غدا.",
    }


def test_an_id_is_spelt_in_lower_case_letters_digits_and_hyphens() -> None:
    assert slug_of("dailymail.co.uk.298686") == "dailymail-co-uk-298686"
    assert slug_of("خبر") == ""


def test_files_of_different_length_are_refused(aligned: Path) -> None:
    (aligned / "ids.tsv").write_text("bbc.1\n", encoding="utf-8")
    with pytest.raises(DataError, match=r"5 lines, but ids\.tsv has 1"):
        aligned_documents(aligned, LINES)


def test_a_folder_with_one_of_the_two_files_is_refused_and_says_which_is_missing(
    annotations: Path, aligned: Path
) -> None:
    (aligned / "ids.tsv").unlink()
    with pytest.raises(DataError, match=r"ids\.tsv is not there; the texts of 'wmt' take both") as caught:
        _ = read_corpus(annotations, [aligned]).articles
    assert "fetch wmt --into" in str(caught.value)


def test_a_document_that_is_taken_up_again_is_refused_with_its_line(aligned: Path) -> None:
    (aligned / "ids.tsv").write_text("bbc.1\nb\nbbc.1\nb\nb\n", encoding="utf-8")
    with pytest.raises(DataError, match=r"line 3.*'bbc\.1' goes on after another began"):
        aligned_documents(aligned, LINES)


def test_a_folder_of_aligned_files_gives_the_articles_their_texts(annotations: Path, aligned: Path) -> None:
    assert read_corpus(annotations).articles["wmt-bbc-1"].text is None
    assert read_corpus(annotations, [aligned]).articles["wmt-bbc-1"].text == SUMMIT


def test_an_aligned_text_of_another_version_is_named_and_not_used(annotations: Path, aligned: Path) -> None:
    (aligned / "ref.txt").write_text(TEXTS.replace("باريس", "لندن"), encoding="utf-8")
    with pytest.raises(DataError, match=r"wmt-bbc-1.*ref\.txt has digest"):
        _ = read_corpus(annotations, [aligned]).articles


@pytest.fixture
def address(aligned: Path) -> Iterator[str]:
    handler = partial(SimpleHTTPRequestHandler, directory=str(aligned))
    server = ThreadingHTTPServer(("127.0.0.1", 0), handler)
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    yield f"http://127.0.0.1:{server.server_port}"
    server.shutdown()
    thread.join()
    server.server_close()


def with_files(annotations: Path, *files: dict[str, str]) -> None:
    path = annotations / "sources.yaml"
    (source,) = yaml.safe_load(path.read_text(encoding="utf-8"))
    path.write_text(yaml.safe_dump([source | {"files": list(files)}]), encoding="utf-8")


def test_files_are_fetched_checked_and_left_alone_the_second_time(
    annotations: Path, address: str, tmp_path: Path
) -> None:
    with_files(
        annotations,
        {"file": "ref.txt", "sha256": sha256(TEXTS), "address": f"{address}/ref.txt"},
        {"file": "ids.tsv", "sha256": sha256(DOCUMENTS), "address": f"{address}/ids.tsv"},
    )
    source, into = read_corpus(annotations).sources["wmt"], tmp_path / "into"
    assert [path.name for path in fetch(source, into).written] == ["ref.txt", "ids.tsv"]
    again = fetch(source, into)
    assert (again.written, [path.name for path in again.unchanged]) == ((), ["ref.txt", "ids.tsv"])
    assert read_corpus(annotations, [into]).articles["wmt-bbc-1"].text == SUMMIT


def test_one_wrong_file_and_one_that_is_missing_are_both_told_and_nothing_is_written(
    annotations: Path, address: str, tmp_path: Path
) -> None:
    with_files(
        annotations,
        {"file": "ref.txt", "sha256": "0" * 64, "address": f"{address}/ref.txt"},
        {"file": "ids.tsv", "sha256": sha256(DOCUMENTS), "address": f"{address}/ids.tsv"},
        {"file": "third.txt", "sha256": "1" * 64, "address": f"{address}/third.txt"},
        {"file": "fourth.txt", "sha256": "1" * 64, "address": "file:///etc/hostname"},
    )
    with pytest.raises(DataError) as caught:
        fetch(read_corpus(annotations).sources["wmt"], tmp_path / "into")
    said = [(fault.where, fault.message) for fault in caught.value.faults]
    assert [where for where, _ in said] == ["ref.txt", "third.txt", "fourth.txt"]
    assert "has SHA-256" in said[0][1]
    assert "404" in said[1][1]
    assert "expected an address" in said[2][1]
    assert f"into {tmp_path / 'into'} by hand and run this again to check them" in str(caught.value)
    assert not (tmp_path / "into").exists()


def test_what_is_in_the_folder_is_never_overwritten(annotations: Path, address: str, tmp_path: Path) -> None:
    with_files(annotations, {"file": "ref.txt", "sha256": sha256(TEXTS), "address": f"{address}/ref.txt"})
    (tmp_path / "ref.txt").write_text("mine", encoding="utf-8")
    with pytest.raises(DataError, match=r"ref\.txt has SHA-256"):
        fetch(read_corpus(annotations).sources["wmt"], tmp_path)
    assert (tmp_path / "ref.txt").read_text(encoding="utf-8") == "mine"


def test_a_source_without_addresses_says_how_its_texts_are_got(annotations: Path, tmp_path: Path) -> None:
    with pytest.raises(CallError, match="by hand"):
        fetch(read_corpus(annotations).sources["wmt"], tmp_path)


def test_the_program_takes_the_documents_named_and_fetches_files(
    annotations: Path, aligned: Path, address: str, tmp_path: Path, repository: Path
) -> None:
    def run(*words: str | Path) -> subprocess.CompletedProcess[str]:
        command = [sys.executable, "scripts/convert_articles.py", *map(str, words)]
        return subprocess.run(command, cwd=repository, capture_output=True, text=True, check=False)

    told = ("--source", "wmt", "--annotations", annotations)
    done = run(aligned, *told, "--document", "CNN.co.uk.2")
    assert (done.returncode, done.stdout.split("  ")[0]) == (0, "wmt-cnn-co-uk-2")
    assert list(read_corpus(annotations).articles) == ["wmt-bbc-1", "wmt-cnn-co-uk-2"]
    assert read_corpus(annotations, [aligned]).without_text == []
    absent = run(aligned, *told, "--document", "bbc.9")
    assert (absent.returncode, absent.stdout) == (2, "")
    assert "no document bbc.9 in" in absent.stderr
    alone = run(tmp_path, *told, "--document", "bbc.1")
    assert alone.returncode == 2
    assert "--document goes with a folder that holds the line-aligned files of 'wmt'" in alone.stderr
    with_files(annotations, {"file": "ids.tsv", "sha256": sha256(DOCUMENTS), "address": f"{address}/ids.tsv"})
    fetched = run("fetch", "wmt", "--into", tmp_path / "into", "--annotations", annotations)
    assert (fetched.returncode, fetched.stdout) == (0, f"{tmp_path / 'into' / 'ids.tsv'}\n")
