"""Words as the pieces of a model's tokenizer, word by word, so that labels stay on the release's tokens."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any

from khabar.baselines.finetuning.windows import Window, windows
from khabar.errors import CallError

_LONGEST = 512
"""Pieces in a window where neither tokenizer nor model says how many it takes, or says too many."""


@dataclass(frozen=True, slots=True)
class Input:
    """What the model is given for one window, and where in it the first piece of each word stands."""

    window: Window
    ids: list[int]
    firsts: list[int]


@dataclass(frozen=True)
class Cutter:
    """Cuts words into pieces with a tokenizer of `transformers`; `positions` is how many the model has."""

    tokenizer: Any
    positions: int | None = None

    @cached_property
    def around(self) -> tuple[list[int], list[int]]:
        """The special pieces before and after a sentence."""
        for word in ("a", "1", "و"):
            bare = self._encode(word, special=False)
            full = self._encode(word, special=True)
            for start in range(len(full) - len(bare) + 1):
                if bare and full[start : start + len(bare)] == bare:
                    return full[:start], full[start + len(bare) :]
        raise CallError(
            "the tokenizer does not put its special pieces around a sentence; no words can be aligned"
        )

    @cached_property
    def most(self) -> int:
        """Pieces of words that fit into one window."""
        limits = [self.tokenizer.model_max_length, self.positions or _LONGEST, _LONGEST]
        most = int(min(limits)) - sum(map(len, self.around))
        if most < 1:
            raise CallError(f"the model sees {min(limits)} pieces at once, too few for a word")
        return most

    def inputs(self, words: Sequence[str]) -> list[Input]:
        """The windows of a sentence. Of a word of more pieces than fit, the first ones stand for it."""
        cut = [self._pieces(word) for word in words]
        before, after = self.around
        found = []
        for window in windows([len(each) for each in cut], self.most):
            ids, firsts = list(before), []
            for pieces in cut[window.first : window.last]:
                firsts.append(len(ids))
                ids += pieces
            found.append(Input(window, ids + after, firsts))
        return found

    def _pieces(self, word: str) -> list[int]:
        # what a tokenizer drops altogether (some marks) still needs a place, or labels would shift
        return self._encode(word, special=False)[: self.most] or [self.tokenizer.unk_token_id or 0]

    def _encode(self, word: str, *, special: bool) -> list[int]:
        encoded = self.tokenizer([word], is_split_into_words=True, add_special_tokens=special)
        return list(encoded["input_ids"])
