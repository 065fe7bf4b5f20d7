"""Articles and predictions into the data files, and what is left out into a list with its reason."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path

from khabar.corpus import Article, Corpus
from khabar.errors import DataError
from khabar.files import dump_json
from khabar.scoring.extraction import Extraction
from khabar.scoring.finder import Finder
from khabar.scoring.spans import SAYS, SpanReader
from khabar.silver.guard import Guard
from khabar.silver.predicting import Pair
from khabar.silver.rows import silver_rows
from khabar.silver.shards import Shards
from khabar.silver.tally import Tally

TWICE = "has the id of an article before it"
_KEYS = {"article", *SAYS}


def write_silver(
    pairs: Iterable[Pair],
    corpus: Corpus,
    annotator: str,
    guard: Guard,
    shards: Shards,
    left_out: Path,
) -> Tally:
    """Write every article that may be silver, and a line of JSON in `left_out` for every other.

    Raises DataError at the first record that does not fit the schema or its article, or unknown source.
    """
    tally, reader = Tally(), SpanReader(corpus.schema)
    with left_out.open("w", encoding="utf-8") as file:
        for number, pair in enumerate(pairs, 1):
            article = pair[0]
            said = _said(reader, number, pair)
            _check_source(article, corpus)
            if why := _why_not(article, guard, tally):
                tally.left_out[why[0]] += 1
                file.write(dump_json({"article": article.id, "reason": why[0], "because_of": why[1]}) + "\n")
                continue
            made = silver_rows(article, said, annotator=annotator, schema=corpus.schema)
            shards.add(made.rows)
            tally.add(article, made)
    return tally


def _why_not(article: Article, guard: Guard, tally: Tally) -> tuple[str, str] | None:
    if found := guard.reason(article.id, article.text_sha256, article.text or ""):
        return found
    return None if tally.is_new(article.id) else (TWICE, article.id)


def _said(reader: SpanReader, number: int, pair: Pair) -> Extraction:
    article, record = pair
    finder = Finder("predictions", "record")
    place = finder.record(number, article.id)
    said = Extraction()
    if unknown := sorted(set(record) - _KEYS):
        message = f"unknown keys {', '.join(unknown)} (there are {', '.join(sorted(_KEYS))})"
        raise DataError.one("predictions", message, where=f"record {number} ({article.id})")
    said = reader.read(record, place, len(article.text or ""))
    finder.raise_if_any()
    return said


def _check_source(article: Article, corpus: Corpus) -> None:
    if article.source not in corpus.sources:
        known = ", ".join(corpus.sources)
        raise DataError.one(
            article.id,
            f"no source {article.source!r} in sources.yaml (there are {known})",
            next_step="describe it: a release says where all of it comes from",
        )
