"""The choice of what to annotate, in a crawl: every rank keeps its best, the best of these are chosen."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, replace
from pathlib import Path

from datatrove.data import DocumentsPipeline
from datatrove.pipeline.base import PipelineStep

from khabar.article_list import Article
from khabar.corpus import Corpus, read_corpus
from khabar.crawl.folders import CANDIDATES, CHOSEN
from khabar.crawl.held import Held
from khabar.files import dump_json
from khabar.selection import SPARE, Candidate, Known, Pool, Reader, Sieve, select, write_choice
from khabar.streams import Folder, read_stream
from khabar.streams.writing import encode

_FORM = ".jsonl.gz"


@dataclass(frozen=True, slots=True)
class Wanted:
    """How many articles to choose for the corpus, what looks at them, and the seed.

    Every task reads the corpus again: it must reach its folder, and that of its stand-off texts.
    """

    annotations: Path
    texts: tuple[Path, ...]
    reader: Reader
    number: int
    seed: int

    def corpus(self) -> Corpus:
        """The corpus that is chosen for."""
        return read_corpus(self.annotations, self.texts)


class Candidates(PipelineStep):  # type: ignore[misc]
    """The candidates of a rank: what `select` would choose of all articles is among those of all ranks."""

    type = "Ranker"
    name = "Khabar candidates"

    def __init__(self, wanted: Wanted, out: str) -> None:
        super().__init__()
        self.wanted, self.out = Held(wanted), out

    def run(self, data: DocumentsPipeline, rank: int = 0, world_size: int = 1) -> None:
        """Write them, and what was seen and passed over."""
        del world_size
        wanted = self.wanted.value
        corpus = wanted.corpus()
        sieve = Sieve(Known.of(corpus))
        pool = Pool(corpus.schema.events, size=wanted.number + SPARE, seed=wanted.seed)
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
        chosen = select(articles, wanted.corpus(), wanted.reader, number=wanted.number, seed=wanted.seed)
        passed: Counter[str] = Counter()
        for each in told:
            passed.update(each["passed"])
        whole = replace(chosen, seen=sum(each["seen"] for each in told), passed=dict(passed))
        write_choice(whole, Path(self.out) / CHOSEN, seed=wanted.seed)
