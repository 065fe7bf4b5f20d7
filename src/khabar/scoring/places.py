"""Where the things that measures compare stand in the text: what slices and error kinds need of a key."""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import cached_property

from khabar.scoring.events import Key
from khabar.scoring.gold import Article
from khabar.scoring.measures import BY_NAME, Task

SLICED = ("entities", "entities_exact", "triggers", "argument_c+")
"""The measures that are sliced, and whose errors are told apart: those that know type and place."""


@dataclass(frozen=True)
class Map:
    """Tokens and sentences of an article, to look places up in."""

    article: Article

    @cached_property
    def _starts(self) -> list[int]:
        return [token.start for token in self.article.tokens]

    @cached_property
    def _ends(self) -> list[int]:
        return [token.end for token in self.article.tokens]

    @cached_property
    def _sentence_starts(self) -> list[int]:
        return [each.start for each in self.article.sentences]

    def tokens_in(self, start: int, end: int) -> int:
        """How many tokens the span `[start, end)` overlaps."""
        return bisect_left(self._starts, end) - bisect_right(self._ends, start)

    def sentence_length(self, start: int) -> int:
        """Tokens of the sentence in which, or after which, that place is; 0 before the first."""
        number = bisect_right(self._sentence_starts, start) - 1
        return len(self.article.sentences[number].tokens) if number >= 0 else 0

    def span(self, measure: str, key: Key) -> tuple[int, int]:
        """The characters `[start, end)` of what a key of one of the sliced measures stands for."""
        return _SPANS[measure](self.article, key)


def _of_tags(article: Article, key: Key) -> tuple[int, int]:
    _, number, first, last = key
    tokens = article.sentences[number].tokens
    return tokens[first].start, tokens[last - 1].end


def _of_mention(_: Article, key: Key) -> tuple[int, int]:
    return key[1], key[2]


def _of_argument(_: Article, key: Key) -> tuple[int, int]:
    return key[3], key[4]


_SPANS: Mapping[str, Callable[[Article, Key], tuple[int, int]]] = {
    "entities": _of_tags,
    "entities_exact": _of_mention,
    "triggers": _of_tags,
    "argument_c+": _of_argument,
}


def task_of(measure: str) -> Task:
    """The task the measure belongs to."""
    return BY_NAME[measure].task
