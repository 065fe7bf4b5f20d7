"""Strict counts are nervaluate's, where it is defined: flat mentions that do not overlap, of known types."""

from __future__ import annotations

from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st
from nervaluate import Evaluator

from khabar.schema import Schema
from khabar.scoring import evaluate, score_tags
from khabar.scoring.counts import Counts
from scoring_gold import row

TYPES = ["PER", "GPE", "ORG"]


def strict(found: Any) -> Counts:
    """nervaluate's strict counts as ours: correct, actual, possible."""
    return Counts(found["strict"].correct, found["strict"].actual, found["strict"].possible)


def compared(gold: list[Any], predicted: list[Any], loader: str) -> tuple[Counts, dict[str, Counts]]:
    """nervaluate's counts, of all types together and of each."""
    found = Evaluator(gold, predicted, tags=TYPES, loader=loader).evaluate()
    return strict(found["overall"]), {name: strict(each) for name, each in found["entities"].items()}


@st.composite
def legal_tags(draw: st.DrawFn, length: int) -> list[str]:
    """A sequence in which every I- continues a mention of its type."""
    tags: list[str] = []
    for _ in range(length):
        goes_on = [f"I-{tags[-1][2:]}"] if tags and tags[-1] != "O" else []
        tags.append(draw(st.sampled_from(["O", *(f"B-{name}" for name in TYPES), *goes_on * 3])))
    return tags


@st.composite
def sentences(draw: st.DrawFn) -> tuple[list[list[str]], list[list[str]]]:
    """Gold and predicted tags of some sentences."""
    lengths = draw(st.lists(st.integers(1, 8), min_size=1, max_size=5))
    return [draw(legal_tags(each)) for each in lengths], [draw(legal_tags(each)) for each in lengths]


@settings(deadline=None, max_examples=200)
@given(sentences())
def test_tags_count_as_nervaluate_counts_them(drawn: tuple[list[list[str]], list[list[str]]]) -> None:
    gold, predicted = drawn
    ours = score_tags(gold, predicted).counts
    together, by_type = compared(gold, predicted, "list")
    assert Counts(*map(sum, zip(*ours.values(), strict=True))) == together if ours else together == (0, 0, 0)
    assert {name: by_type[name] for name in ours} == ours


TEXT = "كلمة " * 12


@st.composite
def flat_mentions(draw: st.DrawFn) -> list[dict[str, Any]]:
    """Mentions with a character between them, in the order of the text."""
    found, position = [], 0
    while position < len(TEXT) - 2 and draw(st.booleans()):
        start = draw(st.integers(position, min(position + 6, len(TEXT) - 2)))
        end = draw(st.integers(start + 1, min(start + 8, len(TEXT))))
        found.append({"start": start, "end": end, "type": draw(st.sampled_from(TYPES))})
        position = end + 1
    return found


@settings(deadline=None, max_examples=100)
@given(st.lists(st.tuples(flat_mentions(), flat_mentions()), min_size=1, max_size=3))
def test_exact_spans_count_as_nervaluate_counts_them(
    tiny_schema: Schema, articles: list[tuple[list[dict[str, Any]], list[dict[str, Any]]]]
) -> None:
    rows = [
        row({"article": f"a{number}", "entities": gold, "events": []}, TEXT)
        for number, (gold, _) in enumerate(articles)
    ]
    said = [{"article": f"a{number}", "entities": found} for number, (_, found) in enumerate(articles)]
    score = evaluate(rows, said, schema=tiny_schema, resamples=0).scores["entities_exact"]
    assert score is not None
    sides = [
        [
            [
                {"label": each["type"], "start": each["start"], "end": each["end"] - 1}
                for each in article[side]
            ]
            for article in articles
        ]
        for side in (0, 1)
    ]
    together, by_type = compared(*sides, "dict")
    assert score.micro == together
    assert score.by_type == {name: by_type.get(name, Counts(0, 0, 0)) for name in TYPES}
