"""Agreement on tokens: Cohen's kappa and Krippendorff's alpha of the type each token has, by NLTK.

A token has the type of the outermost mention (or trigger) that covers it, or `O`: the rule that tags
follow too. Most tokens are `O` for both, which is why chance is taken off.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from importlib.util import find_spec
from itertools import count

from khabar.agreement.counts import Confusion
from khabar.alignment import LabelledSpan, lay
from khabar.document import Annotation
from khabar.text import Token, tokenize

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


def token_types(first: Annotation, second: Annotation, text: str) -> dict[str, Confusion]:
    """Types of the article's tokens, of entities and of triggers, as the two annotators give them."""
    tokens = tokenize(text)
    entities, triggers = (
        [_types(spans(each), tokens) for each in (first, second)] for spans in (_mentions, _triggers)
    )
    return {
        "entities": Counter(zip(*entities, strict=True)),
        "triggers": Counter(zip(*triggers, strict=True)),
    }


def _mentions(annotation: Annotation) -> list[LabelledSpan]:
    return [(*each.span, each.type) for each in annotation.entities]


def _triggers(annotation: Annotation) -> list[LabelledSpan]:
    return [(*each.trigger.span, each.type) for each in annotation.events]


def _types(spans: Iterable[LabelledSpan], tokens: list[Token]) -> list[str]:
    return [tag if tag == OUTSIDE else tag[2:] for tag in lay(spans, tokens).tags]


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
