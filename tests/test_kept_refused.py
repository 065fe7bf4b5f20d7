"""What is kept of a stopped `silver` or `select`: of what run it is, what is mended, and what is refused."""

from __future__ import annotations

import fcntl
import json
import os
from pathlib import Path
from typing import Any

import pytest

from kept_runs import SHARD, Gated, ledgers, run, unfinished, write_news
from khabar.corpus import Corpus
from khabar.errors import CallError, DataError
from khabar.files import write_json_lines
from khabar.silver import Trained, build_silver, building
from khabar.streams import unfinished as keeping
from release_corpus import CANARY, corpus_of, make_checkout, write_theirs
from stream_articles import contents

CARD = f"---\n{{{{ metadata }}}}---\n\n<!-- a test; canary GUID {CANARY} -->\n"


@pytest.fixture
def corpus(tmp_path: Path, tiny_value: dict[str, Any]) -> Corpus:
    (tmp_path / "gate").touch()
    return corpus_of(
        make_checkout(tmp_path / "checkout", tiny_value, CARD), write_theirs(tmp_path / "theirs")
    )


@pytest.fixture
def news(tmp_path: Path) -> Path:
    path = tmp_path / "news.jsonl"
    write_news(path)
    return path


def stopped_by_a_fault(what: str, news: Path, corpus: Corpus, out: Path) -> list[dict[str, Any]]:
    """A run that ends at article 23, which is none; the rows as they should be."""
    rows = write_news(news)
    write_json_lines(news, [*rows[:22], {**rows[22], "text_sha256": "0"}, *rows[23:]])
    with pytest.raises(DataError, match=r"news\.jsonl:23: 1 fault\n  text_sha256"):
        run(what, news, corpus, out, news.with_name("gate"), workers=1)
    done = ledgers(out)  # shards after the fault too, that were begun before it was found
    assert done[: 22 // SHARD] == [f"{each:06}" for each in range(22 // SHARD)]
    assert f"{22 // SHARD:06}" not in done
    assert not out.exists()
    write_json_lines(news, rows)
    return rows


@pytest.mark.parametrize("what", ["silver", "select"])
def test_a_record_that_is_mended_is_gone_on_from(
    what: str, news: Path, corpus: Corpus, tmp_path: Path
) -> None:
    whole, out = tmp_path / "one" / "out", tmp_path / "two" / "out"
    run(what, news, corpus, whole, tmp_path / "gate", workers=1)
    stopped_by_a_fault(what, news, corpus, out)
    run(what, news, corpus, out, tmp_path / "gate", workers=2)
    assert contents(out.parent) == contents(whole.parent)


def test_another_record_in_a_shard_that_is_done_is_refused(
    news: Path, corpus: Corpus, tmp_path: Path
) -> None:
    """The file has as many bytes as before."""
    rows = stopped_by_a_fault("select", news, corpus, tmp_path / "out")
    write_json_lines(news, [*rows[:7], {**rows[7], "published": "2023-01-01"}, *rows[8:]])
    with pytest.raises(
        CallError,
        match=r"out\.unfinished holds a run of other records than those from .*:6 on; name another",
    ):
        run("select", news, corpus, tmp_path / "out", tmp_path / "gate")
    assert ledgers(tmp_path / "out")


def test_another_model_version_or_corpus_is_refused_with_the_way_out(
    news: Path, corpus: Corpus, tmp_path: Path
) -> None:
    out = tmp_path / "out"
    stopped_by_a_fault("silver", news, corpus, out)

    def refused(learnt: dict[str, Any], **options: Any) -> str:
        told = {"annotator": "gated", "version": "1.0.0", "per_part": 20, "shard": SHARD, **options}
        model = Trained(Gated(tmp_path / "gate"), learnt)
        with pytest.raises(CallError) as caught:
            build_silver([str(news)], model, corpus, out, **told)
        return str(caught.value)

    way_out = "; name another --out, or remove it"
    assert refused({"model": "crf"}) == f"{unfinished(out)} holds a run with another model{way_out}"
    assert "another khabar.release; name" in refused({"model": "gated"}, version="1.1.0")
    assert "another khabar.annotator; name" in refused({"model": "gated"}, annotator="other")
    assert "another articles in a part; name" in refused({"model": "gated"}, per_part=7)
    run("silver", news, corpus, out, tmp_path / "gate")
    assert "is there and is not empty" in refused({"model": "gated"})


def test_two_runs_are_not_at_work_on_one_folder(news: Path, corpus: Corpus, tmp_path: Path) -> None:
    stopped_by_a_fault("select", news, corpus, tmp_path / "out")
    other = os.open(unfinished(tmp_path / "out"), os.O_RDONLY)
    fcntl.flock(other, fcntl.LOCK_EX)
    with pytest.raises(CallError, match=r"another run is at work in .*out\.unfinished"):
        run("select", news, corpus, tmp_path / "out", tmp_path / "gate")
    os.close(other)
    run("select", news, corpus, tmp_path / "out", tmp_path / "gate")


def test_a_full_disk_at_the_end_leaves_the_parts_that_are_written_and_they_are_not_written_again(
    news: Path, corpus: Corpus, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    out = tmp_path / "out"

    def full(*_: object) -> None:
        raise OSError(28, "No space left on device")

    with monkeypatch.context() as patch:
        patch.setattr(building, "check_streamed", full)
        with pytest.raises(DataError, match="No space left on device") as caught:
            run("silver", news, corpus, out, tmp_path / "gate")
    assert "run the same command again; what is done is not done anew" in str(caught.value)
    assert not out.exists()
    before = _times(unfinished(out) / "release")
    assert len(before) == 9
    run("silver", news, corpus, out, tmp_path / "gate")
    assert _times(out) == before


def _times(release: Path) -> dict[str, int]:
    return {str(each.relative_to(release)): each.stat().st_mtime_ns for each in release.rglob("*.parquet")}


@pytest.mark.parametrize("what", ["silver", "select"])
def test_stopped_after_the_folder_was_put_in_its_place_nothing_is_left_to_do(
    what: str, news: Path, corpus: Corpus, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    out = tmp_path / "at" / "out"
    with monkeypatch.context() as patch:
        patch.setattr(keeping.shutil, "rmtree", lambda *_, **__: None)
        run(what, news, corpus, out, tmp_path / "gate")
    assert unfinished(out).exists()
    before = contents(out)
    run(what, news, corpus, out, tmp_path / "gate")
    assert contents(out) == before
    assert not unfinished(out).exists()


def test_what_may_be_silver_is_told_of_the_whole_stream(news: Path, corpus: Corpus, tmp_path: Path) -> None:
    run("silver", news, corpus, tmp_path / "out", tmp_path / "gate")
    lines = (tmp_path / "out-left-out.jsonl").read_text(encoding="utf-8").splitlines()
    assert [(each["article"], each["reason"]) for each in map(json.loads, lines)] == [
        ("ours-news-3", "has the id of an article before it"),
        ("ours-news-31", "has the text of an article of the corpus"),
    ]
