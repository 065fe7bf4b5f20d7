"""A linear-chain CRF over the words of a sentence, trained by L-BFGS with python-crfsuite."""

from __future__ import annotations

import math
import sys
import tempfile
from collections.abc import Iterable, Sequence
from importlib import import_module
from pathlib import Path
from types import ModuleType

from khabar.baselines.decoding import legal
from khabar.errors import CallError

PARAMETERS = {"c1": 0.05, "c2": 0.05, "feature.minfreq": 1}
"""CRFsuite's: L1 and L2 penalty, occurrences below which a feature is left out."""

MAX_ITERATIONS, MIN_ITERATIONS = 100, 30
WORD_PASSES = 10_000_000
"""Words times L-BFGS iterations spent at most while more than the least iterations: about half a minute."""

Features = list[list[str]]
"""The features of each word of one sentence."""


class Tagger:
    """A trained CRF, or one that tags every word `O` because train had no other tag (`weights` is None)."""

    def __init__(self, weights: bytes | None) -> None:
        self.weights = weights  # kept, because CRFsuite reads the model where it lies in memory
        self._crf = None
        if weights is not None:
            self._crf = _crfsuite().Tagger()
            self._crf.open_inmemory(weights)

    def tags(self, features: Features) -> list[str]:
        """Legal IOB2 tags of the sentence: an `I-` that continues nothing becomes a `B-`."""
        return self.tags_and_surprise(features)[0]

    def tags_and_surprise(self, features: Features) -> tuple[list[str], float]:
        """The same tags, and -log of the probability of those the model chose: 0 where it is sure."""
        if self._crf is None or not features:
            return ["O"] * len(features), 0.0
        found = self._crf.tag(features)
        return legal(found), -math.log(max(self._crf.probability(found), sys.float_info.min))

    def __reduce__(self) -> tuple[type[Tagger], tuple[bytes | None]]:
        """Its weights, so that it can be sent to another process."""
        return Tagger, (self.weights,)

    def certainty(self, features: Features) -> list[float]:
        """The probability (CRF marginal) of the tag that each word gets; 1 where there is no other tag."""
        if self._crf is None or not features:
            return [1.0] * len(features)
        tags = self._crf.tag(features)
        return [self._crf.marginal(tag, place) for place, tag in enumerate(tags)]


def train(features: Iterable[Features], tags: Sequence[Sequence[str]]) -> Tagger:
    """The tagger of these sentences; the same sentences in the same order give the same weights."""
    if all(tag == "O" for sentence in tags for tag in sentence):
        return Tagger(None)
    words = sum(len(sentence) for sentence in tags)
    iterations = min(max(WORD_PASSES // words, MIN_ITERATIONS), MAX_ITERATIONS)
    parameters = {**PARAMETERS, "max_iterations": iterations}
    trainer = _crfsuite().Trainer(algorithm="lbfgs", params=parameters, verbose=False)
    for sentence, right in zip(features, tags, strict=True):
        if sentence:
            trainer.append(sentence, right)
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "weights.crfsuite"
        trainer.train(str(path))
        return Tagger(path.read_bytes())


def _crfsuite() -> ModuleType:
    try:
        return import_module("pycrfsuite")
    except ImportError as error:
        message = "the CRF baseline needs python-crfsuite; install it with `pip install khabar[baselines]`"
        raise CallError(message) from error
