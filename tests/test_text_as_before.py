"""The fast paths of khabar.text change no result: against the plain way, and against digests of the past."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

import text_reference as reference
from khabar.files import content_digest, sha256
from khabar.text import Cleaned, clean, segment, tokenize
from khabar.text.characters import tidied
from khabar.text.furniture import LineKey, default_rules, load_rules
from khabar.text.mapping import Mapped
from khabar.text.normalise import key

DIGESTS = Path(__file__).with_name("text_digests.json")
PIECES = [
    *"ابأإآٱىةیکۀوهـ\u064e\u0651\u0653\u0654e\u0301\u0344\u0958\u1100\u1161\u11a8\u037e\u1fefΣΑςİI½²ﷺﻻ",
    *"12٣٫_#*>()[]{}«»“”‹›\"'`.,:،؛!?؟…۔-–/",
    *"   \n\r\v\x1c\x85\u2028\u00a0\u2003\t\u200c\u200d\u200f\u2067\ufeff\u00ad\x00\ud800\U000e0041",
    *("😀", "👍🏽", "❤\ufe0f", "👨\u200d👩\u200d👧", "𐎀", "\r\n", "\n\n", " (3)", "[12]"),
    *("د. ", "أ.ف.ب.", "3.5", '".', '. "', "هـ. ", "Ltd. ", "1. ", ": 1. ", "...", "(...)", "«نعم. لا.» "),
    *("وقال الوزير إن الاجتماع انتهى. ", "اقرأ أيضا", "شارك ", "بقلم", "إعلان", "مدة القراءة: ", "## "),
]
texts = st.lists(st.sampled_from(PIECES) | st.characters(), max_size=40).map("".join)


@settings(deadline=None, max_examples=400)
@given(texts)
def test_words_and_sentences_are_those_of_a_look_at_each_line(text: str) -> None:
    expected = reference.segment(text)
    assert segment(text) == expected
    assert tokenize(text) == [token for sentence in expected for token in sentence.tokens]


@settings(deadline=None, max_examples=400)
@given(texts)
@example("ا  ب")
@example(" اب")
@example("اب \nج")
@example("ا\tب")
@example("ا\r\nب\v\nج\r")
@example("بيت ا\u0653ل بيت")
def test_tidying_is_that_of_a_look_at_each_character(raw: str) -> None:
    assert tidied(Mapped.of(raw)) == reference.tidied(raw)


@settings(deadline=None, max_examples=400)
@given(texts)
def test_the_key_of_a_text_is_those_of_its_characters(text: str) -> None:
    for each in (text, text * 8):
        assert key(each) == reference.key(each)


def test_the_key_of_every_character_is_the_same_in_a_long_text() -> None:
    for code in range(0x30000):
        text = "ΑΣ" * 20 + chr(code)
        assert key(text) == reference.key(text), hex(code)


@settings(deadline=None, max_examples=400)
@given(texts)
@example("«التعليقات» [12]!")
@example("التعليقات (3) (4)")
@example("(3)")
def test_a_line_looks_the_same_to_the_rules_and_falls_under_the_same_one(text: str) -> None:
    rules = default_rules()
    for piece in reference.tidied(text).text.split("\n"):
        line = LineKey.of(piece)
        assert line.core == reference.core(line.whole)
        for head in (True, False):
            assert rules.match(line, head=head) is reference.first_rule(rules, line, head=head)


def test_rules_that_refer_to_their_own_groups_match_as_each_alone(tmp_path: Path) -> None:
    path = tmp_path / "rules.yaml"
    patterns = (
        "rules:\n- {reason: a, patterns: ['(x)(y)']}\n- {reason: b, patterns: ['(\\w+)-\\1', '\\(?(z)']}\n"
    )
    path.write_text(patterns, encoding="utf-8")
    rules = load_rules(path)
    found = {
        each: rules.match(LineKey.of(each), head=True) for each in ("xy", "نعم-نعم", "نعم-لا", "(z", "z")
    }
    assert {each: rule and rule.reason for each, rule in found.items()} == {
        "xy": "a",
        "نعم-نعم": "b",
        "نعم-لا": None,
        "(z": "b",
        "z": "b",
    }


PAGE = (
    "\ufeffالرئيسية > أخبار\r\n\r\n# قمة\u00a0\u200fالأمم المتحدة تُـــقرّ «الهدنة»\r\n\r\n"
    "تم النشر: 12/05/2021\r\n\r\nSHARE:\r\n\r\nالوزير في صورة أرشيفية\r\n\r\n"
    "قال د. سامي حسن (3.5% من الناخبين…) إن **الوفد** «عاد. ولن يعود.» 😀  "
    'ثم صمت.وأضاف أ\u0654حمد لـ"رويترز" ، \tفي 10:30 م.: 1. وقف النار 2. تبادل الأسرى؟! نعم..\u2028'
    "وردّ ا\u0653ل ثاني: می\u200cروم 👍🏽 \u2067ثان\u2069، سنة 1445 هـ. وانتهى الاجتماع في بيروت.\n\n\n"
    "اقرأ أيضا\n\nقمة أخرى\n\n"
    "وقال مصدر مطلع إن [الاجتماع](http://example.org/a_(b)) المقبل يعقد بعد شهر في U.S. نقلا عن أ.ف.ب. أمس.\n"
)


def laid_out(text: str) -> list[list[object]]:
    """The sentences of a text, and where the tokens of each are."""
    return [
        [sentence.start, sentence.end, [[token.start, token.end, token.text] for token in sentence.tokens]]
        for sentence in segment(text)
    ]


def of_page(cleaned: Cleaned) -> list[object]:
    """All that is known of a cleaned page."""
    size = len(cleaned.text)
    removed = [[each.start, each.end, each.text, each.reason] for each in cleaned.removed]
    return [cleaned.text, removed, [cleaned.map_to_raw(place, place + 1) for place in range(size)]]


def test_a_page_of_all_kinds_comes_out_as_it_always_did(digests: dict[str, dict[str, str]]) -> None:
    cleaned = clean(PAGE)
    assert content_digest([of_page(cleaned)]) == digests["page"]["clean"]
    assert content_digest([laid_out(cleaned.text)]) == digests["page"]["segment of clean"]
    assert content_digest([laid_out(PAGE)]) == digests["page"]["segment"]


def test_the_sentences_of_articles_are_where_they_always_were(
    repository: Path, digests: dict[str, dict[str, str]]
) -> None:
    """By the digest of the text: a text that has changed since is another text."""
    expected = digests["sentences by text"]
    texts = [path.read_bytes().decode("utf-8") for path in (repository / "annotations" / "texts").iterdir()]
    found = {sha256(text): content_digest([laid_out(text)]) for text in texts if sha256(text) in expected}
    assert found
    assert found == {text: expected[text] for text in found}


@pytest.fixture(scope="module")
def digests() -> dict[str, dict[str, str]]:
    """What khabar-1 said before it was made fast."""
    value: dict[str, dict[str, str]] = json.loads(DIGESTS.read_text(encoding="utf-8"))
    return value
