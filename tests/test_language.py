"""Whether a text is Arabic."""

from __future__ import annotations

import pytest

from khabar.text.language import Script, script


@pytest.mark.parametrize(
    "text",
    [
        "وصل الوزير إلى القاهرة.",
        "وَصَلَ الوَزِيرُ",
        "شركة Example Corp تعلن نتائج 2023",
        "قال إن ﷲ أكبر ﻻ غير",
        "زار مدينة گلميم المغربية ثم عاد الوفد الرسمي كله إلى العاصمة الرباط بعد لقاءات مع أهل المدينة",
    ],
)
def test_arabic_with_names_in_other_letters_is_arabic(text: str) -> None:
    assert script(text).is_arabic


@pytest.mark.parametrize(
    ("text", "fault"),
    [
        ("The minister arrived وصل", "expected Arabic, found only 14% of its letters in Arabic script"),
        ("1989 …", "expected Arabic, found no letters"),
        ("", "expected Arabic, found no letters"),
        ("وزیر خارجه ایران وارد پاریس شد", "expected Arabic, found 16.0% of letters such as پ چ گ ک ی"),
        ("وزیر اعظم پاکستان نے کہا ہے", "expected Arabic, found 36.4% of letters such as پ چ گ ک ی"),
    ],
)
def test_what_is_not_arabic_says_why(text: str, fault: str) -> None:
    assert not script(text).is_arabic
    assert script(text).fault.startswith(fault)


def test_marks_and_tatweel_are_no_letters_of_a_language() -> None:
    assert script("قَـــا") == Script(letters=5, arabic=2, other=0)
