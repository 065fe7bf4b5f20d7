"""Arguments by the nearest-compatible-entity rule, the same for every baseline.

A role is offered the mentions of the trigger's sentence whose type the schema allows in it and train
saw in it. Roles choose one after another, those that train fills most often first (ties: the
schema's order); each takes the nearest mention, and a mention fills one role of an event. A role
that takes several also takes the mentions coordinated with that one (`روسيا وإيران، والصين`).
"""

from __future__ import annotations

import re
from bisect import bisect_left, bisect_right
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from khabar.alignment import LabelledSpan
from khabar.baselines.training import Filler
from khabar.schema import Role, Schema
from khabar.text import Sentence
from khabar.text.normalise import key

_COORDINATION = re.compile(r"\s*[،,]?\s*(?:و[بكل]?\s*)?")


@dataclass(frozen=True, slots=True)
class Slot:
    """A role as the rule fills it: the entity types allowed, and whether it takes several mentions."""

    role: str
    types: frozenset[str]
    many: bool


@dataclass(frozen=True, slots=True)
class ArgumentRule:
    """The slots of each event type, in the order in which they choose."""

    slots: Mapping[str, tuple[Slot, ...]]

    def fill(
        self, trigger: LabelledSpan, mentions: Iterable[LabelledSpan], sentence: Sentence, text: str
    ) -> list[tuple[str, int, int]]:
        """`(role, start, end)` of the trigger's arguments among the mentions of its sentence."""
        free = _by_distance(trigger, mentions, sentence)
        found: list[tuple[str, int, int]] = []
        for slot in self.slots.get(trigger[2], ()):
            compatible = [mention for mention in free if mention[2] in slot.types]
            if not compatible:
                continue
            taken = _coordinated(compatible, text) if slot.many else compatible[:1]
            found += [(slot.role, start, end) for start, end, _ in taken]
            free = [mention for mention in free if mention not in taken]
        return found


def learn(fillers: Iterable[Filler], schema: Schema) -> ArgumentRule:
    """The rule for these fillers of train. A role that train never fills is never filled."""
    counts = Counter((each.event_type, each.role, each.entity_type) for each in fillers)
    slots: dict[str, tuple[Slot, ...]] = {}
    for event_type in schema.events:
        ranked = [_slot(event_type, role, counts) for role in schema.roles(event_type).values()]
        ranked.sort(key=lambda each: -each[0])  # stable, so ties keep the schema's order
        slots[event_type] = tuple(slot for total, slot in ranked if total)
    return ArgumentRule(slots)


def _slot(event_type: str, role: Role, counts: Counter[tuple[str, str, str]]) -> tuple[int, Slot]:
    seen = {name: counts[event_type, role.name, name] for name in role.entity_types}
    types = frozenset(name for name, count in seen.items() if count)
    return sum(seen.values()), Slot(role.name, types, role.many)


def _by_distance(
    trigger: LabelledSpan, mentions: Iterable[LabelledSpan], sentence: Sentence
) -> list[LabelledSpan]:
    """By words between mention and trigger; then after the trigger (the agent follows the verb), longer."""
    starts = [token.start for token in sentence.tokens]
    ends = [token.end for token in sentence.tokens]

    def rank(mention: LabelledSpan) -> tuple[int, bool, int, int, str]:
        left, right = sorted((mention[:2], trigger[:2]))
        between = max(bisect_right(ends, right[0]) - bisect_left(starts, left[1]), 0)
        return between, mention[0] < trigger[0], mention[0] - mention[1], mention[0], mention[2]

    inside = [each for each in mentions if sentence.start <= each[0] and each[1] <= sentence.end]
    return sorted(inside, key=rank)


def _coordinated(compatible: Sequence[LabelledSpan], text: str) -> list[LabelledSpan]:
    """The nearest mention and those joined to it, on both sides, by `و` or commas alone; by start."""
    chain = [compatible[0]]
    ordered = sorted(compatible, key=lambda each: (each[0], -each[1]))
    for mention in ordered:
        if mention[0] >= chain[-1][1] and _joined(chain[-1], mention, text):
            chain.append(mention)
    for mention in reversed(ordered):
        if mention[1] <= chain[0][0] and _joined(mention, chain[0], text):
            chain.insert(0, mention)
    return chain


def _joined(left: LabelledSpan, right: LabelledSpan, text: str) -> bool:
    between = text[left[1] : right[0]]
    return bool(between.strip()) and _COORDINATION.fullmatch(key(between)) is not None
