"""Exact and near duplicates: shared runs of three words under the matching key, counted, not estimated."""

from __future__ import annotations

import re
from array import array
from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Literal

from khabar.text.normalise import key

SHINGLE_WORDS = 3
THRESHOLD = 0.5
"""Containment from which two articles count as near duplicates."""

_WORD = re.compile(r"\w+")
_BITS = 24


@dataclass(frozen=True, slots=True, order=True)
class Pair:
    """Two articles that share text, `left` before `right` by id.

    `containment` is the shared shingles over those of the shorter article, `jaccard` over those of both;
    `exact` means equal code point for code point.
    """

    left: str
    right: str
    containment: float
    jaccard: float
    kind: Literal["exact", "near"]


def near_duplicates(texts: Mapping[str, str], threshold: float = THRESHOLD) -> list[Pair]:
    """The pairs of texts, given by id, whose containment is at least the threshold, sorted by ids.

    Finds half-copies and copies with furniture or other spellings of hamza. Time grows with the
    shingles that texts share, so a hundred thousand copies of one text are slow.
    """
    if not 0 < threshold <= 1:
        raise ValueError(f"threshold {threshold} is not in (0, 1]")
    vocabulary: dict[str, int] = {}
    postings: defaultdict[int, array[int]] = defaultdict(lambda: array("l"))
    sizes: list[int] = []
    ids = sorted(texts)
    found: list[Pair] = []
    for number, identifier in enumerate(ids):
        shingles = _shingles(texts[identifier], vocabulary)
        shared = Counter(earlier for shingle in shingles for earlier in postings.get(shingle, ()))
        for earlier in sorted(shared):
            smaller = min(sizes[earlier], len(shingles))
            if shared[earlier] >= threshold * smaller:
                union = sizes[earlier] + len(shingles) - shared[earlier]
                left = ids[earlier]
                kind: Literal["exact", "near"] = "exact" if texts[left] == texts[identifier] else "near"
                found.append(Pair(left, identifier, shared[earlier] / smaller, shared[earlier] / union, kind))
        sizes.append(len(shingles))
        for shingle in shingles:
            postings[shingle].append(number)
    return sorted(found)


def _shingles(text: str, vocabulary: dict[str, int]) -> set[int]:
    """The runs of three words, each as one integer; a shorter text is one run, an empty one has none."""
    words = [vocabulary.setdefault(word, len(vocabulary) + 1) for word in _WORD.findall(key(text))]
    size = min(SHINGLE_WORDS, len(words))
    return {_packed(words[at : at + size]) for at in range(len(words) - size + 1)} if words else set()


def _packed(numbers: Iterable[int]) -> int:
    packed = 0
    for number in numbers:
        packed = packed << _BITS | number
    return packed
