"""Agreement on tokens: Cohen's kappa and Krippendorff's alpha of the type each token has, by NLTK.

A token has the type of the outermost mention (or trigger) that covers it, or `O`: the rule that tags
follow too. Most tokens are `O` for both, which is why chance is taken off.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from importlib.util import find_spec
from itertools import count

from khabar.agreement.counts import Confusion
from khabar.alignment import Edges, LabelledSpan, place
from khabar.document import Annotation

OUTSIDE = "O"


@dataclass(frozen=True, slots=True)
class Coefficients:
    """Over so many tokens; None where undefined: no token, or both always say one and the same type."""

    tokens: int
    kappa: float | None
    alpha: float | None


def can_count_tokens() -> bool:
    """Whether NLTK is installed, which `coefficients` needs (the extra `agreement`)."""
    return find_spec("nltk") is not None


@dataclass(frozen=True, slots=True)
class TokenTypes:
    """The types that one annotator gives to tokens of an article, by their number; those not named have none.

    `tokens` is how many there are, `entities` are types of mentions, `triggers` of triggers.
    """

    tokens: int
    entities: Mapping[int, str]
    triggers: Mapping[int, str]

    @classmethod
    def of(cls, annotation: Annotation, edges: Edges) -> TokenTypes:
        """Those of the annotation, over tokens with these edges."""
        mentions = [(each.start, each.end, each.type) for each in annotation.entities]
        triggers = [(each.trigger.start, each.trigger.end, each.type) for each in annotation.events]
        return cls(len(edges.starts), _types(mentions, edges), _types(triggers, edges))

    def against(self, other: TokenTypes) -> dict[str, Confusion]:
        """How often the one gives a token one type, and the other another."""
        return {
            "entities": _both(self.entities, other.entities, self.tokens),
            "triggers": _both(self.triggers, other.triggers, self.tokens),
        }


def _types(spans: Iterable[LabelledSpan], edges: Edges) -> dict[int, str]:
    ranges = place(spans, edges).ranges
    return {number: label for first, last, label in ranges for number in range(first, last)}


def _both(mine: Mapping[int, str], other: Mapping[int, str], tokens: int) -> Confusion:
    """How often which two types meet on a token: most have none from either side, and are not looked at."""
    typed = mine.keys() | other.keys()
    found: Counter[tuple[bool | str, bool | str]] = Counter(
        [(mine.get(each, OUTSIDE), other.get(each, OUTSIDE)) for each in typed]
    )
    if tokens > len(typed):
        found[OUTSIDE, OUTSIDE] = tokens - len(typed)
    return found


def coefficients(confusion: Confusion) -> Coefficients:
    """Kappa and alpha of nominal labels, as `nltk.metrics.agreement` gives them.

    Only where `can_count_tokens`; ImportError otherwise.
    """
    size = sum(confusion.values())
    if len({label for pair in confusion for label in pair}) < 2:
        return Coefficients(size, None, None)
    from nltk.metrics.agreement import AnnotationTask  # an extra, and a second to import

    number = count()
    rows: list[tuple[str, int, bool | str]] = []
    for (left, right), times in confusion.items():
        for _ in range(times):
            token = next(number)
            rows += [("first", token, left), ("second", token, right)]
    task = AnnotationTask(rows)
    return Coefficients(size, float(task.kappa_pairwise("first", "second")), float(task.alpha()))
