"""Splits by a seeded search: balanced, complete, groups together, the same on every machine."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest
import yaml
from hypothesis import given, settings
from hypothesis import strategies as st

from conftest import tiny_schema_value
from khabar.corpus import Corpus
from khabar.document import Annotation, Entity, Event, Trigger, write_annotation
from khabar.errors import CallError, DataError
from khabar.files import sha256, write_json_lines
from khabar.splitting import Groups, Plan, divide, read_groups, report_of, search
from khabar.splitting.plan import sizes_of
from khabar.text.forms import Forms, Unseen, is_seen, unseen_by_type

NAMES = {"PER": "سامر", "GPE": "موسكو", "ORG": "الحزب"}
WORDS = {"Meet": "التقى", "Reject": "رفض"}


def made_corpus(folder: Path, articles: dict[str, list[str]], *, absent: tuple[str, ...] = ()) -> Path:
    """A corpus whose articles hold a mention or an event of each of these types, in a text of their own."""
    (folder / "texts").mkdir(parents=True, exist_ok=True)
    schema = yaml.safe_dump(tiny_schema_value(), allow_unicode=True)
    (folder / "schema.yaml").write_text(schema, encoding="utf-8")
    lines = []
    for number, (article, types) in enumerate(articles.items()):
        words = [(each, NAMES.get(each) or WORDS[each]) for each in types]
        text = f"{number}-{article} 😀 " + " ".join(word for _, word in words)
        entities: list[Entity] = []
        events: list[Event] = []
        at = len(f"{number}-{article} 😀 ")
        for name, word in words:
            if name in NAMES:
                entities.append(Entity(f"T{len(entities) + 1}", name, at, at + len(word), word))
            else:
                trigger = Trigger(at, at + len(word), word)
                events.append(Event(f"E{len(events) + 1}", name, trigger, (), {"realis": "actual"}))
            at += len(word) + 1
        gold = Annotation(article, sha256(text), "gold", "1.0", tuple(entities), tuple(events))
        write_annotation(folder / "gold" / f"{article}.json", gold)
        if article not in absent:
            (folder / "texts" / f"{article}.txt").write_text(text, encoding="utf-8")
        lines.append(
            {"id": article, "source": article.split("-")[0], "title": None, "published": None,
             "language": "ar", "licence": "x", "text_sha256": sha256(text), "origin": "x"}
        )  # fmt: skip
    write_json_lines(folder / "articles.jsonl", lines)
    sources = [
        {
            "id": each,
            "name": each,
            "standoff": False,
            "licence": "x",
            "origin": "x",
            "citation": "x",
            "how_to_get": "x",
        }
        for each in sorted({line["source"] for line in lines})
    ]
    (folder / "sources.yaml").write_text(yaml.safe_dump(sources), encoding="utf-8")
    return folder


def corpus_at(folder: Path) -> Corpus:
    return Corpus(folder, ())


EIGHT = {f"{'ab'[n % 2]}-{n}": ["GPE", "Meet"] if n % 4 < 2 else ["PER", "Reject"] for n in range(8)}


def test_every_split_gets_its_share_of_sources_and_types(tmp_path: Path) -> None:
    corpus = corpus_at(made_corpus(tmp_path / "c", EIGHT))
    splits = search(corpus, read_groups(corpus), Plan(1, sizes_of("4/2/2")))
    report = report_of(corpus, splits)
    counts = {(each.kind, each.name): tuple(each.by_split.values()) for each in report.rows}
    assert dict(report.articles) == {"train": 4, "validation": 2, "test": 2}
    assert counts["source", "a"] == counts["source", "b"] == (2, 1, 1)
    assert counts["event", "Meet"][0] + counts["event", "Reject"][0] == 4


def test_test_has_two_of_every_event_type_that_has_four(tmp_path: Path) -> None:
    articles = {f"a-{n}": ["Meet"] * 3 for n in range(12)} | {f"a-{n}": ["Reject"] for n in range(12, 16)}
    corpus = corpus_at(made_corpus(tmp_path / "c", articles))
    splits = search(corpus, read_groups(corpus), Plan(5, sizes_of("10/3/3")))
    report = report_of(corpus, splits)
    assert report.short == ()
    assert {each.name: each.by_split["test"] for each in report.rows if each.kind == "event"}["Reject"] == 2


def test_an_event_type_that_cannot_reach_test_is_named(tmp_path: Path) -> None:
    articles = {"a-1": ["Reject"] * 4, "a-2": ["Meet"] * 4, "a-3": ["GPE"]}
    corpus = corpus_at(made_corpus(tmp_path / "c", articles))
    said: list[str] = []
    divide(corpus, 1, "1/1/1", tell=said.append)
    assert said[0].startswith("too few in test, though there are enough in all: ")
    assert said[-1] == "splits.yaml written"


def test_articles_on_the_same_event_and_near_duplicates_stay_together(tmp_path: Path) -> None:
    folder = made_corpus(tmp_path / "c", EIGHT)
    copy = (folder / "texts" / "a-0.txt").read_text(encoding="utf-8")
    lines = [json.loads(line) for line in (folder / "articles.jsonl").read_text().splitlines()]
    for line in lines:
        if line["id"] == "b-1":
            line["text_sha256"] = sha256(copy)
    write_json_lines(folder / "articles.jsonl", lines)
    (folder / "texts" / "b-1.txt").write_text(copy, encoding="utf-8")
    write_annotation(folder / "gold" / "b-1.json", Annotation("b-1", sha256(copy), "gold", "1.0"))
    (folder / "same_event.yaml").write_text("- [a-2, b-3]\n- [b-3, a-4, b-7]\n", encoding="utf-8")
    with pytest.raises(DataError, match=r"'b-3' is in \[0\] already"):
        read_groups(corpus_at(folder))
    (folder / "same_event.yaml").write_text("- [a-0, b-3]\n- [a-4, b-7]\n", encoding="utf-8")
    corpus = corpus_at(folder)
    groups = read_groups(corpus)
    assert groups.groups == (("a-0", "b-1", "b-3"), ("a-2",), ("a-4", "b-7"), ("a-6",), ("b-5",))
    assert groups.unwritten == (("a-0", "b-1"),)
    assert "write them into same_event.yaml" in groups.remarks[0]
    for seed in range(5):
        splits = search(corpus, groups, Plan(seed, sizes_of("4/2/2")))
        where = {each: split for split, ids in splits.items() for each in ids}
        assert where["a-0"] == where["b-1"] == where["b-3"]
        assert where["a-4"] == where["b-7"]


def test_a_text_that_is_not_here_is_judged_on_nothing_and_said(tmp_path: Path) -> None:
    corpus = corpus_at(made_corpus(tmp_path / "c", EIGHT, absent=("a-0", "b-1")))
    with_all = corpus_at(made_corpus(tmp_path / "d", EIGHT))
    groups = read_groups(corpus)
    assert groups.unread == ("a-0", "b-1")
    assert groups.remarks == [
        "2 without their text, so that no near duplicate of them could be found: a-0, b-1"
    ]
    plan = Plan(3, sizes_of("4/2/2"))
    assert search(corpus, groups, plan) == search(with_all, read_groups(with_all), plan)


def test_faults_of_the_groups_come_together(tmp_path: Path) -> None:
    folder = made_corpus(tmp_path / "c", EIGHT)
    (folder / "same_event.yaml").write_text("- [a-0, x-9]\n- a-2\n- [a-4]\n", encoding="utf-8")
    with pytest.raises(DataError) as caught:
        read_groups(corpus_at(folder))
    assert [each.where for each in caught.value.faults] == ["[0]", "[1]", "[2]"]


@pytest.mark.parametrize("text", ["32/8", "32/8/0", "a/b/c", "32/8/16/4", "-1/2/3"])
def test_sizes_are_three_numbers(text: str) -> None:
    with pytest.raises(CallError, match="32/8/16"):
        sizes_of(text)


def test_sizes_that_do_not_fit_the_gold_or_its_groups_are_a_wrong_call(tmp_path: Path) -> None:
    corpus = corpus_at(made_corpus(tmp_path / "c", EIGHT))
    with pytest.raises(CallError, match="the sizes make 9 articles, but 8 have gold"):
        search(corpus, read_groups(corpus), Plan(1, sizes_of("5/2/2")))
    halves = Groups((tuple(list(EIGHT)[:4]), tuple(list(EIGHT)[4:])))
    with pytest.raises(CallError, match="groups of up to 4 articles do not fill splits of 4/2/2"):
        search(corpus, halves, Plan(1, sizes_of("4/2/2")))


def test_the_file_says_what_it_was_made_by_and_check_holds_it_to_that(tmp_path: Path) -> None:
    folder = made_corpus(tmp_path / "c", EIGHT)
    said: list[str] = []
    with pytest.raises(CallError, match="give --seed and --sizes"):
        divide(corpus_at(folder))
    divide(corpus_at(folder), 7, "4/2/2", tell=said.append)
    divide(corpus_at(folder), tell=said.append)
    divide(corpus_at(folder), check=True, tell=said.append)
    assert [each for each in said if each.startswith("splits.yaml")] == [
        "splits.yaml written",
        "splits.yaml holds exactly this already",
        "splits.yaml is what --seed 7 --sizes 4/2/2 gives",
    ]
    path = folder / "splits.yaml"
    splits = yaml.safe_load(path.read_text(encoding="utf-8"))
    moved = (splits["train"][0], splits["test"][0])
    text = path.read_text(encoding="utf-8")
    swapped = text.replace(moved[0], "?").replace(moved[1], moved[0]).replace("?", moved[1])
    path.write_text(swapped, encoding="utf-8")
    with pytest.raises(DataError) as caught:
        divide(corpus_at(folder), check=True, tell=said.append)
    assert sorted(each.where for each in caught.value.faults) == sorted(moved)
    path.write_text(text + "# by hand\n", encoding="utf-8")
    with pytest.raises(DataError, match="not written as the program writes it"):
        divide(corpus_at(folder), check=True, tell=said.append)


@given(
    st.lists(st.lists(st.sampled_from([*NAMES, *WORDS]), max_size=4), min_size=6, max_size=9),
    st.integers(0, 99),
)
@settings(max_examples=10, deadline=None)
def test_splits_are_a_partition_and_hang_on_nothing_but_gold_and_plan(
    tmp_path_factory: pytest.TempPathFactory, types: list[list[str]], seed: int
) -> None:
    articles = {f"a-{number}": each for number, each in enumerate(types)}
    corpus = corpus_at(made_corpus(tmp_path_factory.mktemp("c"), articles))
    plan = Plan(seed, sizes_of(f"{len(types) - 3}/1/2"))
    splits = search(corpus, read_groups(corpus), plan)
    assert sorted(each for ids in splits.values() for each in ids) == sorted(articles)
    assert {split: len(ids) for split, ids in splits.items()} == plan.sizes
    again = corpus_at(made_corpus(tmp_path_factory.mktemp("c"), dict(reversed(articles.items()))))
    assert search(again, read_groups(again), plan) == splits


def test_forms_are_found_however_many_there_are(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(Forms, "_MOST_NEW", 3)
    forms = Forms()
    assert "عمان" not in forms
    names = [f"عمان 🇯🇴 {number}" for number in range(20)]
    for begin in range(0, 20, 2):
        forms.update(names[begin : begin + 3])  # every other name twice
        assert [each in forms for each in names] == [number < begin + 3 for number in range(20)]
        assert "" not in forms
        assert "عمان" not in forms


def test_a_name_is_seen_whatever_its_spelling_and_proclitic() -> None:
    assert is_seen("أوباما", {"اوباما"})
    assert is_seen("ولأوباما", {"اوباما"})
    assert not is_seen("أوباما", {"لاوباما"})


def test_unseen_mentions_are_counted_by_type_whatever_type_train_gave_the_words() -> None:
    train = [("PER", "جورجيا"), ("GPE", "لبنان")]
    test = [("GPE", "جورجيا"), ("GPE", "مصر"), ("PER", "ليلى 😀")]
    assert unseen_by_type(train, test, ["GPE", "PER", "ORG"]) == {
        "GPE": Unseen(1, 2),
        "PER": Unseen(1, 1),
        "ORG": Unseen(0, 0),
    }
    assert Unseen(1, 2).share == 0.5
    assert Unseen(0, 0).share is None


def test_the_program_prints_the_report_and_exits_1_where_the_file_is_another(
    repository: Path, tmp_path: Path
) -> None:
    folder = made_corpus(tmp_path / "c", EIGHT)
    environment = {key: value for key, value in os.environ.items() if key != "KHABAR_TEXTS"}
    command = [sys.executable, "scripts/publish_dataset.py", "splits", "--annotations", str(folder)]

    def run(*more: str) -> subprocess.CompletedProcess[str]:
        return subprocess.run(
            [*command, *more], cwd=repository, capture_output=True, text=True, check=False, env=environment
        )

    assert run().returncode == 2
    done = run("--seed", "1", "--sizes", "4/2/2", "--format", "json")
    assert done.returncode == 0, done.stderr
    assert json.loads(done.stdout)["articles"] == {"train": 4, "validation": 2, "test": 2}
    table = run("--check")
    assert table.returncode == 0, table.stderr
    assert "unseen in train, of test" in table.stdout
    assert max(map(len, table.stdout.splitlines())) <= 120
    other = run("--check", "--sizes", "5/1/2")
    assert other.returncode == 1
    assert "a major release" in other.stderr
