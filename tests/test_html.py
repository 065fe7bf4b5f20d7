"""Web pages to raw text, and what they say of themselves."""

from __future__ import annotations

import json
import sys
from pathlib import Path

import pytest

from khabar.errors import CallError, DataError
from khabar.text import clean
from khabar.text.html import decode, extract
from khabar.text.language import script

PARAGRAPHS = [
    "أعلنت الحكومة يوم الأحد أنها وافقت على خطة جديدة لتنظيم الملاحة في الميناء الشمالي بعد مشاورات طويلة.",
    "وقال وزير النقل إن الخطة تدخل حيز التنفيذ مطلع العام المقبل، وإن الشركات أبلغت بتفاصيلها كاملة.",
    "ورحبت غرفة التجارة بالقرار، وطالبت بمهلة إضافية حتى تستعد السفن الصغيرة لشروط السلامة الجديدة.",
]
BODY = "".join(f"<p>{each}</p>" for each in PARAGRAPHS)
TITLE = "خطة جديدة للملاحة"


def html(head: str = "", body: str = BODY, heading: str = TITLE) -> str:
    return (
        f"<html lang=ar><head><meta charset=utf-8>{head}</head><body>"
        f"<nav><a href=/>الرئيسية</a> <a href=/2>سياسة</a></nav>"
        f"<article><h1>{heading}</h1>{body}</article><footer>جميع الحقوق محفوظة</footer></body></html>"
    )


def linked_data(**fields: object) -> str:
    value = json.dumps({"@context": "https://schema.org", **fields}, ensure_ascii=False)
    return f'<script type="application/ld+json">{value}</script>'


def test_a_page_gives_its_heading_and_its_paragraphs_and_nothing_around_them() -> None:
    page = extract(html())
    assert page.metadata.title == TITLE
    assert list(page.paragraphs) == PARAGRAPHS


def test_a_caption_is_no_paragraph_and_a_line_break_makes_two() -> None:
    figure = "<figure><img src=a.jpg><figcaption>السفن عند مدخل الميناء صباح أمس</figcaption></figure>"
    body = f"{figure}<p>{PARAGRAPHS[0]}<br><br>{PARAGRAPHS[1]}</p><p>{PARAGRAPHS[2]}</p>"
    assert list(extract(html(body=body)).paragraphs) == PARAGRAPHS


def test_links_and_emphasis_leave_their_words_and_wrapped_source_lines_are_joined() -> None:
    first = PARAGRAPHS[0].replace("الحكومة", "<a href=/g>الحكومة</a>").replace("خطة", "<b>خطة</b>")
    body = f"<p>{first.replace(' في ', chr(10) + '   في ')}</p><p>{PARAGRAPHS[1]}</p><p>{PARAGRAPHS[2]}</p>"
    assert list(extract(html(body=body)).paragraphs) == PARAGRAPHS


def test_json_ld_comes_before_meta_elements() -> None:
    article = {
        "@type": "NewsArticle",
        "headline": "خطة جديدة للملاحة",
        "datePublished": "2021-03-14T08:00:00+03:00",
        "author": [{"@type": "Person", "name": "سامي حسن"}, {"name": "ليلى نادر"}],
        "url": "https://example.org/news/7",
    }
    head = linked_data(**{"@graph": [{"@type": "WebSite", "name": "المثال"}, article]})
    head += '<meta property="article:published_time" content="2020-01-02"><meta name=author content="آخر">'
    told = extract(html(head)).metadata
    assert (told.published, told.published_from) == ("2021-03-14", "jsonld")
    assert (told.author, told.address) == ("سامي حسن, ليلى نادر", "https://example.org/news/7")


def test_broken_json_ld_is_passed_over() -> None:
    head = '<script type="application/ld+json">{"@type": "NewsArticle",,}</script>'
    told = extract(html(f'{head}<meta property="og:title" content="{TITLE}">')).metadata
    assert told.title == TITLE


def test_the_name_of_the_site_is_no_part_of_the_title() -> None:
    site = '<meta property="og:site_name" content="صحيفة المثال">'
    title = f'<meta property="og:title" content="{TITLE} - صحيفة المثال">'
    assert extract(html(site + title)).metadata.title == TITLE
    assert extract(html(site + title, heading="")).metadata.title == TITLE


@pytest.mark.parametrize(
    ("head", "expected"),
    [
        ('<meta property="article:published_time" content="2020-08-24T09:23:13Z">', ("2020-08-24", "meta")),
        ('<meta itemprop="datePublished" content="2020-03-17">', ("2020-03-17", "meta")),
        (
            '<meta property="og:url" content="https://example.org/2013/world/8/3/a">',
            ("2013-08-03", "address"),
        ),
        ('<link rel="canonical" href="https://example.org/2013/08/03/a">', ("2013-08-03", "address")),
        ('<link rel="canonical" href="https://example.org/2013/13/45/a">', ("2013", "guess")),
        ('<meta property="article:published_time" content="2020-02-31">', ("2020-02", "guess")),
        (linked_data(**{"@type": "NewsArticle", "datePublished": "1989-11"}), ("1989-11", "jsonld")),
    ],
)
def test_the_date_is_as_precise_as_the_page_and_says_where_it_was_read(
    head: str, expected: tuple[str | None, str | None]
) -> None:
    told = extract(html(head)).metadata
    assert (told.published, told.published_from) == expected


def test_a_year_that_is_all_there_is_stays_a_year() -> None:
    told = extract(html(body=f"{BODY}<p>© 2016</p>")).metadata
    assert (told.published, told.published_from) == ("2016", "guess")


def test_a_standfirst_outside_the_body_is_found_by_the_description() -> None:
    lead = "وافقت الحكومة على خطة للملاحة في الميناء الشمالي تبدأ مطلع العام، بعد أشهر من الخلاف."
    head = f'<meta property="og:description" content="{lead[:-10]}...">'
    body = f"<div class=lead><p>{lead}</p></div>{BODY}"
    assert list(extract(html(head, body)).paragraphs) == [lead, *PARAGRAPHS]
    assert list(extract(html(head)).paragraphs) == PARAGRAPHS


def test_a_page_without_text_has_no_paragraphs() -> None:
    assert extract("").paragraphs == ()
    assert extract("<html><body></body></html>").paragraphs == ()


def test_a_page_in_its_declared_charset_is_read() -> None:
    page = f"<html><head><meta charset='windows-1256'></head><body><p>{TITLE}</p></body></html>"
    assert decode(page.encode("cp1256"), source="a.html") == page
    assert decode(page.encode("utf-8"), source="a.html") == page


@pytest.mark.parametrize("head", ["", "<meta charset=utf-8>", "<meta charset=klingon>"])
def test_a_page_in_no_charset_it_declares_is_refused(head: str) -> None:
    with pytest.raises(DataError, match="expected UTF-8 or the declared charset"):
        decode(head.encode() + "خطة".encode("cp1256"), source="a.html")


def test_without_trafilatura_the_error_says_what_to_install(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "trafilatura", None)
    with pytest.raises(CallError, match=r"pip install 'khabar\[html\]'"):
        extract(html())


@pytest.mark.standoff
def test_dates_of_real_pages_are_those_their_readers_found(corpora: Path) -> None:
    gold = json.loads((corpora / "pages" / "gold_dates.json").read_text(encoding="utf-8"))
    found = {
        name: extract(decode((corpora / "pages" / name).read_bytes(), source=name)).metadata.published
        for name in gold
    }
    assert found == {name: each["date"] for name, each in gold.items()}


@pytest.mark.standoff
def test_only_the_arabic_ones_of_real_pages_are_arabic(corpora: Path) -> None:
    paths = sorted((corpora / "pages").glob("*.html"))
    texts = {path.stem: extract(decode(path.read_bytes(), source=path.name)).paragraphs for path in paths}
    arabic = {name: script("\n".join(lines)).is_arabic for name, lines in texts.items()}
    assert arabic.pop("1523806243") is False
    assert set(arabic.values()) == {True}
    assert len(arabic) == 4


@pytest.mark.standoff
def test_a_real_page_comes_out_as_its_title_and_the_expected_text(corpora: Path) -> None:
    path = corpora / "pages" / "test_cnn_arabic.html"
    expected = json.loads(path.with_suffix(".json").read_text(encoding="utf-8"))["expected"]["cleaned_text"]
    page = extract(decode(path.read_bytes(), source=path.name))
    cleaned = clean("\n".join([page.metadata.title or "", "", *page.paragraphs]))
    title, _, body = cleaned.text.partition("\n\n")
    assert title == page.metadata.title
    assert body.startswith(expected)
    assert {"comments", "disclaimer"} <= {each.reason for each in cleaned.removed}
