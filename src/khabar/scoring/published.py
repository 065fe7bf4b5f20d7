"""The published figures are seqeval's own; ours must be the same to the bit, or nothing is published."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from khabar.errors import KhabarError
from khabar.scoring.counts import Figures
from khabar.scoring.tags import TagScores


class MismatchError(KhabarError):
    """seqeval and our own counts differ: a bug in one of them, so that no figure is given at all."""


def published(gold: Sequence[Sequence[str]], predicted: Sequence[Sequence[str]]) -> dict[str, Figures]:
    """The figures of seqeval itself in strict IOB2 mode, by type; under `""` those of all types together.

    The function `mode="strict"` selects is called directly, since under another spelling of mode or
    scheme seqeval falls back to its lenient mode without a word. Imports seqeval, which takes seconds.
    """
    from seqeval.metrics.v1 import precision_recall_fscore_support
    from seqeval.scheme import IOB2, Entities

    truths = Entities([list(each) for each in gold], IOB2)
    guesses = Entities([list(each) for each in predicted], IOB2)
    names = sorted(truths.unique_tags | guesses.unique_tags)
    if not names:
        return {"": Figures(0.0, 0.0, 0.0)}
    options = {"scheme": IOB2, "zero_division": 0, "entities_true": truths, "entities_pred": guesses}
    sides = [list(each) for each in gold], [list(each) for each in predicted]
    together = precision_recall_fscore_support(*sides, average="micro", **options)
    columns = precision_recall_fscore_support(*sides, average=None, **options)[:3]
    found = {name: _as_figures(row) for name, row in zip(names, zip(*columns, strict=True), strict=True)}
    return {"": _as_figures(together[:3]), **found}


def _as_figures(values: Iterable[float]) -> Figures:
    return Figures(*map(float, values))


def check_published(
    scores: TagScores, gold: Sequence[Sequence[str]], predicted: Sequence[Sequence[str]]
) -> None:
    """Raise MismatchError unless seqeval gives the same figures to the bit (0 for what is undefined)."""
    ours = {"": scores.micro, **scores.by_type}
    theirs = published(gold, predicted)
    for name in sorted(ours.keys() | theirs.keys()):
        mine = ours.get(name)
        if mine != theirs.get(name):
            raise MismatchError(
                f"{name or 'micro'}: our counts give {mine}, seqeval gives {theirs.get(name)}; "
                "no score is given; please report this with the predictions"
            )
