"""What decides a division: how many articles each split gets, and the seed."""

from __future__ import annotations

import re
from dataclasses import dataclass

from khabar.corpus import SPLITS
from khabar.errors import CallError

Sizes = dict[str, int]
"""Articles per split, in the order of `khabar.corpus.SPLITS`."""

_SIZES = re.compile(r"([1-9]\d*)/([1-9]\d*)/([1-9]\d*)")


@dataclass(frozen=True, slots=True)
class Plan:
    """A seed and the sizes of the splits: with the gold there is, they decide the splits."""

    seed: int
    sizes: Sizes

    def __str__(self) -> str:
        return f"--seed {self.seed} --sizes {'/'.join(map(str, self.sizes.values()))}"


def sizes_of(text: str) -> Sizes:
    """`32/8/16` as sizes. CallError where it is not three numbers above nought."""
    found = _SIZES.fullmatch(text)
    if found is None:
        raise CallError(f"expected sizes as {'/'.join(SPLITS).upper()}, such as 32/8/16, found {text!r}")
    return dict(zip(SPLITS, map(int, found.groups()), strict=True))
