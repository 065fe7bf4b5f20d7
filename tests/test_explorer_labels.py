"""Labels of marks in the explorer: none lies on another, in a real browser."""

from __future__ import annotations

from itertools import combinations
from pathlib import Path
from typing import Any

import pytest

from conftest import tiny_schema_value
from khabar.pages import explorer, write_pages
from khabar.pages.explorer import Voice
from khabar.scoring.extraction import Event, Extraction
from release_corpus import OURS, corpus_of, make_checkout
from test_leaderboard_page import Opened, browser

__all__ = ["browser"]

WINDOW = {"width": 1280, "height": 900}
LABELS = """() => [...document.querySelectorAll(".layer:not([hidden]) .text")].map((text) =>
  [...text.querySelectorAll("mark:not(.continued)")].flatMap((mark) => {
    const style = getComputedStyle(mark, "::before");
    if (style.display === "none" || style.content === "none") return [];
    const [x, shift, top, margin, width, height] =
      [style.left, style.translate, style.top, style.marginTop, style.width, style.height].map(parseFloat);
    const left = x + (shift || 0);
    return [[style.content, left, top + margin, left + width, top + margin + height]];
  }))"""
"""Of every text that is shown, its labels and their boxes."""
EDGES = """() => [...document.querySelectorAll(".layer:not([hidden])")].flatMap((layer) => {
  const text = layer.querySelector(".text");
  if (!text) return [];
  const [card, inner] = [layer, text].map((each) => each.getBoundingClientRect());
  return [[card.left - inner.left, card.right - inner.left]];
})"""
"""Of every text that is shown, where its card begins and ends, from the text's left."""

DRAWN = "() => new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(done)))"
"""Waits until the page has been told of its new size, and is drawn in it."""

Label = tuple[str, float, float, float, float]


def overlapping(labels: list[Label]) -> list[tuple[str, str]]:
    """Pairs of labels that lie on each other by half a pixel or more."""
    return [
        (one[0], two[0])
        for one, two in combinations(labels, 2)
        if one[1] < two[3] - 0.5 and two[1] < one[3] - 0.5 and one[2] < two[4] - 0.5 and two[2] < one[4] - 0.5
    ]


@pytest.mark.browser
def test_no_label_lies_on_another_on_any_shipped_page(browser: Any, repository: Path) -> None:
    seen = 0
    for path in sorted((repository / "benchmark" / "leaderboard" / "articles").glob("authored-*.html")):
        found = Opened(browser, path, viewport=WINDOW)
        for number in range(max(1, found.page.locator("#other option").count())):
            if number:
                found.page.select_option("#other", index=number)
            for labels in found.page.evaluate(LABELS):
                seen += len(labels)
                assert overlapping(labels) == [], f"{path.name}, beside {number}"
        assert found.page.locator("mark[data-room=none]").count() == 0, path.name
        assert found.messages == []
        found.context.close()
    assert seen > 1000


@pytest.mark.browser
def test_no_label_runs_out_of_its_card_on_any_shipped_page(browser: Any, repository: Path) -> None:
    seen = 0
    for path in sorted((repository / "benchmark" / "leaderboard" / "articles").glob("authored-*.html")):
        found = Opened(browser, path, viewport=WINDOW)
        for width in (1280, 390):
            found.page.set_viewport_size({"width": width, "height": 900})
            found.page.evaluate(DRAWN)
            (labels,), (edges,) = found.page.evaluate(LABELS), found.page.evaluate(EDGES)
            seen += len(labels)
            out = [each[0] for each in labels if each[1] < edges[0] or each[3] > edges[1]]
            assert out == [], f"{path.name}, {width} pixels wide"
            assert overlapping(labels) == [], f"{path.name}, {width} pixels wide"
        found.context.close()
    assert seen > 1000


@pytest.fixture
def crowded(browser: Any, tmp_path: Path) -> Opened:
    """An article whose every word is a trigger, most of them of two characters or three."""
    corpus = corpus_of(make_checkout(tmp_path / "checkout", tiny_schema_value(), ""))
    text = OURS["ours-1"]
    starts = range(0, len(text) - 3, 3)
    events = tuple(Event("Meet" if start % 2 else "Reject", start, start + 2) for start in starts)
    entities = tuple((start, start + 2, "GPE") for start in starts)
    write_pages(
        tmp_path, explorer(corpus, [Voice("all", "everything", {"ours-1": Extraction(entities, events)})])
    )
    return Opened(browser, tmp_path / "ours-1.html", viewport=WINDOW)


@pytest.mark.browser
def test_labels_that_find_no_room_wait_until_their_mark_is_told(crowded: Opened) -> None:
    crowded.page.select_option("#main", "system-1")
    for width in (1280, 700, 390):
        crowded.page.set_viewport_size({"width": width, "height": 900})
        crowded.page.evaluate(DRAWN)
        (labels,) = crowded.page.evaluate(LABELS)
        assert labels
        assert overlapping(labels) == []
    assert crowded.page.locator("#system-1 mark[data-room=out]").count() > 0
    waiting = crowded.page.locator("#system-1 mark.trigger[data-room=none]").first
    display = "mark => getComputedStyle(mark, '::before').display"
    assert waiting.evaluate(display) == "none"
    waiting.focus()
    assert waiting.evaluate(display) != "none"
    crowded.page.uncheck("#tags")
    assert crowded.page.evaluate(LABELS) == [[]]
    crowded.page.check("#tags")
    assert overlapping(crowded.page.evaluate(LABELS)[0]) == []
    assert crowded.messages == []
    crowded.context.close()
