"""Words and sentences."""

from __future__ import annotations

import time
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from khabar.text import SEGMENTER, clean, segment, tokenize


def words(text: str) -> list[str]:
    return [token.text for token in tokenize(text)]


def sentences(text: str) -> list[str]:
    return [text[sentence.start : sentence.end] for sentence in segment(text)]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("ذكّر أيضًا", ["ذكّر", "أيضًا"]),
        ("العـــراق", ["العـــراق"]),
        ("(آسيان).", ["(", "آسيان", ")", "."]),
        ("عام 2019.", ["عام", "2019", "."]),
        ("3.5 12,750 ٣٫٥ 10:30", ["3.5", "12,750", "٣٫٥", "10:30"]),
        ("3.5% 2019م", ["3.5", "%", "2019م"]),
        ("3.5كم 10:30ص", ["3.5كم", "10:30ص"]),
        ("#الأمم_المتحدة", ["#", "الأمم_المتحدة"]),
        ("ديسمبر/كانون", ["ديسمبر", "/", "كانون"]),
        ('بـ"حزب الله"', ["بـ", '"', "حزب", "الله", '"']),
        ("الأوروبي،وروسيا", ["الأوروبي", "،", "وروسيا"]),
        ("سوريا.وقال", ["سوريا", ".", "وقال"]),
        ("\u200fروسيا\u200f", ["\u200f", "روسيا", "\u200f"]),
        ("می\u200cروم", ["می\u200cروم"]),
        ("😀❤\ufe0f👍🏽", ["😀", "❤\ufe0f", "👍🏽"]),
        ("F-35 G20", ["F", "-", "35", "G20"]),
        ("البند 1. وقف", ["البند", "1", ".", "وقف"]),
        ("كلم \u00a0 \t كلم", ["كلم", "كلم"]),
        ("", []),
    ],
)
def test_a_token_is_a_word_a_number_or_a_mark(text: str, expected: list[str]) -> None:
    assert words(text) == expected


def test_tokens_after_an_astral_letter_keep_their_code_point_offsets() -> None:
    text = "😀 وزير"
    assert [(token.start, token.end) for token in tokenize(text)] == [(0, 1), (2, 6)]


# One case a line; `|` stands between two sentences, and is taken out.
STRESS = """
وصل الوزير إلى بغداد. |وغادرها مساء.
وصل د. سامي إلى بيروت. |وعاد منها ليلا.
قال أ.د. نادر حسن إن التجربة نجحت. |ولم يزد.
افتتح م. فؤاد الجسر. |وحضر الحفل كثيرون.
التقى ود. سالم بالوفد. |ثم انصرف.
نقلت (أ.ف.ب) الخبر. |ونفته الوزارة.
نقلت أ.ف.ب. عن مصدر قوله ذلك. |ولم تسمه.
نقل المراسل (أ.ف.ب). |ثم نفى.
ارتفع السعر 3.5% أمس. |وهبط اليوم.
يبدأ الاجتماع في 10.30 صباحا. |ويستمر ساعتين.
عاش في سنة 1445 هـ. |وبقي فيها.
بطول 20 م. |وبعرض أقل.
جرى ذلك عام 2019. |وبعده تغير كل شيء.
جرى ذلك عام ٢٠١٩. |وبعده تغير كل شيء.
قال: «انتهى الأمر. لن نعود.» |ثم صمت.
قال: "انتهى الأمر. لن نعود". |ثم صمت.
قال «نعم. ربما» ثم صمت. |ومضى.
ذكر (وهو مصدر مطلع. طلب عدم ذكر اسمه) ذلك. |ومضى.
هل يعود الوفد؟ |لا أحد يعرف.
ماذا جرى؟! |لا أحد يعرف.
عاش الوطن! |هتف الجمهور طويلا.
سأل «هل نعود؟» |فلم يجب أحد.
تابع حديثه… ثم توقف. |ومضى.
تابع حديثه... ثم توقف. |ومضى.
لا أدري لماذا... |بعد عام عاد.
وصل العدد إلى مئة...فيما غاب آخرون. |ومضى.
ظل الناس ينتظرون… |عاد الوفد.
كتب أنه ... عاد
بغداد.. مدينة لا تنام
قال (...) إنه باق
كرر ذلك (!) أمامهم. |وضحك.
توقف ... ثم تابع
1. وقف إطلاق النار. |2. تبادل الأسرى.
تضمن الاتفاق: 1. وقف النار 2. تبادل الأسرى 3. فتح المعابر. |ولم يوقع.
نصت المادة 5. |ولم تنص السادسة.
أ. البند الأول
هذه نهاية "الخبر ".|وأضاف أنه باق.
هذه نهاية "الخبر".|وأضاف أنه باق.
انتهت القمة.|وغادر الضيوف.
من موقع example.com نقلنا. |والله أعلم.
وقعت شركة Smith Ltd. العقد. |ثم انسحبت.
The U.S. officials left. |Mr. Brown stayed.
قال ج. ر. تولكين ذلك. |وصدق.
رفض العرض ؛ وقال: لا. |ثم قبله.
حضر ممثلو المنظمة . |وغابت الدولة.
حضر ممثلو المنظمة. ***
قال إنه "باق. |ولم يغلق القوس. |ثم مضى.
قال لنا نعم. " |ثم مضى.
انتهى الخبر. "
نقطة في آخر السطر.
""".strip().split("\n")


@pytest.mark.parametrize("case", STRESS)
def test_sentences_end_where_a_reader_ends_them(case: str) -> None:
    expected = case.split("|")
    found = sentences(case.replace("|", ""))
    assert found == [each.strip() for each in expected]


def test_a_line_break_always_ends_a_sentence_and_blank_lines_are_none() -> None:
    assert sentences("العنوان\n\nقال إنه باق: لا\u2028سطر آخر\r\n \nأخير") == [
        "العنوان",
        "قال إنه باق: لا",
        "سطر آخر",
        "أخير",
    ]


def test_a_quotation_that_never_closes_does_not_swallow_its_paragraph() -> None:
    text = '"للربط أبعاد كثيرة. يمكنه أن يعزز الصلات. وقال الوزير إن ذلك مهم.'
    assert len(segment(text)) == 3


def test_a_quotation_of_two_paragraphs_does_not_reach_into_the_next() -> None:
    assert len(segment('قال: "نعم. لا.\nثم قال. وعاد".')) == 4


def test_a_text_without_tokens_has_no_sentences() -> None:
    assert segment("") == segment(" \n\t\n") == []


def test_the_version_of_the_rules_is_named() -> None:
    assert SEGMENTER == "khabar-1"


@pytest.mark.parametrize("piece", ["1. ", "ا. ", '".ا', "(نعم. ", ".", "…(", '"'])
def test_the_time_for_a_line_grows_with_its_length_only(piece: str) -> None:
    text = piece * 30_000
    began = time.process_time()
    tokens = sum(len(sentence.tokens) for sentence in segment(text))
    assert time.process_time() - began < 8
    assert tokens == len(tokenize(text))


PIECES = [
    *'ابوهـد\u064e\u200c12.،!؟…:"«»()#_ \n\r\u2028\u200f😀',
    "د. ",
    "أ.ف.ب.",
    "3.5",
    '".',
    "هـ. ",
    "Ltd. ",
]


@settings(deadline=None, max_examples=300)
@given(st.lists(st.sampled_from(PIECES) | st.characters(), max_size=40).map("".join))
def test_every_token_is_in_exactly_one_sentence_and_every_offset_is_exact(text: str) -> None:
    tokens = tokenize(text)
    found = segment(text)
    assert [token for sentence in found for token in sentence.tokens] == tokens
    assert all(sentence.tokens for sentence in found)
    assert all((each.start, each.end) == (each.tokens[0].start, each.tokens[-1].end) for each in found)
    assert all(text[token.start : token.end] == token.text for token in tokens)
    covered = set[int]().union(*(range(token.start, token.end) for token in tokens))
    assert all((place in covered) != character.isspace() for place, character in enumerate(text))


@pytest.mark.standoff
def test_the_sample_article_has_its_twenty_two_sentences(sample_article: Path) -> None:
    raw = sample_article.read_text(encoding="utf-8")
    text = clean(raw).text
    assert len(segment(text)) == 22
    assert len(tokenize(text)) == 474
