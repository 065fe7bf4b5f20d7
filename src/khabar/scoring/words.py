"""Keys of the measures that look at words, over all articles at once: `khabar.alignment.place`, and spans
up to a proclitic, on arrays of the tokens of articles laid end to end.
"""

from __future__ import annotations

from collections.abc import Container, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from khabar.scoring.arrays import Columns, Rows
from khabar.scoring.counts import IntArray
from khabar.scoring.keys import Keys, Layout, multiset_of
from khabar.text import Sentence
from khabar.text.proclitics import PROCLITICS

_Counted = NDArray[np.uint16] | NDArray[np.uint32]


@dataclass(frozen=True, slots=True)
class Words:
    """Tokens of all articles, numbered through, and at every character how many there were before.

    Characters are numbered through as `laid`. `begun` is how many tokens of the article start at or before
    a character, `over` how many end there or before; `base` is the number of each article's first token.
    A token has the number of its sentence, and how many characters from its start on are proclitics;
    `most` are the tokens of the article that has most.
    """

    laid: Layout
    begun: _Counted
    over: _Counted
    base: IntArray
    starts: IntArray
    sentence: NDArray[np.int32]
    proclitics: NDArray[np.int32]
    most: int


def words_of(articles: Sequence[tuple[str, Sequence[Sentence]]], laid: Layout) -> Words:
    """The tokens of articles given as text and sentences."""
    tokens = [[token for part in sentences for token in part.tokens] for _, sentences in articles]
    sizes = [len(each) for each in tokens]
    begins = np.repeat(laid.starts, sizes)
    starts = begins + _numbers((token.start for listed in tokens for token in listed), len(begins))
    ends = begins + _numbers((token.end for listed in tokens for token in listed), len(begins))
    proclitics = (
        _proclitics(text, token.start)
        for (text, _), listed in zip(articles, tokens, strict=True)
        for token in listed
    )
    in_sentence = [len(part.tokens) for _, sentences in articles for part in sentences]
    base = np.cumsum([0, *sizes])[:-1]
    lengths = [len(text) + 1 for text, _ in articles]
    most = max(sizes, default=0)
    return Words(
        laid,
        _counted(starts, base, lengths, most),
        _counted(ends, base, lengths, most),
        base,
        starts,
        np.repeat(np.arange(len(in_sentence), dtype=np.int32), in_sentence),
        _numbers(proclitics, len(begins)).astype(np.int32),
        most,
    )


def _numbers(values: Iterable[int], size: int) -> IntArray:
    return np.fromiter(values, dtype=np.int64, count=size)


def _counted(places: IntArray, base: IntArray, lengths: list[int], most: int) -> _Counted:
    """At every character of articles laid end to end, how many of its article's places are not after it."""
    counts = np.zeros(sum(lengths), dtype=np.uint32)
    counts[places] = 1
    np.cumsum(counts, out=counts)
    counts -= np.repeat(base.astype(np.uint32), lengths)
    return counts.astype(np.uint16) if most < 2**16 else counts  # looked up in any order: small is quick


def _proclitics(text: str, start: int) -> int:
    found = PROCLITICS.match(text, start)
    return found.end() - start if found else 0


def word_keys(said: Columns, words: Words, tasks: Container[str]) -> Iterator[tuple[str, Keys]]:
    """The keys of every measure of these tasks that looks at words, by its name."""
    if "entities" in tasks:
        yield "entities", _strict(said.entities, words, words.laid.codes.entities)
        yield "entities_up_to_proclitic", _up_to_proclitic(said.entities, words)
    if "triggers" in tasks:
        yield "triggers", _strict(said.events, words, words.laid.codes.events)


def _strict(rows: Rows, words: Words, labels: Mapping[str, int]) -> Keys:
    """Outermost spans over whole words, in pieces where they run over a sentence's edge."""
    width, types = words.most + 1, len(labels)
    begins, base = words.laid.starts[rows.of], words.base[rows.of]
    first = base + words.over[begins + rows.start]
    last = base + words.begun[begins + rows.end - 1]
    # by first word, then the longer, then the type's name, which is not the order of the types
    rank = np.argsort(sorted(range(types), key=list(labels).__getitem__))
    order = (first * width + (width - 1 - last + first)) * types + rank[rows.label]
    on_word = first < last
    chosen = np.flatnonzero(on_word)
    if np.any(order[chosen][1:] < order[chosen][:-1]):
        chosen = chosen[np.argsort(order[chosen], kind="stable")]
    chosen = chosen[outermost(first[chosen], last[chosen])]
    first, last, label = first[chosen], last[chosen], rows.label[chosen]
    cell = rows.of[chosen] * types + label
    across = words.sentence[last - 1] - words.sentence[first]
    if across.any():
        first, last, label, cell = _pieces(words.sentence, across, first, last, label, cell)
    return Keys((first * width + last - first) * types + label, cell)


def outermost(first: IntArray, last: IntArray) -> NDArray[np.bool_]:
    """Which ranges `[first, last)` are kept when each in turn is left out if it meets one that is kept.

    They are given by `first`, the longer before the shorter.
    """
    kept = np.ones(len(first), dtype=bool)
    if len(first) < 2:
        return kept
    reached = np.maximum.accumulate(last)
    np.greater_equal(first[1:], reached[:-1], out=kept[1:])
    # a run of ranges that meet is kept its first of; then the next that begins where that ends, and so on
    current = np.flatnonzero(kept)
    end = np.append(current[1:], len(first))
    several = end - current > 1
    current, end = current[several], end[several]
    while len(current):
        following = np.searchsorted(first, last[current])
        inside = following < end
        current, end = following[inside], end[inside]
        kept[current] = True
    return kept


def _pieces(
    sentence: NDArray[np.int32], across: NDArray[np.int32], first: IntArray, last: IntArray, *others: IntArray
) -> tuple[IntArray, ...]:
    """Each range cut at the edges of the sentences it runs over; the `others` with it."""
    number = across + 1
    of = np.repeat(np.arange(len(first)), number)
    nth = np.arange(len(of)) - np.repeat(np.cumsum(number) - number, number)
    which = sentence[first][of] + nth
    begins = np.maximum(first[of], np.searchsorted(sentence, which))
    ends = np.minimum(last[of], np.searchsorted(sentence, which, side="right"))
    return begins, ends, *(each[of] for each in others)


def _up_to_proclitic(rows: Rows, words: Words) -> Keys:
    """Spans whose start is that of their word if nothing but proclitics stands before them in it."""
    types, longest = len(words.laid.codes.entities), words.laid.longest
    begins = words.laid.starts[rows.of]
    start, end = begins + rows.start, begins + rows.end
    if len(words.starts):
        begun = words.begun[start]
        word = np.maximum(words.base[rows.of] + begun - 1, 0)
        before = start - words.starts[word]
        moves = (begun > 0) & (before > 0) & (before <= words.proclitics[word])
        start = np.where(moves, words.starts[word], start)
    return multiset_of((start * longest + end - start) * types + rows.label, rows.of * types + rows.label)
