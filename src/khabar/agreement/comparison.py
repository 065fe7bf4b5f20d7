"""The agreement of two passes of one article, as counts that add up over articles.

F1 of two annotators is symmetric: neither is taken for the truth.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field

from khabar.agreement.counts import Confusion, Counts
from khabar.agreement.matching import Span, paired_labels
from khabar.agreement.measures import Items, counted, measured
from khabar.agreement.tokens import TokenTypes
from khabar.alignment import Edges
from khabar.document import Annotation
from khabar.schema import Attribute, Schema
from khabar.text import tokenize

Owned = tuple[str, Mapping[str, bool | str]]
"""A type, and the attributes given with it."""

Values = tuple[bool | str, bool | str]
"""What the first annotator says, and what the second."""

Spans = dict[Span, list[Owned]]
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


@dataclass(frozen=True, slots=True)
class Side:
    """What one annotator says of an article, to be compared; without `tokens` where they are unknown."""

    items: Items
    entities: Spans
    events: Spans
    tokens: TokenTypes | None

    @classmethod
    def of(cls, annotation: Annotation, edges: Edges | None) -> Side:
        """The side of that annotation; `edges` are those of the article's tokens."""
        entities = _by_span(
            [((each.start, each.end), (each.type, each.attributes)) for each in annotation.entities]
        )
        events = _by_span([(each.trigger.span, (each.type, each.attributes)) for each in annotation.events])
        tokens = None if edges is None else TokenTypes.of(annotation, edges)
        return cls(Items.of(annotation), entities, events, tokens)


def _by_span(said: Sequence[tuple[Span, Owned]]) -> Spans:
    found: Spans = {}
    for span, owned in said:
        if span in found:
            found[span].append(owned)
        else:
            found[span] = [owned]
    return found


def compare(first: Annotation, second: Annotation, schema: Schema, text: str | None = None) -> Agreement:
    """The agreement of two annotations of one article. Tokens are compared only where its text is given."""
    edges = None if text is None else Edges.of(tokenize(text))
    return compare_sides(Side.of(first, edges), Side.of(second, edges), schema)


def compare_sides(first: Side, second: Side, schema: Schema, *, by_type: bool = True) -> Agreement:
    """As `compare`, for who compares one annotation with several, and perhaps needs no counts by type."""
    items = first.items, second.items
    counts, of_types = measured(*items) if by_type else (counted(*items), {})
    entities, metonyms = _given(
        first.entities, second.entities, schema.entity_attributes, schema.entity_attributes_of
    )
    triggers, choices = _given(
        first.events, second.events, schema.event_attributes, schema.event_attributes_of
    )
    tokens = {} if first.tokens is None or second.tokens is None else first.tokens.against(second.tokens)
    types = {"entities": entities, "triggers": triggers}
    return Agreement(counts, of_types, {**metonyms, **choices}, types, tokens)


def _given(
    mine: Spans,
    other: Spans,
    attributes: Sequence[Attribute],
    attributes_of: Callable[[str], list[Attribute]],
) -> tuple[Confusion, Mapping[str, Confusion]]:
    """Types given to the spans that both have, and of each attribute its values there.

    Values count where both have types that take the attribute, whatever the types.
    """
    types: list[Values] = []
    pairs: list[tuple[Owned, Owned]] = []
    bare: list[str] = []  # types that both give without an attribute, as almost always
    for span, left in mine.items():
        right = other.get(span)
        if right is None:
            continue
        if len(left) == len(right) == 1:
            (one, said), (two, also) = left[0], right[0]
            types.append((one, two))
            if one == two and not said and not also:
                bare.append(one)
            else:
                pairs.append((left[0], right[0]))
        else:
            types += paired_labels([type_ for type_, _ in left], [type_ for type_, _ in right])
            pairs += _owners(left, right)
    values: dict[str, Counter[Values]] = {each.name: Counter() for each in attributes}
    for type_, count in Counter(bare).items():
        for each in attributes_of(type_):
            values[each.name][False, False] += count
    for (one, said), (two, also) in pairs:
        for each in attributes_of(one):
            if one == two or two in each.applies_to:
                values[each.name][said.get(each.name, False), also.get(each.name, False)] += 1
    return Counter(types), values


def _owners(left: list[Owned], right: list[Owned]) -> list[tuple[Owned, Owned]]:
    """Types of one span in pairs, each with its attributes."""
    said, also = dict(left), dict(right)
    return [((one, said[one]), (two, also[two])) for one, two in paired_labels(list(said), list(also))]


class Sum:
    """Agreement added up, article by article."""

    def __init__(self) -> None:
        self._counts: dict[str, list[int]] = {}
        self._by_type: dict[str, dict[str, list[int]]] = {}
        self._confusions: dict[str, dict[str, Counter[Values]]] = {
            "attributes": {},
            "types": {},
            "tokens": {},
        }

    def add(self, article: Agreement) -> None:
        """Add one article's."""
        _add_counts(self._counts, article.counts)
        for name, rows in article.by_type.items():
            _add_counts(self._by_type.setdefault(name, {}), rows)
        for group, sums in self._confusions.items():
            for name, confusion in getattr(article, group).items():
                sums.setdefault(name, Counter()).update(confusion)

    @property
    def agreement(self) -> Agreement:
        """The sum so far."""
        by_type = {name: dict(sorted(_as_counts(rows).items())) for name, rows in self._by_type.items()}
        confusions = {
            group: {name: dict(each) for name, each in sums.items()}
            for group, sums in self._confusions.items()
        }
        return Agreement(_as_counts(self._counts), by_type, **confusions)


def _add_counts(sums: dict[str, list[int]], counts: Mapping[str, Counts]) -> None:
    for name, each in counts.items():
        row = sums.get(name)
        if row is None:
            sums[name] = [each.match, each.first, each.second]
        else:
            row[0] += each.match
            row[1] += each.first
            row[2] += each.second


def _as_counts(sums: Mapping[str, list[int]]) -> dict[str, Counts]:
    return {name: Counts(*row) for name, row in sums.items()}


def total(articles: Iterable[Agreement]) -> Agreement:
    """The sum over articles. ValueError if there is none."""
    found, any_ = Sum(), False
    for each in articles:
        found.add(each)
        any_ = True
    if not any_:
        raise ValueError("no article that both annotators did")
    return found.agreement
