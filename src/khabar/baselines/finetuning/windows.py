"""Sentences longer than a model sees at once, cut into windows that overlap: no word is left out."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise


@dataclass(frozen=True, slots=True)
class Window:
    """The words `[first, last)` that a model sees at once; it answers for those in `[begin, end)`."""

    first: int
    last: int
    begin: int
    end: int


def windows(pieces: Sequence[int], most: int) -> list[Window]:
    """Windows over words of so many pieces each, no window of more than `most` pieces.

    Every word is answered for by exactly one window. Neighbours share about half of what they see, and answer
    up to the middle of it, so that a word has its surroundings on both sides where the sentence has them.
    Raises ValueError for a word of more than `most` pieces.
    """
    if any(count > most for count in pieces):
        raise ValueError(f"a word of {max(pieces)} pieces does not fit a window of {most}")
    seen: list[tuple[int, int]] = []
    first = 0
    while first < len(pieces):
        last = _reach(pieces, first, most)
        seen.append((first, last))
        if last == len(pieces):
            break
        first = last
        while first > seen[-1][0] + 1 and sum(pieces[first - 1 : last]) <= most // 2:
            first -= 1
        while _reach(pieces, first, most) == last:  # the next word is too long to have all of these before it
            first += 1
    cuts = [
        0,
        *((left[1] + right[0] + 1) // 2 for left, right in pairwise(seen)),
        len(pieces),
    ]
    return [
        Window(first, last, begin, end)
        for (first, last), begin, end in zip(seen, cuts, cuts[1:], strict=False)
    ]


def _reach(pieces: Sequence[int], first: int, most: int) -> int:
    """The end of the longest run of words from `first` that fits."""
    total, last = 0, first
    while last < len(pieces) and total + pieces[last] <= most:
        total += pieces[last]
        last += 1
    return last
