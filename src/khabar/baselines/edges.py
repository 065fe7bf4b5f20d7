"""From the words a tagger gave a span to its characters: clitics at its edges are cut off as train does."""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass

from khabar.alignment import LabelledSpan
from khabar.baselines.clitics import Cut, beginnings, endings, forms_at
from khabar.baselines.lexicon import LabelledText
from khabar.text import Token
from khabar.text.normalise import key

ANY = ""
"""Stands for every type in `habits`."""


@dataclass(frozen=True, slots=True)
class Edge:
    """What train shows of one edge of its spans.

    `outermost` are the words that spans begin (or end) with, `words` all words of train.
    `habits[clitic, type]` is how often train cuts these letters off a span of the type, less how
    often it leaves them on.
    """

    outermost: frozenset[str]
    words: frozenset[str]
    habits: Mapping[tuple[str, str], int]

    def offset(self, cuts: Sequence[Cut], label: str) -> int:
        """The offset of the cut, among those a word allows (the whole word first), that train suggests.

        The first of these decides: the whole word stands at this edge in train; what a cut leaves
        does; what a cut leaves is a word of train and the whole is not; train mostly cuts these
        letters off spans of the type (of any type, where it has none of this one).
        """
        whole, *shorter = cuts
        if not self.outermost.isdisjoint(whole.keys):
            return whole.offset
        chosen = _attested(shorter, self.outermost)
        if chosen is None and self.words.isdisjoint(whole.keys):
            chosen = _attested(shorter, self.words)
        if chosen is None:
            chosen = next((cut for cut in reversed(shorter) if self._habit(cut, label) > 0), whole)
        return chosen.offset

    def _habit(self, cut: Cut, label: str) -> int:
        return self.habits.get((cut.clitic, label)) or self.habits.get((cut.clitic, ANY), 0)


def _attested(shorter: Sequence[Cut], known: frozenset[str]) -> Cut | None:
    return next((cut for cut in shorter if not known.isdisjoint(cut.keys)), None)


@dataclass(frozen=True, slots=True)
class Trimmer:
    """Both edges of the spans of train."""

    left: Edge
    right: Edge

    def trim(self, first: Token, last: Token, label: str) -> tuple[int, int]:
        """`[start, end)` of a span of that type from the word `first` to the word `last`; never empty."""
        start = first.start + self.left.offset(beginnings(first.text), label)
        end = last.start + self.right.offset(endings(last.text), label)
        return start, end if start < end else last.end


def learn(articles: Iterable[LabelledText]) -> Trimmer:
    """What train shows of the edges of its spans."""
    words: set[str] = set()
    first_words: set[str] = set()
    last_words: set[str] = set()
    left: Counter[tuple[str, str]] = Counter()
    right: Counter[tuple[str, str]] = Counter()
    for article in articles:
        tokens = [token for sentence in article.sentences for token in sentence.tokens]
        words.update(key(token.text) for token in tokens)
        for span in article.spans:
            forms = forms_at(article.text, span[0], span[1])
            first_words.update(form[0] for form in forms)
            last_words.update(form[-1] for form in forms)
            if forms:  # else the span is white space, and no word holds its edges
                _count(left, right, tokens, span)
    known = frozenset(words)
    return Trimmer(Edge(frozenset(first_words), known, left), Edge(frozenset(last_words), known, right))


def _count(
    left: Counter[tuple[str, str]],
    right: Counter[tuple[str, str]],
    tokens: Sequence[Token],
    span: LabelledSpan,
) -> None:
    """Add one span of train to the habits of both edges."""
    start, end, label = span
    first = tokens[bisect_right(tokens, start, key=lambda token: token.end)]
    last = tokens[bisect_left(tokens, end, key=lambda token: token.start) - 1]
    for habits, votes in (
        (left, _votes(beginnings(first.text), start - first.start)),
        (right, _votes(endings(last.text), end - last.start)),
    ):
        for clitic, vote in votes:
            habits[clitic, label] += vote
            habits[clitic, ANY] += vote


def _votes(cuts: Sequence[Cut], offset: int) -> Iterator[tuple[str, int]]:
    """+1 for the cut that was made in the word, -1 for those that would have cut off more."""
    whole, *shorter = cuts
    for cut in shorter:
        if abs(cut.offset - whole.offset) >= abs(offset - whole.offset):
            yield cut.clitic, 1 if cut.offset == offset else -1
