"""From one text to a corrected one: what was replaced, and where a span of the old text stands now."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from difflib import SequenceMatcher
from itertools import pairwise

from khabar.text import tokenize

Span = tuple[int, int]
Carrier = Callable[[Span], Span | None]


def carrier(before: str, after: str) -> Carrier:
    """Where a span of the old text stands in the new one; None where either edge is in a changed word."""
    if before == after:
        return lambda span: span
    kept = [(i1, i2, j1 - i1) for tag, i1, i2, j1, _ in _opcodes(before, after) if tag == "equal"]

    def shift(offset: int) -> int | None:
        """Of the letter at the offset."""
        return next((shift for start, end, shift in kept if start <= offset < end), None)

    def carried(span: Span) -> Span | None:
        first, last = shift(span[0]), shift(span[1] - 1)
        return None if first is None or last is None else (span[0] + first, span[1] + last)

    return carried


def replacements(before: str, after: str) -> Iterator[tuple[str, str]]:
    """What stood where the texts differ, and what stands there now, by whole words."""
    for tag, i1, i2, j1, j2 in _opcodes(before, after):
        if tag != "equal":
            yield before[i1:i2], after[j1:j2]


def _opcodes(before: str, after: str) -> Iterator[tuple[str, int, int, int, int]]:
    """As `difflib`'s, found word by word, in code points."""
    old, new = _edges(before), _edges(after)
    matcher = SequenceMatcher(None, _units(before, old), _units(after, new), autojunk=False)
    for tag, i1, i2, j1, j2 in matcher.get_opcodes():
        yield tag, old[i1], old[i2], new[j1], new[j2]


def _edges(text: str) -> list[int]:
    """Where words, and what stands between them, begin and end."""
    return sorted({0, len(text), *(edge for token in tokenize(text) for edge in (token.start, token.end))})


def _units(text: str, edges: list[int]) -> list[str]:
    return [text[start:end] for start, end in pairwise(edges)]
