"""How far each two annotators agree on the articles of a release."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from itertools import combinations

from khabar.agreement import Agreement, compare, kappa, total
from khabar.corpus import Corpus
from khabar.document import Annotation
from khabar.release.tables import Tables

MEASURES = {
    "entity": "mentions: span and type",
    "entity_span": "mentions: span",
    "trigger_i": "triggers: span (Trig-I)",
    "trigger_c": "triggers: span and event type (Trig-C)",
    "argument_i": "arguments: span and event type (Arg-I)",
    "argument_c": "arguments: span, event type and role (Arg-C)",
    "argument_i+": "arguments: as Arg-I, of the same trigger (Arg-I+)",
    "argument_c+": "arguments: as Arg-C, of the same trigger (Arg-C+)",
}
"""The measures of agreement in words."""


@dataclass(frozen=True, slots=True)
class Pair:
    """Two annotators, the number of articles both did, and their agreement summed over them."""

    first: str
    second: str
    articles: int
    agreement: Agreement

    @property
    def kappas(self) -> dict[str, tuple[int, float | None]]:
        """Number of items compared and Cohen's kappa of each attribute."""
        return {
            name: (sum(confusion.values()), kappa(confusion))
            for name, confusion in self.agreement.attributes.items()
        }


def agreement_of_pairs(corpus: Corpus, tables: Tables) -> list[Pair]:
    """Every two annotators who did an article in common, sorted; only released passes count."""
    given: dict[str, dict[str, Annotation]] = {}
    released = {(row["annotator"], row["id"]) for rows in tables.rows["passes"].values() for row in rows}
    for annotator in sorted({annotator for annotator, _ in released}):
        given[annotator] = {
            each.article: each
            for each in corpus.annotations(annotator)
            if (annotator, each.article) in released
        }
    return [
        _pair(corpus, given, first, second)
        for first, second in combinations(given, 2)
        if given[first].keys() & given[second].keys()
    ]


def _pair(corpus: Corpus, given: Mapping[str, Mapping[str, Annotation]], first: str, second: str) -> Pair:
    common = sorted(given[first].keys() & given[second].keys())
    compared = [compare(given[first][each], given[second][each], corpus.schema) for each in common]
    return Pair(first, second, len(common), total(compared))
