"""The choice: one article after the other, for the type with fewest, least sure first, none near another."""

from __future__ import annotations

from collections import Counter, deque
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass

from khabar.article_list import Article
from khabar.corpus import Corpus
from khabar.schema import Schema
from khabar.selection.looking import Candidate, Glance, Reader
from khabar.selection.pool import NO_EVENT, Pool
from khabar.selection.sieve import Known, Sieve
from khabar.text.copies import Looked, Near, Originals
from khabar.text.dedup import THRESHOLD

SPARE = 50
"""Candidates kept of each type beyond the number asked for, since some are near each other."""
_ANY = 1e-9


@dataclass(frozen=True, slots=True)
class Chosen:
    """An article, and why it was chosen.

    `type` is the event type it was chosen for (empty: none was left to choose for), `had` how many articles
    with that type the corpus and the choice had before. `nearest` is the chosen article that shares most
    with it, `passed_over` less sure ones of that type that are near one chosen before.
    """

    article: Article
    glance: Glance
    type: str
    had: int
    nearest: Near | None
    passed_over: tuple[str, ...]

    @property
    def why(self) -> str:
        """The reason in a sentence."""
        for_type = (
            f"for {self.type}, of which there were {self.had}"
            if self.type
            else "no article with a predicted event was left"
        )
        events = ", ".join(f"{name} {count}" for name, count in self.glance.events.items()) or "none"
        near = (
            f"shares {self.nearest.containment:.0%} with {self.nearest.original}"
            if self.nearest
            else "shares nothing with the others"
        )
        passed = f"; near copies passed over: {', '.join(self.passed_over)}" if self.passed_over else ""
        unsure = f"uncertainty {self.glance.uncertainty:.4f}"
        return f"{for_type}; {unsure}; predicted events: {events}; {near}{passed}"


@dataclass(frozen=True, slots=True)
class Selection:
    """What was chosen, in order; how many articles there were, and why others could not be."""

    chosen: tuple[Chosen, ...]
    seen: int
    passed: Mapping[str, int]
    measure: str
    without_text: tuple[str, ...]
    """Articles of the corpus whose text is not here: what is near them could not be told."""

    def remarks(self, number: int) -> Iterator[str]:
        """What the person who asked for that many should know, a line each."""
        why = ", ".join(f"{count} {reason}" for reason, count in sorted(self.passed.items()))
        yield f"{len(self.chosen)} chosen of {self.seen} articles" + (f"; passed over: {why}" if why else "")
        if len(self.chosen) < number:
            yield f"{number} were asked for: no more are there that are near no other"
        if self.without_text:
            said = f"{len(self.without_text)} articles of the corpus have no text on this machine"
            yield f"{said}; what is near them may be among the chosen (--texts, KHABAR_TEXTS)"


def select(
    articles: Iterable[Article], corpus: Corpus, reader: Reader, *, number: int, seed: int
) -> Selection:
    """The next articles of the corpus, at most that many: `choose` over all of a stream that may be chosen.

    The articles must have their texts and come once each. What is held in memory depends on `number` and
    the schema alone. The same articles in any order, reader and seed give the same choice.
    """
    sieve, pool = Sieve(Known.of(corpus)), new_pool(corpus.schema, number, seed)
    for article in sieve.of(articles):
        pool.offer(Candidate(article, reader.look(article.text or "")))
    return chosen_of(pool, sieve, corpus, reader, number)


def new_pool(schema: Schema, number: int, seed: int) -> Pool:
    """An empty pool, out of which that many can be chosen."""
    return Pool(schema.events, size=number + SPARE, seed=seed)


def chosen_of(pool: Pool, sieve: Sieve, corpus: Corpus, reader: Reader, number: int) -> Selection:
    """The choice out of a pool that was filled through the sieve by the reader."""
    chosen = choose(pool, number, articles_by_type(corpus))
    return Selection(
        tuple(chosen), sieve.seen, dict(sieve.passed), reader.measure, tuple(sorted(corpus.without_text))
    )


def articles_by_type(corpus: Corpus) -> Counter[str]:
    """How many articles of the gold have an event of each type."""
    gold = corpus.gold.values() if (corpus.folder / "gold").is_dir() else ()
    return Counter(name for each in gold for name in {event.type for event in each.events})


def choose(pool: Pool, number: int, have: Mapping[str, int]) -> Iterator[Chosen]:
    """Up to `number` of the pool, each for the type with fewest articles so far (`have`, and those chosen).

    Of equally rare types the first of the schema is served; the least sure candidate of it is taken that is
    near none chosen before. Articles without a predicted event come last.
    """
    counts = Counter(have)
    waiting = {name: deque(pool.of(name)) for name in pool.types}
    others = Originals(threshold=_ANY)
    taken: set[str] = set()
    while len(taken) < number and (left := [name for name, each in waiting.items() if each]):
        name = min(left, key=lambda each: (each == NO_EVENT, counts[each]))
        if (found := _next(waiting[name], others, taken)) is None:
            continue
        candidate, looked, nearest, passed_over = found
        article = candidate.article
        yield Chosen(article, candidate.glance, name, counts[name], nearest, passed_over)
        taken.add(article.id)
        others.add(article.id, looked)
        counts.update(candidate.glance.events.keys())


def _next(
    waiting: deque[Candidate], others: Originals, taken: set[str]
) -> tuple[Candidate, Looked, Near | None, tuple[str, ...]] | None:
    """The first that waits and is near none of the others; it and those before it wait no more."""
    passed_over: list[str] = []
    while waiting:
        candidate = waiting.popleft()
        if candidate.article.id in taken:
            continue
        looked = Looked.at(candidate.text)
        nearest = next(iter(others.near(looked)), None)
        if nearest is None or nearest.containment < THRESHOLD:
            return candidate, looked, nearest, tuple(passed_over)
        passed_over.append(candidate.article.id)
    return None
