"""Agreement on tokens: Cohen's kappa and Krippendorff's alpha of the type each token has, by NLTK.

A token has the type of the outermost mention (or trigger) that covers it, or `O`: the rule that tags
follow too. Most tokens are `O` for both, which is why chance is taken off.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
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
    """The type of each token of an article as one annotator gives it, of mentions and of triggers."""

    entities: Sequence[str]
    triggers: Sequence[str]

    @classmethod
    def of(cls, annotation: Annotation, edges: Edges) -> TokenTypes:
        """Those of the annotation, over tokens with these edges."""
        mentions = [(each.start, each.end, each.type) for each in annotation.entities]
        triggers = [(each.trigger.start, each.trigger.end, each.type) for each in annotation.events]
        return cls(_types(mentions, edges), _types(triggers, edges))

    def against(self, other: TokenTypes) -> dict[str, Confusion]:
        """How often the one gives a token one type, and the other another."""
        return {
            "entities": Counter(zip(self.entities, other.entities, strict=True)),
            "triggers": Counter(zip(self.triggers, other.triggers, strict=True)),
        }


def _types(spans: Iterable[LabelledSpan], edges: Edges) -> list[str]:
    types = [OUTSIDE] * len(edges.starts)
    for first, last, label in place(spans, edges).ranges:
        types[first:last] = [label] * (last - first)
    return types


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
