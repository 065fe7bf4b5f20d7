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
    taken = {right for _, right in equal}
    partner = {right: left for left, right in equal}
    touching = [
        [n for n, other in enumerate(second) if each[0] < other[1] and other[0] < each[1]] for each in first
    ]

    def give(left: int, visited: set[int]) -> bool:
        for right in touching[left]:
            if right not in visited:
                visited.add(right)
                if right not in partner or give(partner[right], visited):
                    partner[right] = left
                    return True
        return False

    started = {left for left, right in equal if right in taken}
    for left in range(len(first)):
        if left not in started:
            give(left, set())
    return sorted((left, right) for right, left in partner.items())


def _equal_pairs(first: Sequence[Span], second: Sequence[Span]) -> list[tuple[int, int]]:
    places: defaultdict[Span, list[int]] = defaultdict(list)
    for number, each in enumerate(second):
        places[each].append(number)
    return [(number, places[each].pop(0)) for number, each in enumerate(first) if places[each]]


def paired_labels(first: Sequence[Label], second: Sequence[Label]) -> list[tuple[Label, Label]]:
    """Labels that two annotators gave one span, in pairs: equal ones together, the rest by name.

    Where one gave more of them than the other, the last are in no pair.
    """
    mine, other = sorted(first, key=str), sorted(second, key=str)
    equal: list[tuple[Label, Label]] = []
    for label in list(mine):
        if label in other:
            mine.remove(label)
            other.remove(label)
            equal.append((label, label))
    return [*equal, *zip(mine, other, strict=False)]
