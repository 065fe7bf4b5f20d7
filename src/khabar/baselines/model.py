"""What every baseline is: something that turns an article into a submission record."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Protocol

from khabar.alignment import LabelledSpan
from khabar.baselines.arguments import ArgumentRule
from khabar.baselines.training import Row, contains
from khabar.files import content_digest
from khabar.schema import Schema
from khabar.text import Sentence, segment

Spans = tuple[list[LabelledSpan], list[LabelledSpan]]
"""Mentions (outermost and nested) and triggers of one sentence."""


class Model(Protocol):
    """A trained baseline. The same article always gets the same record."""

    def predict(self, article: Row) -> dict[str, Any]:
        """The submission record of the article; only its `id` and `text` are read."""
        ...


class SentenceModel(Protocol):
    """A baseline that works sentence by sentence and leaves arguments to the common rule."""

    @property
    def rule(self) -> ArgumentRule:
        """The argument rule learnt from train."""
        ...

    @property
    def hosts(self) -> frozenset[str]:
        """Types of mentions that may contain a trigger."""
        ...

    def spans(self, sentence: Sentence) -> Spans:
        """The mentions and triggers of the sentence, each span once."""
        ...


def learnt_from(name: str, documents: Sequence[Row], schema: Schema, *, seed: int = 0) -> dict[str, Any]:
    """What tells a baseline from others: its name and seed, and digests of what it learnt from."""
    return {
        "model": name,
        "train": content_digest(documents),
        "schema": content_digest([schema.model_dump(mode="json")]),
        "seed": seed,
    }


def record(model: SentenceModel, article: Row) -> dict[str, Any]:
    """The submission record that the model's spans and the argument rule make of the article.

    A trigger inside a mention of a type that never contains one in train is dropped.
    Entities are in the order of annotation files, `(start, -end, type)`, events likewise by trigger.
    """
    entities: list[LabelledSpan] = []
    events: list[dict[str, Any]] = []
    for sentence in segment(article["text"]):
        mentions, triggers = model.spans(sentence)
        entities += mentions
        closed = [mention for mention in mentions if mention[2] not in model.hosts]
        for trigger in triggers:
            if any(contains(mention, trigger) for mention in closed):
                continue
            fillers = model.rule.fill(trigger, mentions, sentence, article["text"])
            events.append(_event(trigger, fillers))
    return {
        "article": article["id"],
        "entities": [
            {"start": start, "end": end, "type": label} for start, end, label in in_file_order(entities)
        ],
        "events": events,
    }


def in_file_order(spans: Sequence[LabelledSpan]) -> list[LabelledSpan]:
    """The spans sorted by `(start, -end, type)`."""
    return sorted(spans, key=lambda each: (each[0], -each[1], each[2]))


def _event(trigger: LabelledSpan, fillers: Sequence[tuple[str, int, int]]) -> dict[str, Any]:
    start, end, label = trigger
    return {
        "type": label,
        "trigger": {"start": start, "end": end},
        "arguments": [{"role": role, "start": first, "end": last} for role, first, last in sorted(fillers)],
    }
