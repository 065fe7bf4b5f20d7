"""Words as bags of features: those that train has often enough, each with a row in the table of vectors."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from khabar.baselines.features import own_features
from khabar.baselines.folds import Lexicons
from khabar.baselines.neural.parameters import SELDOM
from khabar.text import Sentence

_UNKNOWN = 0


@dataclass(frozen=True, slots=True)
class Bags:
    """The feature rows of all words of one or more sentences, end to end, and how many each word has."""

    rows: NDArray[np.int32]
    lengths: NDArray[np.int32]


@dataclass(frozen=True, slots=True)
class Vocabulary:
    """The row of each feature; row 0 is for words without a known feature."""

    row_of: dict[str, int]

    def __len__(self) -> int:
        return len(self.row_of) + 1

    def bags(self, sentence: Sentence, lexicons: Lexicons) -> Bags:
        """The bags of the sentence's words; in training, lexicons must not have learnt from it."""
        found = [
            [self.row_of[each] for each in features if each in self.row_of] or [_UNKNOWN]
            for features in own_features(sentence, lexicons)
        ]
        rows = np.array([row for word in found for row in word], dtype="i")
        return Bags(rows, np.array([len(word) for word in found], dtype="i"))


def learn(sentences: Iterable[tuple[Sentence, Lexicons]]) -> Vocabulary:
    """The vocabulary of train, in alphabetical order."""
    counts = Counter(
        feature
        for sentence, lexicons in sentences
        for word in own_features(sentence, lexicons)
        for feature in word
    )
    kept = sorted(feature for feature, count in counts.items() if count >= SELDOM)
    return Vocabulary({feature: row for row, feature in enumerate(kept, 1)})


def joined(bags: Sequence[Bags]) -> Bags:
    """The bags of several sentences, end to end."""
    return Bags(np.concatenate([each.rows for each in bags]), np.concatenate([each.lengths for each in bags]))


def thinned(bags: Bags, share: float, random: np.random.Generator) -> Bags:
    """The bags with that share of features dropped at random; the first of a word stays."""
    starts = np.cumsum(bags.lengths) - bags.lengths
    keep = random.random(len(bags.rows)) >= share
    keep[starts] = True
    return Bags(bags.rows[keep], np.add.reduceat(keep, starts, dtype="i"))
