"""Baseline 1: a CRF for mentions and one for triggers; arguments by the nearest-compatible-entity rule.

Nothing outside train is used. What becomes of the tags is in `decoding`.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from math import fsum
from typing import Any

from khabar.baselines import arguments, decoding, tagger
from khabar.baselines.arguments import ArgumentRule
from khabar.baselines.decoding import Decoder
from khabar.baselines.features import sentence_features
from khabar.baselines.folds import lay_out
from khabar.baselines.model import Spans, record
from khabar.baselines.tagger import Tagger
from khabar.baselines.training import Row, read_articles, trigger_hosts
from khabar.schema import Schema
from khabar.text import Sentence, segment


@dataclass(frozen=True, slots=True)
class Crf:
    """Taggers of mentions and triggers, the decoder of their tags (its lexicons give features too), rules."""

    mentions: Tagger
    triggers: Tagger
    decoder: Decoder
    rule: ArgumentRule
    hosts: frozenset[str]

    def spans(self, sentence: Sentence) -> Spans:
        """The mentions (nested ones too) and triggers of the sentence."""
        features = sentence_features(sentence, self.decoder.lexicons)
        return self.decoder.spans(sentence, self.mentions.tags(features), self.triggers.tags(features))

    def predict(self, article: Row) -> dict[str, Any]:
        """The submission record of the article; only its `id` and `text` are read."""
        return record(self, article)

    def certainty(self, text: str) -> float:
        """How sure the model is of an article, 0 to 1: the mean probability of its words' tags.

        Both taggers count alike. A text without words is certain.
        """
        found: list[float] = []
        for sentence in segment(text):
            features = sentence_features(sentence, self.decoder.lexicons)
            found += [*self.mentions.certainty(features), *self.triggers.certainty(features)]
        return min(fsum(found) / len(found), 1.0) if found else 1.0


def fit(documents: Sequence[Row], schema: Schema, *, seed: int = 0) -> Crf:
    """Learn from rows of the `documents` config; without rows, a model that predicts nothing.

    `seed` decides which articles share a fold; the optimiser itself draws nothing at random.
    Raises DataError where a row does not fit the schema, CallError without python-crfsuite.
    """
    articles = read_articles(documents, schema)
    train = lay_out(articles, schema)
    lessons = list(train.lessons(seed))
    features = [sentence_features(each.sentence, each.unseen) for each in lessons]
    return Crf(
        tagger.train(features, [each.mention_tags for each in lessons]),
        tagger.train(features, [each.trigger_tags for each in lessons]),
        decoding.learn(train),
        arguments.learn((filler for each in articles for filler in each.fillers), schema),
        trigger_hosts(articles),
    )
