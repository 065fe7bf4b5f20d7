"""A system's page: every number is one of the results, mistakes stand in their sentences, names are text."""

from __future__ import annotations

import copy
import html
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from khabar.pages import leaderboard, system_page
from khabar.pages.sentences import AROUND, in_sentence
from khabar.schema import Schema
from khabar.scoring import read_gold
from khabar.scoring.board import find_entries, score_entries
from khabar.scoring.gold import Article, Gold
from khabar.scoring.mistakes import kinds_of
from scoring_gold import BEIRUT, Record, entity, gold_rows, nothing, right, row, span
from test_board import add, entities_only
from test_leaderboard_page import HOSTILE, TURNED, Opened, browser, numbers, parsed
from test_marking import shown

__all__ = ["browser"]


def mistaken() -> list[Record]:
    """One mistake of every kind: wrong type, boundary, both, role and trigger, a miss and a false find."""
    records = right()
    entities, events = records[0]["entities"], records[0]["events"]
    entities[0]["type"] = "GPE"
    entities[1]["end"] -= len(" لبنان")
    entities[3] |= {"type": "ORG", "start": entities[3]["start"] - len("في ")}
    del entities[4]
    entities.append(entity(BEIRUT, "ORG", "الخطة"))
    events[0]["arguments"][2]["role"] = "Participant"
    events[1]["trigger"] = span(BEIRUT, "الخطة")
    return records


@pytest.fixture(scope="module")
def gold() -> Gold:
    """The gold of two articles, one in the slice of seen names."""
    return read_gold(gold_rows(), train=gold_rows()[:1])


@pytest.fixture(scope="module")
def results(tmp_path_factory: pytest.TempPathFactory, tiny_schema: Schema, gold: Gold) -> dict[str, Any]:
    """A board of systems that make mistakes, and of one that predicts only entities."""
    folder = tmp_path_factory.mktemp("submissions")
    add(folder / "mistaken", mistaken(), name="Makes mistakes", parameters={"seed": 0})
    add(folder / "names", entities_only(), name="Names only")
    add(folder / "nothing", nothing(), name="Finds nothing")
    return score_entries(find_entries(folder), gold, tiny_schema, split="test", resamples=50)


def system_of(results: dict[str, Any], name: str) -> dict[str, Any]:
    """The row of that system."""
    return next(each for each in results["systems"] if each["id"] == name)


def page_of(results: dict[str, Any], name: str, schema: Schema, articles: dict[str, Article]) -> str:
    """The system's page."""
    return system_page(results, system_of(results, name), schema, articles)


@pytest.mark.parametrize("name", ["mistaken", "names", "nothing"])
def test_every_number_on_the_page_is_one_of_the_results(
    results: dict[str, Any], tiny_schema: Schema, gold: Gold, name: str
) -> None:
    page = page_of(results, name, tiny_schema, dict(gold.articles))
    values = [str(a["data-value"]) for _, a in parsed(page).tags if "data-value" in a]
    given = {str(each) for each in numbers(system_of(results, name))}
    figures = [each for each in values if re.fullmatch(r"\d+|\d+\.\d+(e-\d+)?", each)]
    assert len(figures) > 40
    assert set(figures) <= given
    for tag_value, words in re.findall(r'<td[^>]* data-value="([^"]+)"[^>]*>(?:<b>)?([^<]*)', page):
        expected = tag_value if re.fullmatch(r"\d+", tag_value) else f"{100 * float(tag_value):.1f}"
        assert words.strip() == expected


def test_kinds_of_mistakes_add_up_to_the_totals_beside_them(
    results: dict[str, Any], tiny_schema: Schema, gold: Gold
) -> None:
    page = page_of(results, "mistaken", tiny_schema, dict(gold.articles))
    stacks = re.findall(r'data-total="[^"]+" data-value="(\d+)".*?</span>(.*?)</div>', page, re.DOTALL)
    assert len(stacks) == 8
    for total, parts in stacks:
        assert sum(map(int, re.findall(r'data-value="(\d+)"', parts))) == int(total)


def test_every_kind_of_mistake_is_found_and_counted(results: dict[str, Any]) -> None:
    row_ = system_of(results, "mistaken")
    for measure, wanted in (("entities", 5), ("argument_c+", 2)):
        counts = row_["mistakes"][measure]
        assert set(counts) == {"match", *kinds_of(measure), "missed", "spurious"}
        assert sum(bool(counts[each]) for each in counts if each != "match") == wanted, counts
        for group in row_["frequent_mistakes"][measure]:
            assert sum(each["times"] for each in group["examples"]) <= group["count"]
        grouped = sum(each["count"] for each in row_["frequent_mistakes"][measure])
        assert grouped == sum(number for kind, number in counts.items() if kind != "match")


def test_the_most_frequent_mistake_comes_first_with_the_words_made_most_often(
    tiny_schema: Schema, tmp_path: Path
) -> None:
    text = "بيروت بيروت عمّان. ثم ليلى."
    said = [entity(text, "GPE", "بيروت"), entity(text, "GPE", "بيروت", 1), entity(text, "GPE", "عمّان")]
    said.append(entity(text, "PER", "ليلى"))
    rows = [row({"article": "one", "entities": said, "events": []}, text)]
    add(tmp_path / "none", [{"article": "one", "entities": []}], name="None")
    found = score_entries(find_entries(tmp_path), read_gold(rows), tiny_schema, split="test", resamples=0)
    groups = found["systems"][0]["frequent_mistakes"]["entities"]
    assert [(each["kind"], each["gold"], each["count"]) for each in groups] == [
        ("missed", "GPE", 3),
        ("missed", "PER", 1),
    ]
    first, second = groups[0]["examples"]
    assert (first["times"], first["gold"]) == (2, {"start": 0, "end": 5, "type": "GPE"})
    assert second["times"] == 1


def test_a_mistake_stands_in_its_sentence_with_exactly_its_characters_marked(gold: Gold) -> None:
    article = gold.articles["test-beirut"]
    start = BEIRUT.index("لبنان")
    said = {"start": start, "end": start + 5, "type": "GPE"}
    wider = {"start": start - 7, "end": start + 5, "type": "ORG"}
    reader = shown([in_sentence(article, {"gold": said, "predicted": wider})])
    assert reader.text == BEIRUT.split("\n")[0]
    assert sorted(words for _, words in reader.marked) == sorted(["لبنان", BEIRUT[start - 7 : start + 5]])


def test_of_a_long_sentence_whole_words_around_the_mistake_are_shown() -> None:
    text = "كلمة " * 200 + "بيروت" + " كلمة" * 200
    rows = [row({"article": "long", "entities": [entity(text, "GPE", "بيروت")], "events": []}, text)]
    article = read_gold(rows).articles["long"]
    said = {"start": 1000, "end": 1005, "type": "GPE"}
    reader = shown([in_sentence(article, {"gold": said, "predicted": None})])
    assert [words for _, words in reader.marked] == ["بيروت"]
    assert reader.text.startswith("… كلمة ")
    assert reader.text.endswith(" كلمة …")
    assert 2 * AROUND < len(reader.text) < 2 * AROUND + 30


def test_a_sentence_is_shown_only_where_its_text_may_be(
    results: dict[str, Any], tiny_schema: Schema, gold: Gold
) -> None:
    shown_ = {"test-amman": gold.articles["test-amman"]}
    page = html.unescape(page_of(results, "nothing", tiny_schema, shown_))
    assert "وناقشت فيها" in re.sub(r"<[^>]+>", "", page)
    assert "التقى" not in page
    assert "in test-beirut; its text is not in these pages" in re.sub(r", \d+ times", "", page)


def test_the_page_fetches_nothing_runs_its_own_script_and_shows_names_as_text(
    results: dict[str, Any], tiny_schema: Schema, gold: Gold
) -> None:
    hostile = copy.deepcopy(results)
    system_of(hostile, "mistaken").update(name=HOSTILE, description=HOSTILE, authors=[HOSTILE, TURNED])
    page = page_of(hostile, "mistaken", tiny_schema, dict(gold.articles))
    tags = parsed(page).tags
    assert HOSTILE not in page
    assert [a for tag, a in tags if tag == "script"] == [{}]
    assert not [tag for tag, a in tags if tag in {"img", "iframe", "object"} or "src" in a]
    assert "url(" not in page
    assert "@import" not in page
    assert {str(a["href"]) for tag, a in tags if tag == "a"} >= {"../index.html", "../articles/index.html"}


# --- in a browser -------------------------------------------------------------------------------------


@pytest.fixture
def opened(
    browser: Any, results: dict[str, Any], tiny_schema: Schema, gold: Gold, tmp_path: Path
) -> Iterator[Opened]:
    """The board beside the page of a hostile system, which asks for nothing and complains of nothing."""
    hostile = copy.deepcopy(results)
    system_of(hostile, "mistaken").update(name=HOSTILE, description="x" * 10_000, authors=[TURNED])
    (tmp_path / "systems").mkdir()
    (tmp_path / "index.html").write_text(leaderboard(hostile, tiny_schema), encoding="utf-8")
    path = tmp_path / "systems" / "mistaken.html"
    path.write_text(page_of(hostile, "mistaken", tiny_schema, dict(gold.articles)), encoding="utf-8")
    found = Opened(browser, path, viewport={"width": 1280, "height": 900})
    yield found
    assert found.messages == []
    assert {each for each in found.requests if not each.startswith("file:")} == set()
    found.context.close()


@pytest.mark.browser
def test_the_board_leads_to_the_page_and_back(opened: Opened) -> None:
    opened.page.locator("nav a").first.click()
    opened.page.locator("a.name", has_text=HOSTILE).click()
    assert opened.page.url.endswith("/systems/mistaken.html")
    assert opened.page.locator("h1").inner_text() == HOSTILE
    assert opened.page.locator("img").count() == 0


@pytest.mark.browser
def test_tables_of_a_system_sort_by_mouse_and_keyboard(opened: Opened) -> None:
    table = opened.page.locator("table.detail").first
    table.locator("thead button").nth(6).focus()
    opened.page.keyboard.press("Enter")
    cells = [int(each) for each in table.locator("tbody tr > :nth-child(7)").all_inner_texts()]
    assert cells == sorted(cells, reverse=True)
    table.locator("thead button").nth(0).click()
    assert table.locator("thead th").nth(0).get_attribute("aria-sort") == "ascending"
    assert table.locator("thead th").nth(6).get_attribute("aria-sort") == "none"


@pytest.mark.browser
def test_a_mistake_runs_from_right_to_left_and_no_mark_parts_a_word(
    opened: Opened,
) -> None:
    sentence = opened.page.locator(".sentence").first
    assert sentence.evaluate("each => getComputedStyle(each).direction") == "rtl"
    gaps = opened.page.evaluate(
        """[...document.querySelectorAll('.sentence mark')].map(each => {
          const style = getComputedStyle(each);
          return style.marginInlineStart + style.paddingInlineStart + style.borderInlineStartWidth;
        })"""
    )
    assert set(gaps) == {"0px0px0px"}


@pytest.mark.browser
@pytest.mark.parametrize("width", [320, 1440])
def test_no_width_makes_the_page_scroll_sideways(opened: Opened, width: int) -> None:
    opened.page.set_viewport_size({"width": width, "height": 800})
    assert opened.page.evaluate("document.documentElement.scrollWidth") == width
