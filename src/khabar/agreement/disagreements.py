"""What two annotators disagree on, item by item, so that the most frequent can be read with their text."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field

from khabar.agreement.matching import Span, overlapping_pairs, paired_labels
from khabar.agreement.measures import Items, given_triggers
from khabar.document import Annotation
from khabar.text.normalise import key

NOTHING = "–"
"""What an annotator says who does not have the item."""


@dataclass(frozen=True, slots=True)
class Disagreement:
    """A way to differ: two labels for the same words, or two spans for one thing.

    `kind` is `entity type`, `entity span`, `entity`, `trigger type`, `trigger` or `argument`; `form` is
    the matching key of the words, by which places are counted together.
    """

    kind: str
    first: str
    second: str
    form: str
    words: str = field(compare=False)


def disagreements(first: Annotation, second: Annotation) -> Counter[Disagreement]:
    """How often the two annotations of an article differ in each way."""
    return Counter([*_entities(first, second), *_triggers(first, second), *_arguments(first, second)])


def _made(kind: str, first: str, second: str, words: str) -> Disagreement:
    return Disagreement(kind, first, second, key(words), words)


Listed = Sequence[tuple[Span, str, str]]
"""Span, type and words."""

Slots = defaultdict[tuple[str, Span, Span], list[str]]
"""Roles by event type, argument span and trigger span."""


def _entities(first: Annotation, second: Annotation) -> Iterator[Disagreement]:
    mine, other = ([(e.span, e.type, e.text) for e in each.entities] for each in (first, second))
    yield from _types("entity type", mine, other)
    spans = {span for span, _, _ in mine} & {span for span, _, _ in other}
    left = [each for each in mine if each[0] not in spans]
    right = [each for each in other if each[0] not in spans]
    pairs = overlapping_pairs([each[0] for each in left], [each[0] for each in right])
    for one, two in pairs:
        (_, type_, words), (_, other_type, other_words) = left[one], right[two]
        yield _made(
            "entity span", f"{type_} {words}", f"{other_type} {other_words}", f"{words} | {other_words}"
        )
    paired = [{one for one, _ in pairs}, {two for _, two in pairs}]
    for number, (_, type_, words) in enumerate(left):
        if number not in paired[0]:
            yield _made("entity", type_, NOTHING, words)
    for number, (_, type_, words) in enumerate(right):
        if number not in paired[1]:
            yield _made("entity", NOTHING, type_, words)


def _triggers(first: Annotation, second: Annotation) -> Iterator[Disagreement]:
    mine, other = (
        [(e.trigger.span, e.type, e.trigger.text) for e in each.events] for each in (first, second)
    )
    yield from _types("trigger type", mine, other)
    for items, others, one in ((mine, other, True), (other, mine, False)):
        spans = {span for span, _, _ in others}
        for span, type_, words in items:
            if span not in spans:
                labels = (type_, NOTHING) if one else (NOTHING, type_)
                yield _made("trigger", *labels, words)


def _types(kind: str, mine: Listed, other: Listed) -> Iterator[Disagreement]:
    """Different types at the spans that both have."""
    labels: tuple[defaultdict[Span, list[str]], ...] = (defaultdict(list), defaultdict(list))
    words: dict[Span, str] = {}
    for side, items in zip(labels, (mine, other), strict=True):
        for span, type_, said in items:
            side[span].append(type_)
            words[span] = said
    for span in sorted(labels[0].keys() & labels[1].keys()):
        for one, two in paired_labels(labels[0][span], labels[1][span]):
            if one != two:
                yield _made(kind, one, two, words[span])


def _arguments(first: Annotation, second: Annotation) -> Iterator[Disagreement]:
    """Arguments of events that both have, that one of them lacks; another role for a filler is one case."""
    words = {each.span: each.text for annotation in (first, second) for each in annotation.entities}
    slots: tuple[Slots, Slots] = (defaultdict(list), defaultdict(list))
    for side, items in zip(slots, given_triggers(Items.of(first), Items.of(second)), strict=True):
        for role, type_, span, trigger in items:
            side[type_, span, trigger].append(role)
    for slot in sorted(slots[0].keys() | slots[1].keys()):
        mine, other = slots[0].get(slot, []), slots[1].get(slot, [])
        pairs = paired_labels(mine, other)
        rest = [(each, NOTHING) for each in _left(mine, [one for one, _ in pairs])]
        rest += [(NOTHING, each) for each in _left(other, [two for _, two in pairs])]
        for one, two in (*pairs, *rest):
            if one != two:
                yield _made("argument", _role(slot[0], one), _role(slot[0], two), words[slot[1]])


def _role(event_type: str, role: str) -> str:
    return role if role == NOTHING else f"{event_type}.{role}"


def _left(labels: Sequence[str], taken: Sequence[str]) -> list[str]:
    return sorted((Counter(labels) - Counter(taken)).elements())
