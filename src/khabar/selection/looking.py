"""What a baseline sees in an article at a glance: the events it would find, and how unsure it is."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Protocol

from khabar.article_list import Article
from khabar.baselines import crf, gazetteer
from khabar.baselines.features import sentence_features
from khabar.errors import CallError
from khabar.schema import Schema
from khabar.text import segment
from khabar.text.normalise import key

READERS = ("crf", "gazetteer")
_WORD = re.compile(r"[^\W\d_]+")


@dataclass(frozen=True, slots=True)
class Glance:
    """Predicted events by type, and the uncertainty: what it is depends on the reader, more is less sure."""

    events: Mapping[str, int]
    uncertainty: float


@dataclass(frozen=True, slots=True)
class Candidate:
    """An article, with its text, and what a reader saw in it."""

    article: Article
    glance: Glance

    @property
    def text(self) -> str:
        """The text, which a candidate always has."""
        return self.article.text or ""


class Reader(Protocol):
    """A trained baseline that looks at texts; it can be sent to another process."""

    @property
    def measure(self) -> str:
        """What its uncertainty is, in words."""

    def look(self, text: str) -> Glance:
        """What is in the text; the same text always gets the same glance."""


@dataclass(frozen=True, slots=True)
class CrfReader:
    """The CRF baseline; the surprise of its best tags says how unsure it is."""

    model: crf.Crf
    measure: str = "-log p of the CRF's best tags, per word"

    def look(self, text: str) -> Glance:
        """Events by its triggers; both taggers count for the uncertainty."""
        events: Counter[str] = Counter()
        surprise, words = 0.0, 0
        for sentence in segment(text):
            features = sentence_features(sentence, self.model.decoder.lexicons)
            (mentions, unsure), (triggers, more) = (
                tagger.tags_and_surprise(features) for tagger in (self.model.mentions, self.model.triggers)
            )
            _, found = self.model.decoder.spans(sentence, mentions, triggers)
            events.update(label for _, _, label in found)
            surprise += unsure + more
            words += len(sentence.tokens)
        return Glance(dict(sorted(events.items())), round(surprise / max(words, 1), 6))


@dataclass(frozen=True, slots=True)
class GazetteerReader:
    """The gazetteer baseline; it knows no doubt, so the words that train never showed stand for it."""

    model: gazetteer.Gazetteer
    words: frozenset[str]
    measure: str = "share of words that train does not have"

    def look(self, text: str) -> Glance:
        """Events by its trigger words."""
        found = Counter(label for sentence in segment(text) for _, _, label in self.model.spans(sentence)[1])
        words = _WORD.findall(key(text))
        unseen = sum(word not in self.words for word in words)
        return Glance(dict(sorted(found.items())), round(unseen / max(len(words), 1), 6))


def reader_of(name: str, documents: Sequence[Mapping[str, Any]], schema: Schema, *, seed: int = 0) -> Reader:
    """The reader of that name, trained on rows of the `documents` config. CallError for another name."""
    if name == "crf":
        return CrfReader(crf.fit(documents, schema, seed=seed))
    if name == "gazetteer":
        words = frozenset(word for each in documents for word in _WORD.findall(key(each["text"])))
        return GazetteerReader(gazetteer.fit(documents, schema), words)
    raise CallError(f"no reader {name!r} (there are {', '.join(READERS)})")
