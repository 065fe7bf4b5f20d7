"""Releases: building and loading one against what `datasets` itself does with the same rows."""

from __future__ import annotations

import itertools
import json
import shutil
import tempfile
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import datasets
from harness import Bench, Growth, in_process
from synthetic import write_corpus

from khabar.corpus import SPLITS, read_corpus
from khabar.files import dump_json
from khabar.release import build, read_manifest
from khabar.release.data_files import data_path
from khabar.release.features import as_features, columns
from khabar.release.manifest import Manifest
from khabar.release.parquet import ParquetFile
from khabar.release.records import plain
from khabar.release.tables import rows_of
from khabar.release.walk import LeftOut, walk
from khabar.schema import load_schema

_FRESH = itertools.count()
_GOAL = 1 / 1.3


def benches(scale: float) -> Iterator[Bench | Growth]:
    """The benches of releases; `scale` 1 is the size the goals are set for: 20,000 articles."""
    datasets.disable_progress_bars()
    articles = max(10, round(20_000 * scale))
    with tempfile.TemporaryDirectory(prefix="khabar-bench-") as made:
        folder = Path(made)
        corpus, rows = folder / "corpus" / "annotations", _rows_in(folder / "rows")
        release, saved = folder / "release", folder / "saved"
        in_process(lambda: _prepare(corpus, articles, release, rows, saved, folder), 1)
        manifest = read_manifest(release)
        tokens = sum(each.tokens for each in manifest.counts.values())
        work = f"{articles:,} articles, {tokens / 1e6:.1f} M tokens, all configurations"
        peer = "Dataset.from_generator(...).to_parquet"
        yield Bench(
            "release: rows to data files",
            f"{work}; both read the rows from JSON Lines",
            lambda: _write(rows, folder / f"ours-{next(_FRESH)}", manifest),
            peer,
            lambda: _save(rows, folder / f"theirs-{next(_FRESH)}", folder),
            goal=_GOAL,
            most_repeats=1,
        )
        yield Bench(
            "release: build",
            f"{work}; ours from the corpus, checked, encoded on a second core and read back, "
            "the peer's from finished rows",
            lambda: build(read_corpus(corpus, ()), folder / f"release-{next(_FRESH)}", version="1.0.0"),
            peer,
            lambda: _save(rows, folder / f"theirs-{next(_FRESH)}", folder),
            goal=_GOAL,
            most_repeats=1,
            clock="wall",
        )
        yield Bench(
            "release: load_dataset",
            work,
            lambda: _load(release, folder),
            "the same rows saved by datasets",
            lambda: _load(saved, folder),
            goal=1,
        )
        sizes = tuple(max(10, round(each * scale)) for each in (1_000, 5_000, 20_000))
        yield Growth("release: build", "articles", sizes, _of_size(folder), limit_mb=1_000)


def _of_size(folder: Path) -> Callable[[int], Callable[[], Any]]:
    def prepared(articles: int) -> Callable[[], Any]:
        where = folder / f"size-{articles}"
        in_process(lambda: write_corpus(where, articles), 1)
        return lambda: build(read_corpus(where / "annotations", ()), where / "release", version="1.0.0")

    return prepared


Rows = dict[str, dict[str, Path]]


def _prepare(corpus: Path, articles: int, release: Path, rows: Rows, saved: Path, folder: Path) -> None:
    """What both sides start from, made in a process of its own: its memory is neither side's."""
    write_corpus(corpus.parent, articles)
    build(read_corpus(corpus, ()), release, version="1.0.0")
    _write_rows(corpus, rows)
    _save(rows, saved, folder)
    shutil.copy(release / "README.md", saved)


def _rows_in(folder: Path) -> Rows:
    return {
        config: {split: folder / f"{config}-{split}.jsonl" for split in SPLITS}
        for config in columns(load_schema())
    }


def _write_rows(annotations: Path, paths: Rows) -> None:
    """The rows of a release as JSON Lines, a file per configuration and split."""
    corpus = read_corpus(annotations, ())
    for path in {each.parent for splits in paths.values() for each in splits.values()}:
        path.mkdir()
    for split, part in itertools.groupby(walk(corpus, LeftOut()), key=lambda each: each.split):
        for annotated in part:
            for config, rows in rows_of(annotated, corpus.schema).rows.items():
                with paths[config][split].open("a", encoding="utf-8") as file:
                    file.writelines(dump_json(plain(row)) + "\n" for row in rows)


def _read(path: str) -> Iterator[Any]:
    with Path(path).open(encoding="utf-8") as file:
        yield from map(json.loads, file)


def _write(rows: Rows, out: Path, manifest: Manifest) -> None:
    """The rows by our writer; its digests must be those of the release."""
    described = columns(load_schema())
    for config, splits in rows.items():
        for split, path in splits.items():
            copy = out / f"{config}-{split}.arrow"
            copy.parent.mkdir(exist_ok=True)
            with ParquetFile(out / data_path(config, split), copy, described[config], {}) as file:
                file.add(_read(str(path)))
                if file.close().rows != manifest.configs[config][split]:
                    raise AssertionError(f"other rows of {config}/{split} than the release has")
    shutil.rmtree(out)


def _save(rows: Rows, out: Path, folder: Path) -> None:
    """The rows by `datasets`: through a generator into its cache, and from there into Parquet."""
    described = columns(load_schema())
    with tempfile.TemporaryDirectory(dir=folder) as cache:
        for config, splits in rows.items():
            for split, path in splits.items():
                made = datasets.Dataset.from_generator(
                    _read,
                    features=as_features(described[config]),
                    gen_kwargs={"path": str(path)},
                    cache_dir=cache,
                )
                target = out / data_path(config, split)
                target.parent.mkdir(parents=True, exist_ok=True)
                made.to_parquet(target)


def _load(release: Path, folder: Path) -> None:
    with tempfile.TemporaryDirectory(dir=folder) as cache:
        for config in read_manifest(folder / "release").configs:
            datasets.load_dataset(str(release), config, cache_dir=cache)
