"""What came of the asking, in figures: what was kept, what was left out and why, what it cost in tokens."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from khabar.baselines.prompting.chat import Answer
from khabar.baselines.prompting.reading import REFUSED, UNPARSABLE, Read, read_reply
from khabar.schema import Schema


@dataclass(frozen=True, slots=True)
class Reckoning:
    """The records of the answered articles by id, and what was counted on the way.

    `unparsable` and `refused` hold a count for every kind, 0 included. Tokens are summed over the answers
    that tell them; `without_usage` counts those that do not.
    """

    records: list[dict[str, Any]]
    kept: dict[str, int]
    unparsable: dict[str, int]
    refused: dict[str, int]
    prompt_tokens: int
    completion_tokens: int
    without_usage: int
    details: list[dict[str, str]]

    def as_json(self) -> dict[str, Any]:
        """All but the records, for a machine."""
        return {
            "replies": len(self.records),
            "unparsable_replies": self.unparsable,
            "kept": self.kept,
            "refused": self.refused,
            "prompt_tokens": self.prompt_tokens,
            "completion_tokens": self.completion_tokens,
            "replies_without_usage": self.without_usage,
            "details": self.details,
        }


def reckon(answers: Mapping[str, Answer], articles: Sequence[Mapping[str, Any]], schema: Schema) -> Reckoning:
    """Read every answer strictly; articles without one are passed over."""
    texts = {str(each["id"]): each for each in articles}
    read = {name: read_reply(answers[name], texts[name], schema) for name in sorted(answers)}
    kept: Counter[str] = sum((each.kept for each in read.values()), Counter())
    unparsable = Counter(each.unparsable.code for each in read.values() if each.unparsable)
    refused = Counter(fault.code for each in read.values() for fault in each.refused)
    return Reckoning(
        [each.record for each in read.values()],
        {name: kept[name] for name in ("entities", "events", "arguments")},
        {name: unparsable[name] for name in UNPARSABLE},
        {name: refused[name] for name in REFUSED},
        sum(each.prompt_tokens or 0 for each in answers.values()),
        sum(each.completion_tokens or 0 for each in answers.values()),
        sum(each.prompt_tokens is None or each.completion_tokens is None for each in answers.values()),
        [detail for name, each in read.items() for detail in _details(name, each)],
    )


def _details(article: str, read: Read) -> list[dict[str, str]]:
    faults = [*([read.unparsable] if read.unparsable else []), *read.refused]
    return [
        {"article": article, "kind": each.code, "where": each.where, "message": each.message}
        for each in faults
    ]
