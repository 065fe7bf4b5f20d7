"""Baseline 2: convolutions over bags of word features with a CRF on top, several networks averaged.

One encoder serves mentions and triggers. Nothing outside train is used, and nothing pretrained. What becomes
of the tags is in `decoding`, arguments are filled by the nearest-compatible-entity rule.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from khabar.baselines import arguments, decoding
from khabar.baselines.arguments import ArgumentRule
from khabar.baselines.chain import best, labels_of
from khabar.baselines.decoding import Decoder
from khabar.baselines.folds import Lesson, lay_out, types_in
from khabar.baselines.model import Spans, record
from khabar.baselines.neural import vocabulary
from khabar.baselines.neural.network import Example, Network
from khabar.baselines.neural.parameters import EPOCHS, MEMBERS
from khabar.baselines.neural.vocabulary import Vocabulary
from khabar.baselines.training import Row, read_articles, trigger_hosts
from khabar.schema import Schema
from khabar.terminal import progress
from khabar.text import Sentence

_LEAST = 1e-9
"""Added to probabilities before their logarithm is taken."""


@dataclass(frozen=True, slots=True)
class Neural:
    """The networks and the types they tag (of mentions, of triggers), the decoder of their tags, rules."""

    networks: tuple[Network, ...]
    tasks: tuple[tuple[str, ...], ...]
    words: Vocabulary
    decoder: Decoder
    rule: ArgumentRule
    hosts: frozenset[str]

    def spans(self, sentence: Sentence) -> Spans:
        """The mentions (nested ones too) and triggers of the sentence."""
        if not self.networks:
            return [], []
        bags = self.words.bags(sentence, self.decoder.lexicons)
        found = [each.probabilities(bags) for each in self.networks]
        mentions, triggers = (
            best(np.log(np.mean([each[task] for each in found], axis=0) + _LEAST), labels_of(types))
            for task, types in enumerate(self.tasks)
        )
        return self.decoder.spans(sentence, mentions, triggers)

    def predict(self, article: Row) -> dict[str, Any]:
        """The submission record of the article; only its `id` and `text` are read."""
        return record(self, article)


def fit(documents: Sequence[Row], schema: Schema, *, seed: int = 0, members: int = MEMBERS) -> Neural:
    """Learn from rows of the `documents` config; without rows, a model that predicts nothing.

    `seed` decides all that is random: folds, first weights, order of sentences, dropout. Raises DataError
    where a row does not fit the schema.
    """
    articles = read_articles(documents, schema)
    train = lay_out(articles, schema)
    lessons = [each for each in train.lessons(seed) if each.sentence.tokens]
    words = vocabulary.learn((each.sentence, each.unseen) for each in lessons)
    tasks = (
        types_in(lesson.mention_tags for lesson in lessons),
        types_in(lesson.trigger_tags for lesson in lessons),
    )
    examples = [_example(lesson, words, tasks) for lesson in lessons]
    networks = (
        [Network(len(words), tasks, seed * members + number) for number in range(members)] if lessons else []
    )
    epochs = (epoch for network in networks for epoch in network.train(examples))
    for _ in progress(epochs, doing="Training", total=len(networks) * EPOCHS):
        pass
    return Neural(
        tuple(networks),
        tasks,
        words,
        decoding.learn(train),
        arguments.learn((filler for each in articles for filler in each.fillers), schema),
        trigger_hosts(articles),
    )


def _example(lesson: Lesson, words: Vocabulary, tasks: Sequence[Sequence[str]]) -> Example:
    numbers = [{label: number for number, label in enumerate(labels_of(each))} for each in tasks]
    tags = (lesson.mention_tags, lesson.trigger_tags)
    return Example(
        words.bags(lesson.sentence, lesson.unseen),
        tuple(np.array([known[tag] for tag in each]) for known, each in zip(numbers, tags, strict=True)),
    )
