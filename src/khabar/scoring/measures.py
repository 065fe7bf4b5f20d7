"""What is measured: each measure turns an article into a set of keys, and counts are matches of such sets.

Per article and type, the counts are the one intermediate product: every figure, interval and comparison
is made of sums of them.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from itertools import chain
from typing import Literal

import numpy as np

from khabar.schema import Schema
from khabar.scoring.counts import Counts, IntArray
from khabar.scoring.events import ANY, Key, tuples
from khabar.scoring.extraction import Extraction
from khabar.scoring.gold import Article, Shown
from khabar.scoring.proclitics import up_to_proclitic
from khabar.scoring.tags import mentions_of

Task = Literal["entities", "triggers", "arguments"]
TASKS: tuple[Task, ...] = ("entities", "triggers", "arguments")


@dataclass(frozen=True, slots=True)
class View:
    """What gold or a system says of an article, as spans and laid on its tokens."""

    article: Article
    says: Extraction
    ner: Shown
    triggers: Shown


def view(article: Article, says: Extraction) -> View:
    """Entities and triggers laid on the article's tokens by the one rule."""
    return View(
        article, says, article.show(says.entities), article.show(each.trigger for each in says.events)
    )


@dataclass(frozen=True, slots=True)
class Measure:
    """A way of comparing: the keys of an article, each beginning with the type it is counted under."""

    name: str
    task: Task
    title: str
    what: str
    keys: Callable[[View], Iterable[Key]]
    typed: bool = True

    def labels(self, schema: Schema) -> tuple[str, ...]:
        """The types it counts by; `("",)` where it does not look at types."""
        if not self.typed:
            return (ANY,)
        return tuple(schema.entities if self.task == "entities" else schema.events)


def _strict(tags: Sequence[Sequence[str]]) -> set[Key]:
    return {
        (name, number, first, last)
        for number, part in enumerate(tags)
        for first, last, name in mentions_of(part)
    }


def _entities(seen: View) -> set[Key]:
    return _strict(seen.ner.tags)


def _triggers(seen: View) -> set[Key]:
    return _strict(seen.triggers.tags)


def _exact(seen: View) -> set[Key]:
    return {(name, start, end) for start, end, name in seen.says.entities}


def _up_to_proclitic(seen: View) -> Iterable[Key]:
    return up_to_proclitic(seen.says.entities, seen.article.text, seen.article.tokens)


def _of_events(measure: str, seen: View) -> set[Key]:
    return tuples(measure, seen.says)


def _event_measure(name: str, task: Task, title: str, what: str, *, typed: bool = True) -> Measure:
    return Measure(name, task, title, what, partial(_of_events, name), typed)


MEASURES: tuple[Measure, ...] = (
    Measure(
        "entities", "entities", "Entities", "outermost mentions on words, seqeval strict IOB2", _entities
    ),
    Measure("entities_exact", "entities", "Exact spans", "all mentions, nested too, by character", _exact),
    Measure(
        "entities_up_to_proclitic",
        "entities",
        "Up to a proclitic",
        "as exact spans, but a leading و ف ب ك ل س may be in or out",
        _up_to_proclitic,
    ),
    Measure("triggers", "triggers", "Triggers", "event triggers on words, seqeval strict IOB2", _triggers),
    _event_measure("trigger_i", "triggers", "Trig-I", "trigger span, by character", typed=False),
    _event_measure("trigger_c", "triggers", "Trig-C", "trigger span and event type"),
    _event_measure("argument_i", "arguments", "Arg-I", "event type and argument span"),
    _event_measure("argument_c", "arguments", "Arg-C", "event type, argument span and role"),
    _event_measure("argument_i+", "arguments", "Arg-I+", "as Arg-I, and on its own trigger"),
    _event_measure("argument_c+", "arguments", "Arg-C+", "as Arg-C, and on its own trigger"),
)
"""All measures, in the order they are shown."""

BY_NAME: Mapping[str, Measure] = {each.name: each for each in MEASURES}

HEADLINES: Mapping[Task, str] = {"entities": "entities", "triggers": "triggers", "arguments": "argument_c+"}
"""The measure that stands for each task."""


@dataclass(frozen=True, slots=True)
class Matrix:
    """Counts per article, type and (match, predicted, gold): integers of shape (articles, types, 3)."""

    labels: tuple[str, ...]
    counts: IntArray

    @property
    def total(self) -> Counts:
        """The sum over articles and types."""
        return _as_counts(self.counts.sum(axis=(0, 1)))

    @property
    def by_label(self) -> dict[str, Counts]:
        """The sum over articles, of every type."""
        return dict(zip(self.labels, map(_as_counts, self.counts.sum(axis=0)), strict=True))

    @property
    def in_gold(self) -> list[str]:
        """The types the gold holds, in the schema's order: what a macro average is over."""
        return [name for name, each in self.by_label.items() if each.gold]


def _as_counts(values: IntArray) -> Counts:
    return Counts(*map(int, values))


def count(measure: Measure, schema: Schema, gold: Sequence[View], predicted: Sequence[View]) -> Matrix:
    """The measure's counts over pairs of views of the same articles."""
    labels = measure.labels(schema)
    column = {name: number for number, name in enumerate(labels)}
    pieces: tuple[list[int], list[int], list[int]] = ([], [], [])
    for row, (right, found) in enumerate(zip(gold, predicted, strict=True)):
        truths, guesses = set(measure.keys(right)), set(measure.keys(found))
        offset = row * len(labels)
        for indices, keys in zip(pieces, (truths & guesses, guesses, truths), strict=True):
            indices.extend(offset + column[key[0]] for key in keys)
    size = len(gold) * len(labels)
    counted = [np.bincount(np.array(each, dtype=np.int64), minlength=size) for each in pieces]
    return Matrix(labels, np.stack(counted, axis=-1).reshape(len(gold), len(labels), 3))


def unknown_types(articles: Iterable[Article], schema: Schema) -> list[str]:
    """Types the articles' gold uses and the schema does not have, sorted."""
    said = [each.says for each in articles]
    entities = {name for each in said for _, _, name in each.entities}
    events = {event.type for event in chain.from_iterable(each.events for each in said)}
    return sorted((entities - schema.entities.keys()) | (events - schema.events.keys()))
