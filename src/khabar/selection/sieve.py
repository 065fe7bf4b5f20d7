"""What of a stream may be chosen for a corpus, and why the rest may not."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field

from khabar.article_list import Article
from khabar.corpus import Corpus
from khabar.text.copies import Looked, Originals


@dataclass(frozen=True, slots=True)
class Known:
    """What the corpus has, of any split; it can be sent to another process."""

    ids: frozenset[str]
    digests: frozenset[str]
    originals: Originals

    @classmethod
    def of(cls, corpus: Corpus) -> Known:
        """That of the corpus; near copies of an article whose text is not here are not known."""
        there = corpus.articles.values()
        return cls(
            frozenset(each.id for each in there),
            frozenset(each.text_sha256 for each in there),
            Originals((each.id, each.text) for each in there if each.text is not None),
        )


@dataclass(slots=True)
class Sieve:
    """Lets through what may be chosen, and counts what may not."""

    known: Known
    passed: Counter[str] = field(default_factory=Counter)
    seen: int = 0

    def of(self, articles: Iterable[Article]) -> Iterator[Article]:
        """Dated Arabic articles that the corpus neither has nor nearly has."""
        known = self.known
        for article in articles:
            self.seen += 1
            if article.published is None:
                self.passed["without a date"] += 1
            elif article.language != "ar":
                self.passed["not in Arabic"] += 1
            elif article.id in known.ids or article.text_sha256 in known.digests:
                self.passed["in the corpus"] += 1
            elif known.originals.near(Looked.at(article.text or "")):
                self.passed["near an article of the corpus"] += 1
            else:
                yield article
