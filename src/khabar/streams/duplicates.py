"""Equal texts and ids given twice, in a stream of any length: sorted by key, a bounded number at a time."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from khabar.article_list import Article

AT_ONCE = 4_000_000
"""Keys sorted in memory at a time: some 300 MB."""
_KEY = np.dtype([("high", "<u8"), ("low", "<u8")])
_ROW = np.dtype([("text", _KEY), ("id", _KEY)])
KEY_BYTES = _ROW.itemsize
"""Bytes that `keys_of` gives for an article."""
_ROW_BITS = 24

Keys = npt.NDArray[np.void]
Places = npt.NDArray[np.int64]


def keys_of(articles: Sequence[Article]) -> bytes:
    """Per article 16 bytes of the digest of its text, and 16 of that of its id."""
    return b"".join(
        bytes.fromhex(each.text_sha256)[:16] + hashlib.sha256(each.id.encode()).digest()[:16]
        for each in articles
    )


def place(shard: int, row: int) -> int:
    """A place in the stream as one integer that sorts as the stream does."""
    return shard << _ROW_BITS | row


@dataclass(frozen=True, slots=True)
class Repeats:
    """Places in the stream, ascending, whose key was there before, and beside each the first of that key.

    Sixteen bytes for each repeat.
    """

    places: Places
    firsts: Places

    def of_shard(self, shard: int) -> dict[int, tuple[int, int]]:
        """By row of the shard, the shard and row of the first."""
        low, high = np.searchsorted(self.places, [place(shard, 0), place(shard + 1, 0)])
        rows = (self.places[low:high] & ((1 << _ROW_BITS) - 1)).tolist()
        firsts = self.firsts[low:high].tolist()
        mask = (1 << _ROW_BITS) - 1
        return {row: (first >> _ROW_BITS, first & mask) for row, first in zip(rows, firsts, strict=True)}


def repeats(
    shards: Sequence[int], keys: Callable[[int], bytes], at_once: int = AT_ONCE
) -> tuple[Repeats, Repeats]:
    """Texts that repeat an earlier one, and ids (of the other articles) that repeat an earlier one's."""
    total = sum(len(keys(shard)) for shard in shards) // KEY_BYTES
    parts = max(1, -(-total // at_once))
    texts = _repeats("text", shards, keys, parts, None)
    return texts, _repeats("id", shards, keys, parts, texts)


def _repeats(
    field: str, shards: Sequence[int], keys: Callable[[int], bytes], parts: int, without: Repeats | None
) -> Repeats:
    found = [_in_part(list(_part(field, shards, keys, parts, part, without))) for part in range(parts)]
    places = np.concatenate([each[0] for each in found])
    order = np.argsort(places, kind="stable")
    return Repeats(places[order], np.concatenate([each[1] for each in found])[order])


def _part(
    field: str,
    shards: Sequence[int],
    keys: Callable[[int], bytes],
    parts: int,
    part: int,
    without: Repeats | None,
) -> Iterator[tuple[Keys, Places]]:
    """Of every shard the keys that fall into the part, and their places."""
    for shard in shards:
        read = np.frombuffer(keys(shard), _ROW)[field]
        wanted = read["high"] % np.uint64(parts) == part
        if without is not None:
            wanted[list(without.of_shard(shard))] = False
        rows = np.flatnonzero(wanted)
        yield read[rows], rows.astype(np.int64) + place(shard, 0)


def _in_part(found: list[tuple[Keys, Places]]) -> tuple[Places, Places]:
    if not found:
        return np.empty(0, np.int64), np.empty(0, np.int64)
    keys = np.concatenate([each[0] for each in found])
    places = np.concatenate([each[1] for each in found])
    order = np.lexsort((places, keys["low"], keys["high"]))
    keys, places = keys[order], places[order]
    again = np.zeros(len(keys), bool)
    again[1:] = (keys["high"][1:] == keys["high"][:-1]) & (keys["low"][1:] == keys["low"][:-1])
    first = np.maximum.accumulate(np.where(again, 0, np.arange(len(keys))))
    return places[again], places[first[again]]
