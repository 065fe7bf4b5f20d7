"""Near duplicates among many articles, one article after the other, so that the first of them stays.

`Originals` counts every shared run, and is for what an article must not be near to: thousands of articles.
`Sketches` holds a MinHash of each, and is for a crawl: it may miss a pair, and tells none that is none.
"""

from __future__ import annotations

from array import array
from collections import defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import partial
from typing import Any, Protocol

from khabar.errors import CallError
from khabar.text.dedup import THRESHOLD
from khabar.text.shingles import Shingles, numbered, runs, shared

ROWS, BANDS = 3, 85
"""Rows of a band and bands of a sketch: of pairs with Jaccard similarity j, 1 - (1 - j³)⁸⁵ are looked at."""
_SEED = 20260131


@dataclass(frozen=True, slots=True, order=True)
class Near:
    """An earlier article that shares text; the figures are as of `khabar.text.dedup.Pair`."""

    original: str
    containment: float
    jaccard: float


@dataclass(frozen=True, slots=True)
class Looked:
    """A text made ready to be compared: its runs, which an index may drop, and their numbers."""

    runs: list[bytes]
    shingles: Shingles

    @classmethod
    def at(cls, text: str) -> Looked:
        """The dear part of the work; it needs no index, so that it can be done anywhere."""
        found = runs(text)
        return cls(found, numbered(found))


class Index(Protocol):
    """Articles that others are compared with."""

    def near(self, looked: Looked) -> list[Near]:
        """The articles of the index that are near it, the nearest first, then by id."""

    def add(self, identifier: str, looked: Looked) -> None:
        """Put an article into the index."""


class Originals:
    """An exact index: every article that shares enough is found."""

    def __init__(self, texts: Iterable[tuple[str, str]] = (), *, threshold: float = THRESHOLD) -> None:
        self._threshold = _share(threshold)
        self._ids: list[str] = []
        self._sizes = array("l")
        self._postings: defaultdict[int, array[int]] = defaultdict(partial(array, "l"))
        for identifier, text in texts:
            self.add(identifier, Looked.at(text))

    def __len__(self) -> int:
        return len(self._ids)

    def add(self, identifier: str, looked: Looked) -> None:
        """Put an article into the index."""
        for shingle in looked.shingles.tolist():
            self._postings[shingle].append(len(self._ids))
        self._ids.append(identifier)
        self._sizes.append(len(looked.shingles))

    def near(self, looked: Looked) -> list[Near]:
        """The articles of the index that are near it, the nearest first, then by id."""
        counts: defaultdict[int, int] = defaultdict(int)
        for shingle in looked.shingles.tolist():
            for number in self._postings.get(shingle, ()):
                counts[number] += 1
        size = len(looked.shingles)
        found = (_near(self._ids[each], count, size, self._sizes[each]) for each, count in counts.items())
        return _sorted(each for each in found if each.containment >= self._threshold)


class Sketches:
    """An index of sketches, 5 KB an article of 300 words. Needs the extra `scale`.

    A pair is looked at with a chance that grows with its Jaccard similarity, as `ROWS` and `BANDS` give it
    (0.4: 99.6 %, 0.5: 99.999 %), and then counted. So a small part of a long article may be missed, and what
    is told is near.
    The same articles in the same order give the same answer in every process.
    """

    def __init__(self, *, threshold: float = THRESHOLD) -> None:
        self._threshold = _share(threshold)
        self._rensa = _rensa()
        self._index = self._rensa.RMinHashLSH(threshold, ROWS * BANDS, BANDS)
        self._ids: list[str] = []
        self._shingles: list[Shingles] = []
        self._last: tuple[Looked, Any] | None = None

    def __len__(self) -> int:
        return len(self._ids)

    def add(self, identifier: str, looked: Looked) -> None:
        """Put an article into the index; one without words is never found."""
        if looked.runs:
            self._index.insert(len(self._ids), self._sketch(looked))
        self._ids.append(identifier)
        self._shingles.append(looked.shingles)

    def near(self, looked: Looked) -> list[Near]:
        """The articles of the index that are near it, the nearest first, then by id."""
        if not looked.runs:
            return []
        found = (self._counted(looked.shingles, each) for each in self._index.query(self._sketch(looked)))
        return _sorted(each for each in found if each.containment >= self._threshold)

    def _sketch(self, looked: Looked) -> Any:
        """The sketch; that of the text before is kept, since what is not near is added."""
        if self._last is None or self._last[0] is not looked:
            sketch = self._rensa.RMinHash(ROWS * BANDS, _SEED)
            sketch.update(looked.runs)  # alone, not in a batch: a batch starts threads, and a fork would hang
            self._last = looked, sketch
        return self._last[1]

    def _counted(self, shingles: Shingles, number: int) -> Near:
        other = self._shingles[number]
        return _near(self._ids[number], shared(shingles, other), len(shingles), len(other))


def without_copies(articles: Iterable[tuple[str, str]], index: Index) -> Iterator[tuple[str, Near | None]]:
    """Each article (id, text) with the nearest one before it that stays; None where it stays itself.

    So of those that stay no two are near, and each of the others is near one that stays. Who sorts by date
    and id keeps the first.
    """
    for identifier, text in articles:
        looked = Looked.at(text)
        near = index.near(looked)
        if not near:
            index.add(identifier, looked)
        yield identifier, near[0] if near else None


def _near(identifier: str, count: int, size: int, other: int) -> Near:
    return Near(identifier, count / min(size, other), count / (size + other - count))


def _sorted(found: Iterable[Near]) -> list[Near]:
    return sorted(found, key=lambda each: (-each.containment, -each.jaccard, each.original))


def _share(threshold: float) -> float:
    if not 0 < threshold <= 1:
        raise ValueError(f"threshold {threshold} is not in (0, 1]")
    return threshold


def _rensa() -> Any:
    try:
        import rensa
    except ImportError as error:
        raise CallError("near duplicates among so many need rensa: pip install 'khabar[scale]'") from error
    return rensa
