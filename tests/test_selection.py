"""What to annotate next: balanced, uncertain, none near another, dated, and explained."""

from __future__ import annotations

import json
import pickle
import random
import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path

import pytest

from baseline_articles import row
from khabar.article_list import Article
from khabar.baselines.model import learnt_from
from khabar.corpus import Corpus, read_corpus
from khabar.errors import CallError
from khabar.files import sha256, write_json_lines
from khabar.release import gold_documents
from khabar.schema import Schema
from khabar.selection import Candidate, Glance, Pool, choose, reader_of, select, select_stream
from khabar.selection.choice import SPARE, articles_by_type
from khabar.text.copies import Looked, Originals

WORDS = [f"كلمة{number}" for number in range(3000)]


def article(name: str, text: str, published: str | None = "2023-05-01", **fields: str) -> Article:
    return Article(
        id=name,
        source=fields.get("source", "news"),
        title=None,
        published=published,
        language=fields.get("language", "ar"),
        licence="reserved",
        text_sha256=sha256(text),
        origin=fields.get("origin", "https://example.org/a"),
        text=text,
    )


def words(seed: int, count: int = 80) -> str:
    return " ".join(random.Random(seed).choices(WORDS, k=count))


def candidate(name: str, events: Mapping[str, int], uncertainty: float, text: str | None = None) -> Candidate:
    text = text or words(int(sha256(name), 16))
    return Candidate(article(name, text), Glance(events, uncertainty))


def pool_of(*candidates: Candidate, size: int = 100, seed: int = 0) -> Pool:
    pool = Pool(["Meet", "Reject", "Attack"], size=size, seed=seed)
    for each in candidates:
        pool.offer(each)
    return pool


def test_the_rarest_type_is_served_first_and_the_least_sure_of_it_is_taken() -> None:
    pool = pool_of(
        candidate("sure", {"Reject": 1}, 0.1),
        candidate("unsure", {"Reject": 2}, 0.9),
        candidate("meet", {"Meet": 1}, 2.0),
        candidate("none", {}, 9.0),
    )
    chosen = list(choose(pool, 4, {"Meet": 2, "Attack": 5}))
    assert [(each.article.id, each.type, each.had) for each in chosen] == [
        ("unsure", "Reject", 0),
        ("sure", "Reject", 1),
        ("meet", "Meet", 2),
        ("none", "", 0),
    ]


def test_an_article_counts_for_every_type_it_has_and_is_chosen_once() -> None:
    pool = pool_of(
        candidate("both", {"Meet": 1, "Reject": 1}, 0.9),
        candidate("meet", {"Meet": 1}, 0.5),
        candidate("reject", {"Reject": 3}, 0.5),
        candidate("attack", {"Attack": 1}, 0.1),
    )
    chosen = [each.article.id for each in choose(pool, 9, {})]
    assert chosen == ["both", "attack", "meet", "reject"]


def test_of_near_copies_one_is_chosen_and_the_others_are_named() -> None:
    text = words(5)
    pool = pool_of(
        candidate("first", {"Meet": 1}, 0.9, text),
        candidate("copy", {"Meet": 1}, 0.8, f"{text} وأضاف"),
        candidate("half", {"Meet": 1}, 0.7, " ".join(text.split()[:40])),
        candidate("tenth", {"Meet": 1}, 0.6, " ".join([*text.split()[:10], *words(6, 70).split()])),
        candidate("other", {"Meet": 1}, 0.5),
    )
    first, second, third = choose(pool, 5, {})
    assert [first.article.id, second.article.id, third.article.id] == ["first", "tenth", "other"]
    assert second.passed_over == ("copy", "half")
    assert second.nearest is not None
    assert (second.nearest.original, second.nearest.containment) == ("first", 8 / 78)
    assert first.why == (
        "for Meet, of which there were 0; uncertainty 0.9000; predicted events: Meet 1; "
        "shares nothing with the others"
    )
    assert second.why.endswith("shares 10% with first; near copies passed over: copy, half")


def test_the_pool_keeps_the_best_whatever_the_order_and_no_more() -> None:
    candidates = [candidate(f"a{number}", {"Meet": 1}, number % 7) for number in range(60)]
    expected = [each.article.id for each in pool_of(*candidates, size=10).of("Meet")]
    random.Random(1).shuffle(candidates)
    pool = pool_of(*candidates, size=10)
    assert [each.article.id for each in pool.of("Meet")] == expected
    assert [each.glance.uncertainty for each in pool.of("Meet")] == [6] * 8 + [5] * 2


def test_the_seed_decides_between_equals_alone() -> None:
    candidates = [candidate(f"a{number}", {"Meet": 1}, 0.5) for number in range(30)]
    orders = {
        tuple(each.article.id for each in pool_of(*candidates, seed=seed).of("Meet")) for seed in (1, 2)
    }
    assert len(orders) == 2
    clear = [candidate(f"a{number}", {"Meet": 1}, number) for number in range(30)]
    orders = {tuple(each.article.id for each in pool_of(*clear, seed=seed).of("Meet")) for seed in (1, 2)}
    assert len(orders) == 1


@pytest.fixture(scope="module")
def corpus(repository: Path) -> Corpus:
    return read_corpus(repository / "annotations")


@pytest.fixture(scope="module")
def stream(corpus: Corpus) -> list[Article]:
    """News made of sentences of the gold, and what may not be chosen."""
    sentences = [
        line
        for each in sorted(corpus.articles.values(), key=lambda each: each.id)
        if each.source == "authored" and each.text
        for line in each.text.split("\n")[2:]
    ]
    chooser = random.Random(3)
    made = [
        article(
            f"news-{number}",
            "خبر\n\n" + "\n".join(chooser.sample(sentences, 4)),
            f"2023-05-{number % 28 + 1:02}",
        )
        for number in range(60)
    ]
    known = corpus.articles["authored-bandung-1955"]
    assert known.text
    return [
        *made,
        article("news-undated", words(1), None),
        article("news-english", "Ministers met", language="en"),
        article("news-known", known.text),
        article("news-near", f"{known.text}\nوأضاف المصدر"),
    ]


def test_the_next_articles_are_balanced_and_far_from_each_other_and_from_the_corpus(
    corpus: Corpus, stream: list[Article]
) -> None:
    reader = reader_of("gazetteer", gold_documents(corpus, "train"), corpus.schema)
    found = select(stream, corpus, reader, number=8, seed=1)
    assert found.seen == len(stream)
    assert (
        found.passed["without a date"] == found.passed["not in Arabic"] == found.passed["in the corpus"] == 1
    )
    assert found.passed["near an article of the corpus"] >= 1
    assert len(found.chosen) == 8
    index = Originals()
    for each in found.chosen:
        looked = Looked.at(each.article.text or "")
        assert index.near(looked) == []
        index.add(each.article.id, looked)
    shuffled = list(stream)
    random.Random(2).shuffle(shuffled)
    assert select(shuffled, corpus, reader, number=8, seed=1).chosen == found.chosen


@pytest.mark.parametrize(("shard", "workers"), [(7, 2), (1000, 1)])
def test_looked_at_shard_by_shard_in_processes_the_choice_is_the_same(
    corpus: Corpus, stream: list[Article], tmp_path: Path, shard: int, workers: int
) -> None:
    documents = gold_documents(corpus, "train")
    reader = reader_of("gazetteer", documents, corpus.schema)
    found = select_stream(
        [str(stream_file(stream, tmp_path / "news.jsonl"))],
        corpus,
        reader,
        tmp_path / "next",
        learnt=learnt_from("gazetteer", documents, corpus.schema),
        number=8,
        seed=1,
        workers=workers,
        shard=shard,
    )
    assert found == select(stream, corpus, reader, number=8, seed=1)
    assert sorted(each.name for each in tmp_path.iterdir()) == ["news.jsonl", "next"]
    assert sorted(each.name for each in (tmp_path / "next").iterdir()) == ["choice.json", "news.jsonl"]


def test_the_first_is_for_the_rarest_type_of_the_gold_that_the_stream_has(
    corpus: Corpus, stream: list[Article]
) -> None:
    reader = reader_of("gazetteer", gold_documents(corpus, "train"), corpus.schema)
    found = select(stream, corpus, reader, number=1, seed=1)
    there = {name for each in stream for name in reader.look(each.text or "").events}
    have = articles_by_type(corpus)
    assert found.chosen[0].had == min(have[name] for name in there)


def test_of_a_lopsided_stream_every_type_gets_its_share() -> None:
    pool = pool_of(
        *(candidate(f"meet-{number}", {"Meet": 1}, 5 + number) for number in range(50)),
        *(candidate(f"reject-{number}", {"Reject": 1}, 0.1) for number in range(3)),
        *(candidate(f"attack-{number}", {"Attack": 1}, 0.1) for number in range(2)),
    )
    chosen = [each.type for each in choose(pool, 8, {})]
    assert {name: chosen.count(name) for name in set(chosen)} == {"Meet": 3, "Reject": 3, "Attack": 2}


def test_what_is_held_does_not_grow_with_the_stream(schema: Schema) -> None:
    pool = Pool(schema.events, size=5 + SPARE, seed=0)
    for number in range(3000):
        pool.offer(candidate(f"a{number}", {"Meet": 1}, number % 100, "نص قصير"))
    assert sum(len(pool.of(name)) for name in pool.types) == 5 + SPARE


def test_the_crf_is_less_sure_of_what_it_never_saw(tiny_schema: Schema) -> None:
    train = [row(f"a{n}", f"<Meet التقى> [PER سامر{n}] في [GPE بيروت] أمس .") for n in range(12)]
    reader = reader_of("crf", train, tiny_schema)
    known = reader.look("التقى سامر3 في بيروت أمس .")
    strange = reader.look("تصاعدت أسعار 𐤀𐤁 😀 القمح مجددا بعد هبوط طويل")
    assert known.events == {"Meet": 1}
    assert 0 <= known.uncertainty < strange.uncertainty
    again = pickle.loads(pickle.dumps(reader))
    assert again.look("التقى سامر3 في بيروت أمس .") == known
    assert reader.look("").uncertainty == 0


def test_an_unknown_reader_is_a_wrong_call(tiny_schema: Schema) -> None:
    with pytest.raises(CallError, match="no reader 'oracle' \\(there are crf, gazetteer\\)"):
        reader_of("oracle", [], tiny_schema)


def stream_file(stream: list[Article], path: Path) -> Path:
    """The articles as a file of a stream."""
    write_json_lines(path, [{**each.model_dump(), "text": each.text} for each in stream])
    return path


def run(repository: Path, *given: object) -> subprocess.CompletedProcess[str]:
    program = repository / "scripts" / "convert_articles.py"
    return subprocess.run(
        [sys.executable, program, *map(str, given)], capture_output=True, text=True, check=False
    )


def test_the_program_writes_what_convert_takes_and_says_why(
    repository: Path, stream: list[Article], tmp_path: Path
) -> None:
    news = stream_file(stream, tmp_path / "news.jsonl")
    out = tmp_path / "next"
    words = ["select", news, "--number", 4, "--seed", 1, "--model", "gazetteer", "--out", out]
    done = run(repository, *words)
    assert done.returncode == 0, done.stderr
    lines = done.stdout.splitlines()
    assert len(lines) == 4
    assert lines[0].startswith("1  news-")
    assert f"4 chosen of {len(stream)} articles; passed over: 1 in the corpus, " in done.stderr
    told = json.loads((out / "choice.json").read_text(encoding="utf-8"))
    assert [each["rank"] for each in told["chosen"]] == [1, 2, 3, 4]
    assert all(each["why"] in line for each, line in zip(told["chosen"], lines, strict=True))
    again = run(repository, *words)
    assert again.returncode == 2
    assert "is not empty" in again.stderr
    annotations = tmp_path / "annotations"
    annotations.mkdir()
    (annotations / "schema.yaml").write_bytes((repository / "annotations" / "schema.yaml").read_bytes())
    source = (
        "{id: news, name: News, standoff: true, licence: reserved, origin: o, citation: c, how_to_get: h}"
    )
    (annotations / "sources.yaml").write_text(f"- {source}\n", encoding="utf-8")
    taken = run(repository, out / "news.jsonl", "--source", "news", "--annotations", annotations)
    assert taken.returncode == 0, taken.stderr
    digests = {each["article"]: each["text_sha256"] for each in told["chosen"]}
    written = (annotations / "articles.jsonl").read_text(encoding="utf-8").splitlines()
    assert {line["id"]: line["text_sha256"] for line in map(json.loads, written)} == digests
