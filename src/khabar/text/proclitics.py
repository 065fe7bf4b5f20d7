"""Proclitics at the front of a written word: و ف, then ب ك ل س, each with its marks."""

from __future__ import annotations

import re

from khabar.text.segment import MARKS

_MARKS = rf"[{MARKS}\u0640]*"
_CONJUNCTION = re.compile(rf"[وف]{_MARKS}")
_PREPOSITION = re.compile(rf"[بكلس]{_MARKS}")
PROCLITICS = re.compile(rf"(?:{_CONJUNCTION.pattern})?(?:{_PREPOSITION.pattern})?")
"""A conjunction, a preposition, both or nothing."""


def offsets(word: str) -> list[int]:
    """Where the word may begin: 0, after a conjunction, after a preposition, after both; sorted."""
    conjunction = _CONJUNCTION.match(word)
    begins = [0, conjunction.end()] if conjunction else [0]
    prepositions = [_PREPOSITION.match(word, begin) for begin in begins]
    return sorted({*begins, *(found.end() for found in prepositions if found)})
