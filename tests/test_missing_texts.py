"""What lacks its text is told in one line, and listed by a command of its own."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from khabar.corpus import read_corpus
from khabar.missing import left_out, missing_texts, named
from release_corpus import make_checkout


@pytest.fixture(autouse=True)
def without_texts(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("KHABAR_TEXTS", raising=False)


def test_few_are_named_and_of_many_the_first() -> None:
    assert named(["b-2", "a-1"]) == "a-1, b-2"
    assert named(["d-4", "c-3", "b-2", "a-1"]) == "a-1, b-2, c-3 and 1 more"


def test_many_are_counted_by_source(repository: Path) -> None:
    corpus = read_corpus(repository / "annotations")
    absent = corpus.without_text
    counted = {each.source: len(each.articles) for each in missing_texts(corpus)}
    assert sum(counted.values()) == len(absent)
    told = ", ".join(f"{counted[each]} of {each}" for each in sorted(counted))
    assert left_out(corpus, absent) == (
        f"{len(absent)} left out, text not on this machine: {told}; "
        "scripts/convert_articles.py missing lists them and says how to get their texts"
    )


def test_a_command_lists_them_and_says_how_to_get_them(repository: Path) -> None:
    corpus = read_corpus(repository / "annotations")
    program = [sys.executable, str(repository / "scripts" / "convert_articles.py"), "missing"]
    done = subprocess.run(program, capture_output=True, text=True, check=True)
    assert sorted(done.stdout.split()) == sorted(corpus.without_text)
    assert "fetch ntrex --into DIR" in " ".join(done.stderr.split())
    done = subprocess.run([*program, "--format", "json"], capture_output=True, text=True, check=True)
    listed = {each["source"]: each for each in json.loads(done.stdout)}
    assert list(listed) == [each.source for each in missing_texts(corpus)]
    assert listed["eureporter"]["how_to_get"] == corpus.sources["eureporter"].how_to_get


def test_a_text_that_is_there_is_not_missing(
    repository: Path, tmp_path: Path, tiny_value: dict[str, Any]
) -> None:
    card = (repository / "dataset_card.md").read_text(encoding="utf-8")
    checkout = make_checkout(tmp_path, tiny_value, card)
    corpus = read_corpus(checkout / "annotations")
    assert [each.articles for each in missing_texts(corpus)] == [["theirs-1"]]
    assert left_out(corpus, ["theirs-1"]).startswith("1 left out, text not on this machine: theirs-1; ")
