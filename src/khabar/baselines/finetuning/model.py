"""Baseline 3: any token-classification model, fine-tuned once for mentions and once for triggers."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from khabar.baselines import arguments, decoding
from khabar.baselines.arguments import ArgumentRule
from khabar.baselines.decoding import Decoder
from khabar.baselines.finetuning.learner import Course, Learner
from khabar.baselines.folds import lay_out, tags_of, types_in
from khabar.baselines.lexicon import LabelledText
from khabar.baselines.model import Spans, record
from khabar.baselines.training import Row, read_articles, trigger_hosts
from khabar.schema import Schema
from khabar.terminal import progress
from khabar.text import Sentence


@dataclass(frozen=True, slots=True)
class Finetuned:
    """The models of both tasks (None where train has none of it), the decoder of their tags, rules."""

    mentions: Learner | None
    triggers: Learner | None
    decoder: Decoder
    rule: ArgumentRule
    hosts: frozenset[str]

    def spans(self, sentence: Sentence) -> Spans:
        """The mentions (nested ones too) and triggers of the sentence."""
        words = [token.text for token in sentence.tokens]
        mentions, triggers = (
            learner.tags(words) if learner else ["O"] * len(words)
            for learner in (self.mentions, self.triggers)
        )
        return self.decoder.spans(sentence, mentions, triggers)

    def predict(self, article: Row) -> dict[str, Any]:
        """The submission record of the article; only its `id` and `text` are read."""
        return record(self, article)


def fit(documents: Sequence[Row], schema: Schema, name: str, course: Course, *, seed: int = 0) -> Finetuned:
    """Fine-tune the model of that name, or in that folder, on rows of the `documents` config.

    Raises DataError where a row does not fit the schema, CallError where the model cannot be loaded.
    """
    articles = read_articles(documents, schema)
    train = lay_out(articles, schema)
    return Finetuned(
        _learn(train.mentions, name, course, seed, "Mentions"),
        _learn(train.triggers, name, course, seed, "Triggers"),
        decoding.learn(train),
        arguments.learn((filler for each in articles for filler in each.fillers), schema),
        trigger_hosts(articles),
    )


def _learn(texts: Sequence[LabelledText], name: str, course: Course, seed: int, doing: str) -> Learner | None:
    tags = [each for text in texts for each in tags_of(text)]
    types = types_in(tags)
    if not types:
        return None
    learner = Learner(name, types, course, seed)
    words = [[token.text for token in sentence.tokens] for text in texts for sentence in text.sentences]
    for _ in progress(learner.train(words, tags), doing=doing, total=course.epochs):
        pass
    return learner
