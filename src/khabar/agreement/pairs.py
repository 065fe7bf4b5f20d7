"""Whose passes are compared: every two annotators, and each article's two that its gold was made of."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from functools import cached_property
from itertools import combinations
from pathlib import Path

from khabar.agreement.comparison import Agreement, compare, total
from khabar.agreement.disagreements import Disagreement, disagreements
from khabar.corpus import Corpus, read_layer
from khabar.decisions import read_decisions
from khabar.document import Annotation
from khabar.errors import CallError

Passes = Mapping[str, Mapping[str, Annotation]]
"""Annotator → article → pass."""


@dataclass(frozen=True)
class Pair:
    """Two annotators, or one and another of each article, and their agreement on each that both did.

    `first` and `second` are empty where they are others from article to article, `annotators` is all of
    them. Articles come by id.
    """

    first: str
    second: str
    articles: Mapping[str, Agreement]
    differences: Mapping[Disagreement, int] = field(default_factory=dict)
    annotators: frozenset[str] = frozenset()

    @cached_property
    def total(self) -> Agreement:
        """Summed over the articles."""
        return total(self.articles.values())


def passes_of_corpus(corpus: Corpus) -> dict[str, dict[str, Annotation]]:
    """The passes of `passes/`, checked."""
    return {name: {each.article: each for each in corpus.annotations(name)} for name in corpus.pass_names}


def passes_in(corpus: Corpus, folder: Path) -> dict[str, dict[str, Annotation]]:
    """The passes of another folder, `<annotator>/<article>.json`, checked as those of the corpus are.

    Raises CallError where there is none, DataError with the faults of a layer.
    """
    names = sorted(path.name for path in folder.glob("*") if path.is_dir()) if folder.is_dir() else []
    if not names:
        raise CallError(f"no passes in {folder}: expected <annotator>/<article>.json")
    return {name: {each.article: each for each in read_layer(corpus, name, folder / name)} for name in names}


def only(passes: Passes, articles: Iterable[str]) -> dict[str, dict[str, Annotation]]:
    """The passes of those articles. CallError for an article that nobody did."""
    wanted = set(articles)
    known = {article for given in passes.values() for article in given}
    if unknown := sorted(wanted - known):
        raise CallError(f"no pass of {', '.join(unknown)}")
    return {
        name: {id_: each for id_, each in given.items() if id_ in wanted} for name, given in passes.items()
    }


def pairs(corpus: Corpus, passes: Passes) -> list[Pair]:
    """Every two annotators who did an article both, by name."""
    return [
        _pair(corpus, first, second, {each: (passes[first][each], passes[second][each]) for each in common})
        for first, second in combinations(sorted(passes), 2)
        if (common := sorted(passes[first].keys() & passes[second].keys()))
    ]


def corpus_pair(corpus: Corpus, passes: Passes) -> Pair | None:
    """Each article's two passes that its gold was made of, whoever gave them; None where none was decided.

    Articles whose decisions name passes that are not given, or more than two, are not in it.
    """
    found: dict[str, tuple[Annotation, Annotation]] = {}
    for path in sorted((corpus.folder / "decisions").glob("*.json")):
        made = read_decisions(path)
        given = [passes[name][made.article] for name in made.passes if made.article in passes.get(name, {})]
        if len(given) == len(made.passes) == 2:
            found[made.article] = (given[0], given[1])
    return _pair(corpus, "", "", found) if found else None


def _pair(
    corpus: Corpus, first: str, second: str, given: Mapping[str, tuple[Annotation, Annotation]]
) -> Pair:
    differing: Counter[Disagreement] = Counter()
    for both in given.values():
        differing += disagreements(*both)
    who = frozenset(each.annotator for both in given.values() for each in both)
    return Pair(
        first,
        second,
        {
            id_: compare(*both, corpus.schema, corpus.articles[id_].text)
            for id_, both in sorted(given.items())
        },
        differing,
        who,
    )
