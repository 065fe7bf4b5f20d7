"""The choice of what to annotate, over a crawl: every rank keeps its best, and the best of these are chosen."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, replace
from pathlib import Path

from datatrove.data import DocumentsPipeline
from datatrove.pipeline.base import PipelineStep

from khabar.corpus import Article, Corpus
from khabar.crawl.folders import CANDIDATES, CHOSEN
from khabar.crawl.held import Held
from khabar.files import dump_json
from khabar.selection import SPARE, Candidate, Pool, Reader, Sieve, select, write_choice
from khabar.streams import Folder, read_stream
from khabar.streams.writing import encode

_FORM = ".jsonl.gz"


@dataclass(frozen=True, slots=True)
class Wanted:
    """How many articles to choose for the corpus, what looks at them, and the seed."""

    corpus: Corpus
    reader: Reader
    number: int
    seed: int


class Candidates(PipelineStep):  # type: ignore[misc]
    """Of a rank the articles that may be chosen: whatever `select` would choose of all ranks is among them."""

    type = "Ranker"
    name = "Khabar candidates"

    def __init__(self, wanted: Wanted, out: str) -> None:
        super().__init__()
        self.wanted, self.out = Held(wanted), out

    def run(self, data: DocumentsPipeline, rank: int = 0, world_size: int = 1) -> None:
        """Write them, and what was seen and passed over."""
        del world_size
        wanted = self.wanted.value
        sieve = Sieve(wanted.corpus)
        pool = Pool(wanted.corpus.schema.events, size=wanted.number + SPARE, seed=wanted.seed)
        for article in sieve.of(_articles(data)):
            pool.offer(Candidate(article, wanted.reader.look(article.text or "")))
        kept = {each.article.id: each.article for name in pool.types for each in pool.of(name)}
        rows = [{**kept[name].model_dump(), "text": kept[name].text} for name in sorted(kept)]
        folder = Folder(self.out)
        if rows:
            folder.write(f"{CANDIDATES}/{rank:05d}{_FORM}", [encode(rows, _FORM)])
        told = {"seen": sieve.seen, "passed": dict(sieve.passed)}
        folder.write(f"{CANDIDATES}/{rank:05d}.json", [dump_json(told).encode()])


def _articles(data: DocumentsPipeline) -> Iterator[Article]:
    for each in data:
        yield Article(**each.metadata["article"], text=each.text)


class Choose(PipelineStep):  # type: ignore[misc]
    """The choice out of the candidates of all ranks, by `select`, as `write_choice` writes it."""

    type = "Ranker"
    name = "Khabar choice"

    def __init__(self, wanted: Wanted, out: str) -> None:
        super().__init__()
        self.wanted, self.out = Held(wanted), out

    def run(self, data: DocumentsPipeline = None, rank: int = 0, world_size: int = 1) -> None:
        """Choose and write."""
        del data, rank, world_size
        wanted, folder = self.wanted.value, Folder(self.out)
        names = folder.names(CANDIDATES)
        told = [json.loads(folder.read(f"{CANDIDATES}/{each}")) for each in names if each.endswith(".json")]
        there = any(each.endswith(_FORM) for each in names)
        articles = read_stream([f"{self.out}/{CANDIDATES}"]) if there else iter(())
        chosen = select(articles, wanted.corpus, wanted.reader, number=wanted.number, seed=wanted.seed)
        passed: Counter[str] = Counter()
        for each in told:
            passed.update(each["passed"])
        whole = replace(chosen, seen=sum(each["seen"] for each in told), passed=dict(passed))
        write_choice(whole, Path(self.out) / CHOSEN, seed=wanted.seed)
