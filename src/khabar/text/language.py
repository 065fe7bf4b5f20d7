"""Whether a text is Arabic, by its letters: Arabic script, without those that only other languages write."""

from __future__ import annotations

import re
from dataclasses import dataclass

ARABIC_SHARE = 0.5
"""Least share of the letters that are of Arabic script."""
OTHER_SHARE = 0.02
"""Greatest share of those letters that Persian, Urdu, Kurdish or Pashto write and Arabic does not."""

_LETTER = re.compile(r"[^\W\d_]+")
_ARABIC_SCRIPT = re.compile(
    "[\u0620-\u063f\u0641-\u064a\u066e-\u06d3\u06d5\u06ee-\u06fc\u0750-\u077f\ufb50-\ufdff\ufe70-\ufefc]+"
)
_OTHER = re.compile("[پچژگکیەۆێڕڵھہےۓٹڈڑںړښځڅټډڼ]")


@dataclass(frozen=True, slots=True)
class Script:
    """Letters of a text: how many, how many of Arabic script, and how many of those Arabic does not write."""

    letters: int
    arabic: int
    other: int

    @property
    def is_arabic(self) -> bool:
        """Whether the shares are those of Arabic."""
        return self.fault == ""

    @property
    def fault(self) -> str:
        """What speaks against Arabic, as a sentence; empty if nothing does."""
        if not self.letters:
            return "expected Arabic, found no letters"
        if self.arabic < ARABIC_SHARE * self.letters:
            share = self.arabic / self.letters
            return f"expected Arabic, found only {share:.0%} of its letters in Arabic script"
        if self.other > OTHER_SHARE * self.arabic:
            share = self.other / self.arabic
            return f"expected Arabic, found {share:.1%} of letters such as پ چ گ ک ی, as in Persian or Urdu"
        return ""


def script(text: str) -> Script:
    """Counts of the letters of the text."""
    # runs, because the engine is fast inside one
    letters, arabic = (sum(map(len, each.findall(text))) for each in (_LETTER, _ARABIC_SCRIPT))
    return Script(letters, arabic, len(_OTHER.findall(text)))
