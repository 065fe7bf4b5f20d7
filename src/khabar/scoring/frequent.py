"""A system's most frequent mistakes: mistakes of one kind on one type, with the words they were made on.

What is counted together is what a reader would call the same mistake: `missed` QTY, GPE taken for ORG.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from khabar.scoring.gold import Article
from khabar.scoring.mistakes import Mistake, Said
from khabar.text.normalise import key as form_of

GROUPS = 8
"""Kinds of mistakes that are listed, the most frequent first."""
EXAMPLES = 3
"""Mistakes that stand for each of them."""


@dataclass(frozen=True, slots=True)
class Example:
    """One mistake, and how many of its group were made on the same words."""

    mistake: Mistake
    times: int


@dataclass(frozen=True, slots=True)
class Frequent:
    """Mistakes of one kind between two labels (a type, or an event type and role); None where none is."""

    kind: str
    gold: str | None
    predicted: str | None
    count: int
    examples: tuple[Example, ...]


def frequent_mistakes(mistakes: Iterable[Mistake], articles: Mapping[str, Article]) -> list[Frequent]:
    """The most frequent ones. Examples are on different words, those missed or found most often first.

    Where two are as frequent, the order is that of their names, or of article and place.
    """
    groups: dict[tuple[str, str | None, str | None], list[Mistake]] = {}
    for each in mistakes:
        groups.setdefault((each.kind, _label(each.gold), _label(each.predicted)), []).append(each)
    ranked = sorted(groups.items(), key=lambda group: (-len(group[1]), *map(str, group[0])))
    return [Frequent(*names, len(made), _examples(made, articles)) for names, made in ranked[:GROUPS]]


def _label(said: Said | None) -> str | None:
    if said is None:
        return None
    return f"{said.type} {said.role}" if said.role else said.type


def _examples(mistakes: Iterable[Mistake], articles: Mapping[str, Article]) -> tuple[Example, ...]:
    first: dict[str, Mistake] = {}
    times: Counter[str] = Counter()
    for each in mistakes:
        said = each.gold or each.predicted
        words = form_of(articles[each.article].text[said.start : said.end]) if said else ""
        first.setdefault(words, each)
        times[words] += 1
    return tuple(Example(first[words], number) for words, number in times.most_common(EXAMPLES))
