"""Agreement of two annotators before adjudication: pairwise F1 and Cohen's kappa, as counts per article.

Counts are integers of one article, so that sums are exact and articles can be resampled. F1 of two
annotators is symmetric: neither is taken for the truth.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Hashable, Iterable, Mapping
from dataclasses import dataclass
from functools import reduce
from itertools import combinations
from operator import add
from typing import Any

from khabar.corpus import Corpus
from khabar.document import Annotation
from khabar.schema import Attribute, Schema

Item = tuple[Hashable, ...]
Spanned = Mapping[tuple[str, tuple[int, int]], Mapping[str, bool | str]]
"""Attributes by `(type, span)`."""
Confusion = Mapping[tuple[bool | str, bool | str], int]
"""How often the first annotator said one value and the second another, of the same item."""


@dataclass(frozen=True, slots=True)
class Counts:
    """Items both annotators have, items of the first, items of the second."""

    match: int = 0
    first: int = 0
    second: int = 0

    def __add__(self, other: Counts) -> Counts:
        return Counts(self.match + other.match, self.first + other.first, self.second + other.second)

    @property
    def f1(self) -> float | None:
        """2 · match / (first + second); None where neither has any."""
        total = self.first + self.second
        return 2 * self.match / total if total else None


@dataclass(frozen=True, slots=True)
class Agreement:
    """Counts of one article, or summed over several: per measure, per measure and type, per attribute."""

    counts: Mapping[str, Counts]
    by_type: Mapping[str, Mapping[str, Counts]]
    attributes: Mapping[str, Confusion]

    def __add__(self, other: Agreement) -> Agreement:
        return Agreement(
            _summed(self.counts, other.counts, Counts()),
            {
                name: dict(sorted(_summed(self.by_type[name], other.by_type[name], Counts()).items()))
                for name in self.by_type
            },
            {name: _summed(self.attributes[name], other.attributes[name], 0) for name in self.attributes},
        )


def _summed(left: Mapping[Any, Any], right: Mapping[Any, Any], zero: Any) -> dict[Any, Any]:
    return {key: left.get(key, zero) + right.get(key, zero) for key in dict.fromkeys([*left, *right])}


def _entities(annotation: Annotation) -> Spanned:
    return {(each.type, each.span): each.attributes for each in annotation.entities}


def _triggers(annotation: Annotation) -> Spanned:
    return {(each.type, each.trigger.span): each.attributes for each in annotation.events}


def _arguments(annotation: Annotation) -> set[tuple[str, str, tuple[int, int], tuple[int, int]]]:
    """`(role, event type, argument span, trigger span)`."""
    spans = {each.id: each.span for each in annotation.entities}
    return {
        (argument.role, event.type, spans[argument.entity], event.trigger.span)
        for event in annotation.events
        for argument in event.arguments
    }


MEASURES: dict[str, Callable[[Annotation], set[Item]]] = {
    "entity": lambda annotation: set(_entities(annotation)),
    "entity_span": lambda annotation: {each.span for each in annotation.entities},
    "trigger_i": lambda annotation: {each.trigger.span for each in annotation.events},
    "trigger_c": lambda annotation: set(_triggers(annotation)),
    "argument_i": lambda annotation: {(type_, span) for _, type_, span, _ in _arguments(annotation)},
    "argument_c": lambda annotation: {each[:3] for each in _arguments(annotation)},
    "argument_i+": lambda annotation: {each[1:] for each in _arguments(annotation)},
    "argument_c+": lambda annotation: set(_arguments(annotation)),
}
"""What is compared, as sets; trigger and argument measures are the tuples of TextEE (arXiv 2311.09562)."""

TYPED = ("entity", "trigger_c", "argument_c+")
"""Measures that are also given by type: the first part of their items (entity type, event type, role)."""


def compare(first: Annotation, second: Annotation, schema: Schema) -> Agreement:
    """The agreement of two annotations of one article."""
    counts: dict[str, Counts] = {}
    by_type: dict[str, dict[str, Counts]] = {}
    for name, items in MEASURES.items():
        mine, other = items(first), items(second)
        counts[name] = _counts(mine, other)
        if name in TYPED:
            by_type[name] = _counts_by_type(mine, other)
    attributes = {each.name: _confusion(_entities, first, second, each) for each in schema.entity_attributes}
    attributes |= {each.name: _confusion(_triggers, first, second, each) for each in schema.event_attributes}
    return Agreement(counts, by_type, attributes)


def _counts_by_type(mine: set[Item], other: set[Item]) -> dict[str, Counts]:
    both, first, second = (Counter(str(item[0]) for item in each) for each in (mine & other, mine, other))
    return {type_: Counts(both[type_], first[type_], second[type_]) for type_ in sorted(first | second)}


def _counts(mine: set[Item], other: set[Item]) -> Counts:
    return Counts(len(mine & other), len(mine), len(other))


def _confusion(
    owners: Callable[[Annotation], Spanned], first: Annotation, second: Annotation, attribute: Attribute
) -> Counter[tuple[bool | str, bool | str]]:
    """Values of the attribute on the mentions or events (span and type) that both annotators have."""
    mine, other = (
        {
            item: given.get(attribute.name, False)
            for item, given in owners(each).items()
            if item[0] in attribute.applies_to
        }
        for each in (first, second)
    )
    return Counter((mine[item], other[item]) for item in mine if item in other)


def total(articles: Iterable[Agreement]) -> Agreement:
    """The sum over articles. ValueError if there is none."""
    summed = list(articles)
    if not summed:
        raise ValueError("no article that both annotators did")
    return reduce(add, summed)


@dataclass(frozen=True, slots=True)
class Pair:
    """Two annotators, and their agreement on each article that both did."""

    first: str
    second: str
    articles: Mapping[str, Agreement]

    @property
    def total(self) -> Agreement:
        """Summed over the articles."""
        return total(self.articles.values())


def pairs(corpus: Corpus) -> list[Pair]:
    """Every two annotators of the corpus who did an article both, by name."""
    passes = {name: {each.article: each for each in corpus.annotations(name)} for name in corpus.pass_names}
    return [
        Pair(
            first,
            second,
            {id_: compare(passes[first][id_], passes[second][id_], corpus.schema) for id_ in common},
        )
        for first, second in combinations(passes, 2)
        if (common := sorted(passes[first].keys() & passes[second].keys()))
    ]


def kappa(confusion: Confusion) -> float | None:
    """Cohen's kappa (1960): (observed - expected) / (1 - expected) agreement.

    None where it is undefined: nothing compared, or both annotators always say one and the same value.
    """
    size = sum(confusion.values())
    mine: Counter[bool | str] = Counter()
    other: Counter[bool | str] = Counter()
    for (left, right), count in confusion.items():
        mine[left] += count
        other[right] += count
    by_chance = sum(mine[value] * other[value] for value in mine)
    if size * size == by_chance:
        return None
    observed = sum(count for (left, right), count in confusion.items() if left == right)
    return (observed * size - by_chance) / (size * size - by_chance)


def as_json(agreement: Agreement) -> dict[str, Any]:
    """The figures with their counts, for `--format json`."""
    return {
        "measures": {name: _row(each) for name, each in agreement.counts.items()},
        "by_type": {
            name: {type_: _row(each) for type_, each in rows.items()}
            for name, rows in agreement.by_type.items()
        },
        "attributes": {
            name: {
                "compared": sum(confusion.values()),
                "kappa": kappa(confusion),
                "confusion": [
                    {"first": left, "second": right, "count": count}
                    for (left, right), count in sorted(confusion.items(), key=str)
                ],
            }
            for name, confusion in agreement.attributes.items()
        },
    }


def _row(counts: Counts) -> dict[str, Any]:
    return {"match": counts.match, "first": counts.first, "second": counts.second, "f1": counts.f1}
