"""The network, with thinc: bags of features, convolutions over neighbours, a CRF for each task on top."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray
from thinc.api import (
    Adam,
    Embed,
    LayerNorm,
    Linear,
    Maxout,
    Model,
    Ragged,
    chain,
    expand_window,
    reduce_sum,
    residual,
    use_ops,
    with_array,
)

from khabar.baselines.chain import Floats, forbidden, gradients, labels_of, marginals
from khabar.baselines.neural import vocabulary
from khabar.baselines.neural.parameters import (
    BATCH_WORDS,
    DEPTH,
    DROPOUT,
    EPOCHS,
    FEATURE_DROPOUT,
    LEARN_RATE,
    PIECES,
    WEIGHT_DECAY,
    WIDTH,
)
from khabar.baselines.neural.vocabulary import Bags

_WORDS_A_STEP = 10
"""Losses are summed over words and divided by a tenth of them: the scale the learning rate is tuned at."""


@dataclass(frozen=True, slots=True)
class Example:
    """A sentence of train: its bags, and for each task the numbers of its tags."""

    bags: Bags
    tags: tuple[NDArray[np.int64], ...]


@contextmanager
def _on_cpu() -> Iterator[None]:
    """Thinc would take another back end where one is installed, and other sums with it."""
    with use_ops("numpy"):
        yield


class Network:
    """A network over `rows` features for tasks with these types; `seed` decides all that is random."""

    def __init__(self, rows: int, tasks: Sequence[Sequence[str]], seed: int) -> None:
        self._random = np.random.default_rng(seed)
        labels = [labels_of(each) for each in tasks]
        self._limits = [forbidden(each) for each in labels]
        with _on_cpu():
            self._embed: Model[Any, Any] = chain(_bag_of_vectors(rows, self._uniform), LayerNorm(nI=WIDTH))
            # padded by what a word sees, so that no sentence sees its neighbour in the batch
            layers = [_convolution(self._uniform) for _ in range(DEPTH)]
            self._encode: Model[Any, Any] = with_array(chain(*layers), pad=DEPTH)
            self._score: list[Model[Any, Any]] = [Linear(len(each), WIDTH, init_W=_zeros) for each in labels]
            self._steps = [_transitions(len(each)) for each in labels]
            for part in self._parts:
                part.initialize()

    @property
    def _parts(self) -> list[Model[Any, Any]]:
        return [self._embed, self._encode, *self._score, *self._steps]

    def _uniform(self, _: Any, shape: tuple[int, ...]) -> Floats:
        """Initial weights (Glorot and Bengio 2010), of our own generator rather than numpy's global one."""
        bound = np.sqrt(6.0 / (shape[-1] + int(np.prod(shape[:-1]))))
        return self._random.uniform(-bound, bound, shape).astype("f")

    def train(self, examples: Sequence[Example]) -> Iterator[int]:
        """Learn from the sentences, epoch by epoch, then keep the average of the weights over all steps."""
        optimiser = Adam(
            LEARN_RATE, L2=WEIGHT_DECAY, L2_is_weight_decay=True, use_averages=True, grad_clip=1.0
        )
        for epoch in range(EPOCHS):
            with _on_cpu():
                for batch in self._batches(examples):
                    self._step(batch)
                    for part in self._parts:
                        part.finish_update(optimiser)
            yield epoch
        for part in self._parts:
            for node in part.walk():
                for name in node.param_names:
                    if (average := (optimiser.averages or {}).get((node.id, name))) is not None:
                        node.set_param(name, average)

    def probabilities(self, bags: Bags) -> list[Floats]:
        """For each task, the marginal probability of each tag at each word of one sentence."""
        with _on_cpu():
            scores, _ = self._forward(bags, [len(bags.lengths)], train=False)
        words = np.ones((1, len(bags.lengths)), dtype=bool)
        return [marginals(found[None], words, *self._chain(task))[0][0] for task, found in enumerate(scores)]

    def _batches(self, examples: Sequence[Example]) -> Iterator[list[Example]]:
        batch: list[Example] = []
        for number in self._random.permutation(len(examples)):
            batch.append(examples[number])
            if sum(len(each.bags.lengths) for each in batch) >= BATCH_WORDS:
                yield batch
                batch = []
        if batch:
            yield batch

    def _step(self, batch: Sequence[Example]) -> None:
        bags = vocabulary.thinned(
            vocabulary.joined([each.bags for each in batch]), FEATURE_DROPOUT, self._random
        )
        sizes = [len(each.bags.lengths) for each in batch]
        scores, backward = self._forward(bags, sizes, train=True)
        scale = _WORDS_A_STEP / sum(sizes)
        by_scores = [self._losses(task, found, batch, sizes, scale) for task, found in enumerate(scores)]
        backward(by_scores)

    def _losses(
        self, task: int, scores: Floats, batch: Sequence[Example], sizes: Sequence[int], scale: float
    ) -> Floats:
        """Gradients by the scores of one task; those by its transitions are added to them."""
        words = np.arange(max(sizes)) < np.array(sizes)[:, None]
        padded = np.zeros((*words.shape, scores.shape[1]), dtype="f")
        padded[words] = scores
        right = np.zeros(words.shape, dtype=np.int64)
        right[words] = np.concatenate([each.tags[task] for each in batch])
        by_scores: Floats
        by_steps: Any
        by_first: Any
        by_scores, by_steps, by_first = gradients(padded, words, *self._chain(task), right)
        self._steps[task].inc_grad("steps", by_steps * np.float32(scale))
        self._steps[task].inc_grad("first", by_first * np.float32(scale))
        return by_scores[words] * np.float32(scale)

    def _chain(self, task: int) -> tuple[Floats, Floats]:
        """Scores of steps and of first tags, with what IOB2 forbids."""
        steps: Any = self._steps[task].get_param("steps")
        first: Any = self._steps[task].get_param("first")
        return steps + self._limits[task][0], first + self._limits[task][1]

    def _forward(
        self, bags: Bags, sizes: Sequence[int], *, train: bool
    ) -> tuple[list[Floats], Callable[[list[Floats]], None]]:
        """Scores of each task, words end to end, and what takes their gradients back."""
        rows: Any = bags.rows
        lengths: Any = bags.lengths
        vectors, back_embed = self._embed(Ragged(rows, lengths), train)
        mask = self._mask(vectors.shape, train=train)
        parts = np.split(vectors * mask, np.cumsum(sizes)[:-1])
        encoded, back_encode = self._encode(parts, train)
        hidden_mask = self._mask(vectors.shape, train=train)
        hidden = np.concatenate(encoded) * hidden_mask
        scored = [each(hidden, train) for each in self._score]

        def backward(by_scores: list[Floats]) -> None:
            by_hidden = (
                sum(back(each) for (_, back), each in zip(scored, by_scores, strict=True)) * hidden_mask
            )
            by_parts = back_encode(np.split(by_hidden, np.cumsum(sizes)[:-1]))
            back_embed(np.concatenate(by_parts) * mask)

        return [found for found, _ in scored], backward

    def _mask(self, shape: tuple[int, ...], *, train: bool) -> Floats:
        """Inverted dropout: 0, or the inverse of what stays."""
        if not train:
            return np.ones((1, 1), dtype="f")
        return ((self._random.random(shape) >= DROPOUT) / (1 - DROPOUT)).astype("f")


def _bag_of_vectors(rows: int, initial: Callable[..., Any]) -> Model[Any, Any]:
    """The sum of the vectors of a word's features."""
    table: Model[Any, Any] = Embed(WIDTH, rows, initializer=initial)

    def forward(model: Any, bags: Ragged, is_train: bool) -> tuple[Ragged, Callable[[Ragged], Ragged]]:
        vectors, back = table(bags.dataXd.ravel(), is_train)
        return Ragged(vectors, bags.lengths), lambda change: Ragged(back(change.dataXd), bags.lengths)

    def initialise(*_: Any, **__: Any) -> None:
        table.initialize()

    looked_up: Model[Any, Any] = Model("bag", forward, init=initialise, layers=[table])
    return chain(looked_up, reduce_sum())


def _convolution(initial: Callable[..., Any]) -> Model[Any, Any]:
    """A word with one neighbour on each side, beside what it was (He et al. 2016)."""
    window: Model[Any, Any] = expand_window(1)
    return residual(chain(window, Maxout(WIDTH, 3 * WIDTH, nP=PIECES, init_W=initial, normalize=True)))


def _transitions(size: int) -> Model[Any, Any]:
    """The learnt scores of steps and first tags, as parameters that the optimiser sees."""
    start: dict[str, Any] = {"steps": np.zeros((size, size), dtype="f"), "first": np.zeros(size, dtype="f")}
    return Model("transitions", _unchanged, params=start)


def _unchanged(_: Any, given: Any, is_train: bool) -> tuple[Any, Callable[[Any], Any]]:
    return given, lambda change: change


def _zeros(_: Any, shape: tuple[int, ...]) -> Floats:
    return np.zeros(shape, dtype="f")
