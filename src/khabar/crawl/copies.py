"""Near duplicates in a crawl: datatrove's MinHash finds pairs, and what they really share is counted."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from functools import lru_cache
from tempfile import TemporaryFile
from typing import IO, Any

import numpy as np
from datatrove.data import Document, DocumentsPipeline
from datatrove.io import get_datafolder
from datatrove.pipeline.base import PipelineStep
from datatrove.pipeline.dedup.minhash import MinhashConfig, MinhashDedupSignature
from datatrove.utils.hashing import HashConfig

from khabar.crawl.folders import CHECKED, PAIRS, SHINGLES, SIGNATURES
from khabar.streams import Folder
from khabar.text.dedup import THRESHOLD
from khabar.text.shingles import Shingles, numbered, runs, shared

MINHASH = MinhashConfig(n_grams=3, num_buckets=25, hashes_per_bucket=4, hash_config=HashConfig(precision=64))
"""Of pairs with Jaccard similarity j, 1 - (1 - j⁴)²⁵ are looked at: 0.4 48 %, 0.5 80 %, 0.7 99.9 %."""


class Signatures(MinhashDedupSignature):  # type: ignore[misc]
    """datatrove's MinHash over the runs of three words that every search for near duplicates here is by.

    The runs' numbers are kept beside the signatures, for `CountShared`.
    """

    def __init__(self, out: str) -> None:
        PipelineStep.__init__(self)  # not the parent's: it loads a tokenizer, which our runs do without
        self.output_folder = get_datafolder(f"{out}/{SIGNATURES}")
        self.config = MINHASH
        self.num_hashes = MINHASH.num_buckets * MINHASH.hashes_per_bucket
        self._parameters = None
        self.skip_existing_sigs = False
        self.out = out
        self._shingles: Shingles = numbered([])

    def get_shingles(self, text: str) -> Any:
        """The numbers of the runs of the document that was passed on last, as the parent wants them."""
        del text
        return self._shingles.astype(np.uint64).reshape((-1, 1))

    def run(self, data: DocumentsPipeline, rank: int = 0, world_size: int = 1) -> None:
        """Write signatures, and runs, of the rank's documents."""
        with TemporaryFile() as numbers, TemporaryFile() as sizes:
            super().run(self._kept(data, numbers, sizes), rank, world_size)
            for spool, kind in (numbers, "numbers"), (sizes, "sizes"):
                spool.seek(0)
                chunks = iter(lambda spool=spool: spool.read(1 << 20), b"")  # type: ignore[misc]
                Folder(self.out).write(f"{SHINGLES}/{rank:05d}.{kind}", chunks)

    def _kept(self, data: DocumentsPipeline, numbers: IO[bytes], sizes: IO[bytes]) -> Iterator[Document]:
        for each in data:
            self._shingles = numbered(runs(each.text))
            numbers.write(self._shingles.astype("<u4").tobytes())
            sizes.write(len(self._shingles).to_bytes(4, "little"))
            yield each


class CountShared(PipelineStep):  # type: ignore[misc]
    """Of a bucket's pairs those that share enough: MinHash alone would take many that do not for copies."""

    type = "Dedup"
    name = "Khabar shared runs"

    def __init__(self, out: str) -> None:
        super().__init__()
        self.out = out

    def run(self, data: DocumentsPipeline = None, rank: int = 0, world_size: int = 1) -> None:
        """Write the bucket's pairs again, without the others."""
        del data, world_size
        folder, name = Folder(self.out), f"{rank:05d}_00.dups"
        pairs = np.frombuffer(folder.read(f"{PAIRS}/{name}"), "<u4").reshape((-1, 4))
        shingles = lru_cache(maxsize=32)(lambda task: _shingles(folder, task))
        near = [_share(shingles, *pair) >= THRESHOLD for pair in pairs.tolist()]
        folder.write(f"{CHECKED}/{name}", [pairs[np.array(near, bool)].tobytes()])
        self.stat_update("pairs", value=len(near))
        self.stat_update("near", value=sum(near))


def _shingles(folder: Folder, task: int) -> list[Shingles]:
    """The runs of every document of a task."""
    sizes = np.frombuffer(folder.read(f"{SHINGLES}/{task:05d}.sizes"), "<u4")
    numbers = np.frombuffer(folder.read(f"{SHINGLES}/{task:05d}.numbers"), "<u4")
    return np.split(numbers, np.cumsum(sizes)[:-1])


def _share(
    shingles: Callable[[int], list[Shingles]], left_task: int, left: int, right_task: int, right: int
) -> float:
    """Shared runs over those of the shorter."""
    one, other = shingles(left_task)[left], shingles(right_task)[right]
    return shared(one, other) / min(len(one), len(other))
