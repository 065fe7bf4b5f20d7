"""What went wrong: every miss and every false find is of one kind, and the kinds add up to the totals.

Gold and prediction that are not the same are paired one to one, kind by kind, in the order of `KINDS`;
within a kind the greater overlap first, then by place and name. The order in which things are given
does not matter. What has no partner in the end is missed, or spurious.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from fractions import Fraction
from typing import NamedTuple

from khabar.scoring.evaluation import Evaluation
from khabar.scoring.events import Key
from khabar.scoring.measures import BY_NAME
from khabar.scoring.places import SLICED, Map


class Said(NamedTuple):
    """A mention, a trigger or an argument. `trigger` and `role` are empty but for arguments.

    Spans are characters `[start, end)`; the type of an argument is that of its event.
    """

    start: int
    end: int
    type: str
    role: str = ""
    trigger: tuple[int, int] | tuple[()] = ()


@dataclass(frozen=True, slots=True)
class Mistake:
    """A miss (`predicted` is None), a false find (`gold` is None), or a pair of both."""

    article: str
    kind: str
    gold: Said | None
    predicted: Said | None


Fits = Callable[[Said, Said], bool]


def _other_type(right: Said, found: Said) -> bool:
    return right._replace(type="") == found._replace(type="")


def _other_boundary(right: Said, found: Said) -> bool:
    return right[2:] == found[2:]


def _other_type_and_boundary(right: Said, found: Said) -> bool:
    return right.role == found.role and right.trigger == found.trigger


def _other_role(right: Said, found: Said) -> bool:
    return right._replace(role="") == found._replace(role="")


def _other_trigger(right: Said, found: Said) -> bool:
    return right._replace(trigger=()) == found._replace(trigger=())


_OF_SPANS: Mapping[str, Fits] = {
    "wrong_type": _other_type,
    "wrong_boundary": _other_boundary,
    "wrong_type_and_boundary": _other_type_and_boundary,
}
_OF_ARGUMENTS: Mapping[str, Fits] = {
    "wrong_role": _other_role,
    "wrong_trigger": _other_trigger,
    **_OF_SPANS,
}
_NOWHERE = Said(-1, -1, "")
MISSED, SPURIOUS = "missed", "spurious"


def kinds_of(measure: str) -> Mapping[str, Fits]:
    """The kinds of pairs under a sliced measure, in the order they are looked for.

    All but `wrong_trigger`, the right argument of another trigger's event, are on the right trigger.
    """
    return _OF_ARGUMENTS if BY_NAME[measure].task == "arguments" else _OF_SPANS


def find_mistakes(evaluation: Evaluation) -> dict[str, list[Mistake]]:
    """The mistakes under each sliced measure that the submission predicts, by article and place."""
    return {
        measure: list(_mistakes(evaluation, measure))
        for measure in SLICED
        if evaluation.scores[measure] is not None
    }


def count_mistakes(measure: str, mistakes: Iterable[Mistake]) -> dict[str, int]:
    """How many there are of each kind, kinds without any too.

    Matches, pairs and `missed` add up to the gold; matches, pairs and `spurious` to the predictions.
    """
    counted = Counter(each.kind for each in mistakes)
    return {kind: counted[kind] for kind in (*kinds_of(measure), MISSED, SPURIOUS)}


def _mistakes(evaluation: Evaluation, measure: str) -> Iterator[Mistake]:
    keys = BY_NAME[measure].keys
    for right, found in evaluation.views:
        places = Map(right.article)
        truths, guesses = set(keys(right)), set(keys(found))
        missed = {_said(measure, each, places) for each in truths - guesses}
        spurious = {_said(measure, each, places) for each in guesses - truths}
        pairs = [(kind, *pair) for kind, pair in pair_up(missed, spurious, kinds_of(measure))]
        paired = {gold for _, gold, _ in pairs}, {predicted for _, _, predicted in pairs}
        mistakes = [Mistake(right.article.id, *each) for each in pairs]
        mistakes += [Mistake(right.article.id, MISSED, each, None) for each in missed - paired[0]]
        mistakes += [Mistake(right.article.id, SPURIOUS, None, each) for each in spurious - paired[1]]
        yield from sorted(mistakes, key=_order)


def _order(mistake: Mistake) -> tuple[Said, str, Said]:
    first = mistake.gold or mistake.predicted or _NOWHERE
    return first, mistake.kind, mistake.predicted or _NOWHERE


def _said(measure: str, key: Key, places: Map) -> Said:
    start, end = places.span(measure, key)
    if BY_NAME[measure].task == "arguments":
        return Said(start, end, key[0], key[5], (key[1], key[2]))
    return Said(start, end, key[0])


def pair_up(
    gold: Iterable[Said], predicted: Iterable[Said], kinds: Mapping[str, Fits]
) -> Iterator[tuple[str, tuple[Said, Said]]]:
    """Pairs of overlapping gold and prediction, each of them in one pair at most, with their kinds."""
    left, right = set(gold), set(predicted)
    candidates = sorted(
        (-_overlap(one, two), one, two)
        for one in left
        for two in right
        if one.start < two.end and two.start < one.end
    )
    for kind, fits in kinds.items():
        for _, one, two in candidates:
            if one in left and two in right and fits(one, two):
                left.remove(one)
                right.remove(two)
                yield kind, (one, two)


def _overlap(one: Said, two: Said) -> Fraction:
    """Shared characters / characters of both together, of spans that share some."""
    shared = min(one.end, two.end) - max(one.start, two.start)
    return Fraction(shared, max(one.end, two.end) - min(one.start, two.start))
