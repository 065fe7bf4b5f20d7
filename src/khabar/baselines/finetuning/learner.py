"""Fine-tuning of a token-classification model of `transformers` on one task: IOB2 tags of words."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import torch
from transformers import AutoModelForTokenClassification, AutoTokenizer

from khabar.baselines.chain import best, labels_of
from khabar.baselines.finetuning.pieces import Cutter, Input
from khabar.errors import CallError

IGNORED = -100
"""The label of pieces that no loss is taken of: all but the first of a word, and those of other windows."""


@dataclass(frozen=True, slots=True)
class Course:
    """How a model is fine-tuned: AdamW, a tenth of the steps warming up, then down to 0 in a line."""

    epochs: int = 10
    learn_rate: float = 5e-5
    batch: int = 16
    weight_decay: float = 0.01
    clip: float = 1.0
    device: str = "cpu"


def device_of(name: str) -> str:
    """The device by that name, `auto` a GPU where there is one. Raises CallError where it cannot be used."""
    if name == "auto":
        return "cuda" if torch.cuda.is_available() else "cpu"
    try:
        torch.zeros(1, device=name)
    except (RuntimeError, AssertionError) as error:
        reason = str(error).strip().splitlines()[0]
        raise CallError(f"device {name!r} cannot be used here: {reason}") from error
    return name


class Learner:
    """A model under fine-tuning for these types. What is random comes from `seed`.

    Raises CallError where there is no such model or it cannot be had.
    """

    def __init__(self, name: str, types: Sequence[str], course: Course, seed: int) -> None:
        self._labels = labels_of(types)
        self._course, self._seed = course, seed
        torch.manual_seed(seed)
        torch.use_deterministic_algorithms(True, warn_only=True)
        try:
            # byte-level tokenizers take words one by one only with a space before each
            tokenizer = AutoTokenizer.from_pretrained(name, add_prefix_space=True)
            self._model: Any = AutoModelForTokenClassification.from_pretrained(
                name,
                num_labels=len(self._labels),
                id2label=dict(enumerate(self._labels)),
                label2id={label: number for number, label in enumerate(self._labels)},
                ignore_mismatched_sizes=True,  # the head is of another task, and made anew
            )
        except (OSError, ValueError) as error:
            reason = str(error).strip().splitlines()[0]
            raise CallError(f"no token-classification model can be loaded from {name!r}: {reason}") from error
        self._model.to(course.device)
        self._pad = tokenizer.pad_token_id or 0
        self._cutter = Cutter(tokenizer, _positions(self._model.config))

    def train(self, sentences: Sequence[Sequence[str]], tags: Sequence[Sequence[str]]) -> Iterator[int]:
        """Learn the tags of the words; a number each epoch."""
        number = {label: place for place, label in enumerate(self._labels)}
        examples = [
            (each, _labels(each, [number[tag] for tag in right]))
            for words, right in zip(sentences, tags, strict=True)
            for each in self._cutter.inputs(words)
        ]
        course = self._course
        steps = course.epochs * -(-len(examples) // course.batch)
        optimiser = torch.optim.AdamW(
            self._model.parameters(), lr=course.learn_rate, weight_decay=course.weight_decay
        )
        rate = torch.optim.lr_scheduler.LambdaLR(optimiser, lambda step: _share(step, steps))
        order = np.random.default_rng(self._seed)
        for epoch in range(course.epochs):
            self._model.train()
            shuffled = order.permutation(len(examples))
            for start in range(0, len(examples), course.batch):
                batch = [examples[each] for each in shuffled[start : start + course.batch]]
                loss = self._model(
                    **self._tensors([each for each, _ in batch], [right for _, right in batch])
                ).loss
                loss.backward()
                torch.nn.utils.clip_grad_norm_(self._model.parameters(), course.clip)
                optimiser.step()
                rate.step()
                optimiser.zero_grad()
            yield epoch

    def tags(self, words: Sequence[str]) -> list[str]:
        """The legal IOB2 tags that the model finds best for the words of a sentence."""
        if not words:
            return []
        scores = np.zeros((len(words), len(self._labels)), dtype="f")
        self._model.eval()
        for each in self._cutter.inputs(words):
            with torch.no_grad():
                logits = self._model(**self._tensors([each])).logits[0]
            found = torch.log_softmax(logits.float(), dim=-1).cpu().numpy()
            window = each.window
            for word in range(window.begin, window.end):
                scores[word] = found[each.firsts[word - window.first]]
        return best(scores, self._labels)

    def _tensors(self, inputs: Sequence[Input], labels: Sequence[Sequence[int]] = ()) -> dict[str, Any]:
        width = max(len(each.ids) for each in inputs)
        given = {
            "input_ids": [_filled(each.ids, width, self._pad) for each in inputs],
            "attention_mask": [_filled([1] * len(each.ids), width, 0) for each in inputs],
        }
        if labels:
            given["labels"] = [_filled(each, width, IGNORED) for each in labels]
        return {name: torch.tensor(value, device=self._course.device) for name, value in given.items()}


def _labels(given: Input, numbers: Sequence[int]) -> list[int]:
    """The labels of the window's pieces: one a word, on its first piece, for words the window answers for."""
    window = given.window
    labels = [IGNORED] * len(given.ids)
    for word in range(window.begin, window.end):
        labels[given.firsts[word - window.first]] = numbers[word]
    return labels


def _filled(values: Sequence[int], width: int, by: int) -> list[int]:
    return [*values, *[by] * (width - len(values))]


def _share(step: int, steps: int) -> float:
    warm = max(steps // 10, 1)
    return min((step + 1) / warm, max(steps - step, 0) / max(steps - warm, 1))


def _positions(config: Any) -> int | None:
    """How many pieces the model has positions for; the RoBERTa family counts its padding too."""
    positions = getattr(config, "max_position_embeddings", None)
    if not isinstance(positions, int) or positions < 1:
        return None  # relative positions: no limit of its own
    family = any(each in str(config.model_type) for each in ("roberta", "camembert"))
    return positions - (config.pad_token_id or 0) - 1 if family else positions
