"""Sentences and words on open corpora: how many are found where others put them, and no fewer than before.

The measure is that of the literature: a sentence is found if its end is, a token if both its ends are.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import NamedTuple

import pytest

from khabar.text import segment, tokenize

MARKS = ("؟", "!", "…", ".", "?")
CLOSING = ' "”»)'


class Found(NamedTuple):
    """Found of the gold's, found beside them, missed of the gold's."""

    right: int
    extra: int
    missed: int

    @property
    def f1(self) -> float:
        return 2 * self.right / (2 * self.right + self.extra + self.missed)


def compared(gold: set[tuple[int, ...]], found: set[tuple[int, ...]]) -> Found:
    return Found(len(gold & found), len(found - gold), len(gold - found))


def total(each: Iterator[Found]) -> Found:
    return Found(*map(sum, zip(*each, strict=True)))


def ends_of(paragraphs: Sequence[Sequence[str]]) -> Iterator[Found]:
    """Of the ends of sentences that a space alone parts from each other."""
    for sentences in paragraphs:
        joined = [" ".join(sentences[: number + 1]) for number in range(len(sentences))]
        gold = {(len(each),) for each in joined}
        yield compared(gold, {(each.end,) for each in segment(joined[-1])})


def in_paragraphs(lines: Sequence[str]) -> list[Sequence[str]]:
    """Five sentences each; a heading has no mark at its end, and no paragraph around it either."""
    whole = [line for line in lines if line.rstrip(CLOSING).endswith(MARKS)]
    return [whole[start : start + 5] for start in range(0, len(whole), 5)]


@pytest.mark.standoff
def test_sentences_of_translated_news_end_where_its_translators_ended_them(corpora: Path) -> None:
    """Of the 40 missed 36 are inside a quotation that goes on, which Khabar does not cut."""
    text = (corpora / "ntrex" / "newstest2019-ref.arb.txt").read_text(encoding="utf-8")
    paragraphs = in_paragraphs([line.strip() for line in text.splitlines()])
    found = total(ends_of(paragraphs))
    assert found == (1724, 18, 40)
    assert round(found.f1, 3) == 0.983


@pytest.mark.standoff
def test_words_of_an_encyclopaedia_are_those_of_its_annotators(corpora: Path) -> None:
    """Most of what differs are runs of marks such as `).`, which they kept together."""

    def sentences() -> Iterator[Found]:
        for path in sorted((corpora / "aqmar" / "articles").glob("*.txt")):
            for block in path.read_text(encoding="utf-8").split("\n\n"):
                tokens = [line.rsplit(" ", 1)[0] for line in block.splitlines() if line.strip()]
                starts = [len(" ".join([*tokens[:number], ""])) for number in range(len(tokens))]
                gold = {(start, start + len(token)) for start, token in zip(starts, tokens, strict=True)}
                yield compared(gold, {(each.start, each.end) for each in tokenize(" ".join(tokens))})

    found = total(sentences())
    assert found == (73365, 1040, 488)
    assert round(found.f1, 3) == 0.99
