"""Spans compared up to a leading proclitic: و ف, then ب ك ل س, inside the written word.

Guidelines leave proclitics outside a mention (`لأوباما` → `أوباما`); whole-word systems cannot. Both
are brought to the start of the word, if nothing but proclitics stands before the span in it.
"""

from __future__ import annotations

from bisect import bisect_right
from collections import Counter
from collections.abc import Iterable, Sequence

from khabar.alignment import LabelledSpan
from khabar.text import Token
from khabar.text.proclitics import PROCLITICS

NumberedSpan = tuple[str, int, int, int]
"""`(type, start, end, n)`: `n` tells apart spans that have become the same, so that each counts once."""


def up_to_proclitic(spans: Iterable[LabelledSpan], text: str, tokens: Sequence[Token]) -> set[NumberedSpan]:
    """The spans with their starts moved back over proclitics to the start of the word."""
    starts = [token.start for token in tokens]
    seen: Counter[LabelledSpan] = Counter()
    found: set[NumberedSpan] = set()
    for start, end, name in spans:
        moved = _before_proclitics(start, text, starts), end, name
        seen[moved] += 1
        found.add((name, moved[0], end, seen[moved]))
    return found


def _before_proclitics(start: int, text: str, starts: Sequence[int]) -> int:
    position = bisect_right(starts, start) - 1
    if position < 0:
        return start
    return starts[position] if PROCLITICS.fullmatch(text, starts[position], start) else start
