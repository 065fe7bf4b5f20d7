"""What the repository ships is what its programs make: gold, submissions, leaderboard, demo."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path

import pytest

from khabar.corpus import Corpus, read_corpus
from khabar.gold import compare_gold, derive_gold
from khabar.release import gold_documents
from khabar.scoring import evaluate, score_events


@pytest.fixture
def corpus(repository: Path, monkeypatch: pytest.MonkeyPatch) -> Corpus:
    """The corpus as a clone has it: without any text of others."""
    monkeypatch.delenv("KHABAR_TEXTS", raising=False)
    return read_corpus(repository / "annotations")


def run(repository: Path, *words: str | Path, texts: Sequence[Path] = ()) -> subprocess.CompletedProcess[str]:
    """One of our programs, as a user of a fresh clone runs it, by default without any text of others."""
    environment = {key: value for key, value in os.environ.items() if not key.startswith("KHABAR_")}
    if texts:
        environment["KHABAR_TEXTS"] = os.pathsep.join(map(str, texts))
    command = [sys.executable, *map(str, words)]
    return subprocess.run(
        command, cwd=repository, env=environment, capture_output=True, text=True, check=False
    )


def records(corpus: Corpus, split: str) -> list[dict]:
    """The gold of a split as a submission would say it."""
    return [
        {
            "article": row["id"],
            "entities": [{key: each[key] for key in ("start", "end", "type")} for each in row["entities"]],
            "events": [
                {
                    "type": each["type"],
                    "trigger": {key: each["trigger"][key] for key in ("start", "end")},
                    "arguments": [
                        {key: a[key] for key in ("role", "start", "end")} for a in each["arguments"]
                    ],
                }
                for each in row["events"]
            ],
        }
        for row in gold_documents(corpus, split)
    ]


def test_every_article_is_in_one_split(corpus: Corpus) -> None:
    assert sorted(each for ids in corpus.splits.values() for each in ids) == sorted(corpus.articles)


def test_gold_is_what_passes_and_decisions_give(corpus: Corpus) -> None:
    derived = derive_gold(corpus)
    compare_gold(corpus, derived)
    assert derived.waiting == ()


@pytest.mark.standoff
def test_gold_of_standoff_articles_lies_right_on_their_texts(
    repository: Path, standoff_folders: list[Path]
) -> None:
    corpus = read_corpus(repository / "annotations", standoff_folders)
    assert corpus.without_text == []
    compare_gold(corpus, derive_gold(corpus))
    assert sorted(corpus.gold) == sorted(corpus.articles)
    assert all(corpus.annotations(name) for name in corpus.pass_names)


@pytest.mark.parametrize("split", ["train", "validation", "test"])
def test_gold_against_itself_is_one_and_against_nothing_is_zero(corpus: Corpus, split: str) -> None:
    gold = records(corpus, split)
    for match, predicted, wanted in score_events(gold, gold).counts.values():
        assert match == predicted == wanted > 0
    empty = [{"article": each["article"], "entities": [], "events": []} for each in gold]
    for match, predicted, wanted in score_events(gold, empty).counts.values():
        assert match == predicted == 0 < wanted
    rows = gold_documents(corpus, split)
    perfect = evaluate(rows, gold, schema=corpus.schema)
    nothing = evaluate(rows, empty, schema=corpus.schema)
    assert {score.micro.f1 for score in perfect.scores.values()} == {1.0}
    assert {score.micro.f1 for score in nothing.scores.values()} == {0.0}


@pytest.mark.standoff
@pytest.mark.parametrize("name", ["gazetteer", "crf"])
def test_a_shipped_submission_is_what_its_program_makes(
    repository: Path, tmp_path: Path, standoff_folders: list[Path], name: str
) -> None:
    shipped = repository / "benchmark" / "submissions" / name
    (tmp_path / "system.yaml").write_bytes((shipped / "system.yaml").read_bytes())
    out = tmp_path / "predictions.jsonl"
    done = run(repository, f"benchmark/baselines/{name}.py", "--out", out, texts=standoff_folders)
    assert done.returncode == 0, done.stderr
    assert out.read_bytes() == (shipped / "predictions.jsonl").read_bytes()


@pytest.mark.slow
@pytest.mark.standoff
def test_the_shipped_neural_submission_is_all_but_what_its_program_makes(
    repository: Path, tmp_path: Path, standoff_folders: list[Path]
) -> None:
    """To the byte only on the machine that made it: processors sum floats in orders of their own."""
    shipped = repository / "benchmark" / "submissions" / "neural"
    out = tmp_path / "predictions.jsonl"
    (tmp_path / "system.yaml").write_bytes((shipped / "system.yaml").read_bytes())
    done = run(repository, "benchmark/baselines/neural.py", "--out", out, texts=standoff_folders)
    assert done.returncode == 0, done.stderr
    made, kept = (spans_of(path) for path in (out, shipped / "predictions.jsonl"))
    assert {article for article, *_ in made} == {article for article, *_ in kept}
    assert len(made & kept) >= 0.98 * len(made | kept)


def spans_of(predictions: Path) -> set[tuple[str, str, int, int]]:
    """Article, type and offsets of every mention and trigger."""
    records = [json.loads(line) for line in predictions.read_text(encoding="utf-8").splitlines()]
    mentions = {
        (each["article"], m["type"], m["start"], m["end"]) for each in records for m in each["entities"]
    }
    return mentions | {
        (each["article"], event["type"], event["trigger"]["start"], event["trigger"]["end"])
        for each in records
        for event in each["events"]
    }


@pytest.mark.standoff
def test_the_shipped_leaderboard_is_what_the_scorer_makes(
    repository: Path, tmp_path: Path, standoff_folders: list[Path]
) -> None:
    done = run(repository, "benchmark/evaluate.py", "board", "--out", tmp_path, texts=standoff_folders)
    assert done.returncode == 0, done.stderr
    shipped = repository / "benchmark" / "leaderboard"
    names = {path.relative_to(tmp_path) for path in tmp_path.rglob("*") if path.is_file()}
    assert names == {path.relative_to(shipped) for path in shipped.rglob("*") if path.is_file()}
    for name in names:
        assert (tmp_path / name).read_bytes() == (shipped / name).read_bytes(), name


@pytest.mark.slow
def test_the_demo_runs_to_its_end_on_a_clone(repository: Path, tmp_path: Path) -> None:
    done = run(repository, "scripts/demo.py", "--out", tmp_path / "demo")
    assert done.returncode == 0, done.stderr
    assert "texts, passes and gold are the shipped ones, byte for byte" in done.stderr
    assert (tmp_path / "demo" / "leaderboard" / "index.html").is_file()
    assert (tmp_path / "demo" / "release" / "manifest.json").is_file()


@pytest.mark.slow
@pytest.mark.standoff
def test_the_demo_takes_standoff_texts_along_where_they_are(
    repository: Path, tmp_path: Path, standoff_folders: list[Path]
) -> None:
    command = [sys.executable, "scripts/demo.py", "--out", str(tmp_path / "demo")]
    environment = {**os.environ, "KHABAR_TEXTS": os.pathsep.join(map(str, standoff_folders))}
    done = subprocess.run(
        command, cwd=repository, env=environment, capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stderr
    assert "left out, text not on this machine" not in done.stderr
