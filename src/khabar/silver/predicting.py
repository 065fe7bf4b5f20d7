"""Articles with what a model says of them: by a baseline here, or by predictions made anywhere."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from itertools import zip_longest
from typing import Any

from khabar.baselines import Model, crf, gazetteer
from khabar.corpus import Article, Corpus
from khabar.errors import CallError, DataError
from khabar.release import gold_documents
from khabar.streams import find_files, read_records
from khabar.streams.reading import value_of
from khabar.workers import mapped

Pair = tuple[Article, Mapping[str, Any]]
"""An article with its text, and its submission record."""

MODELS = ("crf", "gazetteer")
NEXT_STEP = "give a record for every article, in the order of the articles"


def predicted(articles: Iterable[Article], model: Model, *, workers: int = 1) -> Iterator[Pair]:
    """The articles, in order, with what the model predicts; for several workers it must be picklable."""
    yield from mapped(model.predict, articles, _shown, workers=workers)


def baseline(name: str, corpus: Corpus, *, seed: int = 0) -> Model:
    """A baseline that runs here, trained on the corpus's train split. CallError for another name."""
    if name not in MODELS:
        raise CallError(f"no model {name!r} (there are {', '.join(MODELS)})")
    documents = gold_documents(corpus, "train")
    if name == "crf":
        return crf.fit(documents, corpus.schema, seed=seed)
    return gazetteer.fit(documents, corpus.schema)


def read_predictions(addresses: Sequence[str]) -> Iterator[tuple[str, Any]]:
    """Place and value of each submission record of a stream, as `khabar.streams.find_files` finds it.

    Raises CallError for an address that leads nowhere, DataError where a record cannot be read.
    """
    for file in find_files(addresses):
        for record in read_records(file):
            yield record.place, value_of(record)


def _shown(article: Article) -> dict[str, str]:
    return {"id": article.id, "text": article.text or ""}


def paired(articles: Iterable[Article], records: Iterable[tuple[str, Mapping[str, Any]]]) -> Iterator[Pair]:
    """The articles with the records (place and submission record), which must come in the same order.

    So neither side is ever held in memory. Raises DataError at the first record of another article, and
    where one side ends before the other.
    """
    for article, given in zip_longest(articles, records):
        if given is None:
            raise DataError.one(
                "predictions", f"no record for {article.id!r} nor for what comes after", next_step=NEXT_STEP
            )
        place, record = given
        if article is None:
            raise DataError.one(place, "a record more than there are articles", next_step=NEXT_STEP)
        named = record.get("article") if isinstance(record, Mapping) else None
        if named != article.id:
            message = f"expected the record of {article.id!r}, found that of {named!r}"
            raise DataError.one(place, message, next_step=NEXT_STEP)
        yield article, record
