"""Counts of a measure in slices: where a system is good, and where it is not.

Into which slice a prediction or a gold mention falls depends on the article, its gold and its own span
only, so that a match is in one slice on both sides, and the slices of each kind add up to the total.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass

from khabar.scoring.counts import Counts
from khabar.scoring.evaluation import Evaluation
from khabar.scoring.events import Key
from khabar.scoring.gold import Forms
from khabar.scoring.measures import BY_NAME, View
from khabar.scoring.places import SLICED, Map, task_of
from khabar.text.forms import is_seen

Slices = Mapping[str, Mapping[str, Counts]]
"""Kind of slice → name of the slice → counts, in the order they are shown."""


@dataclass(frozen=True, slots=True)
class Item:
    """Something said of an article, by gold or system: its place, and what it is looked up in."""

    view: View
    map: Map
    measure: str
    start: int
    end: int
    forms: Forms | None


def slice_counts(evaluation: Evaluation) -> dict[str, Slices]:
    """The slices of every sliced measure the submission predicts.

    `form` is only there where the gold knows the forms of a train split, `nesting` only for exact spans.
    """
    found: dict[str, Slices] = {}
    for measure in SLICED:
        if evaluation.scores[measure] is not None:
            found[measure] = {
                kind: _counts(evaluation, measure, name_of, names)
                for kind, (names, name_of) in KINDS.items()
                if _applies(kind, measure, evaluation.gold.seen)
            }
    return found


def _applies(kind: str, measure: str, seen: Forms | None) -> bool:
    return {"nesting": measure == "entities_exact", "form": seen is not None}.get(kind, True)


def _counts(
    evaluation: Evaluation, measure: str, name_of: Callable[[Item], str], names: tuple[str, ...]
) -> dict[str, Counts]:
    sums: dict[str, list[int]] = {name: [0, 0, 0] for name in names}
    keys = BY_NAME[measure].keys
    for right, found in evaluation.views:
        places = Map(right.article)

        def add(column: int, said: Iterable[Key], right: View = right, places: Map = places) -> None:
            for each in said:
                span = places.span(measure, each)
                name = name_of(Item(right, places, measure, *span, evaluation.gold.seen))
                sums.setdefault(name, [0, 0, 0])[column] += 1

        truths, guesses = set(keys(right)), set(keys(found))
        for column, said in enumerate((truths & guesses, guesses, truths)):
            add(column, said)
    ordered = list(sums.items()) if names else sorted(sums.items())
    return {name: Counts(*each) for name, each in ordered if any(each)}


def _source(item: Item) -> str:
    return item.view.article.source


def _events(item: Item) -> str:
    return "with events" if item.view.says.events else "without events"


def _form(item: Item) -> str:
    seen = (item.forms or {})[task_of(item.measure)]
    text = item.view.article.text[item.start : item.end]
    return "seen" if is_seen(text, seen) else "unseen"


def _length(item: Item) -> str:
    tokens = item.map.tokens_in(item.start, item.end)
    return str(tokens) if tokens < 4 else "4+"


def _sentence(item: Item) -> str:
    tokens = item.map.sentence_length(item.start)
    return next(name for most, name in _SENTENCES if tokens <= most)


_SENTENCES = ((10, "1–10"), (25, "11–25"), (50, "26–50"), (float("inf"), "51+"))


def _nesting(item: Item) -> str:
    """How the span lies to the gold's mentions, whoever said it."""
    others = {(start, end) for start, end, _ in item.view.says.entities} - {(item.start, item.end)}
    if any(start <= item.start and item.end <= end for start, end in others):
        return "inside another"
    if any(item.start <= start and end <= item.end for start, end in others):
        return "around another"
    return "flat"


KINDS: Mapping[str, tuple[tuple[str, ...], Callable[[Item], str]]] = {
    "source": ((), _source),
    "form": (("seen", "unseen"), _form),
    "length": (("0", "1", "2", "3", "4+"), _length),
    "nesting": (("flat", "around another", "inside another"), _nesting),
    "sentence": (tuple(name for _, name in _SENTENCES), _sentence),
    "events": (("with events", "without events"), _events),
}
"""Kind of slice → its names in order (none: sorted by name), and the slice of an item."""
