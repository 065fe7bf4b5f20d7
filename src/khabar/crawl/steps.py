"""Steps of a crawl on datatrove: each calls what the programs for one machine call, and adds the engine."""

from __future__ import annotations

import gzip
from collections.abc import Iterator, Sequence
from tempfile import TemporaryFile
from typing import Any

from datatrove.data import Document, DocumentsPipeline
from datatrove.pipeline.base import PipelineStep

from khabar.article_list import Article
from khabar.baselines import Model
from khabar.crawl.folders import KNOWN, LOGS, PREDICTED, QUARANTINE
from khabar.crawl.guarded import converted
from khabar.crawl.held import Held
from khabar.crawl.warc import FORMS as ARCHIVES
from khabar.crawl.warc import read_warc
from khabar.files import dump_json
from khabar.streams import (
    Conversion,
    Folder,
    Limits,
    Quarantined,
    Record,
    WorkFailedError,
    find_files,
    read_records,
)
from khabar.streams.articles import article_of
from khabar.streams.reading import value_of
from khabar.streams.shards import as_lines


class ReadArticles(PipelineStep):  # type: ignore[misc]
    """Ingest, language and cleaning: every `world_size`-th file of the inputs, as articles.

    What gives no article is listed in `quarantine`, what the corpus has in `known`, a file a rank.
    """

    type = "Reader"
    name = "Khabar articles"

    def __init__(self, inputs: Sequence[str], out: str, conversion: Conversion, limits: Limits) -> None:
        super().__init__()
        self.inputs, self.out, self.limits = tuple(inputs), out, limits
        self.conversion = Held(conversion)

    def run(self, data: DocumentsPipeline = None, rank: int = 0, world_size: int = 1) -> Iterator[Document]:
        """The articles of the rank's files, in their order."""
        del data
        with TemporaryFile() as quarantined, TemporaryFile() as known:  # a rank may leave out any number
            for found in converted(self._records(rank, world_size), self.conversion.value, self.limits):
                self.stat_update("records")
                if isinstance(found, Article):
                    yield document(found)
                elif isinstance(found, Quarantined):
                    quarantined.write(as_lines([found]))
                else:
                    known.write(as_lines([found]))
            for name, spool in (QUARANTINE, quarantined), (KNOWN, known):
                spool.seek(0)
                Folder(self.out).write(f"{name}/{rank:05d}.jsonl", spool)

    def _records(self, rank: int, world_size: int) -> Iterator[Record]:
        for file in find_files(self.inputs, more_forms=ARCHIVES)[rank::world_size]:
            yield from read_warc(file) if file.form in ARCHIVES else read_records(file)


def document(article: Article) -> Document:
    """The article as datatrove passes it on: its line in the metadata."""
    return Document(text=article.text, id=article.id, metadata={"article": article.model_dump()})


def row(_: Any, made: Document) -> dict[str, Any]:
    """A document as a row of a stream of articles: an adapter of datatrove's writers."""
    return {**made.metadata["article"], "text": made.text}


class AfterAll(PipelineStep):  # type: ignore[misc]
    """Stops a stage unless every task of an earlier one is done.

    On Slurm more than 1001 tasks are several arrays, and the next stage waits for the last of them only.
    """

    type = "Check"
    name = "Khabar all done"

    def __init__(self, out: str, stage: str, tasks: int) -> None:
        super().__init__()
        self.out, self.stage, self.tasks = out, stage, tasks

    def run(self, data: DocumentsPipeline = None, rank: int = 0, world_size: int = 1) -> DocumentsPipeline:
        """Raises WorkFailedError with the first task that is not done."""
        del rank, world_size
        done = Folder(self.out).names(f"{LOGS}/{self.stage}/completions")
        if missing := [task for task in range(self.tasks) if f"{task:05d}" not in done]:
            raise WorkFailedError(
                f"{len(missing)} of {self.tasks} tasks of {self.stage} are not done, first {missing[0]}\n"
                f"Next: see {self.out}/{LOGS}/{self.stage}/logs, and run the same command again"
            )
        return data


class ReadRank(PipelineStep):  # type: ignore[misc]
    """The articles that a step before wrote for this rank, in the same order."""

    type = "Reader"
    name = "Khabar articles of a rank"

    def __init__(self, folder: str) -> None:
        super().__init__()
        self.folder = folder

    def run(self, data: DocumentsPipeline = None, rank: int = 0, world_size: int = 1) -> Iterator[Document]:
        """None where the rank had none."""
        del data, world_size
        name = f"{rank:05d}.jsonl.gz"
        if name in Folder(self.folder).names():
            for file in find_files([f"{self.folder}/{name}"]):
                for record in read_records(file):
                    yield document(article_of(value_of(record), record.place))


class PreAnnotate(PipelineStep):  # type: ignore[misc]
    """Predictions of a model for every article, as a submission: `predictions/<rank>.jsonl.gz` in `out`."""

    type = "Annotator"
    name = "Khabar pre-annotation"

    def __init__(self, model: Model, out: str) -> None:
        super().__init__()
        self.model, self.out = Held(model), out

    def run(self, data: DocumentsPipeline, rank: int = 0, world_size: int = 1) -> Iterator[Document]:
        """The articles, each with its record under `predicted`."""
        del world_size
        with TemporaryFile() as spool, gzip.GzipFile(fileobj=spool, mode="wb", mtime=0) as packed:
            for each in data:
                predicted = self.model.value.predict({"id": each.id, "text": each.text})
                packed.write(dump_json(predicted).encode() + b"\n")
                each.metadata["predicted"] = predicted
                yield each
            packed.close()
            spool.seek(0)
            Folder(self.out).write(f"{PREDICTED}/{rank:05d}.jsonl.gz", spool)
