"""Baseline 0: names and trigger words learnt from train, found again by longest match.

Mentions get the type their form mostly has in train; triggers likewise; arguments are filled by the
nearest-compatible-entity rule. Nothing is drawn at random and nothing outside train is used.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from khabar.baselines import arguments, lexicon
from khabar.baselines.arguments import ArgumentRule
from khabar.baselines.lexicon import LabelledText, Lexicon
from khabar.baselines.model import Spans, record
from khabar.baselines.training import Row, read_articles, trigger_hosts
from khabar.schema import Schema
from khabar.text import Sentence


@dataclass(frozen=True, slots=True)
class Gazetteer:
    """The forms of names and of triggers, the argument rule, and types that may contain a trigger."""

    names: Lexicon
    triggers: Lexicon
    rule: ArgumentRule
    hosts: frozenset[str]

    def spans(self, sentence: Sentence) -> Spans:
        """The known names (nested ones too) and known trigger words of the sentence."""
        triggers = [match.span for match in self.triggers.outermost(sentence)]
        return self.names.spans(sentence), triggers

    def predict(self, article: Row) -> dict[str, Any]:
        """The submission record of the article; only its `id` and `text` are read."""
        return record(self, article)


def fit(documents: Sequence[Row], schema: Schema) -> Gazetteer:
    """Learn from rows of the `documents` config; without rows, a model that predicts nothing.

    Raises DataError where a row does not fit the schema.
    """
    articles = read_articles(documents, schema)
    return Gazetteer(
        lexicon.learn(
            (LabelledText(each.text, each.sentences, each.mentions) for each in articles),
            list(schema.entities),
        ),
        lexicon.learn(
            (LabelledText(each.text, each.sentences, each.triggers) for each in articles),
            list(schema.events),
        ),
        arguments.learn((filler for each in articles for filler in each.fillers), schema),
        trigger_hosts(articles),
    )
