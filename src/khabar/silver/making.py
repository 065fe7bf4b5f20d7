"""A shard of a stream to rows of a silver release: predicted, checked, held against the corpus, and kept."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

import msgspec

from khabar.alignment import Unshown
from khabar.article_list import Article
from khabar.baselines import Model
from khabar.errors import DataError, Report
from khabar.files import canonical_line_of_row
from khabar.schema import Schema
from khabar.scoring.extraction import Extraction
from khabar.scoring.finder import Finder
from khabar.scoring.spans import SAYS, SpanReader
from khabar.silver.guard import Guard
from khabar.silver.rows import silver_rows
from khabar.streams import Folder, Record
from khabar.streams.articles import articles_of
from khabar.streams.reading import value_of
from khabar.streams.resuming import Done, keep, kept
from khabar.streams.shards import Shard

NEXT_STEP = "give a record for every article, in the order of the articles"
_KEYS = {"article", *SAYS}


@dataclass(frozen=True, slots=True)
class Made:
    """What was made of an article. `left_out` gives the reason and what stands against it, or is None.

    `rows` are lines of canonical JSON by configuration; they and the counts are empty if it is left out.
    """

    article: str
    source: str
    licence: str
    language: str
    left_out: tuple[str, str] | None
    counts: dict[str, int]
    unshown: dict[str, Unshown]
    rows: dict[str, list[msgspec.Raw]]


@dataclass(frozen=True, slots=True)
class MakeShard:
    """The job of a process: what becomes of each article. Without a `model` predictions are in the shard."""

    folder: Folder
    schema: Schema
    sources: tuple[str, ...]
    guard: Guard
    annotator: str
    model: Model | None

    def __call__(self, task: Shard, begin: Callable[[int], None], refused: Mapping[int, str]) -> Done:
        """Nothing is kept of a shard that holds what is no article, or a prediction that does not fit."""
        reports: list[Report] = []
        lines = []
        for number, article in articles_of(task, begin, refused, reports):
            try:
                self._check_source(article, task.records[number])
                lines.append(msgspec.json.encode(self._made(article, self._said(article, task, number))))
            except DataError as error:
                reports.extend(error.reports)
        if self.model is None and len(task.beside) != len(task.records):
            reports.append(_uneven(task))
        if not reports:
            keep(self.folder, task, lines)
        return Done(len(task.records), task.read, reports)

    def _check_source(self, article: Article, record: Record) -> None:
        if article.source not in self.sources:
            known = ", ".join(self.sources)
            raise DataError.one(
                record.place,
                f"{article.id!r}: no source {article.source!r} in sources.yaml (there are {known})",
                next_step="describe it: a release says where all of it comes from",
            )

    def _said(self, article: Article, task: Shard, number: int) -> Extraction | None:
        """What the model says; None where there is no record of it."""
        if self.model is not None:
            shown = {"id": article.id, "text": article.text or ""}
            return self._read(self.model.predict(shown), article, task.records[number].place)
        if number >= len(task.beside):
            return None
        given = task.beside[number]
        record = value_of(given)
        named = record.get("article") if isinstance(record, Mapping) else None
        if named != article.id:
            message = f"expected the record of {article.id!r}, found that of {named!r}"
            raise DataError.one(given.place, message, next_step=NEXT_STEP)
        return self._read(record, article, given.place)

    def _read(self, record: Mapping[str, Any], article: Article, place: str) -> Extraction:
        address, _, number = place.rpartition(":")
        if unknown := sorted(set(record) - _KEYS):
            message = f"unknown keys {', '.join(unknown)} (there are {', '.join(sorted(_KEYS))})"
            raise DataError.one(address, message, where=f"record {number} ({article.id})")
        finder = Finder(address, "record")
        said = SpanReader(self.schema).read(
            record, finder.record(int(number), article.id), len(article.text or "")
        )
        finder.raise_if_any()
        return said

    def _made(self, article: Article, said: Extraction | None) -> Made:
        described = article.id, article.source, article.licence, article.language
        why = self.guard.reason(article.id, article.text_sha256, article.text or "")
        if why or said is None:
            return Made(*described, why, {}, {}, {})
        made = silver_rows(article, said, annotator=self.annotator, schema=self.schema)
        lines = {
            config: [msgspec.Raw(canonical_line_of_row(row)[:-1]) for row in rows]
            for config, rows in made.rows.items()
        }
        return Made(*described, None, made.counts.model_dump(), dict(made.unshown), lines)


def _uneven(task: Shard) -> Report:
    if len(task.beside) > len(task.records):
        place = task.beside[len(task.records)].place
        return DataError.one(place, "a record more than there are articles", next_step=NEXT_STEP).reports[0]
    place = task.records[len(task.beside)].place
    message = "no prediction for this article, nor for what comes after"
    return DataError.one(place, message, next_step=NEXT_STEP).reports[0]


def made_of(folder: Folder, shard: int) -> Iterator[Made]:
    """What was made of the articles of a shard that is done, in order."""
    decoder = msgspec.json.Decoder(Made)
    yield from map(decoder.decode, kept(folder, shard))
