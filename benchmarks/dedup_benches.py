"""Near duplicates: a crawl's worth of articles, and how many known copies are found, beside datasketch."""

from __future__ import annotations

import itertools
import random
from collections.abc import Callable, Iterator
from typing import Any

from datasketch import MinHash, MinHashLSH
from harness import Bench, Checked, Growth

from khabar.text.copies import BANDS, ROWS, Sketches, without_copies
from khabar.text.shingles import runs

WORDS = 300
_VOCABULARY = [f"{letter}{number:x}" for number in range(2_000) for letter in "ابتثجحخدذرزسشصضطظعغفقكلمنهوي"]
_WEIGHTS = list(itertools.accumulate(1 / (rank + 20) for rank in range(len(_VOCABULARY))))
"""Words as often as in news: the first of many, most of few."""


def benches(scale: float) -> Iterator[Bench | Checked | Growth]:
    """The benches of near duplicates; `scale` 1 is the size the goals are set for: 100,000 articles."""
    articles = max(200, round(100_000 * scale))
    sizes = tuple(max(100, round(articles * share)) for share in (0.1, 0.3, 1.0))
    yield Growth("near duplicates", "articles", sizes, _search, limit_mb=2_000, limit_seconds=600)
    compared = max(200, round(5_000 * scale))
    work = f"{compared:,} articles of {WORDS} words, one in ten a copy; the first of each is kept"
    yield Bench(
        "near duplicates",
        work,
        lambda: sum(1 for _ in without_copies(_articles(compared), Sketches())),
        f"datasketch, {BANDS} bands of {ROWS}",
        lambda: _kept_by_datasketch(compared),
        goal=1,
        articles=compared,
    )
    known = f"{compared // 10:,} known copies with one word in twelve left out, halved, or a third rewritten"
    yield Checked("near duplicates: recall", known, lambda: _recall(_found(compared), compared), "≥ 0.99")
    yield Checked(
        "near duplicates: recall of datasketch",
        known,
        lambda: _recall(_found_by_datasketch(compared), compared),
    )
    yield Checked(
        "near duplicates: told and none",
        f"{compared:,} articles",
        lambda: sum(1 for name in _found(compared) if not name.startswith("copy")),
        "0",
    )


def _search(articles: int) -> Callable[[], Any]:
    return lambda: sum(1 for _ in without_copies(_articles(articles), Sketches()))


def _articles(count: int) -> Iterator[tuple[str, str]]:
    """That many articles, every tenth a copy of the one before it; made one by one, so that none is kept."""
    before: list[str] = []
    for number in range(count):
        chooser = random.Random(number)  # noqa: S311 - a fixed workload, not a secret
        if number % 10 == 9:
            yield f"copy-{number}", " ".join(_copy(before, number // 10 % 3, chooser))
            continue
        before = chooser.choices(_VOCABULARY, cum_weights=_WEIGHTS, k=WORDS)
        yield f"article-{number}", " ".join(before)


def _copy(words: list[str], kind: int, chooser: random.Random) -> list[str]:
    if kind == 0:
        return [word for word in words if chooser.random() >= 1 / 12]
    if kind == 1:
        return words[: WORDS // 2]
    return words[: WORDS * 2 // 3] + chooser.choices(_VOCABULARY, cum_weights=_WEIGHTS, k=WORDS // 3)


def _found(count: int) -> set[str]:
    return {name for name, near in without_copies(_articles(count), Sketches()) if near is not None}


def _found_by_datasketch(count: int) -> set[str]:
    return {name for name, near in _by_datasketch(count) if near}


def _kept_by_datasketch(count: int) -> int:
    return sum(1 for _, near in _by_datasketch(count) if not near)


def _by_datasketch(count: int) -> Iterator[tuple[str, list[Any]]]:
    """As `without_copies`, of the same runs under the same key, without counting what its sketches say."""
    index = MinHashLSH(num_perm=ROWS * BANDS, params=(BANDS, ROWS))
    for name, text in _articles(count):
        sketch = MinHash(num_perm=ROWS * BANDS)
        sketch.update_batch(runs(text))
        near = index.query(sketch)
        if not near:
            index.insert(name, sketch)
        yield name, near


def _recall(found: set[str], count: int) -> float:
    return sum(1 for name in found if name.startswith("copy")) / (count // 10)
