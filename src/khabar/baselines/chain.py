"""A linear-chain CRF in numpy: gradients of its loss, marginals, and the best legal IOB2 tags of scores.

Lafferty, McCallum and Pereira (2001). Steps that IOB2 forbids score `NEVER`.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float32]
Words = NDArray[np.bool_]

NEVER = -1e4


def labels_of(types: Sequence[str]) -> list[str]:
    """The tags of a task: `O`, and B- and I- of each type."""
    return ["O", *(f"{mark}-{each}" for each in types for mark in ("B", "I"))]


def forbidden(labels: Sequence[str]) -> tuple[Floats, Floats]:
    """What is added to the scores of steps `[from, to]` and of first tags: 0, or NEVER where forbidden."""
    steps = [
        [0.0 if right[0] != "I" or left[1:] == right[1:] else NEVER for right in labels] for left in labels
    ]
    first = [NEVER if each[0] == "I" else 0.0 for each in labels]
    return np.array(steps, dtype="f"), np.array(first, dtype="f")


def marginals(scores: Floats, words: Words, steps: Floats, first: Floats) -> tuple[Floats, Floats]:
    """Probabilities of each tag at each word, and of each step, summed (forward-backward).

    `scores` are `[sentences, words, tags]`; `words` says which places hold a word: the first of a sentence.
    """
    forward, backward = np.empty_like(scores), np.zeros_like(scores)
    forward[:, 0] = scores[:, 0] + first
    length = scores.shape[1]
    for here in range(1, length):
        reached = _log_sum(forward[:, here - 1, :, None] + steps, 1) + scores[:, here]
        forward[:, here] = np.where(words[:, here, None], reached, forward[:, here - 1])
    for here in range(length - 2, -1, -1):
        left = _log_sum(steps + (backward[:, here + 1] + scores[:, here + 1])[:, None, :], 2)
        backward[:, here] = np.where(words[:, here + 1, None], left, 0)
    total = _log_sum(forward[:, -1], 1)[:, None]
    by_step = np.zeros_like(steps)
    for here in range(1, length):
        after = (scores[:, here] + backward[:, here] - total)[:, None, :]
        both = np.exp(forward[:, here - 1, :, None] + steps + after)
        by_step += (both * words[:, here, None, None]).sum(0)
    return np.exp(forward + backward - total[:, None]) * words[..., None], by_step


def gradients(
    scores: Floats, words: Words, steps: Floats, first: Floats, right: NDArray[np.int64]
) -> tuple[Floats, Floats, Floats]:
    """Of the negative log-likelihood of the tags `right`: by scores, by steps, by first tags."""
    by_scores, by_steps = marginals(scores, words, steps, first)
    sentence, place = np.nonzero(words)
    by_scores[sentence, place, right[sentence, place]] -= 1
    sentence, place = np.nonzero(words[:, 1:])
    np.subtract.at(by_steps, (right[sentence, place], right[sentence, place + 1]), 1)
    return by_scores, by_steps, by_scores[:, 0].sum(0)


def best(scores: Floats, labels: Sequence[str]) -> list[str]:
    """The legal tags whose scores, `[words, tags]`, sum highest (Viterbi 1967); ties to the earlier label."""
    steps, first = forbidden(labels)
    reached, came_from = scores[0] + first, []
    for here in range(1, len(scores)):
        candidates = reached[:, None] + steps
        came_from.append(candidates.argmax(0))
        reached = candidates.max(0) + scores[here]
    path = [int(reached.argmax())]
    for back in reversed(came_from):
        path.append(int(back[path[-1]]))
    return [labels[each] for each in reversed(path)]


def _log_sum(values: Floats, axis: int) -> Floats:
    most = values.max(axis, keepdims=True)
    return np.asarray(np.log(np.exp(values - most).sum(axis)) + most.squeeze(axis), dtype="f")
