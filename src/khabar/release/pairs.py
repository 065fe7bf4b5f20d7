"""How far annotators agree on the articles of a release: over all of it, and every two of them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from khabar import agreement as passes_compared
from khabar.agreement import Agreement, intervals_of, kappa
from khabar.agreement.report import MEASURES_IN_WORDS as MEASURES
from khabar.bootstrap import Interval
from khabar.corpus import Corpus
from khabar.release.tables import Tables

__all__ = ["MEASURES", "Pair", "agreement_of_pairs"]


@dataclass(frozen=True, slots=True)
class Pair:
    """Two annotators, the number of articles both did, and their agreement summed over them.

    `first` and `second` are empty for the release as a whole: each article's two passes that its gold
    was made of. `intervals` are of the measures' F1, `only_models` says that no person was among them.
    """

    first: str
    second: str
    articles: int
    agreement: Agreement
    intervals: Mapping[str, Interval | None] = field(default_factory=dict)
    only_models: bool = False

    @property
    def name(self) -> str:
        """Whose agreement it is."""
        return f"{self.first} and {self.second}" if self.first else "the two passes that gold was made of"

    @property
    def kappas(self) -> dict[str, tuple[int, float | None]]:
        """Number of items compared and Cohen's kappa of each attribute."""
        return {
            name: (sum(confusion.values()), kappa(confusion))
            for name, confusion in self.agreement.attributes.items()
        }

    @property
    def token_kappas(self) -> dict[str, tuple[int, float | None]]:
        """Number of tokens and Cohen's kappa of their types, of entities and of triggers."""
        return {
            name: (sum(confusion.values()), kappa(confusion))
            for name, confusion in self.agreement.tokens.items()
        }


def agreement_of_pairs(corpus: Corpus, tables: Tables) -> list[Pair]:
    """The release as a whole, then every two annotators who did an article in common, sorted.

    Only released passes count. The whole is left out where it says no more than its only pair.
    """
    released = {(row["annotator"], row["id"]) for rows in tables.rows["passes"].values() for row in rows}
    given = {
        annotator: {
            each.article: each
            for each in corpus.annotations(annotator)
            if (annotator, each.article) in released
        }
        for annotator in sorted({annotator for annotator, _ in released})
    }
    found = [_pair(each, corpus) for each in passes_compared.pairs(corpus, given)]
    whole = passes_compared.corpus_pair(corpus, given)
    if whole is None or (len(found) == 1 and len(whole.articles) == found[0].articles):
        return found
    return [_pair(whole, corpus), *found]


def _pair(pair: passes_compared.Pair, corpus: Corpus) -> Pair:
    intervals = intervals_of(list(pair.articles.values()))
    return Pair(
        pair.first,
        pair.second,
        len(pair.articles),
        pair.total,
        {measure: interval for (measure, type_), interval in intervals.items() if not type_},
        all(
            each in corpus.annotators and corpus.annotators[each].kind == "model" for each in pair.annotators
        ),
    )
