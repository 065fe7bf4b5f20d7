"""In which order articles are given to annotators, so that the next one is the most useful.

`uncertain`: those first of which a model is least sure. `diverse`: each as unlike as can be to all before it
(farthest first, by cosine of character trigrams). `random`: by a hash of seed and id, so that articles keep
their order whatever others come.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Mapping, Sequence
from enum import StrEnum
from pathlib import Path
from typing import Annotated

import numpy as np
from numpy.typing import NDArray
from pydantic import BaseModel, ConfigDict, Field, ValidationError

from khabar.article_list import Article
from khabar.errors import CallError, DataError, Faults
from khabar.files import read_json_lines
from khabar.schema import add_validation_faults

DIMENSIONS = 4096
"""Trigrams are counted in that many places; more of them tell articles apart no better."""


class Order(StrEnum):
    """The orders there are; `listed` is that of `articles.jsonl`."""

    listed = "listed"
    uncertain = "uncertain"
    diverse = "diverse"
    random = "random"


class _Score(BaseModel):
    model_config = ConfigDict(extra="forbid", strict=True)

    article: Annotated[str, Field(min_length=1)]
    score: Annotated[float, Field(ge=0, le=1)]


def read_scores(path: Path) -> dict[str, float]:
    """How sure a model is of each article, 0 to 1: a line `{"article": …, "score": …}` each.

    Raises CallError if there is no such file, DataError with the faults of all lines.
    """
    if not path.is_file():
        raise CallError(f"no file {path}")
    faults, found = Faults(path), dict[str, float]()
    for number, value in read_json_lines(path):
        try:
            line = _Score.model_validate(value)
        except ValidationError as error:
            wrong = Faults(path)
            add_validation_faults(wrong, error)
            for fault in wrong.report().faults:
                faults.add(f"line {number} {fault.where}".rstrip(), fault.message)
            continue
        if line.article in found:
            faults.add(f"line {number}", f"{line.article} has a score already")
        found[line.article] = line.score
    faults.raise_if_any("write the scores again: benchmark/baselines/certainty.py makes such a file")
    return found


def ordered(
    articles: Sequence[Article],
    order: Order,
    *,
    seed: int = 0,
    scores: Mapping[str, float] | None = None,
    before: Sequence[Article] = (),
    count: int | None = None,
    progressed: Callable[[int], None] = lambda _: None,
) -> list[Article]:
    """The articles, the most useful first; the first `count` of them where it is given.

    The same arguments give the same order, however `articles` are arranged (but for `listed`). `before` are
    those given to annotators already: `diverse` keeps away from them too. It compares each choice with all
    articles, so it tells `progressed` of each. Raises DataError for articles without a score where the order
    is `uncertain`, CallError if there are no scores at all.
    """
    if order is Order.listed:
        return list(articles)[:count]
    drawn = sorted(articles, key=lambda each: _hash(seed, each.id))
    if order is Order.uncertain:
        drawn = _by_score(drawn, scores)
    elif order is Order.diverse:
        return _farthest_first(drawn, before, len(drawn) if count is None else count, progressed)
    return drawn[:count]


def _hash(seed: int, identifier: str) -> bytes:
    return hashlib.sha256(f"{seed}:{identifier}".encode()).digest()


def _by_score(articles: Sequence[Article], scores: Mapping[str, float] | None) -> list[Article]:
    if scores is None:
        raise CallError("the order `uncertain` needs a model's scores: --scores FILE.jsonl")
    faults = Faults("scores")
    for each in sorted(each.id for each in articles if each.id not in scores):
        faults.add(each, "has no score, so its place is not known")
    faults.raise_if_any("score these articles too, or leave them out with --articles")
    return sorted(articles, key=lambda each: scores[each.id])


def _farthest_first(
    articles: Sequence[Article], before: Sequence[Article], count: int, progressed: Callable[[int], None]
) -> list[Article]:
    """Of the articles, given in the order that ties are broken by, the next is always the least like any."""
    vectors = _vectors([_text(each) for each in (*before, *articles)])
    old, new = vectors[: len(before)], vectors[len(before) :]
    likeness = np.full(len(articles), -1.0, dtype=np.float32)
    for vector in old:
        np.maximum(likeness, new @ vector, out=likeness)
    chosen: list[int] = []
    for _ in range(min(count, len(articles))):
        following = int(likeness.argmin())
        chosen.append(following)
        np.maximum(likeness, new @ new[following], out=likeness)
        likeness[chosen] = np.inf
        progressed(1)
    return [articles[each] for each in chosen]


def _text(article: Article) -> str:
    if article.text is None:
        raise DataError.one(
            article.id,
            "its text is not on this machine, so it cannot be compared with others",
            next_step="put the text beside the corpus: --texts DIR or KHABAR_TEXTS",
        )
    return article.text


def _vectors(texts: Sequence[str]) -> NDArray[np.float32]:
    """A row a text, of length one: its trigrams, rare ones weighing more (log counts, inverse frequency)."""
    counts = np.zeros((len(texts), DIMENSIONS), dtype=np.float32)
    for row, text in enumerate(texts):
        letters = np.frombuffer(text.encode("utf-32-le", "surrogatepass"), dtype=np.uint32)
        if len(letters) > 2:
            grams = (letters[:-2] * np.uint32(31) + letters[1:-1]) * np.uint32(31) + letters[2:]
            places = (grams * np.uint32(2654435761)) >> np.uint32(20)  # Fibonacci hashing to 12 bits
            counts[row] = np.bincount(places, minlength=DIMENSIONS)
    np.log1p(counts, out=counts)
    present = (counts > 0).sum(0)
    counts *= np.log((1 + len(texts)) / (1 + present)).astype(np.float32) + 1
    lengths = np.linalg.norm(counts, axis=1, keepdims=True)
    np.divide(counts, lengths, out=counts, where=lengths > 0)
    return counts
