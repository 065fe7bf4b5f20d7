"""A mistake in its sentence: what the gold says and what a system says, marked in the words around it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from markupsafe import Markup, escape

from khabar.pages.marking import Mark, paragraphs
from khabar.scoring.gold import Article

AROUND = 160
"""Characters shown on either side of what is marked, where the sentence is longer."""


def in_sentence(article: Article, example: Mapping[str, Any]) -> Markup:
    """The sentence in which the mistake begins, cut with … at white space where it is long."""
    marks = list(_marks(example))
    first = min(each.start for each in marks)
    start, end = _sentence(article, first)
    inner = [each for each in marks if each.start < end and each.end > start]
    low = _back_to_space(article.text, max(start, min(each.start for each in inner) - AROUND), start)
    high = _on_to_space(article.text, min(end, max(each.end for each in inner) + AROUND), end)
    shifted = [
        Mark(
            max(each.start - low, 0),
            min(each.end, high) - low,
            each.classes,
            each.data,
            each.description,
            each.rises,
        )
        for each in inner
    ]
    (line,) = paragraphs(article.text[low:high].replace("\n", " "), shifted)
    before, after = ("… " if low > start else ""), (" …" if high < end else "")
    return escape(before) + line + escape(after)


def _marks(example: Mapping[str, Any]) -> Iterator[Mark]:
    gold, found = example["gold"], example["predicted"]
    if gold is not None:
        yield _mark(gold, "gold", "gold")
    if found is not None:
        yield _mark(found, "found", "predicted")
    for trigger in sorted({tuple(each["trigger"]) for each in (gold, found) if each and "trigger" in each}):
        yield Mark(trigger[0], trigger[1], "trigger", {"label": ""}, "trigger", rises=False)


def _mark(said: Mapping[str, Any], name: str, who: str) -> Mark:
    label = said.get("role") or said["type"]
    return Mark(said["start"], said["end"], name, {"label": label}, f"{who}: {label}", rises=False)


def _sentence(article: Article, position: int) -> tuple[int, int]:
    """`[start, end)` of the sentence in which, or after which, the position is; else the whole text."""
    found = (0, len(article.text))
    for each in article.sentences:
        if each.start <= position:
            found = (each.start, each.end)
    return found if found[1] > position else (found[0], len(article.text))


def _back_to_space(text: str, position: int, limit: int) -> int:
    while position > limit and not text[position - 1].isspace():
        position -= 1
    return position


def _on_to_space(text: str, position: int, limit: int) -> int:
    while position < limit and not text[position].isspace():
        position += 1
    return position
