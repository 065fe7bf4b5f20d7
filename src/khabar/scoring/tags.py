"""Label sequences: what seqeval gives in strict IOB2 mode, as counts of our own.

A mention begins at a B- and runs over the I- of its own type that follow. An I- that continues nothing
of its type is no part of any mention, in gold and prediction alike.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import chain, islice, repeat
from typing import NamedTuple, NoReturn

import numpy as np
from numpy.typing import NDArray

from khabar.alignment import LabelledSpan
from khabar.errors import DataError, Faults
from khabar.schema import shorten
from khabar.scoring.counts import Counts, Figures, IntArray, macro, total

_IOB2 = re.compile(r"O|[BI]-.+", re.DOTALL)
_FAULTS_TOLD = 100


@dataclass(frozen=True, slots=True)
class TagScores:
    """Counts per type, types sorted by name, and the figures that follow.

    The figures are seqeval's own: 0.0 also where undefined (`counts` tell which), and `macro` over the types
    seen in gold or prediction, so that a type made up by a system moves it. `evaluate` shows what is
    undefined as such, and takes the schema's types that the gold holds.
    """

    counts: dict[str, Counts]

    @property
    def micro(self) -> Figures:
        """Figures of all types together."""
        return _zero_where_undefined(total(self.counts.values()).figures)

    @property
    def macro(self) -> Figures:
        """Means over the types seen."""
        return _zero_where_undefined(macro(self.counts.values()))

    @property
    def by_type(self) -> dict[str, Figures]:
        """Figures of each type."""
        return {name: _zero_where_undefined(each.figures) for name, each in self.counts.items()}


def _zero_where_undefined(figures: Figures) -> Figures:
    return Figures(*(each or 0.0 for each in figures))


def score_tags(gold: Sequence[Sequence[str]], predicted: Sequence[Sequence[str]]) -> TagScores:
    """What seqeval 1.2.2 gives with `mode="strict", scheme=IOB2`, on illegal sequences too.

    Raises DataError where sentences differ in number or length (naming them), or a tag is none of IOB2.
    """
    _check_lengths(gold, predicted)
    codes = _Codes()
    try:
        truths, guesses = _coded(gold, codes), _coded(predicted, codes)
    except (TypeError, _NoTagError):  # TypeError: of what cannot be a key of `codes`, and is no tag either
        _refuse_strange_tags(gold=gold, predicted=predicted)
    right, found = _mentions(truths), _mentions(guesses)
    same = _same(found, right, truths)
    kinds = right.tag, found.tag, found.tag[same]
    wanted, predicted_, match = (np.bincount(each, minlength=2 * len(codes.types))[1::2] for each in kinds)
    rows = zip(codes.types, match.tolist(), predicted_.tolist(), wanted.tolist(), strict=True)
    counts = {name: Counts(*row) for name, *row in rows}
    return TagScores({name: counts[name] for name in sorted(counts) if any(counts[name])})


class _NoTagError(ValueError):
    """Something among the tags is none."""


class _Codes(dict[str, int]):
    """Numbers of tags, given as they are met: O is 0, a type's B- is odd and its I- one more."""

    def __init__(self) -> None:
        super().__init__(O=0)
        self.types: dict[str, int] = {}

    def __missing__(self, tag: str) -> int:
        if not _is_tag(tag):
            raise _NoTagError
        number = self.types.setdefault(_type_of(tag), len(self.types))
        self[tag] = 2 * number + 1 + (tag[0] == "I")
        return self[tag]


_Coded = NDArray[np.uint8] | NDArray[np.uint32]


class _Mentions(NamedTuple):
    """First token, token after the last, and number of the B- tag of every mention, by start."""

    start: IntArray
    end: IntArray
    tag: _Coded


_AFTER = repeat(("O",))
"""A token O after each sentence, so that no mention runs into the next."""


def _coded(sentences: Sequence[Sequence[str]], codes: _Codes) -> _Coded:
    """Numbers of the tags of all sentences, a byte each while there are so few."""
    try:
        return np.frombuffer(bytes(map(codes.__getitem__, _tags_of(sentences))), dtype=np.uint8)
    except _NoTagError:
        raise
    except ValueError:  # a number above 255
        return np.fromiter(map(codes.__getitem__, _tags_of(sentences)), dtype=np.uint32)


def _tags_of(sentences: Sequence[Sequence[str]]) -> Iterator[str]:
    return chain.from_iterable(chain.from_iterable(zip(sentences, _AFTER, strict=False)))


def _mentions(coded: _Coded) -> _Mentions:
    """The mentions of a sequence of tags, tokens numbered through, that ends with O."""
    begins = (coded & 1).astype(bool)
    # an I- goes on where its number is the one before it, or one more; unsigned, less is more by far
    breaks = begins | (coded == 0) | (np.diff(coded, prepend=coded.dtype.type(0)) > 1)
    places = np.flatnonzero(breaks)
    first = begins[places]
    starts = places[first]
    ends = places[1:][first[:-1]]  # the break after the one that the start is
    return _Mentions(starts, ends, coded[starts])


def _same(guesses: _Mentions, truths: _Mentions, coded: _Coded) -> NDArray[np.bool_]:
    """Which of the guesses are among the truths, that `coded` are the tags of."""
    ends = np.zeros(len(coded), dtype=np.int64)
    ends[truths.start] = truths.end
    found: NDArray[np.bool_] = (ends[guesses.start] == guesses.end) & (coded[guesses.start] == guesses.tag)
    return found


def _is_tag(value: object) -> bool:
    return isinstance(value, str) and _IOB2.fullmatch(value) is not None


def _type_of(tag: str) -> str:
    return tag[1:].strip("-") or "_"  # seqeval's own reading of a type


def mentions_of(tags: Sequence[str]) -> list[LabelledSpan]:
    """Token spans `(first, last + 1, type)` that strict IOB2 sees in one sentence of IOB2 tags."""
    found: list[LabelledSpan] = []
    start, inside = -1, ""
    for position, tag in enumerate([*tags, "O"]):
        if start >= 0 and tag != inside:
            found.append((start, position, inside[2:]))
            start = -1
        if tag[0] == "B":
            start, inside = position, f"I{tag[1:]}"
    return found


def _check_lengths(gold: Sequence[Sequence[str]], predicted: Sequence[Sequence[str]]) -> None:
    faults = Faults("score_tags")
    if str in {*map(type, gold), *map(type, predicted)}:
        faults.add("", "expected a list of tags for each sentence, found text")
    elif len(gold) != len(predicted):
        faults.add("predicted", f"expected {len(gold)} sentences, found {len(predicted)}")
    elif list(map(len, gold)) != list(map(len, predicted)):
        lengths = enumerate(zip(map(len, gold), map(len, predicted), strict=True))
        uneven = [(number, *pair) for number, pair in lengths if pair[0] != pair[1]]
        for number, expected, found in uneven[:_FAULTS_TOLD]:
            faults.add(f"predicted[{number}]", f"expected {expected} tags, found {found}")
        if len(uneven) > _FAULTS_TOLD:
            faults.add("predicted", f"and {len(uneven) - _FAULTS_TOLD} more sentences of another length")
    faults.raise_if_any("give a tag for every token of the gold, sentence by sentence")


def _refuse_strange_tags(**sides: Sequence[Sequence[object]]) -> NoReturn:
    faults = Faults("score_tags")
    strange = list(islice(_strange_tags(sides), _FAULTS_TOLD + 1))
    for where, tag in strange[:_FAULTS_TOLD]:
        faults.add(where, f"expected O, B-<type> or I-<type>, found {shorten(tag)}")
    if len(strange) > _FAULTS_TOLD:
        faults.add("", "and more")
    raise DataError(faults.report("write tags as IOB2"))


def _strange_tags(sides: Mapping[str, Sequence[Sequence[object]]]) -> Iterator[tuple[str, object]]:
    for name, sentences in sides.items():
        for number, tags in enumerate(sentences):
            for position, tag in enumerate(tags):
                if not _is_tag(tag):
                    yield f"{name}[{number}][{position}]", tag
