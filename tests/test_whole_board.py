"""The board of the repository is of the whole test split: nothing less replaces it unless one asks for it."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import pytest

from khabar.benchmark import Ground, check_whole
from khabar.errors import CallError
from khabar.schema import Schema
from khabar.scoring import read_gold
from scoring_gold import gold_rows, write_lines


def call(repository: Path, *words: object) -> subprocess.CompletedProcess[str]:
    """Run the program."""
    command = [sys.executable, repository / "benchmark" / "evaluate.py", *words]
    return subprocess.run(list(map(str, command)), capture_output=True, text=True, check=False)


@pytest.fixture(autouse=True)
def without_texts(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("KHABAR_TEXTS", raising=False)


@pytest.mark.parametrize("words", [(), ("board",)])
def test_without_the_texts_the_whole_board_is_not_replaced(words: tuple[str, ...], repository: Path) -> None:
    board = repository / "benchmark" / "leaderboard" / "results.json"
    before = board.read_bytes()
    done = call(repository, *words)
    assert done.returncode == 2
    assert done.stdout == ""
    told = " ".join(done.stderr.split())
    assert "the leaderboard of the repository is of the whole test split" in told
    for way in ("convert_articles.py missing", "--out DIR", "--partial"):
        assert way in told
    assert board.read_bytes() == before


def test_a_board_of_another_split_needs_a_place_of_its_own(repository: Path) -> None:
    done = call(repository, "--split", "validation")
    assert done.returncode == 2
    assert "is of test, not of validation; write elsewhere with --out DIR" in " ".join(done.stderr.split())


def test_a_board_of_the_articles_there_are_is_written_where_one_asks_for_it(
    repository: Path, tmp_path: Path
) -> None:
    done = call(repository, "--out", tmp_path / "board")
    assert done.returncode == 0, done.stderr
    made = json.loads((tmp_path / "board" / "results.json").read_text(encoding="utf-8"))
    assert made["gold"]["left_out"]


def test_the_board_of_the_repository_shows_no_stand_off_text(repository: Path) -> None:
    done = call(repository, "board", "--show-texts")
    assert done.returncode == 2
    assert "hold no stand-off text; write elsewhere with --out DIR" in " ".join(done.stderr.split())


def test_partial_lets_a_board_lack_articles(tiny_schema: Schema) -> None:
    whole = read_gold(gold_rows())
    part = read_gold(gold_rows(), left_out=["away-1"])
    check_whole(Ground(whole, tiny_schema, None), "test")
    check_whole(Ground(part, tiny_schema, None), "test", partial=True)
    with pytest.raises(CallError, match="1 of its 3 articles are left out"):
        check_whole(Ground(part, tiny_schema, None), "test")


def test_options_of_the_board_do_not_go_with_a_submission(repository: Path, tmp_path: Path) -> None:
    done = call(repository, write_lines(tmp_path / "p.jsonl", []), "--partial")
    assert done.returncode == 2
    assert "--out and --partial belong to the leaderboard" in " ".join(done.stderr.split())
