"""Gold and system as keys of all measures: what counts are made of."""

from __future__ import annotations

from collections.abc import Container, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property

import numpy as np

from khabar.scoring.arrays import Codes, Columns, columns_of
from khabar.scoring.counts import IntArray
from khabar.scoring.exact import exact_keys, keys_of_events
from khabar.scoring.extraction import Extraction
from khabar.scoring.keys import Keys, Layout, layout
from khabar.scoring.words import Words, word_keys, words_of
from khabar.text import Sentence

_ALL = frozenset({"entities", "triggers", "arguments"})


@dataclass(frozen=True)
class LaidGold:
    """The articles of a split as arrays, by one numbering of types and roles; each part made once."""

    articles: Sequence[tuple[str, Sequence[Sentence]]]
    says: Sequence[Extraction]
    codes: Codes

    @cached_property
    def lengths(self) -> IntArray:
        """Characters of each article."""
        return np.array([len(text) for text, _ in self.articles], dtype=np.int64)

    @cached_property
    def layout(self) -> Layout:
        """Where each article begins."""
        return layout(self.lengths, self.codes)

    @cached_property
    def columns(self) -> Columns:
        """What the gold says. KeyError where a type or role has no code."""
        return columns_of(self.says, self.codes)

    @cached_property
    def keys(self) -> Mapping[str, Keys]:
        """The gold's keys, by measure."""
        return self.keys_of(self.columns, _ALL)

    def keys_of(self, said: Columns, tasks: Container[str]) -> Mapping[str, Keys]:
        """The keys of what is said of the articles, for every measure of these tasks."""
        return {
            **dict(word_keys(said, self._words, tasks)),
            **dict(exact_keys(said, self.layout, self._known, tasks)),
        }

    def takes(self, said: Columns) -> bool:
        """Whether keys can be made: they fit a number, and every span lies in its text."""
        return self.layout.fits(self.columns, said) and self._gold_in_bounds and in_bounds(said, self.lengths)

    @cached_property
    def _gold_in_bounds(self) -> bool:
        return in_bounds(self.columns, self.lengths)

    @cached_property
    def _words(self) -> Words:
        return words_of(self.articles, self.layout)

    @cached_property
    def _known(self) -> IntArray:
        return keys_of_events(self.columns, self.layout)


def in_bounds(said: Columns, lengths: IntArray) -> bool:
    """Whether every span begins before it ends, in an article of so many characters."""
    of = said.entities.of, said.events.of, said.events.of[said.arguments.of]
    rows = said.entities, said.events, said.arguments
    return all(
        bool(((each.start >= 0) & (each.start < each.end) & (each.end <= lengths[articles])).all())
        for each, articles in zip(rows, of, strict=True)
    )
