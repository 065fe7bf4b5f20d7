"""Silver and selection: a release of predictions against `datasets`, a choice against the model alone."""

from __future__ import annotations

import itertools
import json
import tempfile
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import datasets
from harness import Bench, Growth
from synthetic import Maker, article_line

from khabar.article_list import Article
from khabar.corpus import Corpus, read_corpus
from khabar.files import dump_json
from khabar.release import gold_documents
from khabar.release.features import as_features
from khabar.schema import default_annotations, load_schema
from khabar.scoring.extraction import read_extraction
from khabar.selection import reader_of, select
from khabar.silver import build_silver
from khabar.silver.rows import CONFIGS, silver_columns, silver_rows
from khabar.streams import find_files, read_records, read_stream
from khabar.streams.reading import value_of

SOURCE = "authored"
"""Of the repository's sources one whose texts may be passed on."""


def benches(scale: float) -> Iterator[Bench | Growth]:
    """The benches of silver; `scale` 1 is 20,000 articles."""
    datasets.disable_progress_bars()
    corpus = read_corpus(default_annotations())
    articles = max(100, round(20_000 * scale))
    sizes = tuple(max(10, round(articles * share)) for share in (0.05, 0.25, 1))
    with tempfile.TemporaryDirectory(prefix="khabar-bench-") as made:
        folder = Path(made)
        _write_stream(folder, articles)
        some = max(100, articles // 5)
        rows = _write_rows(folder, corpus, some)
        yield Bench(
            "silver: build",
            f"{some:,} articles; ours checked, held against the corpus and read back, the peer's from rows",
            lambda: _build(folder, corpus, some),
            "Dataset.from_generator(...).to_parquet",
            lambda: _save(rows, folder),
            most_repeats=1,
            articles=some,
        )
        yield Growth("silver: build", "articles", sizes, _building(folder, corpus), limit_mb=1_000)
        reader = reader_of("gazetteer", gold_documents(corpus, "train"), corpus.schema)
        yield Bench(
            "select",
            f"50 of {some:,} articles by the gazetteer",
            lambda: select(_articles(folder, some), corpus, reader, number=50, seed=1),
            "the gazetteer alone on the same stream",
            lambda: [reader.look(each.text or "") for each in _articles(folder, some)],
            goal=1 / 1.5,
            most_repeats=1,
            articles=some,
        )
        yield Growth(
            "select",
            "articles",
            sizes,
            lambda size: lambda: select(_articles(folder, size), corpus, reader, number=50, seed=1),
            limit_mb=1_000,
        )


def _write_stream(folder: Path, articles: int) -> None:
    """Articles as `convert_articles.py stream` writes them, and the records of a model that says much."""
    made = Maker(load_schema(), 17)
    with (
        (folder / "news.jsonl").open("w", encoding="utf-8") as news,
        (folder / "said.jsonl").open("w", encoding="utf-8") as said,
    ):
        for number in range(articles):
            name = f"{SOURCE}-silver-{number:06}"
            text, gold = made.article(name)
            news.write(dump_json({**article_line(name, text), "source": SOURCE, "text": text}) + "\n")
            spans = {each.id: each for each in gold.entities}
            record = {
                "article": name,
                "entities": [{"start": e.start, "end": e.end, "type": e.type} for e in gold.entities],
                "events": [
                    {
                        "type": event.type,
                        "trigger": {"start": event.trigger.start, "end": event.trigger.end},
                        "arguments": [
                            {"role": role, "start": start, "end": end}
                            for role, start, end in dict.fromkeys(
                                (each.role, *spans[each.entity].span) for each in event.arguments
                            )
                        ],
                    }
                    for event in {(e.trigger.span, e.type): e for e in gold.events}.values()
                ],
            }
            said.write(dump_json(record) + "\n")


def _articles(folder: Path, count: int) -> Iterator[Article]:
    return itertools.islice(read_stream([str(folder / "news.jsonl")]), count)


def _records(folder: Path, count: int) -> Iterator[Any]:
    (said,) = find_files([str(folder / "said.jsonl")])
    return map(value_of, itertools.islice(read_records(said), count))


def _build(folder: Path, corpus: Corpus, count: int) -> None:
    made = Path(tempfile.mkdtemp(dir=folder))
    for name in ("news.jsonl", "said.jsonl"):
        with (folder / name).open("rb") as lines, (made / name).open("wb") as some:
            some.writelines(itertools.islice(lines, count))
    build_silver(
        [str(made / "news.jsonl")],
        [str(made / "said.jsonl")],
        corpus,
        made / "silver",
        annotator="a-model",
        version="1.0.0",
        without_near=True,
    )


def _building(folder: Path, corpus: Corpus) -> Callable[[int], Callable[[], Any]]:
    return lambda size: lambda: _build(folder, corpus, size)


def _write_rows(folder: Path, corpus: Corpus, count: int) -> dict[str, Path]:
    paths = {config: folder / f"rows-{config}.jsonl" for config in CONFIGS}
    for article, record in zip(_articles(folder, count), _records(folder, count), strict=True):
        made = silver_rows(article, read_extraction(record), annotator="a-model", schema=corpus.schema)
        for config, rows in made.rows.items():
            with paths[config].open("a", encoding="utf-8") as file:
                file.writelines(dump_json(row) + "\n" for row in rows)
    return paths


def _save(rows: dict[str, Path], folder: Path) -> None:
    described = silver_columns(load_schema())
    with tempfile.TemporaryDirectory(dir=folder) as cache:
        for config, path in rows.items():
            made = datasets.Dataset.from_generator(
                _read,
                features=as_features(described[config]),
                gen_kwargs={"path": str(path)},
                cache_dir=cache,
            )
            made.to_parquet(Path(cache) / f"{config}.parquet")


def _read(path: str) -> Iterator[Any]:
    with Path(path).open(encoding="utf-8") as file:
        yield from map(json.loads, file)
