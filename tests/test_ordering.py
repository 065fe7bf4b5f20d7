"""The next article is the one the model is least sure of, or the least like those before; always the same."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from judged_corpus import article as empty_article
from khabar.article_list import Article
from khabar.corpus import Corpus
from khabar.errors import CallError, DataError
from khabar.labelstudio.ordering import Order, ordered, read_scores

TALKS = "بدأت في جنيف محادثات السلام بين الوفدين برعاية الأمم المتحدة"
TALKS_AGAIN = "بدأت في جنيف محادثات السلام بين الوفدين بحضور الأمم المتحدة"
MATCH = "فاز الفريق بكأس البطولة بعد مباراة مثيرة ⚽ انتهت بركلات الترجيح"
STORM = "ضرب إعصار شديد السواحل الشرقية 🌀 وأجلت السلطات آلاف السكان"


def article(name: str, text: str | None = "نص") -> Article:
    return empty_article(f"authored-{name}").model_copy(update={"text": text})


def names(articles: list[Article]) -> list[str]:
    return [each.id.removeprefix("authored-") for each in articles]


NEWS = [
    article("talks", TALKS),
    article("again", TALKS_AGAIN),
    article("match", MATCH),
    article("storm", STORM),
]


def test_the_article_a_model_is_least_sure_of_comes_first() -> None:
    scores = {"authored-talks": 0.9, "authored-again": 0.2, "authored-match": 1.0, "authored-storm": 0.0}
    assert names(ordered(NEWS, Order.uncertain, scores=scores)) == ["storm", "again", "talks", "match"]
    assert names(ordered(NEWS, Order.uncertain, scores=scores, count=2)) == ["storm", "again"]


def test_an_article_without_a_score_has_no_place() -> None:
    with pytest.raises(DataError) as error:
        ordered(NEWS, Order.uncertain, scores={"authored-talks": 0.9, "authored-storm": 0.1})
    assert [(fault.where, fault.message) for fault in error.value.faults] == [
        ("authored-again", "has no score, so its place is not known"),
        ("authored-match", "has no score, so its place is not known"),
    ]
    with pytest.raises(CallError, match="--scores"):
        ordered(NEWS, Order.uncertain)


@pytest.mark.parametrize("seed", range(5))
def test_two_articles_alike_do_not_follow_each_other(seed: int) -> None:
    found = names(ordered(NEWS, Order.diverse, seed=seed))
    assert sorted(found) == ["again", "match", "storm", "talks"]
    assert {"talks", "again"} & {found[-1]}  # the second of the two alike comes last
    assert {"talks", "again"} & set(found[:3]) != {"talks", "again"}


def test_what_annotators_have_already_is_kept_away_from() -> None:
    steps: list[int] = []
    found = names(ordered(NEWS[1:], Order.diverse, before=NEWS[:1], progressed=steps.append))
    assert found[-1] == "again"
    assert steps == [1, 1, 1]
    assert names(ordered(NEWS[1:], Order.diverse, before=NEWS[:1], count=2)) == found[:2]


def test_order_depends_on_the_seed_and_on_nothing_else() -> None:
    many = [article(f"n{number}", f"{TALKS} {number}") for number in range(12)]
    for order in (Order.random, Order.diverse):
        one = names(ordered(many, order, seed=1))
        assert names(ordered(many[::-1], order, seed=1)) == one
        assert names(ordered(many, order, seed=2)) != one
        assert sorted(one) == sorted(names(many))


def test_random_keeps_the_places_when_articles_are_added() -> None:
    many = [article(f"n{number}") for number in range(20)]
    few = names(ordered(many[:10], Order.random, seed=3))
    assert [each for each in names(ordered(many, Order.random, seed=3)) if each in few] == few


def test_listed_is_the_order_of_the_corpus() -> None:
    assert ordered(NEWS, Order.listed) == NEWS


@given(st.lists(st.text(max_size=40), max_size=12), st.integers(0, 9), st.integers(0, 12))
@settings(deadline=None, max_examples=60)
def test_whatever_the_texts_each_article_comes_once(texts: list[str], seed: int, before: int) -> None:
    many = [article(f"n{number}", text) for number, text in enumerate(texts)]
    found = ordered(many[before:], Order.diverse, seed=seed, before=many[:before])
    assert sorted(names(found)) == sorted(names(many[before:]))


def test_a_longer_order_begins_as_a_shorter_one(repository_corpus: Corpus) -> None:
    here = [each for each in repository_corpus.articles.values() if each.text]
    first = names(ordered(here, Order.diverse, seed=0, count=8))
    assert len(set(first)) == 8
    assert names(ordered(here, Order.diverse, seed=0))[:8] == first


def test_scores_are_read_with_every_fault(tmp_path: Path) -> None:
    good = tmp_path / "good.jsonl"
    good.write_text(
        '{"article": "authored-x", "score": 0.25}\n{"article": "authored-y", "score": 1}\n', "utf-8"
    )
    assert read_scores(good) == {"authored-x": 0.25, "authored-y": 1.0}
    bad = tmp_path / "bad.jsonl"
    bad.write_text(
        '{"article": "authored-x", "score": 1.5}\n{"article": "authored-y"}\n'
        '{"article": "authored-z", "score": 0}\n{"article": "authored-z", "score": 0.1}\n',
        "utf-8",
    )
    with pytest.raises(DataError) as error:
        read_scores(bad)
    assert [(fault.where, fault.message) for fault in error.value.faults] == [
        ("line 1 score", "input should be less than or equal to 1, found 1.5"),
        ("line 2 score", "field required"),
        ("line 4", "authored-z has a score already"),
    ]
    with pytest.raises(CallError, match="no file"):
        read_scores(tmp_path / "none.jsonl")


def test_a_text_that_is_not_here_cannot_be_compared() -> None:
    with pytest.raises(DataError, match="cannot be compared with others"):
        ordered([article("x", None)], Order.diverse)
