"""A choice out of a stream of any length: looked at on all cores, gone on with after a stop."""

from __future__ import annotations

import shutil
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import msgspec

from khabar import __version__
from khabar.article_list import Article
from khabar.corpus import Corpus
from khabar.errors import Report
from khabar.files import content_digest
from khabar.schema import Schema
from khabar.selection.choice import Selection, chosen_of, new_pool
from khabar.selection.looking import Candidate, Glance, Reader
from khabar.selection.pool import Pool
from khabar.selection.sieve import Known, Sieve
from khabar.selection.writing import write_choice
from khabar.streams.addresses import Folder
from khabar.streams.articles import articles_of, stream_files
from khabar.streams.pool import Limits
from khabar.streams.resuming import Done, Tell, do_shards, keep, kept
from khabar.streams.shards import Shard, cut
from khabar.streams.unfinished import unfinished
from khabar.text import SEGMENTER

SHARD = 1000
"""Articles that are looked at before what was seen is kept."""
LIMITS = Limits(seconds=600, megabytes=4096)
"""What looking at one article may take."""


@dataclass(frozen=True, slots=True)
class LookAtShard:
    """The job of a process: what may be chosen of a shard, with what the reader saw, and the rest counted."""

    reader: Reader
    known: Known
    schema: Schema
    number: int
    seed: int
    folder: Folder

    def __call__(self, task: Shard, begin: Callable[[int], None], refused: Mapping[int, str]) -> Done:
        """Nothing is kept of a shard that holds what is no article."""
        reports: list[Report] = []
        sieve, pool = Sieve(self.known), new_pool(self.schema, self.number, self.seed)
        for article in sieve.of(each for _, each in articles_of(task, begin, refused, reports)):
            pool.offer(Candidate(article, self.reader.look(article.text or "")))
        if not reports:
            told = {"seen": sieve.seen, "passed": dict(sorted(sieve.passed.items()))}
            keep(self.folder, task, [msgspec.json.encode(each) for each in (told, *_rows(pool))])
        return Done(len(task.records), task.read, reports)


def _rows(pool: Pool) -> list[dict[str, Any]]:
    """The candidates, each once."""
    found = {each.article.id: each for name in pool.types for each in pool.of(name)}
    return [
        {
            "article": {**each.article.model_dump(), "text": each.text},
            "events": dict(each.glance.events),
            "uncertainty": each.glance.uncertainty,
        }
        for _, each in sorted(found.items())
    ]


def select_stream(
    addresses: Sequence[str],
    corpus: Corpus,
    reader: Reader,
    out: Path,
    *,
    learnt: Mapping[str, Any],
    number: int,
    seed: int,
    workers: int,
    shard: int = SHARD,
    tell: Tell = lambda articles, read, anew: None,
) -> Selection:
    """What `select` chooses of the articles of the stream, written to `out` as `write_choice` does.

    `learnt` tells the reader from others. A run that was stopped is gone on with: what was seen in a shard
    is kept in `<out>.unfinished` until the choice is there. The choice does not depend on `workers` nor on
    `shard`. Raises as `khabar.streams.unfinished.unfinished` and `khabar.streams.resuming.do_shards` do.
    """
    files = stream_files(addresses)
    identity = {
        "khabar": __version__,
        "inputs": [each.address for each in files],
        **learnt,
        "segmenter": SEGMENTER,
        "number": number,
        "seed": seed,
        "shard": shard,
        "corpus": content_digest(
            [each.id, each.text_sha256, each.text is None] for _, each in sorted(corpus.articles.items())
        ),
    }
    with unfinished(out, identity) as run:
        job = LookAtShard(reader, Known.of(corpus), corpus.schema, number, seed, run.folder)
        shards = do_shards(job, run.folder, cut(files, shard), workers=workers, limits=LIMITS, tell=tell)
        selection = _choose(run.folder, shards, job, corpus)
        made = run.path / "choice"
        shutil.rmtree(made, ignore_errors=True)
        write_choice(selection, made, seed=seed)
        run.put(made)
    return selection


def _choose(folder: Folder, shards: int, job: LookAtShard, corpus: Corpus) -> Selection:
    sieve, pool = Sieve(job.known), new_pool(job.schema, job.number, job.seed)
    for each in range(shards):
        told, *rows = map(msgspec.json.decode, kept(folder, each))
        sieve.seen += told["seen"]
        sieve.passed.update(told["passed"])
        for row in rows:
            pool.offer(Candidate(Article(**row["article"]), Glance(row["events"], row["uncertainty"])))
    return chosen_of(pool, sieve, corpus, job.reader, job.number)
