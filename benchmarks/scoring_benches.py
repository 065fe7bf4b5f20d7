"""Scoring: our counts against seqeval's."""

from __future__ import annotations

import random
from collections.abc import Iterator
from typing import Any

from harness import Bench
from seqeval.metrics.v1 import precision_recall_fscore_support
from seqeval.scheme import IOB2

from khabar.schema import load_schema
from khabar.scoring import score_tags


def benches(scale: float) -> Iterator[Bench]:
    """The benches of scoring; `scale` 1 is the size the goals are set for."""
    yield _tag_scoring(round(100_000 * scale))


def _tag_scoring(sentences: int) -> Bench:
    """Strict IOB2 counts: 25 tokens a sentence, 8 of the schema's types, one tag in five wrong."""
    types = list(load_schema().entities)[:8]
    choose = random.Random(13)  # noqa: S311 - a fixed workload, not a secret
    gold = [[_tag(choose, types) for _ in range(25)] for _ in range(sentences)]
    predicted = [[_tag(choose, types) if choose.random() < 0.2 else tag for tag in row] for row in gold]

    def peer() -> Any:
        return precision_recall_fscore_support(gold, predicted, average="micro", scheme=IOB2)

    found, expected = score_tags(gold, predicted).micro, peer()
    if (found.precision, found.recall, found.f1) != tuple(expected[:3]):
        raise AssertionError(f"not the same figures: {found} and {expected}")
    work = f"{sentences:,} sentences of 25 tokens, 8 types; equal to the bit"
    return Bench(
        "tag scoring", work, lambda: score_tags(gold, predicted), "seqeval 1.2.2 strict", peer, goal=25
    )


def _tag(choose: random.Random, types: list[str]) -> str:
    return choose.choice(["O", "O", "O", f"B-{choose.choice(types)}", f"I-{choose.choice(types)}"])
