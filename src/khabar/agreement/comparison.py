"""The agreement of two passes of one article, as counts that add up over articles.

F1 of two annotators is symmetric: neither is taken for the truth.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from functools import reduce
from operator import add

from khabar.agreement.counts import Confusion, Counts, summed
from khabar.agreement.matching import Span, paired_labels
from khabar.agreement.measures import BY_TYPE, MEASURES
from khabar.agreement.tokens import token_types
from khabar.document import Annotation
from khabar.schema import Attribute, Schema

Owned = tuple[str, Mapping[str, bool | str]]
"""A type, and the attributes given with it."""

Spans = defaultdict[Span, list[Owned]]
"""What stands at each span."""


@dataclass(frozen=True, slots=True)
class Agreement:
    """Counts of one article, or summed over several.

    `counts` are per measure, `by_type` per measure and type, `attributes` the values given to spans that
    both have, `types` the types given to them (`entities`, `triggers`), `tokens` the types given to
    each token, none for articles whose text is not here.
    """

    counts: Mapping[str, Counts]
    by_type: Mapping[str, Mapping[str, Counts]]
    attributes: Mapping[str, Confusion]
    types: Mapping[str, Confusion] = field(default_factory=dict)
    tokens: Mapping[str, Confusion] = field(default_factory=dict)

    def __add__(self, other: Agreement) -> Agreement:
        return Agreement(
            summed(self.counts, other.counts, Counts()),
            {
                name: dict(sorted(summed(self.by_type[name], other.by_type[name], Counts()).items()))
                for name in self.by_type
            },
            _added(self.attributes, other.attributes),
            _added(self.types, other.types),
            _added(self.tokens, other.tokens),
        )


def _added(left: Mapping[str, Confusion], right: Mapping[str, Confusion]) -> dict[str, Confusion]:
    names = dict.fromkeys([*left, *right])
    return {name: summed(left.get(name, {}), right.get(name, {}), 0) for name in names}


def compare(first: Annotation, second: Annotation, schema: Schema, text: str | None = None) -> Agreement:
    """The agreement of two annotations of one article; tokens are compared only where its text is given."""
    entities, events = (tuple(map(side, (first, second))) for side in (_entities, _events))
    attributes = {each.name: _values(each, *entities) for each in schema.entity_attributes}
    attributes |= {each.name: _values(each, *events) for each in schema.event_attributes}
    return Agreement(
        {name: measure(first, second) for name, measure in MEASURES.items()},
        {name: measure(first, second) for name, measure in BY_TYPE.items()},
        attributes,
        {"entities": _types(*entities), "triggers": _types(*events)},
        {} if text is None else token_types(first, second, text),
    )


def _entities(annotation: Annotation) -> Spans:
    found: Spans = defaultdict(list)
    for each in annotation.entities:
        found[each.span].append((each.type, each.attributes))
    return found


def _events(annotation: Annotation) -> Spans:
    found: Spans = defaultdict(list)
    for each in annotation.events:
        found[each.trigger.span].append((each.type, each.attributes))
    return found


def _types(mine: Spans, other: Spans) -> Confusion:
    """Types given to the spans that both have."""
    return Counter(
        pair
        for span in mine.keys() & other.keys()
        for pair in paired_labels([type_ for type_, _ in mine[span]], [type_ for type_, _ in other[span]])
    )


def _values(attribute: Attribute, mine: Spans, other: Spans) -> Confusion:
    """Values of the attribute at the spans that both have with types that take it, whatever the types."""
    found: Counter[tuple[bool | str, bool | str]] = Counter()
    for span in mine.keys() & other.keys():
        left, right = (dict(side[span]) for side in (mine, other))
        for one, two in paired_labels(list(left), list(right)):
            if one in attribute.applies_to and two in attribute.applies_to:
                values = (left[one].get(attribute.name, False), right[two].get(attribute.name, False))
                found[values] += 1
    return found


def total(articles: Iterable[Agreement]) -> Agreement:
    """The sum over articles. ValueError if there is none."""
    listed = list(articles)
    if not listed:
        raise ValueError("no article that both annotators did")
    return reduce(add, listed)
