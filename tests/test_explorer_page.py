"""The explorer: exact characters, texts only where they may be shown, and how it behaves in a browser."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from conftest import tiny_schema_value
from khabar.corpus import Corpus
from khabar.files import sha256
from khabar.pages import explorer, voices_on, write_pages
from khabar.pages.explorer import Voice
from khabar.scoring import read_gold
from khabar.scoring.board import find_entries
from khabar.scoring.extraction import Event as Said
from khabar.scoring.extraction import Extraction
from release_corpus import OURS, THEIRS, corpus_of, keep_theirs_back, make_checkout, place, write_theirs
from scoring_gold import row
from test_board import add
from test_leaderboard_page import Opened, browser, parsed
from test_marking import Shown, shown

__all__ = ["browser"]

HOSTILE = "<img src=x onerror=alert(1)>"
TURNED = "turned \u202eround"
TEXT = OURS["ours-1"]


# --- pages --------------------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def corpus(tmp_path_factory: pytest.TempPathFactory) -> Corpus:
    """The small corpus; the stand-off text is on this machine."""
    folder = tmp_path_factory.mktemp("explorer")
    return corpus_of(make_checkout(folder, tiny_schema_value(), ""), write_theirs(folder / "theirs"))


def system() -> Voice:
    """A system that finds one mention, gives one a wrong type, and finds a filler that is no mention."""
    beirut, samer = place(TEXT, "بيروت", 0), place(TEXT, "سامر النهري", 0)
    met, minister = place(TEXT, "التقى", 0), place(TEXT, "وزيرَ", 0)
    entities = ((beirut, beirut + 5, "GPE"), (samer, samer + 11, "ORG"))
    event = Said(
        "Meet", met, met + 5, (("Participant", samer, samer + 11), ("Topic", minister, minister + 5))
    )
    return Voice(HOSTILE, TURNED, {"ours-1": Extraction(entities, (event,))})


@pytest.fixture(scope="module")
def pages(corpus: Corpus) -> dict[str, str]:
    """The explorer with that system in it."""
    return explorer(corpus, [system()])


def test_every_article_has_a_page_and_the_list_leads_to_it(pages: dict[str, str]) -> None:
    assert sorted(pages) == ["index.html", "ours-1.html", "ours-2.html", "ours-3.html", "theirs-1.html"]
    links = [a["href"] for tag, a in parsed(pages["index.html"]).tags if tag == "a"]
    assert links == ["../index.html", "../index.html", *sorted(pages)[1:]]
    for name in sorted(pages)[1:]:
        there = {a.get("href") for tag, a in parsed(pages[name]).tags if tag == "a"}
        assert {"index.html", "../index.html"} <= there


def layers_of(page: str) -> dict[str, Shown]:
    """The texts of a page by the ids of their layers."""
    found = {}
    for part in page.split('<section class="layer" ')[1:]:
        text = part.partition('<div class="text" lang="ar" dir="rtl">\n')[2].partition("</div>")[0]
        lines = re.findall(r"<p[^>]*>(.*?)</p>", text, re.DOTALL)
        found[part.partition('id="')[2].partition('"')[0]] = shown(lines)
    return found


def test_every_layer_shows_the_text_to_the_character(pages: dict[str, str]) -> None:
    found = layers_of(pages["ours-1.html"])
    assert list(found) == ["gold", "pass-a", "pass-b", "system-1"]
    for layer in found.values():
        assert layer.text == TEXT
        for span, words in layer.marked:
            start, end = map(int, span.split(":"))
            assert TEXT[start:end] == words
    assert [len(each.marked) for each in found.values()] == [9, 9, 9, 4]


def test_the_text_of_a_stand_off_source_is_in_no_page_though_it_is_on_this_machine(
    corpus: Corpus, pages: dict[str, str], tmp_path: Path
) -> None:
    assert corpus.articles["theirs-1"].text == THEIRS
    page = pages["theirs-1.html"]
    assert "باريس" in page
    assert "its authors’, and not in this page" in page
    assert "board --out DIR --show-texts" in page
    for words in ("عقدت", "القمة في", "قمة"):
        assert all(words not in each for each in pages.values())
    without = explorer(corpus_of(make_checkout(tmp_path, tiny_schema_value(), "")), [system()])
    assert without == pages


def test_stand_off_texts_whose_terms_allow_it_are_shown_where_one_asks_for_it(tmp_path: Path) -> None:
    checkout = make_checkout(tmp_path, tiny_schema_value(), "")
    corpus = corpus_of(checkout, write_theirs(tmp_path / "theirs"))
    found = explorer(corpus, standoff=True)
    assert layers_of(found["theirs-1.html"])["gold"].text == THEIRS
    assert "Text: " in found["theirs-1.html"]
    assert "<title>قمة في باريس – Khabar</title>" in found["theirs-1.html"]
    assert '<a href="theirs-1.html" lang="ar" dir="rtl"><bdi>قمة في باريس</bdi></a>' in found["index.html"]
    not_here = explorer(corpus_of(checkout), standoff=True)
    assert "its authors’, and not in this page" in not_here["theirs-1.html"]


def test_no_page_holds_a_text_that_may_not_be_passed_on(tmp_path: Path) -> None:
    checkout = make_checkout(tmp_path, tiny_schema_value(), "")
    keep_theirs_back(checkout)
    found = explorer(corpus_of(checkout, write_theirs(tmp_path / "theirs")), standoff=True)
    assert all("عقدت" not in page for page in found.values())
    assert "not ours to show" in found["theirs-1.html"]
    assert "--show-texts" not in found["theirs-1.html"]


def test_a_source_that_nothing_describes_is_not_shown(tmp_path: Path) -> None:
    checkout = make_checkout(tmp_path, tiny_schema_value(), "")
    (checkout / "annotations" / "sources.yaml").unlink()
    found = explorer(corpus_of(checkout))
    assert all("التقى سامر" not in page for page in found.values())


def test_the_pages_fetch_nothing_and_run_no_script_but_their_own(pages: dict[str, str]) -> None:
    for page in pages.values():
        tags = parsed(page).tags
        assert [a for tag, a in tags if tag == "script"] == [{}]
        assert not [tag for tag, a in tags if tag in {"img", "iframe", "object"} or "src" in a]
        assert "url(" not in page
        assert "@import" not in page
        assert HOSTILE not in page
        (policy,) = [a["content"] for _, a in tags if a.get("http-equiv") == "Content-Security-Policy"]
        assert str(policy).startswith("default-src 'none'; script-src 'sha256-")


def test_a_page_of_an_article_that_is_no_more_is_taken_away(pages: dict[str, str], tmp_path: Path) -> None:
    (tmp_path / "gone.html").write_text("", encoding="utf-8")
    write_pages(tmp_path, pages)
    assert sorted(each.name for each in tmp_path.iterdir()) == sorted(pages)


def test_a_system_is_not_shown_beside_a_text_that_is_not_the_boards(corpus: Corpus, tmp_path: Path) -> None:
    said: list[Any] = [{"article": each, "entities": []} for each in ("ours-2", "ours-3")]
    add(tmp_path / "one", said, name="One")
    rows = [
        row({"article": "ours-2", "entities": [], "events": []}, OURS["ours-2"]),
        row({"article": "ours-3", "entities": [], "events": []}, "نص آخر."),
    ]
    (voice,) = voices_on(corpus, read_gold(rows), find_entries(tmp_path))
    assert (voice.name, list(voice.says)) == ("One", ["ours-2"])


def test_the_shipped_articles_are_shown_to_the_character(repository: Path) -> None:
    from khabar.corpus import read_corpus

    corpus = read_corpus(repository / "annotations")
    found = explorer(corpus)
    for article in corpus.articles.values():
        if corpus.sources[article.source].standoff:
            assert 'class="text"' not in found[f"{article.id}.html"]
            continue
        if article.id not in corpus.gold:
            continue
        gold = layers_of(found[f"{article.id}.html"])["gold"]
        assert gold.text == article.text
        annotation = corpus.gold[article.id]
        expected = {f"{e.start}:{e.end}" for e in annotation.entities}
        expected |= {f"{e.trigger.start}:{e.trigger.end}" for e in annotation.events}
        assert {span for span, _ in gold.marked} == expected


# --- in a browser -------------------------------------------------------------------------------------


@pytest.fixture
def opened(browser: Any, pages: dict[str, str], tmp_path: Path) -> Iterator[Opened]:
    """The first article, open in the browser; it must never have asked for anything or complained."""
    write_pages(tmp_path, pages)
    found = Opened(browser, tmp_path / "ours-1.html", viewport={"width": 1280, "height": 900})
    yield found
    assert found.messages == []
    assert found.requests == [(tmp_path / "ours-1.html").as_uri()]
    found.context.close()


def diffs(opened: Opened, layer: str, word: str) -> list[str]:
    """Keys of a layer's marks that are so marked."""
    found = opened.page.locator(f"#{layer} mark[data-diff={word}]").all()
    return [str(each.get_attribute("data-key")).rsplit(" ", 2)[0] for each in found]


def point(opened: Opened, selector: str) -> None:
    """Moves the mouse onto the middle of the first element."""
    middle = "e => { const r = e.getClientRects()[0]; return [r.x + r.width / 2, r.y + r.height / 2] }"
    x, y = opened.page.locator(selector).first.evaluate(middle)
    opened.page.mouse.move(x, y)


@pytest.mark.browser
def test_two_events_of_one_trigger_are_told_together(opened: Opened) -> None:
    point(opened, "#gold mark[data-type=Reject]")
    told = opened.page.locator("#teller li.event").all()
    assert [each.get_attribute("data-type") for each in told] == ["Meet", "Reject"]
    assert "negated" in told[0].inner_text()
    assert "future" in told[1].inner_text()
    assert opened.page.locator("#gold mark.role").all_inner_texts() == ["موسكو"]


@pytest.mark.browser
def test_gold_beside_a_system_marks_what_is_matched_missed_and_spurious(opened: Opened) -> None:
    opened.page.select_option("#other", "system-1")
    assert diffs(opened, "gold", "matched") == ["entity GPE", "event Meet"]
    assert len(diffs(opened, "gold", "missed")) == 7
    assert diffs(opened, "system-1", "spurious") == ["entity ORG"]
    summary = opened.page.locator("#summary").inner_text()
    assert "Entities 1 matched, 5 missed, 1 spurious" in summary
    assert "Events 1 matched, 2 missed, 0 spurious" in summary
    assert "Arguments 1 matched, 2 missed, 1 spurious" in summary
    assert opened.page.locator("#system-1 h2").inner_text() == HOSTILE
    opened.page.select_option("#other", "")
    assert opened.page.locator("[data-diff]").count() == 0
    assert not opened.page.locator("#system-1").is_visible()


@pytest.mark.browser
def test_passes_stand_beside_each_other(opened: Opened) -> None:
    opened.page.select_option("#main", "pass-a")
    opened.page.select_option("#other", "pass-b")
    assert opened.page.locator(".layer:visible").count() == 2
    assert "Entities 6 in both, 0 only in a, 0 only in b" in opened.page.locator("#summary").inner_text()


@pytest.mark.browser
def test_an_events_arguments_are_drawn_and_listed_when_it_is_pointed_at(opened: Opened) -> None:
    point(opened, "#gold mark.trigger")
    card = opened.page.locator("#teller").inner_text()
    assert "التقى" in card
    assert "Participant" in card
    assert "سامر النهري" in card
    assert opened.page.locator("#gold svg path").count() == 2
    roles = opened.page.locator("#gold mark.role").all()
    assert [each.get_attribute("data-role") for each in roles] == ["Participant", "Place"]
    assert [each.inner_text() for each in roles] == ["سامر النهري", "بيروت"]
    opened.page.mouse.move(5, 5)
    assert not opened.page.locator("#teller").is_visible()


@pytest.mark.browser
def test_the_card_never_lies_on_the_mark_it_tells_of(opened: Opened) -> None:
    over = """mark => { const [one, two] = [mark, document.querySelector("#teller")]
        .map((each) => each.getBoundingClientRect());
        return !(one.bottom < two.top || one.top > two.bottom); }"""
    for height in (900, 640):
        opened.page.set_viewport_size({"width": 1280, "height": height})
        for each in opened.page.locator("#gold mark:not(.continued)").all():
            opened.page.mouse.move(5, 5)
            each.evaluate("mark => scrollBy(0, mark.getBoundingClientRect().bottom - innerHeight + 12)")
            x, y = each.evaluate("e => { const r = e.getClientRects()[0]; return [r.x + 2, r.y + 5] }")
            opened.page.mouse.move(x, y)
            assert opened.page.locator("#teller").is_visible()
            assert not each.evaluate(over)
    assert opened.page.locator("#teller.above").count() == 1


@pytest.mark.browser
def test_a_mark_that_one_side_lacks_is_told_with_the_name_of_that_side(opened: Opened) -> None:
    opened.page.select_option("#other", "system-1")
    opened.page.locator("#gold mark[data-diff=missed]").first.focus()
    assert opened.page.locator("#teller li.missed bdi").inner_text() == HOSTILE
    opened.page.locator("#system-1 mark[data-diff=spurious]").first.focus()
    assert opened.page.locator("#teller li.spurious").inner_text() == "not in Gold"


@pytest.mark.browser
def test_the_keyboard_alone_goes_from_mention_to_mention_and_from_event_to_event(opened: Opened) -> None:
    page = opened.page
    page.locator("#gold mark[tabindex='0']").focus()
    assert "GPE" in page.locator("#teller").inner_text()
    focused = "document.activeElement.textContent"
    page.keyboard.press("ArrowDown")
    assert page.evaluate(focused) == "التقى"
    assert page.locator("#gold svg path").count() == 2
    page.keyboard.press("ArrowLeft")
    assert page.evaluate(focused) == "سامر النهري"
    assert "Participant · Participant — Meet «التقى»" in page.locator("#teller").inner_text()
    page.keyboard.press("ArrowRight")
    page.keyboard.press("Enter")
    assert page.evaluate(focused) == "التقى"
    assert page.locator("#teller").is_visible()
    page.keyboard.press("Escape")
    assert not page.locator("#teller").is_visible()
    assert page.locator("#gold mark[tabindex='0']").count() == 1


@pytest.mark.browser
def test_pressing_a_type_hides_its_marks_and_its_events(opened: Opened) -> None:
    page = opened.page
    assert page.locator(".chip[data-type=GPE] small").inner_text() == "4"
    page.locator(".chip[data-type=GPE]").click()
    assert page.locator("#gold mark[data-off]").count() == 4
    background = page.locator("#gold mark[data-off]").first.evaluate(
        "e => getComputedStyle(e).backgroundColor"
    )
    assert background == "rgba(0, 0, 0, 0)"
    page.locator(".chip[data-type=Meet]").click()
    assert page.locator("#gold li.event:visible").count() == 1
    page.locator("[data-all=entity-type]").click()
    assert page.locator("#gold mark.entity[data-off]").count() == 0


@pytest.mark.browser
@pytest.mark.parametrize(
    ("wanted", "found"),
    [("وزير", ["وزيرَ"]), ("الْتقى", ["التقى"]), ("وِزاره", ["وزارة"]), ("😀", ["😀"]), ("زُرافة", [])],
)
def test_the_search_sees_through_diacritics_and_finds_over_marks(
    opened: Opened, wanted: str, found: list[str]
) -> None:
    opened.page.fill("#search", wanted)
    texts = opened.page.evaluate("[...(CSS.highlights.get('search') ?? [])].map((range) => range.toString())")
    assert [each.strip("\u064e") for each in texts] == [each.strip("\u064e") for each in found]
    assert opened.page.locator("#hits").inner_text() == (f"{len(found)} found" if found else "none")
    assert opened.page.locator("#gold .text").evaluate("e => e.querySelectorAll('mark').length") == 9


@pytest.mark.browser
def test_letters_join_over_the_edges_of_marks_as_in_plain_text(opened: Opened) -> None:
    widths = opened.page.evaluate(
        """() => [...document.querySelectorAll("#gold .text p")].flatMap((line) => {
            const marked = line.cloneNode(true);
            marked.style.cssText = "position:absolute;white-space:nowrap;width:max-content";
            for (const mark of marked.querySelectorAll("mark")) mark.style.fontWeight = "inherit";
            const plain = marked.cloneNode(false);
            plain.textContent = line.textContent;
            line.parentNode.append(marked, plain);
            return line.textContent ? [[marked.offsetWidth, plain.offsetWidth]] : [];
        })"""
    )
    assert len(widths) == 3
    assert all(abs(marked - plain) <= 1 for marked, plain in widths)


@pytest.mark.browser
@pytest.mark.parametrize(("width", "scheme"), [(320, "light"), (768, "dark"), (1440, "dark")])
def test_no_width_makes_the_page_scroll_sideways_even_with_words_of_ten_thousand_letters(
    browser: Any, tmp_path: Path, width: int, scheme: str
) -> None:
    checkout = make_checkout(tmp_path / "checkout", tiny_schema_value(), "")
    corpus = corpus_of(checkout)
    text = f"{HOSTILE} {TURNED}\n\n" + "ط" * 10_000
    article = corpus.articles["ours-2"].model_copy(
        update={"text": text, "title": HOSTILE, "text_sha256": sha256(text)}
    )
    (checkout / "annotations" / "gold" / "ours-2.json").unlink()
    corpus.__dict__["articles"] = {article.id: article}
    corpus.__dict__["splits"] = {}
    for folder in ("gold", "passes"):
        for path in (checkout / "annotations" / folder).rglob("*.json"):
            path.unlink()
    said = Extraction(((0, 28, "PER"), (60, 9_000, "ORG")), (Said("Meet", 50, 10_000),))
    pages = explorer(corpus, [Voice("y" * 10_000, "x" * 10_000, {"ours-2": said})])
    write_pages(tmp_path / "out", pages)
    for name in pages:
        found = Opened(
            browser, tmp_path / "out" / name, viewport={"width": width, "height": 800}, color_scheme=scheme
        )
        assert found.page.evaluate("document.documentElement.scrollWidth") == width
        assert found.page.locator("img").count() == 0
        background = found.page.evaluate("getComputedStyle(document.documentElement).backgroundColor")
        assert background == {"light": "rgb(253, 250, 244)", "dark": "rgb(23, 19, 11)"}[scheme]
        if name != "index.html":
            assert (
                found.page.locator(".text").evaluate("e => e.querySelectorAll('p')[2].textContent.length")
                == 10_000
            )
        assert found.messages == []
        found.context.close()


@pytest.mark.browser
def test_a_printed_page_holds_the_text_and_the_events_without_the_controls(opened: Opened) -> None:
    opened.page.emulate_media(media="print")
    assert not opened.page.locator(".controls").is_visible()
    assert opened.page.locator("#gold .text").is_visible()
    assert opened.page.locator("#gold .events").is_visible()
