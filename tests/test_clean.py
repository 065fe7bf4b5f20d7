"""Raw text to article text, and the way back."""

from __future__ import annotations

import unicodedata
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from khabar.errors import DataError
from khabar.text import Cleaned, clean
from khabar.text.furniture import default_rules, load_rules

TITLE = "الوزيران يبحثان الهدنة"
FIRST = "بحث الوزيران يوم الأحد سبل تثبيت الهدنة بين البلدين."
SECOND = "وقال مصدر مطلع إن الاجتماع المقبل يعقد بعد شهر."
ARTICLE = f"{TITLE}\n\n{FIRST}\n{SECOND}"


def page(*lines: str) -> str:
    """Lines as a browser copies them: blank lines between."""
    return "\n\n".join(lines)


def reasons(cleaned: Cleaned) -> dict[str, str]:
    """What was removed and can be seen, with its reason."""
    return {each.text: each.reason for each in cleaned.removed if each.text.strip()}


def assert_whole(raw: str, cleaned: Cleaned) -> None:
    """Kept and removed stretches lie side by side over the whole raw text, in order."""
    kept = [cleaned.map_to_raw(place, place + 1) for place in range(len(cleaned.text))]
    assert kept == sorted(kept)
    assert all(raw[each.start : each.end] == each.text for each in cleaned.removed)
    last = 0
    for start, end in sorted({*kept, *((each.start, each.end) for each in cleaned.removed)}):
        assert start == last < end
        last = end
    assert last == len(raw)


def test_article_text_comes_through_untouched() -> None:
    cleaned = clean(ARTICLE)
    assert (cleaned.text, cleaned.removed) == (ARTICLE, ())
    assert cleaned.map_to_raw(0, len(ARTICLE)) == (0, len(ARTICLE))


def test_title_blank_line_and_a_paragraph_a_line_is_the_layout() -> None:
    assert clean(f"\n {TITLE} \n{FIRST}\n\n\n{SECOND}\n\n").text == ARTICLE


def test_bidi_controls_and_zero_width_marks_go_and_the_joiner_between_letters_stays() -> None:
    raw = "\ufeffعن\u200eوا\u202bن\u202c \u2067ثان\u2069\u00ad\u200b\u061c\n\n"
    raw += "می\u200cروم \u200cالى\u200c بيت\u200d"
    assert clean(raw).text == "عنوان ثان\n\nمی\u200cروم الى بيت"


def test_controls_and_lone_surrogates_go() -> None:
    assert clean("ع\x00ن\x1bوا\ud83dن\ufffe").text == "عنوان"


@pytest.mark.parametrize("line_end", ["\r\n", "\r", "\u2028", "\u2029", "\f", "\v", "\x85"])
def test_every_line_end_becomes_a_line_feed(line_end: str) -> None:
    assert clean(ARTICLE.replace("\n", line_end)).text == ARTICLE


def test_runs_of_spaces_become_one_and_the_map_names_the_first() -> None:
    cleaned = clean("الأمم\u00a0 \tالمتحدة")
    assert cleaned.text == "الأمم المتحدة"
    assert cleaned.map_to_raw(5, 6) == (5, 6)
    assert cleaned.map_to_raw(6, 13) == (8, 15)


def test_marks_and_tatweel_are_text_and_stay() -> None:
    text = "قُـــلْ\n\nرَفَضَ العَرْضَ."
    assert clean(text).text == text


def test_composing_a_letter_keeps_the_map_right_on_both_sides() -> None:
    raw = "قبل ا\u200f\u0653ب بعد"
    cleaned = clean(raw)
    assert cleaned.text == "قبل آب بعد"
    assert cleaned.map_to_raw(4, 5) == (4, 7)
    assert cleaned.map_to_raw(5, 6) == (7, 8)
    assert_whole(raw, cleaned)


def test_a_character_that_nfc_takes_apart_maps_each_part_to_it() -> None:
    cleaned = clean("अ\u0958ब")
    assert cleaned.text == "अ\u0915\u093cब"
    assert [cleaned.map_to_raw(place, place + 1) for place in range(4)] == [(0, 1), (1, 2), (1, 2), (2, 3)]


def test_an_emoji_before_a_mention_moves_nothing() -> None:
    raw = "😀 \u200fباريس"
    cleaned = clean(raw)
    assert cleaned.map_to_raw(2, 7) == (3, 8)
    assert raw[3:8] == cleaned.text[2:7] == "باريس"


@pytest.mark.parametrize("span", [(-1, 2), (3, 2), (0, 7), (7, 7)])
def test_a_range_outside_the_text_is_refused(span: tuple[int, int]) -> None:
    with pytest.raises(ValueError, match="not within a text of 6 code points"):
        clean("  عنوان!  ").map_to_raw(*span)


def test_an_empty_range_maps_to_an_empty_range() -> None:
    cleaned = clean("  أن  ")
    assert [cleaned.map_to_raw(place, place) for place in range(3)] == [(2, 2), (3, 3), (4, 4)]
    assert clean("").map_to_raw(0, 0) == (0, 0)


def test_markdown_marks_go_and_the_words_stay() -> None:
    raw = page(
        "# لقاء #بغداد مع ## عمّان",
        "> قال **الوزير** إن _الهدنة_ باقية.",
        "انظر [البيان](https://e.org/a_(1)).",
    )
    assert clean(raw).text == "لقاء #بغداد مع عمّان\n\nقال الوزير إن الهدنة باقية.\nانظر البيان."


def test_an_underscore_inside_a_hashtag_and_a_lone_star_are_text() -> None:
    text = "عنوان\n\nكتب #الأمم_المتحدة_اليوم أن 5 * 3 = 15 [1]."
    assert clean(text).text == text


def test_what_stands_above_the_first_level_heading_is_not_the_article() -> None:
    cleaned = clean(page("موقع المثال", "كلمة لا تعرفها القواعد", f"# {TITLE}", FIRST))
    assert cleaned.text == f"{TITLE}\n\n{FIRST}"
    assert set(reasons(cleaned).values()) == {"above the title", "heading mark"}


def test_a_heading_inside_the_article_is_no_title_and_is_kept() -> None:
    raw = page(TITLE, FIRST, "# ردود الفعل", SECOND)
    assert clean(raw).text == f"{TITLE}\n\n{FIRST}\nردود الفعل\n{SECOND}"


FURNITURE = [
    ("SHARE:", "share bar"),
    ("فيسبوك تويتر واتساب", "share bar"),
    ("250 مشاركة", "share bar"),
    ("الإعــــلانات", "advertisement"),
    ("إعلان", "advertisement"),
    ("اتصل بنا", "contact line"),
    ("تابعونا على فيسبوك", "follow us"),
    ("نستخدم ملفات تعريف الارتباط لتحسين الخدمة.", "cookie notice"),
    ("اشترك في نشرتنا اليومية.", "newsletter"),
    ("اقرأ أيضا: قصة أخرى", "read also"),
    ("الرئيسية > سياسة > عرب", "navigation"),
    ("© صفحة المثال 2024", "copyright"),
    ("جميع الحقوق محفوظة © صفحة المثال", "copyright"),
    ("المصدر: وكالات", "source line"),
    ("رويترز", "source line"),
    ("الوزيران في القاعة (رويترز)", "photo credit"),
    ("صورة أرشيفية", "photo credit"),
    ("#هدنة #سلام", "tags"),
    ("الآراء الواردة هنا لا تعبر عن رأي الموقع.", "disclaimer"),
    ("https://example.org/news/1", "web address"),
    ("12", "counter"),
    ("***", "ornament"),
]


@pytest.mark.parametrize(("line", "reason"), FURNITURE)
def test_furniture_goes_wherever_it_stands_and_says_why(line: str, reason: str) -> None:
    cleaned = clean(page(line, TITLE, FIRST, line, SECOND, line))
    assert cleaned.text == ARTICLE
    assert set(reasons(cleaned).values()) == {reason}


@pytest.mark.parametrize(
    ("line", "reason"),
    [
        ("تم النشر", "date line"),
        ("on", "date line"),
        ("نُشر في: 5 أيلول 2023", "date line"),
        ("الثلاثاء، 05 سبتمبر 2023 - 12:09 م", "date line"),
        ("4 ديسمبر/كانون الأول 2018", "date line"),
        ("2023-09-05 21:40", "date line"),
        ("منذ 3 ساعات", "date line"),
        ("بقلم: سامي حسن", "byline"),
        ("سياسة", "section label"),
        ("EU", "section label"),
        ("كلمة لا تعرفها القواعد", "short line under the title"),
    ],
)
def test_the_lines_between_title_and_first_paragraph_go(line: str, reason: str) -> None:
    cleaned = clean(page(TITLE, line, FIRST, SECOND))
    assert cleaned.text == ARTICLE
    assert reasons(cleaned) == {line: reason}


def test_a_date_alone_on_a_line_inside_the_article_is_text() -> None:
    text = f"{TITLE}\n\n{FIRST}\n5 أيلول 2023\n{SECOND}"
    assert clean(text).text == text


def test_a_short_line_alone_between_two_paragraphs_is_a_caption() -> None:
    cleaned = clean(page(TITLE, FIRST, "مبنى وزارة الخارجية", SECOND))
    assert cleaned.text == ARTICLE
    assert reasons(cleaned) == {"مبنى وزارة الخارجية": "caption"}


@pytest.mark.parametrize("line", ["## ردود الفعل", "وأضاف قائلا:", "لا تراجع!", "هذا سطر من ستة ألفاظ كاملة"])
def test_a_heading_a_closed_line_and_a_longer_line_are_no_captions(line: str) -> None:
    assert (
        clean(page(TITLE, FIRST, line, SECOND)).text == f"{TITLE}\n\n{FIRST}\n{line.lstrip('# ')}\n{SECOND}"
    )


def test_a_repeated_title_goes() -> None:
    cleaned = clean(page(TITLE, "الوزيران يبحثان الهُدنة", FIRST, SECOND))
    assert cleaned.text == ARTICLE
    assert list(reasons(cleaned).values()) == ["title again"]


def test_a_read_also_section_ends_at_the_next_paragraph() -> None:
    assert clean(page(TITLE, FIRST, "اقرأ أيضا", "قصة أولى", "قصة ثانية", SECOND)).text == ARTICLE


def test_all_that_follows_a_related_list_goes_and_carries_its_reason() -> None:
    tail = "هذا نص من أسفل الصفحة ليس من الخبر."
    cleaned = clean(page(TITLE, FIRST, SECOND, "وصــل حديــثاً", tail))
    assert cleaned.text == ARTICLE
    assert reasons(cleaned) == {"وصــل حديــثاً": "related list", tail: "related list"}


def test_a_footer_label_above_the_article_takes_only_itself() -> None:
    assert clean(page("الأكثر قراءة", TITLE, FIRST, "التعليقات (3)", SECOND)).text == ARTICLE


def test_an_article_about_cookies_or_advertising_keeps_its_paragraphs() -> None:
    text = (
        "إعلان الدوحة يدخل حيز التنفيذ\n\n"
        "قالت الشركة إنها لن تستخدم ملفات تعريف الارتباط بعد اليوم.\n"
        "وأضافت أن التصريحات السابقة لا تعبر عن رأي مجلس الإدارة.\n"
        "شارك في اللقاء وفد من وزارة الإعلام.\n"
        "اقرأ القاضي الحكم ثم انصرف الحاضرون جميعا من القاعة."
    )
    assert clean(text).text == text


def test_more_rules_come_from_a_file(tmp_path: Path) -> None:
    path = tmp_path / "more.yaml"
    path.write_text("rules:\n- reason: house line\n  lines: [من مراسلينا]\n", encoding="utf-8")
    rules = default_rules().and_also(load_rules(path))
    cleaned = clean(page(TITLE, FIRST, "من مُراسلينا:", SECOND), rules=rules)
    assert cleaned.text == ARTICLE
    assert reasons(cleaned) == {"من مُراسلينا:": "house line"}
    assert rules.caption_words == default_rules().caption_words


def test_every_fault_of_a_rules_file_is_reported(tmp_path: Path) -> None:
    path = tmp_path / "bad.yaml"
    path.write_text(
        "rules:\n"
        "- {reason: a}\n"
        "- {reason: b, patterns: ['(', 'نشرة']}\n"
        "- {reason: c, prefixes: ['—'], until: end}\n",
        encoding="utf-8",
    )
    with pytest.raises(DataError) as caught:
        load_rules(path)
    assert [(fault.where, fault.message) for fault in caught.value.faults] == [
        ("rules[0]", "expected lines, words, prefixes or patterns, found none"),
        (
            "rules[1].patterns[0]",
            "not a regular expression: missing ), unterminated subpattern at position 0",
        ),
        ("rules[1].patterns[1]", "'ة' never occurs under the key; expected 'ه' there"),
        ("rules[2].until", "needs `lines`: only a whole line takes what follows with it"),
        ("rules[2].prefixes[0]", "expected words, found '—'"),
    ]


def test_an_unknown_key_in_a_rules_file_is_a_fault_with_its_place(tmp_path: Path) -> None:
    path = tmp_path / "bad.yaml"
    path.write_text("rules:\n- {reason: a, lines: [ب], when: now}\n- {lines: [ب]}\n", encoding="utf-8")
    with pytest.raises(DataError) as caught:
        load_rules(path)
    assert [fault.where for fault in caught.value.faults] == ["rules[0].when", "rules[1].reason"]


LINES = [
    *(TITLE, FIRST, SECOND, f"# {TITLE}", "## ردود", "مبنى الوزارة", "اقرأ أيضا", "وصل حديثا", "التعليقات"),
    *("إعلان", "SHARE:", "on", "سياسة", "بقلم سامي", "12", "***", f"> {FIRST}", "**نص**", f"\u200f{SECOND}"),
]
CHARACTERS = [
    *'اأب\u0653\u0654\u064eـe\u0301\u0344\u0958\u1100\u1161\u11a8\u037e\u1fef12#*_>[]()!`"«».،:؟…',
    *"\n\r\u2028\v \u00a0\u2003\t\u200f\u200c\u200d\ufeff\u00ad\x00\ud800😀\ufe0f",
    *("\r\n", "](u)", "## ", "# ", "• ", "\n\n"),
]
pieces = st.sampled_from(CHARACTERS) | st.sampled_from(LINES) | st.characters()
raw_texts = st.lists(pieces, max_size=30).map("".join)
pages = st.lists(
    st.tuples(st.sampled_from(LINES), st.sampled_from(["\n", "\n\n", "\r\n\r\n"])), max_size=14
).map(lambda lines: "".join(line + end for line, end in lines))


@settings(deadline=None, max_examples=400)
@given(raw_texts | pages)
def test_nothing_is_lost_and_cleaning_twice_changes_nothing(raw: str) -> None:
    cleaned = clean(raw)
    assert_whole(raw, cleaned)
    again = clean(cleaned.text)
    assert (again.text, again.removed) == (cleaned.text, ())
    assert unicodedata.is_normalized("NFC", cleaned.text)


@settings(deadline=None, max_examples=300)
@given(raw_texts)
def test_every_character_is_its_raw_one_or_a_documented_substitute(raw: str) -> None:
    cleaned = clean(raw)
    for place, character in enumerate(cleaned.text):
        start, end = cleaned.map_to_raw(place, place + 1)
        if raw[start:end] == character:
            continue
        if character in " \n":
            assert raw[start:end].isspace()
            assert end - start == 1
        else:
            assert character in unicodedata.normalize("NFC", clean_of_marks(raw[start:end]))


def clean_of_marks(raw: str) -> str:
    """The stretch that was composed, without what is invisible in it."""
    return "".join(each for each in raw if unicodedata.category(each) not in ("Cf", "Cc", "Cs"))


@pytest.mark.standoff
def test_the_sample_article_is_title_and_twelve_paragraphs_and_maps_back(sample_article: Path) -> None:
    raw = sample_article.read_bytes().decode("utf-8")
    cleaned = clean(raw)
    lines = cleaned.text.split("\n")
    assert lines[1] == ""
    assert len(lines) == 14
    assert all(line.endswith((".", '."', '".')) for line in lines[2:])
    assert lines[0].endswith("#OSCE في ميلان")
    for furniture in ("SHARE", "EU", "الإعلانات", "حصة هذه", "تم النشر", "وصــل", "تسجيلك"):
        assert furniture not in cleaned.text
    assert {each.reason for each in cleaned.removed if "وزارة" in each.text} == {"caption"}
    assert all(
        raw[slice(*cleaned.map_to_raw(place, place + 1))] == each for place, each in enumerate(cleaned.text)
    )
    assert_whole(raw, cleaned)


@pytest.mark.standoff
def test_news_documents_that_have_no_furniture_lose_no_line(corpora: Path) -> None:
    lines = (corpora / "ntrex" / "newstest2019-ref.arb.txt").read_text(encoding="utf-8").splitlines()
    documents = (corpora / "ntrex" / "DOCUMENT_IDS.tsv").read_text(encoding="utf-8").splitlines()
    texts: dict[str, list[str]] = {}
    for document, line in zip(documents, lines, strict=True):
        texts.setdefault(document, []).append(line)
    removed = [each for document in texts.values() for each in reasons(clean("\n".join(document))).values()]
    assert len(texts) == 123
    assert [each for each in removed if each not in ("invisible mark", "heading mark")] == []


def test_the_texts_of_the_corpus_are_clean(repository: Path) -> None:
    paths = sorted((repository / "annotations" / "texts").glob("*.txt"))
    assert paths
    for path in paths:
        text = path.read_bytes().decode("utf-8")
        assert clean(text).text == text, path
