"""What near duplicates share: runs of three words under the matching key, each as one number."""

from __future__ import annotations

import re
import zlib

import numpy as np
import numpy.typing as npt

from khabar.text.normalise import key

SHINGLE_WORDS = 3

Shingles = npt.NDArray[np.uint32]
"""The runs of a text as sorted numbers, each once; equal runs have equal numbers in every process."""

_WORD = re.compile(r"\w+")


def runs(text: str) -> list[bytes]:
    """The runs of three words, in order, as often as they occur; a shorter text is one run, an empty none."""
    words = _WORD.findall(key(text))
    if len(words) < SHINGLE_WORDS:
        return [" ".join(words).encode()] if words else []
    return [" ".join(run).encode() for run in zip(words, words[1:], words[2:], strict=False)]


def numbered(found: list[bytes]) -> Shingles:
    """The runs as numbers of 32 bits: two texts of a thousand words share one by chance once in 4,000."""
    return np.unique(np.fromiter(map(zlib.crc32, found), np.uint32, len(found)))


def shared(left: Shingles, right: Shingles) -> int:
    """How many runs both have."""
    if len(left) > len(right):
        left, right = right, left
    places = np.searchsorted(right, left)
    return int(np.count_nonzero(right[np.minimum(places, len(right) - 1)] == left)) if len(right) else 0
