"""From the tags a tagger gives words to mentions and triggers, the same for every tagger.

Tags become character spans by the trimmers of `edges`. Where a tagger found nothing, names and triggers
that train knows are added: a tagger that has seen little is careful. Inside a mention, names that train
knows there are added as nested mentions.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from khabar.alignment import illegal_tags, spans_of
from khabar.baselines import edges
from khabar.baselines.edges import Trimmer
from khabar.baselines.folds import Lexicons, Train
from khabar.baselines.lexicon import Lexicon, Match
from khabar.baselines.model import Spans
from khabar.text import Sentence


@dataclass(frozen=True, slots=True)
class Decoder:
    """The edges of train's mentions and triggers, and the lexicons of both."""

    mentions: Trimmer
    triggers: Trimmer
    lexicons: Lexicons

    def spans(self, sentence: Sentence, mention_tags: Sequence[str], trigger_tags: Sequence[str]) -> Spans:
        """The mentions (nested ones too) and triggers that legal IOB2 tags of the sentence stand for."""
        names, events = self.lexicons
        outermost = completed(matches(sentence, mention_tags, self.mentions), names, sentence)
        triggers = completed(matches(sentence, trigger_tags, self.triggers), events, sentence)
        mentions = [match.span for outer in outermost for match in (outer, *names.inside(sentence, outer))]
        return mentions, [match.span for match in triggers]


def learn(train: Train) -> Decoder:
    """The decoder that train teaches."""
    return Decoder(edges.learn(train.mentions), edges.learn(train.triggers), train.lexicons())


def matches(sentence: Sentence, tags: Sequence[str], trimmer: Trimmer) -> list[Match]:
    """The spans that legal IOB2 tags give, by start; none shares a word with another.

    A run of tags over punctuation or emoji alone is no span.
    """
    tokens = sentence.tokens
    return [
        Match(first, last, *trimmer.trim(tokens[first], tokens[last - 1], label), label)
        for first, last, label in spans_of(tags)
        if any(character.isalnum() for token in tokens[first:last] for character in token.text)
    ]


def completed(found: Sequence[Match], lexicon: Lexicon, sentence: Sentence) -> list[Match]:
    """The matches, and those of the lexicon that share no word with any of them; by start."""
    taken = {word for match in found for word in range(match.first, match.last)}
    known = [each for each in lexicon.outermost(sentence) if taken.isdisjoint(range(each.first, each.last))]
    return sorted([*found, *known], key=lambda each: each.first)


def legal(tags: Sequence[str]) -> list[str]:
    """The tags with every `I-` that continues nothing of its type turned into a `B-`."""
    mended = list(tags)
    for position in illegal_tags(mended):
        mended[position] = f"B-{mended[position][2:]}"
    return mended
