"""The leaderboard's page: what it says, and how it behaves in a real browser."""

from __future__ import annotations

import copy
import os
import re
import shutil
from collections.abc import Iterator
from html.parser import HTMLParser
from pathlib import Path
from typing import Any

import pytest

from khabar.pages import leaderboard
from khabar.schema import Schema
from khabar.scoring import read_gold
from khabar.scoring.board import find_entries, score_entries
from scoring_gold import gold_rows, nothing, right
from test_board import add, entities_only

HOSTILE = "<img src=x onerror=alert(1)>"
TURNED = "turned \u202eround"
CHROMIUM_OPTIONS = [
    "--headless",
    "--no-sandbox",
    "--disable-gpu",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--disable-quic",
]


@pytest.fixture(scope="module")
def results(tmp_path_factory: pytest.TempPathFactory, tiny_schema: Schema) -> dict[str, Any]:
    """A board of four systems, two of whose names do harm where they are not shown as text."""
    folder = tmp_path_factory.mktemp("submissions")
    add(folder / "right", right(), name="Is right", link="https://example.org/x", parameters={"seed": 0})
    add(folder / "names", entities_only(), name="Names only")
    half = right()
    half[0]["entities"] = half[0]["entities"][:3]
    half[1]["events"] = []
    add(folder / "half", half, name="نصف", parameters=110_000_000)
    add(folder / "nothing", nothing(), name="Finds nothing")
    gold = read_gold(gold_rows(), left_out=["away"])
    made = score_entries(find_entries(folder), gold, tiny_schema, split="test", resamples=50)
    made["systems"][2]["name"] = HOSTILE
    made["systems"][3]["name"] = TURNED
    return made


class Visible(HTMLParser):
    """Collects tags with their attributes, and the text of cells."""

    def __init__(self) -> None:
        super().__init__()
        self.tags: list[tuple[str, dict[str, str | None]]] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append((tag, dict(attrs)))


def parsed(page: str) -> Visible:
    """The page's tags."""
    visible = Visible()
    visible.feed(page)
    return visible


def numbers(value: Any) -> Iterator[float]:
    """Every number of a JSON value."""
    if isinstance(value, dict | list):
        for each in value.values() if isinstance(value, dict) else value:
            yield from numbers(each)
    elif isinstance(value, int | float):
        yield value


def test_every_figure_on_the_page_is_one_of_the_results(results: dict[str, Any], tiny_schema: Schema) -> None:
    given = set(numbers(results))
    cells = [
        a["data-value"]
        for tag, a in parsed(leaderboard(results, tiny_schema)).tags
        if tag == "td" and "data-value" in a
    ]
    figures = [each for each in cells if each and re.fullmatch(r"\d+|\d+\.\d+(e-\d+)?", each)]
    assert len(figures) > 40
    assert {float(each) for each in figures} <= given
    for system in results["systems"]:
        for measure in system["measures"].values():
            assert measure is None or str(measure["micro"]["f1"]) in figures


def test_kinds_of_mistakes_stand_beside_the_board_and_add_up(
    results: dict[str, Any], tiny_schema: Schema
) -> None:
    page = leaderboard(results, tiny_schema)
    tables = re.findall(r'<table class="by-kind sortable">.*?</table>', page, re.DOTALL)
    assert re.findall(r'<h3 id="kinds-\d">([^<]*)</h3>', page) == ["Entities", "Triggers", "Arg-C+"]
    predicting = {"entities": 4, "triggers": 3, "argument_c+": 3}  # one system finds names only
    for table, (measure, rows) in zip(tables, predicting.items(), strict=True):
        shown = re.findall(r'<tr><th scope="row".*?</tr>', table, re.DOTALL)
        assert len(shown) == rows
        systems = [each for each in results["systems"] if measure in each["mistakes"]]
        for row, system in zip(shown, systems, strict=True):
            kinds = {kind: int(n) for kind, n in re.findall(r'data-kind="(\w+)" data-value="(\d+)"', row)}
            totals = {side: int(n) for side, n in re.findall(r'data-total="(\w+)" data-value="(\d+)"', row)}
            assert kinds == system["mistakes"][measure]
            assert sum(kinds.values()) - kinds["spurious"] == totals["gold"]
            assert sum(kinds.values()) - kinds["missed"] == totals["predicted"]
            micro = system["measures"][measure]["micro"]
            assert totals == {"gold": micro["gold"], "predicted": micro["predicted"]}


def test_slices_stand_as_heat_maps_nesting_for_exact_spans_alone(
    results: dict[str, Any], tiny_schema: Schema
) -> None:
    page = leaderboard(results, tiny_schema)
    titles = re.findall(r'<h2 id="map-\d+">([^<]*)</h2>', page)
    assert titles[2:] == [
        "Entities in slices",
        "Exact spans, flat and nested",
        "Triggers in slices",
        "Arg-C+ in slices",
    ]
    assert page.count("so that the slices of a kind add up") == 1
    rows = re.findall(r'data-value="(nesting: [^"]+)"', page)
    assert rows == ["nesting: flat", "nesting: around another", "nesting: inside another"]
    assert 'data-value="length: 1"' in page


def test_the_words_of_every_cell_are_its_figure(results: dict[str, Any], tiny_schema: Schema) -> None:
    page = leaderboard(results, tiny_schema)
    cells = re.findall(r'<td[^>]* data-value="(\d+(?:\.\d+)?)"[^>]*>(?:<b>)?([^<]*)', page)
    assert len(cells) > 40
    for value, words in cells:
        assert words.strip() == (value if re.fullmatch(r"\d+", value) else f"{100 * float(value):.1f}")
    intervals = set(re.findall(r"<small>([\d.]+)–([\d.]+)</small>", page))
    measures = [each for system in results["systems"] for each in system["measures"].values() if each]
    given = [each["micro"]["f1_interval"] for each in measures]
    assert intervals
    assert intervals <= {(f"{100 * low:.1f}", f"{100 * high:.1f}") for low, high in filter(None, given)}
    groups = {int(each) for each in re.findall(r'data-group="(\d+)"', page)}
    compared = results["comparison"]["groups"].values()
    assert groups == {group for each in compared for group in each.values() if group is not None}


def test_the_page_fetches_nothing_and_runs_no_script_but_its_own(
    results: dict[str, Any], tiny_schema: Schema
) -> None:
    page = leaderboard(results, tiny_schema)
    tags = parsed(page).tags
    assert [a for tag, a in tags if tag == "script"] == [{}]
    assert [a["href"] for tag, a in tags if tag == "link"] == ["data:,"]
    assert not [tag for tag, a in tags if tag in {"img", "iframe", "object"} or "src" in a]
    assert "@import" not in page
    assert "url(" not in page
    (policy,) = [a["content"] for tag, a in tags if a.get("http-equiv") == "Content-Security-Policy"]
    assert policy is not None
    assert "default-src 'none'; script-src 'sha256-" in policy


def test_names_are_shown_as_text(results: dict[str, Any], tiny_schema: Schema) -> None:
    page = leaderboard(results, tiny_schema)
    assert HOSTILE not in page
    assert "&lt;img src=x onerror=alert(1)&gt;" in page


def test_the_same_results_make_the_same_page(results: dict[str, Any], tiny_schema: Schema) -> None:
    assert leaderboard(copy.deepcopy(results), tiny_schema) == leaderboard(results, tiny_schema)


def test_types_stand_in_both_languages_and_arabic_runs_from_right_to_left(
    results: dict[str, Any], schema: Schema, tiny_schema: Schema
) -> None:
    # the tiny schema's types have the names of the real one's, whose labels differ by language
    page = leaderboard(results, schema)
    for name in ("PER", "GPE", "ORG"):
        label = schema.entities[name].label
        assert f'<span lang="ar" dir="rtl">{label.ar}</span>' in page
        assert f"<small>{label.en}</small>" in page
    assert "Triggers by event type" in page


def test_what_is_undefined_is_a_dash_without_a_value(results: dict[str, Any], tiny_schema: Schema) -> None:
    page = leaderboard(results, tiny_schema)
    assert re.search(r'<td class="figure" title=""><b>–</b>', page)
    assert "away" in page  # what is left out is named


# --- in a browser -------------------------------------------------------------------------------------


def chromium_path() -> str:
    """A Chromium; without one the test is skipped, or fails under CI."""
    names = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")
    found = os.environ.get("CHROMIUM") or next(filter(None, map(shutil.which, names)), None)
    if found is None:
        message = "no Chromium on PATH (or named by CHROMIUM)"
        pytest.fail(message) if os.environ.get("CI") else pytest.skip(message)
    return found


@pytest.fixture(scope="module")
def browser() -> Iterator[Any]:
    """A headless Chromium."""
    from playwright.sync_api import sync_playwright

    path = chromium_path()
    with sync_playwright() as playwright:
        started = playwright.chromium.launch(executable_path=path, args=CHROMIUM_OPTIONS)
        yield started
        started.close()


class Opened:
    """A page in the browser, with everything it asked for and complained of."""

    def __init__(self, browser: Any, path: Path, **options: Any) -> None:
        self.context = browser.new_context(**options)
        self.page = self.context.new_page()
        self.page.set_default_timeout(120_000)  # on a busy machine a page takes its time
        self.requests: list[str] = []
        self.messages: list[str] = []
        self.page.on("request", lambda request: self.requests.append(request.url))
        self.page.on("console", lambda message: self.messages.append(message.text))
        self.page.on("pageerror", lambda error: self.messages.append(str(error)))
        self.page.on("dialog", lambda dialog: (self.messages.append("dialog"), dialog.dismiss()))
        self.page.goto(path.as_uri())

    def column(self, table: str, number: int) -> list[str]:
        """The text of a column's cells, in the order they stand."""
        cells = self.page.locator(f"table.{table} tbody tr > :nth-child({number})").all_inner_texts()
        return [each.split("\n")[0].split()[0] for each in cells]

    def sorts(self, table: str) -> list[str | None]:
        """aria-sort of every heading."""
        return [
            each.get_attribute("aria-sort") for each in self.page.locator(f"table.{table} thead th").all()
        ]


@pytest.fixture
def opened(browser: Any, results: dict[str, Any], tiny_schema: Schema, tmp_path: Path) -> Iterator[Opened]:
    """The board, open in the browser; it must never have asked for anything or complained."""
    path = tmp_path / "index.html"
    path.write_text(leaderboard(results, tiny_schema), encoding="utf-8")
    shown = Opened(browser, path, viewport={"width": 1280, "height": 900})
    yield shown
    assert shown.messages == []
    assert shown.requests == [path.as_uri()]
    shown.context.close()


@pytest.mark.browser
def test_clicking_a_heading_sorts_and_says_so(opened: Opened) -> None:
    assert opened.sorts("board") == ["none", "descending", "none", "none", "none"]
    assert opened.column("board", 2) == ["100.0", "100.0", "76.9", "0.0"]
    opened.page.locator("table.board thead button").nth(1).click()
    assert opened.sorts("board") == ["none", "ascending", "none", "none", "none"]
    assert opened.column("board", 2) == ["0.0", "76.9", "100.0", "100.0"]
    assert opened.page.locator("#announcer").inner_text() == "Sorted by Entities, ascending"


@pytest.mark.browser
def test_what_is_undefined_comes_last_in_both_directions(opened: Opened) -> None:
    button = opened.page.locator("table.board thead button").nth(3)
    button.click()
    descending = opened.column("board", 4)
    button.click()
    assert descending[-1] == opened.column("board", 4)[-1] == "–"
    assert descending[:3] == opened.column("board", 4)[:3][::-1]


@pytest.mark.browser
def test_the_keyboard_alone_sorts(opened: Opened) -> None:
    opened.page.locator("table.heat thead button").nth(1).focus()
    opened.page.keyboard.press("Enter")
    sorts = opened.page.locator("table.heat").first.locator("thead th").nth(1)
    assert sorts.get_attribute("aria-sort") == "descending"
    opened.page.keyboard.press("Space")
    assert sorts.get_attribute("aria-sort") == "ascending"
    cells = opened.page.locator("table.heat").first.locator("tbody tr > :nth-child(2)").all_inner_texts()
    assert [int(each) for each in cells] == sorted(int(each) for each in cells)


@pytest.mark.browser
def test_names_sort_as_words_and_hostile_ones_are_text(opened: Opened) -> None:
    opened.page.locator("table.board thead button").nth(0).click()
    names = opened.page.locator("table.board tbody a.name").all_inner_texts()
    assert sorted(names) == sorted([HOSTILE, TURNED, "Is right", "Names only"])
    assert names.index("Is right") < names.index("Names only") < names.index(TURNED)
    assert opened.page.locator("img").count() == 0


@pytest.mark.browser
@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("width", [320, 768, 1440])
def test_no_width_makes_the_page_scroll_sideways_even_with_a_name_of_ten_thousand_letters(
    browser: Any, results: dict[str, Any], tiny_schema: Schema, tmp_path: Path, scheme: str, width: int
) -> None:
    long = copy.deepcopy(results)
    long["systems"][0] |= {"name": "ط" * 10_000, "description": "x" * 10_000, "authors": ["y" * 10_000]}
    path = tmp_path / "index.html"
    path.write_text(leaderboard(long, tiny_schema), encoding="utf-8")
    shown = Opened(browser, path, viewport={"width": width, "height": 800}, color_scheme=scheme)
    assert shown.page.evaluate("document.documentElement.scrollWidth") == width
    rows = shown.page.locator("table.board tbody tr").first.bounding_box()
    assert rows is not None
    assert rows["height"] < 400
    background = shown.page.evaluate("getComputedStyle(document.documentElement).backgroundColor")
    assert background == {"light": "rgb(253, 250, 244)", "dark": "rgb(23, 19, 11)"}[scheme]
    assert shown.messages == []
    shown.context.close()


@pytest.mark.browser
def test_every_button_and_region_can_be_reached_with_the_tab_key(opened: Opened) -> None:
    reached = set()
    for _ in range(opened.page.locator("button, a[href], [tabindex='0']").count()):
        opened.page.keyboard.press("Tab")
        reached.add(opened.page.evaluate("document.activeElement.outerHTML.slice(0, 200)"))
    assert sum(each.startswith("<button") for each in reached) >= 10
    assert "aria-labelledby" in "".join(each for each in reached if each.startswith("<div"))
