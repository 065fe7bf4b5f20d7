"""What train shows, laid out for taggers: tags of its sentences, and lexicons that never saw a sentence."""

from __future__ import annotations

import random
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

from khabar.alignment import by_sentence, lay
from khabar.baselines import lexicon
from khabar.baselines.lexicon import LabelledText, Lexicon
from khabar.baselines.training import Article
from khabar.schema import Schema
from khabar.text import Sentence

FOLDS = 5
"""Parts of train; the lexicon features of one part come from the lexicons of the others."""

Lexicons = tuple[Lexicon, Lexicon]
"""Of names, of triggers."""


@dataclass(frozen=True, slots=True)
class Lesson:
    """A sentence to learn from: IOB2 tags of its mentions and triggers, and lexicons of other articles."""

    sentence: Sentence
    mention_tags: list[str]
    trigger_tags: list[str]
    unseen: Lexicons


@dataclass(frozen=True, slots=True)
class Train:
    """The training articles with their mentions, and with their triggers."""

    mentions: Sequence[LabelledText]
    triggers: Sequence[LabelledText]
    schema: Schema

    def lexicons(self) -> Lexicons:
        """Those of all of train."""
        return _lexicons(self.mentions, self.triggers, self.schema)

    def lessons(self, seed: int) -> Iterator[Lesson]:
        """Every sentence of train, in order. `seed` decides which articles share a fold."""
        unseen = _lexicons_of_others(self.mentions, self.triggers, self.schema, seed)
        for mentions, triggers, lexicons in zip(self.mentions, self.triggers, unseen, strict=True):
            tagged = zip(mentions.sentences, tags_of(mentions), tags_of(triggers), strict=True)
            for sentence, mention_tags, trigger_tags in tagged:
                yield Lesson(sentence, mention_tags, trigger_tags, lexicons)


def lay_out(articles: Sequence[Article], schema: Schema) -> Train:
    """The articles as taggers learn from them."""
    return Train(
        [LabelledText(each.text, each.sentences, each.mentions) for each in articles],
        [LabelledText(each.text, each.sentences, each.triggers) for each in articles],
        schema,
    )


def tags_of(text: LabelledText) -> list[list[str]]:
    """IOB2 tags of the text's spans, a list a sentence; nested spans give way to the outermost."""
    tokens = [token for sentence in text.sentences for token in sentence.tokens]
    return by_sentence(lay(text.spans, tokens).tags, text.sentences)


def types_in(tagged: Iterable[Sequence[str]]) -> tuple[str, ...]:
    """The types that the tags name, by name."""
    return tuple(sorted({tag[2:] for tags in tagged for tag in tags if tag != "O"}))


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
