"""Pairing of spans one to one: as many pairs as can be, whatever order the spans come in."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Hashable, Sequence
from typing import TypeVar

Span = tuple[int, int]
Label = TypeVar("Label", bound=Hashable)


def overlapping_pairs(first: Sequence[Span], second: Sequence[Span]) -> list[tuple[int, int]]:
    """Positions of spans that share a code point, each in one pair: a maximum matching (Kuhn 1955).

    Its size does not hang on the order, nor on who is first; where several matchings are as large, which
    spans are paired does; it begins with pairs of equal spans.
    """
    equal = _equal_pairs(first, second)
    if len(equal) == min(len(first), len(second)):
        return equal
    taken = {left for left, _ in equal}
    partner = {right: left for left, right in equal}

    def touching(left: int) -> list[int]:
        start, end = first[left]
        return [number for number, other in enumerate(second) if start < other[1] and other[0] < end]

    def give(left: int, visited: set[int]) -> bool:
        for right in touching(left):
            if right not in visited:
                visited.add(right)
                if right not in partner or give(partner[right], visited):
                    partner[right] = left
                    return True
        return False

    for left in range(len(first)):
        if left not in taken:
            give(left, set())
    return sorted((left, right) for right, left in partner.items())


def _equal_pairs(first: Sequence[Span], second: Sequence[Span]) -> list[tuple[int, int]]:
    places: defaultdict[Span, list[int]] = defaultdict(list)
    for number, each in enumerate(second):
        places[each].append(number)
    return [(number, places[each].pop(0)) for number, each in enumerate(first) if places.get(each)]


def paired_labels(first: Sequence[Label], second: Sequence[Label]) -> list[tuple[Label, Label]]:
    """Labels that two annotators gave one span, in pairs: equal ones together, the rest by name.

    Where one gave more of them than the other, the last are in no pair.
    """
    if len(first) == len(second) == 1:  # as almost always
        return [(first[0], second[0])]
    mine, other = sorted(first, key=str), sorted(second, key=str)
    equal: list[tuple[Label, Label]] = []
    for label in list(mine):
        if label in other:
            mine.remove(label)
            other.remove(label)
            equal.append((label, label))
    return [*equal, *zip(mine, other, strict=False)]
