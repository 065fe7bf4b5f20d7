"""Baseline 1: a CRF for mentions and one for triggers; arguments by the nearest-compatible-entity rule.

Word tags become character spans by the trimmer of `edges`; inside a mention that was found, names
that train knows there are added as nested mentions. Nothing outside train is used.
"""

from __future__ import annotations

import random
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from khabar.alignment import by_sentence, lay, spans_of
from khabar.baselines import arguments, edges, lexicon, tagger
from khabar.baselines.arguments import ArgumentRule
from khabar.baselines.edges import Trimmer
from khabar.baselines.features import sentence_features
from khabar.baselines.lexicon import LabelledText, Lexicon, Match
from khabar.baselines.model import Spans, record
from khabar.baselines.tagger import Features, Tagger
from khabar.baselines.training import Row, read_articles, trigger_hosts
from khabar.schema import Schema
from khabar.text import Sentence

FOLDS = 5
"""Parts of train; the lexicon features of one part come from the lexicons of the others."""

Lexicons = tuple[Lexicon, Lexicon]
"""Of names, of triggers."""


@dataclass(frozen=True, slots=True)
class SpanFinder:
    """A tagger, and the trimmer that turns its words into characters."""

    tagger: Tagger
    trimmer: Trimmer

    def find(self, sentence: Sentence, features: Features) -> list[Match]:
        """The spans that the tags of the sentence give, by start; none shares a word with another.

        A run of tags over punctuation or emoji alone is no span.
        """
        tokens = sentence.tokens
        return [
            Match(first, last, *self.trimmer.trim(tokens[first], tokens[last - 1], label), label)
            for first, last, label in spans_of(self.tagger.tags(features))
            if any(character.isalnum() for token in tokens[first:last] for character in token.text)
        ]


@dataclass(frozen=True, slots=True)
class Crf:
    """Finders of mentions and triggers, lexicons of both (for features and nested names), argument rule."""

    mentions: SpanFinder
    triggers: SpanFinder
    lexicons: Lexicons
    rule: ArgumentRule
    hosts: frozenset[str]

    def spans(self, sentence: Sentence) -> Spans:
        """The mentions (nested ones too) and triggers of the sentence."""
        features = sentence_features(sentence, self.lexicons)
        names, _ = self.lexicons
        mentions = [
            match.span
            for outer in self.mentions.find(sentence, features)
            for match in (outer, *names.inside(sentence, outer))
        ]
        return mentions, [match.span for match in self.triggers.find(sentence, features)]

    def predict(self, article: Row) -> dict[str, Any]:
        """The submission record of the article; only its `id` and `text` are read."""
        return record(self, article)


def fit(documents: Sequence[Row], schema: Schema, *, seed: int = 0) -> Crf:
    """Learn from rows of the `documents` config; without rows, a model that predicts nothing.

    `seed` decides which articles share a fold; the optimiser itself draws nothing at random.
    Raises DataError where a row does not fit the schema, CallError without python-crfsuite.
    """
    articles = read_articles(documents, schema)
    mentions = [LabelledText(each.text, each.sentences, each.mentions) for each in articles]
    triggers = [LabelledText(each.text, each.sentences, each.triggers) for each in articles]
    unseen = _lexicons_of_others(mentions, triggers, schema, seed)
    return Crf(
        _finder(mentions, unseen),
        _finder(triggers, unseen),
        _lexicons(mentions, triggers, schema),
        arguments.learn((filler for each in articles for filler in each.fillers), schema),
        trigger_hosts(articles),
    )


def _finder(texts: Sequence[LabelledText], lexicons: Sequence[Lexicons]) -> SpanFinder:
    tags = [each for text in texts for each in _tags(text)]
    features = (
        sentence_features(sentence, known)
        for text, known in zip(texts, lexicons, strict=True)
        for sentence in text.sentences
    )
    return SpanFinder(tagger.train(features, tags), edges.learn(texts))


def _tags(text: LabelledText) -> list[list[str]]:
    tokens = [token for sentence in text.sentences for token in sentence.tokens]
    return by_sentence(lay(text.spans, tokens).tags, text.sentences)


def _lexicons(mentions: Sequence[LabelledText], triggers: Sequence[LabelledText], schema: Schema) -> Lexicons:
    names = lexicon.learn(mentions, list(schema.entities))
    return names, lexicon.learn(triggers, list(schema.events))


def _lexicons_of_others(
    mentions: Sequence[LabelledText], triggers: Sequence[LabelledText], schema: Schema, seed: int
) -> list[Lexicons]:
    """For each article the lexicons of the other folds, so that its features never know its own answer."""
    fold_of = [number % FOLDS for number in range(len(mentions))]
    random.Random(seed).shuffle(fold_of)  # noqa: S311 - a repeatable order, nothing to guess
    learnt: dict[int, Lexicons] = {}
    for fold in sorted(set(fold_of)):
        others = [number for number, each in enumerate(fold_of) if each != fold]
        learnt[fold] = _lexicons([mentions[n] for n in others], [triggers[n] for n in others], schema)
    return [learnt[fold] for fold in fold_of]
