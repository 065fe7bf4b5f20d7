"""The list of articles: what stands for a text that is not shown, and how it is filtered in a browser."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import pytest

from khabar.corpus import Corpus
from khabar.pages import explorer, write_pages
from khabar.pages.explorer import readings
from release_corpus import THEIRS
from test_explorer_page import corpus, pages
from test_leaderboard_page import Opened, browser

__all__ = ["browser", "corpus", "pages"]


def test_an_article_that_may_not_be_shown_stands_with_its_most_frequent_mentions(corpus: Corpus) -> None:
    (theirs,) = [each for each in readings(corpus) if each.article.id == "theirs-1"]
    assert theirs.text is None
    assert theirs.names == ["باريس"]
    assert theirs.sought == ["باريس"]
    assert re.search(r'<p class="names"[^>]*><bdi>باريس</bdi></p>', explorer(corpus)["index.html"])
    assert THEIRS.split()[0] not in explorer(corpus)["index.html"].replace("قمة أو مؤتمر", "")


def test_articles_with_their_text_come_first(pages: dict[str, str]) -> None:
    found = re.findall(r'<li data-source="(\w+)"', pages["index.html"])
    assert found == ["ours", "ours", "ours", "theirs"]


@pytest.mark.browser
def test_the_list_is_filtered_and_searched(browser: Any, pages: dict[str, str], tmp_path: Path) -> None:
    write_pages(tmp_path, pages)
    found = Opened(browser, tmp_path / "index.html")
    page = found.page
    items = page.locator(".list li:visible a")
    page.select_option("#split", "train")
    assert items.count() == 2
    page.select_option("#source", "theirs")
    assert items.all_inner_texts() == ["theirs-1"]
    page.select_option("#source", "")
    page.select_option("#split", "")
    page.fill("#search", "عمان الخطه")
    assert [each.get_attribute("href") for each in items.all()] == ["ours-2.html"]
    assert page.locator("#number").inner_text() == "1 of 4 articles"
    items.first.click()
    assert page.url.endswith("ours-2.html")
    assert found.messages == []
    found.context.close()


@pytest.mark.browser
def test_the_list_is_filtered_by_event_and_by_whether_there_is_a_text(
    browser: Any, pages: dict[str, str], tmp_path: Path
) -> None:
    write_pages(tmp_path, pages)
    found = Opened(browser, tmp_path / "index.html")
    page = found.page
    items = page.locator(".list li:visible a")
    assert items.count() == 4
    page.check("#readable")
    assert items.count() == 3
    page.select_option("#event", "Reject")
    assert sorted(str(each.get_attribute("href")) for each in items.all()) == ["ours-1.html", "ours-2.html"]
    page.fill("#search", "باريس")
    assert items.count() == 0
    assert page.locator("#number").inner_text() == "0 of 4 articles"
    page.select_option("#event", "")
    page.uncheck("#readable")
    assert [each.get_attribute("href") for each in items.all()] == ["theirs-1.html"]
    assert found.messages == []
    assert found.requests == [(tmp_path / "index.html").as_uri()]
    found.context.close()
