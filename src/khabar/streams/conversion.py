"""One record of a stream to an article: the same cleaning and the same checks as for a single article."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from khabar.article_list import Article
from khabar.errors import DataError, Faults
from khabar.inputs import raw_article
from khabar.intake import Refused, Terms, take
from khabar.streams.reading import Record, value_of
from khabar.text.furniture import Rules


@dataclass(frozen=True, slots=True)
class Quarantined:
    """A record that gives no article, and why.

    `kind` is `unreadable`, `record`, `article`, `id`, or `limit` for what took too much time or memory or
    ended its process.
    """

    place: str
    kind: str
    reason: str


@dataclass(frozen=True, slots=True)
class Duplicate:
    """A record whose article is there already: `of` is the id of the one that is kept."""

    place: str
    id: str
    of: str


@dataclass(frozen=True, slots=True)
class Conversion:
    """What turns records into articles: the terms of their source, furniture rules, articles that are there.

    `known` gives the digest of every article of the corpus by its id.
    """

    terms: Terms
    rules: Rules | None = None
    known: Mapping[str, str] = field(default_factory=dict)

    def convert(self, record: Record) -> Article | Quarantined | Duplicate:
        """The article of the record, or why there is none."""
        if record.data is None:
            return Quarantined(record.place, "unreadable", record.fault)
        try:
            value = value_of(record)
        except DataError as error:
            return Quarantined(record.place, "unreadable", _told(error))
        faults = Faults(record.place)
        try:
            raw = raw_article(value, record.place, "", faults)
            taken = take(raw, self.terms, self.rules) if raw is not None else None
        except RecursionError:
            return Quarantined(record.place, "article", "a page nested too deeply")
        if taken is None:
            return Quarantined(record.place, "record", _told(DataError(faults.report())))
        if isinstance(taken, Refused):
            return Quarantined(record.place, "article", _told(DataError(taken.report)))
        return self._compared(record.place, taken[0])

    def _compared(self, place: str, article: Article) -> Article | Quarantined | Duplicate:
        there = self.known.get(article.id)
        if there == article.text_sha256:
            return Duplicate(place, article.id, article.id)
        if there is not None:
            return Quarantined(place, "id", f"the corpus has {article.id!r} with another text")
        return article


def _told(error: DataError) -> str:
    return "; ".join(str(fault) for fault in error.faults)
