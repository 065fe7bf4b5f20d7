"""How far annotators agree on the articles of a release: over all of it, and every two of them."""

from __future__ import annotations

from array import array
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from itertools import chain, combinations

import numpy as np

from khabar.agreement import Agreement, Side, Sum, compare_sides, intervals_of_counts, kappa
from khabar.agreement.report import MEASURES_IN_WORDS as MEASURES
from khabar.alignment import Edges
from khabar.bootstrap import Interval
from khabar.corpus import Corpus
from khabar.decisions import read_decisions
from khabar.document import Annotation

__all__ = ["MEASURES", "Agreements", "Pair"]


@dataclass(frozen=True, slots=True)
class Pair:
    """Two annotators, the number of articles both did, and their agreement summed over them, not by type.

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


class Agreements:
    """The agreement of the passes of a release, added up article by article."""

    def __init__(self, corpus: Corpus) -> None:
        self._corpus = corpus
        self._whole = _Sum()
        self._pairs: dict[tuple[str, str], _Sum] = {}
        self._decided = {each.stem for each in (corpus.folder / "decisions").glob("*.json")}

    def add(self, article: str, edges: Edges, passes: Mapping[str, Annotation]) -> None:
        """Every two of the article's passes, and the two its gold was made of; `edges` are of its tokens."""
        schema = self._corpus.schema
        sides = {name: Side.of(each, edges) for name, each in passes.items()}
        compared = {
            (first, second): compare_sides(sides[first], sides[second], schema, by_type=False)
            for first, second in combinations(sorted(sides), 2)
        }
        for names, found in compared.items():
            self._pairs.setdefault(names, _Sum()).add(article, found, names)
        if article in self._decided:
            decided = read_decisions(self._corpus.folder / "decisions" / f"{article}.json").passes
            if len(decided) == 2 and sides.keys() >= set(decided):
                first, second = decided
                whole = compared.get((first, second))
                if whole is None:
                    whole = compare_sides(sides[first], sides[second], schema, by_type=False)
                self._whole.add(article, whole, decided)

    @property
    def pairs(self) -> list[Pair]:
        """The release as a whole, then every two annotators who did an article in common, sorted.

        The whole is left out where it says no more than its only pair.
        """
        found = [self._pair(names, self._pairs[names]) for names in sorted(self._pairs)]
        whole = len(self._whole.counts)
        if not whole or (len(found) == 1 and whole == found[0].articles):
            return found
        return [self._pair(("", ""), self._whole), *found]

    def _pair(self, names: tuple[str, str], given: _Sum) -> Pair:
        known = self._corpus.annotators
        models = all(each in known and known[each].kind == "model" for each in given.annotators)
        return Pair(*names, len(given.counts), given.agreement, given.intervals, models)


class _Sum:
    """Agreement summed over articles; of each alone, only what intervals are drawn from."""

    def __init__(self) -> None:
        self._sum = Sum()
        self.counts: dict[str, array[int]] = {}
        """By article: of each measure the matches, and the items of both."""
        self.annotators: set[str] = set()

    def add(self, article: str, found: Agreement, annotators: Iterable[str]) -> None:
        self._sum.add(found)
        numbers = [(each.match, each.first + each.second) for each in found.counts.values()]
        self.counts[article] = array("i", chain.from_iterable(numbers))
        self.annotators.update(annotators)

    @property
    def agreement(self) -> Agreement:
        """Over all articles."""
        return self._sum.agreement

    @property
    def intervals(self) -> dict[str, Interval | None]:
        """Of each measure; articles are drawn in the order of their ids."""
        names = list(self.agreement.counts)
        table = np.array([self.counts[each] for each in sorted(self.counts)])
        return dict(zip(names, intervals_of_counts(table.reshape(-1, len(names), 2)), strict=True))
