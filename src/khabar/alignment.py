"""Character spans laid on tokens as IOB2 tags: one rule, for gold and prediction alike.

A mention takes every token it overlaps; nested mentions give way to the outermost.
"""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import pairwise

from khabar.text import Sentence, Token

LabelledSpan = tuple[int, int, str]
"""`(start, end, type)`, code points, half-open."""


@dataclass(frozen=True, slots=True)
class Unshown:
    """Spans that tags cannot show as they are.

    `nested` lie in another span (or share its words), `crossing` overlap one, `off_token` cover no word,
    `cut` run over a sentence's edge and are shown in pieces.
    """

    nested: int = 0
    crossing: int = 0
    off_token: int = 0
    cut: int = 0

    def __add__(self, other: Unshown) -> Unshown:
        return Unshown(
            self.nested + other.nested,
            self.crossing + other.crossing,
            self.off_token + other.off_token,
            self.cut + other.cut,
        )


@dataclass(frozen=True, slots=True)
class Laid:
    """IOB2 tags, one a token, and how many spans could not be shown in them."""

    tags: list[str]
    nested: int = 0
    crossing: int = 0
    off_token: int = 0


@dataclass(frozen=True, slots=True)
class Edges:
    """Where the tokens of an article start and end, in order."""

    starts: Sequence[int]
    ends: Sequence[int]

    @classmethod
    def of(cls, tokens: Iterable[Token]) -> Edges:
        """Those of the tokens."""
        listed = list(tokens)
        return cls([each.start for each in listed], [each.end for each in listed])


@dataclass(frozen=True, slots=True)
class Placed:
    """The spans that tags can show, as `(first token, last + 1, type)` in order, and how many they cannot."""

    ranges: list[LabelledSpan]
    nested: int = 0
    crossing: int = 0
    off_token: int = 0


def place(spans: Iterable[LabelledSpan], edges: Edges) -> Placed:
    """The spans over whole tokens, none of which another has. The order of `spans` does not matter.

    Spans are taken by first token, then the longer, then the type's name; one that meets a token
    already taken is left out and counted: as `nested` if it lies inside the other, else as `crossing`.
    A span that overlaps no token (white space only) is counted as `off_token`.
    """
    starts, ends = edges.starts, edges.ends
    spans = list(spans)
    found = [
        (first, -last, label)
        for start, end, label in spans
        if (first := bisect_right(ends, start)) < (last := bisect_left(starts, end))
    ]
    found.sort()
    kept: list[LabelledSpan] = []
    nested = crossing = taken = 0
    for first, minus_last, label in found:
        last = -minus_last
        if first >= taken:
            kept.append((first, last, label))
            taken = last
        elif last <= taken:
            nested += 1
        else:
            crossing += 1
    return Placed(kept, nested, crossing, len(spans) - len(found))


def lay(spans: Iterable[LabelledSpan], tokens: Sequence[Token] | Edges) -> Laid:
    """IOB2 tags of the tokens. Which spans they show `place` says."""
    edges = tokens if isinstance(tokens, Edges) else Edges.of(tokens)
    placed = place(spans, edges)
    tags = ["O"] * len(edges.starts)
    for first, last, label in placed.ranges:
        tags[first] = f"B-{label}"
        if last > first + 1:
            tags[first + 1 : last] = [f"I-{label}"] * (last - first - 1)
    return Laid(tags, placed.nested, placed.crossing, placed.off_token)


def widened(spans: Iterable[LabelledSpan], tokens: Sequence[Token]) -> int:
    """How many spans begin or end inside a token: in tags they take all of it."""
    starts = [token.start for token in tokens]

    def inside(place: int) -> bool:
        token = bisect_left(starts, place) - 1
        return token >= 0 and place < tokens[token].end

    return sum(inside(start) or inside(end) for start, end, _ in spans)


def by_sentence(tags: Sequence[str], sentences: Sequence[Sentence]) -> list[list[str]]:
    """The tags of an article, a list per sentence; what crosses a sentence's edge begins anew with B-.

    `tags` runs over the tokens of all sentences in order.
    """
    found: list[list[str]] = []
    position = 0
    for sentence in sentences:
        part = list(tags[position : position + len(sentence.tokens)])
        if part and part[0].startswith("I-"):
            part[0] = f"B-{part[0][2:]}"
        found.append(part)
        position += len(sentence.tokens)
    return found


def spans_of(tags: Sequence[str]) -> Iterator[LabelledSpan]:
    """Token spans `(first, last + 1, type)` of a legal IOB2 sequence; an illegal I- raises ValueError."""
    start = -1
    for position, tag in enumerate([*tags, "O"]):
        if start >= 0 and not tag.startswith("I-"):
            yield start, position, tags[start][2:]
            start = -1
        if tag.startswith("B-"):
            start = position
        elif tag.startswith("I-") and (start < 0 or tags[start][2:] != tag[2:]):
            raise ValueError(
                f"tag {position} is {tag!r} after {tags[position - 1] if position else 'nothing'!r}"
            )


def illegal_tags(tags: Sequence[str]) -> list[int]:
    """Positions of I- tags that continue nothing of their type."""
    pairs = pairwise(["O", *tags])
    return [n for n, (left, right) in enumerate(pairs) if right.startswith("I-") and left[2:] != right[2:]]
