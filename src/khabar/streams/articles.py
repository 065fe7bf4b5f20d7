"""Articles out of a stream that `convert_stream` wrote, or any stream of the same rows."""

from __future__ import annotations

import glob
from collections.abc import Callable, Iterator, Mapping, Sequence

from pydantic import ValidationError

from khabar.article_list import Article
from khabar.errors import CallError, DataError, Faults, Report
from khabar.schema import add_validation_faults
from khabar.streams.addresses import Folder, StreamFile, find_files, form_of
from khabar.streams.reading import read_records, value_of
from khabar.streams.shards import RUN, Shard

_LISTS = ("quarantine.jsonl", "duplicates.jsonl")


def read_stream(
    addresses: Sequence[str], tell: Callable[[int, int, bool], None] = lambda articles, read, anew: None
) -> Iterator[Article]:
    """The articles of the stream, each with its text, in order, in memory that does not grow.

    An address is what `find_files` takes; of a folder that a run wrote, its lists of what was left out are
    passed over. `tell` hears of every article that is taken, of the bytes that were read for it, and True.
    Raises CallError for an address that leads nowhere, and DataError at the first row that is
    no article with its text. The folder of a run that was stopped, and not gone on with, leads nowhere.
    """
    for file in stream_files(addresses):
        before = 0
        for record in read_records(file):
            yield article_of(value_of(record), record.place)
            tell(1, record.read - before, True)
            before = record.read


def size_of(addresses: Sequence[str]) -> int | None:
    """The bytes of the files that `read_stream` reads, None where that is not known; raises as it does."""
    return sum(each.size or 0 for each in stream_files(addresses)) or None


def stream_files(addresses: Sequence[str]) -> list[StreamFile]:
    """The files that `read_stream` reads; raises as it does."""
    for address in addresses:
        if not glob.has_magic(address) and form_of(address) is None and Folder(address).has(RUN):
            raise CallError(
                f"{address} holds a run that is not finished; run convert_articles.py stream again"
            )
    files = [each for each in find_files(addresses) if not each.address.endswith(_LISTS)]
    if not files:
        raise CallError(f"no articles in {', '.join(addresses)}")
    return files


def article_of(value: object, place: str) -> Article:
    """The article of one row, which `place` is that of. Raises DataError if it is none, or lacks its text."""
    try:
        article = Article.model_validate(value)
    except ValidationError as error:
        faults = Faults(place)
        add_validation_faults(faults, error)
        raise DataError(faults.report("give a stream that convert_articles.py stream wrote")) from error
    if article.text is None:
        raise DataError.one(place, "expected an article with its text, found none")
    return article


def articles_of(
    shard: Shard, begin: Callable[[int], None], refused: Mapping[int, str], reports: list[Report]
) -> Iterator[tuple[int, Article]]:
    """The articles of a shard, each with its number in it; what is no article goes into `reports`.

    For a job of `khabar.streams.resuming`, whose `begin` and `refused` these are.
    """
    for number, record in enumerate(shard.records):
        try:
            if number in refused:
                raise DataError.one(record.place, refused[number], next_step="take it out of the stream")
            begin(number)
            article = article_of(value_of(record), record.place)
        except DataError as error:
            reports.extend(error.reports)
        else:
            yield number, article
    begin(-1)
