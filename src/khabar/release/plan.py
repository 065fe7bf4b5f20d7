"""What a release is to hold of a corpus."""

from __future__ import annotations

from dataclasses import dataclass

from khabar.corpus import SPLITS, Corpus


@dataclass(frozen=True, slots=True)
class Plan:
    """What a release is to hold.

    The labels of the split `held_out` are null, though the figures are of them too; `alone` names the one
    split of a folder that holds such labels and is kept private. `with_texts` names sources whose texts are
    in it though nobody may pass them on.
    """

    corpus: Corpus
    version: str
    held_out: str | None = None
    alone: str | None = None
    with_texts: tuple[str, ...] = ()

    @property
    def splits(self) -> tuple[str, ...]:
        """The splits of the release."""
        return SPLITS if self.alone is None else (self.alone,)
