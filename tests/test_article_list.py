"""The list of a corpus: articles come out as they went in, and take little room while nobody asks."""

from __future__ import annotations

import tracemalloc
from collections.abc import Callable
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from khabar.article_list import Article, ArticleList

WORDS = st.text(st.characters(codec="utf-8"), max_size=30)
ARTICLES = st.builds(
    Article,
    id=st.from_regex(r"[a-z0-9]{1,8}", fullmatch=True),
    source=st.just("sabah"),
    title=st.none() | WORDS,
    published=st.sampled_from([None, "2026", "2026-11", "2026-11-24"]),
    language=st.just("ar"),
    licence=WORDS,
    text_sha256=st.from_regex(r"[0-9a-f]{64}", fullmatch=True),
    origin=WORDS,
)


def article(number: int) -> Article:
    return Article(
        id=f"sabah-{number:06}",
        source="sabah",
        title="الوزير يلتقي \u202bوفد\u202c الاتحاد 🇪🇺 في جنيف",
        published="2026-11-24",
        language="ar",
        licence="CC-BY-4.0",
        text_sha256=f"{number:064x}",
        origin="written for this corpus",
    )


@given(st.lists(ARTICLES, unique_by=lambda each: each.id))
def test_articles_come_out_as_they_went_in(articles: list[Article]) -> None:
    listed = ArticleList(articles)
    assert list(listed) == [each.id for each in articles]
    assert list(listed.values()) == articles
    assert dict(listed) == {each.id: each for each in articles}
    assert [type(each) for each in listed.values()] == [Article] * len(articles)


def test_a_text_is_not_kept() -> None:
    with_text = article(1).model_copy(update={"text": "قال الوزير."})
    assert ArticleList([with_text])["sabah-000001"] == article(1)


def test_an_article_takes_the_place_of_another_of_its_id() -> None:
    listed = ArticleList([article(1), article(2)])
    later = article(1).model_copy(update={"title": None})
    listed.add(later)
    assert list(listed.values()) == [later, article(2)]


def test_an_article_that_is_not_listed_is_none() -> None:
    listed = ArticleList([article(1)])
    assert listed.get("sabah-000002") is None
    assert "sabah-000002" not in listed
    assert 1 not in listed  # type: ignore[comparison-overlap]
    with pytest.raises(KeyError, match="sabah-000002"):
        listed["sabah-000002"]


def test_a_list_takes_a_third_of_what_its_articles_take() -> None:
    def bytes_of(make: Callable[[], Any]) -> int:
        tracemalloc.start()
        kept = make()
        taken, _ = tracemalloc.get_traced_memory()
        tracemalloc.stop()
        assert len(kept) == 1000
        return taken

    as_objects = bytes_of(lambda: {each.id: each for each in map(article, range(1000))})
    assert bytes_of(lambda: ArticleList(map(article, range(1000)))) < as_objects / 3
