"""Scoring: our counts and intervals against seqeval's, a whole submission against reading its JSON."""

from __future__ import annotations

import json
import random
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
from harness import Bench
from seqeval.metrics.v1 import precision_recall_fscore_support
from seqeval.scheme import IOB2

from khabar.schema import Schema, load_schema
from khabar.scoring import Gold, micro_counts, read_submission, score_tags
from khabar.scoring.extraction import Extraction, read_extraction
from khabar.scoring.gold import Article
from khabar.scoring.measures import Matrix
from khabar.scoring.resampling import intervals
from khabar.scoring.tags import mentions_of
from khabar.text import segment

Tags = list[list[str]]
Record = dict[str, Any]


def benches(scale: float) -> Iterator[Bench]:
    """The benches of scoring; `scale` 1 is the size the goals are set for."""
    yield _tag_scoring(round(100_000 * scale))
    yield _bootstrap(max(10, round(5_000 * scale)))
    yield _submission(round(100_000 * scale))


def _tag_scoring(sentences: int) -> Bench:
    """Strict IOB2 counts: 25 tokens a sentence, 8 of the schema's types, one tag in five wrong."""
    gold, predicted = _sentences(sentences)

    def peer() -> Any:
        return precision_recall_fscore_support(gold, predicted, average="micro", scheme=IOB2)

    found, expected = score_tags(gold, predicted).micro, peer()
    if (found.precision, found.recall, found.f1) != tuple(expected[:3]):
        raise AssertionError(f"not the same figures: {found} and {expected}")
    work = f"{sentences:,} sentences of 25 tokens, 8 types; equal to the bit"
    return Bench(
        "tag scoring", work, lambda: score_tags(gold, predicted), "seqeval 1.2.2 strict", peer, goal=25
    )


def _bootstrap(articles: int, *, sentences: int = 12, resamples: int = 1000, calls: int = 3) -> Bench:
    """Intervals over articles of 12 sentences, from the counts that scoring has made; seqeval begins anew."""
    gold, predicted = (_by_article(each, sentences) for each in _sentences(articles * sentences))
    matrix = _matrix(gold, predicted)
    choose = np.random.Generator(np.random.PCG64(1))

    def peer() -> None:
        for _ in range(calls):
            drawn = choose.integers(0, articles, size=articles).tolist()
            sides = ([part for each in drawn for part in side[each]] for side in (gold, predicted))
            precision_recall_fscore_support(*sides, average="micro", scheme=IOB2)

    return Bench(
        "bootstrap",
        f"{resamples:,} resamples of {articles:,} articles of {sentences} sentences; micro, macro, 8 types",
        lambda: intervals({"entities": matrix}, resamples=resamples),
        f"seqeval 1.2.2 strict micro, {calls} calls × {resamples / calls:.1f}",
        peer,
        goal=5000,
        peer_factor=resamples / calls,
    )


def _submission(articles: int) -> Bench:
    """Bytes of a span submission to valid counts of all measures; the gold is read before."""
    schema = load_schema()
    choose = random.Random(7)  # noqa: S311 - a fixed workload, not a secret
    text = "كلمة " * 120
    sentences = tuple(segment(text))
    records = [_record(f"article-{number:06}", len(text), schema, choose) for number in range(articles)]
    said = {each["article"]: _some_of(read_extraction(each), choose) for each in records}
    gold = Gold({id_: Article(id_, text, sentences, each) for id_, each in said.items()}, "")
    folder = tempfile.TemporaryDirectory(prefix="khabar-bench-")
    path = Path(folder.name) / "predictions.jsonl"
    path.write_text("".join(json.dumps(each) + "\n" for each in records), encoding="utf-8")
    if micro_counts(gold, read_submission(path, gold, schema), schema)["argument_c+"].recall != 1:
        raise AssertionError("the submission says all that the gold says")

    def ours() -> Any:
        return micro_counts(gold, read_submission(path, gold, schema), schema)

    def peer() -> None:
        with path.open("rb") as file:
            for line in file:
                json.loads(line)

    _keep.append(folder)
    work = f"{articles:,} articles of 12 entities, 3 events, 6 arguments ({path.stat().st_size / 1e6:.0f} MB)"
    return Bench(
        "validate + score, all measures", work, ours, "json.loads over the lines", peer, goal=1 / 1.5
    )


_keep: list[tempfile.TemporaryDirectory[str]] = []
"""Folders of benches, which are gone when the program ends."""


def _record(article: str, length: int, schema: Schema, choose: random.Random) -> Record:
    """A record as systems write them: what it finds stands in the order of the text."""
    spans = [
        (start, start + choose.randint(2, 20)) for start in sorted(choose.sample(range(length - 20), 15))
    ]
    entities = [{"start": s, "end": e, "type": choose.choice(list(schema.entities))} for s, e in spans[:12]]
    events = []
    for start, end in spans[12:]:
        kind = choose.choice(list(schema.events))
        fillers = [(choose.choice(list(schema.roles(kind))), each) for each in choose.sample(entities, 2)]
        arguments = [{"role": role, "start": each["start"], "end": each["end"]} for role, each in fillers]
        trigger = {"start": start, "end": end}
        events.append({"type": kind, "trigger": trigger, "arguments": arguments})
    return {"article": article, "entities": entities, "events": events}


def _some_of(said: Extraction, choose: random.Random) -> Extraction:
    """The gold of the article, of which the system says more than there is."""
    return Extraction(tuple(each for each in said.entities if choose.random() < 0.8), said.events)


def _matrix(gold: list[Tags], predicted: list[Tags]) -> Matrix:
    labels = tuple(f"T{number}" for number in range(len(_types())))
    column = dict(zip(_types(), range(len(labels)), strict=True))
    counts = np.zeros((len(gold), len(labels), 3), dtype=np.int64)
    for row, sides in enumerate(zip(gold, predicted, strict=True)):
        right, found = (
            {(number, each) for number, part in enumerate(side) for each in mentions_of(part)}
            for side in sides
        )
        for place, keys in enumerate((right & found, found, right)):
            for _, (_, _, name) in keys:
                counts[row, column[name], place] += 1
    return Matrix(labels, counts)


def _by_article(sentences: Tags, each: int) -> list[Tags]:
    return [sentences[begin : begin + each] for begin in range(0, len(sentences), each)]


def _sentences(number: int) -> tuple[Tags, Tags]:
    """Gold and predicted tags, one in five of them other than the gold's."""
    types = _types()
    choose = random.Random(13)  # noqa: S311 - a fixed workload, not a secret
    gold = [[_tag(choose, types) for _ in range(25)] for _ in range(number)]
    return gold, [[_tag(choose, types) if choose.random() < 0.2 else tag for tag in row] for row in gold]


def _types() -> list[str]:
    return list(load_schema().entities)[:8]


def _tag(choose: random.Random, types: list[str]) -> str:
    return choose.choice(["O", "O", "O", f"B-{choose.choice(types)}", f"I-{choose.choice(types)}"])
