"""The data of a release: one walk over the corpus, each article's rows to the files they belong in."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from hashlib import sha256
from itertools import chain, groupby, islice
from pathlib import Path

from khabar.files import canonical_line_of_row
from khabar.release.collecting import rare_collections
from khabar.release.counts import Census
from khabar.release.features import columns
from khabar.release.manifest import SplitRows
from khabar.release.parquet import ParquetFile, Written
from khabar.release.plan import Plan
from khabar.release.tables import rows_of
from khabar.release.walk import walk
from khabar.release.withholding import LABELS, without_labels

_TOGETHER = 24  # articles that take each step one after the other, while its code and data are in the cache


@dataclass(frozen=True, slots=True)
class DataFiles:
    """What was written, by configuration and split; `hidden` is the gold of a split whose labels are not."""

    written: dict[str, dict[str, Written]] = field(default_factory=dict)
    copies: dict[str, dict[str, Path]] = field(default_factory=dict)
    hidden: dict[str, SplitRows] = field(default_factory=dict)


def data_path(config: str, split: str) -> str:
    """Where the rows of a configuration and split are in a release folder."""
    return f"data/{config}/{split}-00000-of-00001.parquet"


def write_data(work: Path, copies: Path, plan: Plan, census: Census, marks: Mapping[str, str]) -> DataFiles:
    """Write the data files into `work`, an Arrow copy of each into `copies`, and count what is in them.

    Raises DataError with every fault of the corpus, when all of it has been read.
    """
    data = DataFiles()
    articles = walk(plan.corpus, census.left_out, splits=plan.splits, with_texts=plan.with_texts)
    for split, part in groupby(articles, key=lambda each: each.split):
        hide = split == plan.held_out
        gold, count = sha256(), 0
        with _files(work, copies, plan, split, marks, data) as files, rare_collections():
            while together := list(islice(part, _TOGETHER)):
                made = [rows_of(each, plan.corpus.schema) for each in together]
                for annotated, its_rows in zip(together, made, strict=True):
                    census.add(annotated, its_rows)
                for config, file in files.items():
                    rows = list(chain.from_iterable(each.rows[config] for each in made))
                    file.add(without_labels(config, rows) if hide else rows)
                if hide:
                    count += len(made)
                    for each in made:
                        gold.update(canonical_line_of_row(*each.rows["documents"]))
        if hide:
            data.hidden[split] = SplitRows(rows=count, content_digest=gold.hexdigest())
    return data


@contextmanager
def _files(
    work: Path, copies: Path, plan: Plan, split: str, marks: Mapping[str, str], data: DataFiles
) -> Iterator[dict[str, ParquetFile]]:
    """The files of a split by configuration, open; what was written is put down in `data` at the end."""
    described = columns(plan.corpus.schema)
    shown = [config for config in described if split != plan.held_out or config in LABELS]
    with ExitStack() as stack:
        files = {}
        for config in shown:
            copy = copies / f"{config}-{split}.arrow"
            made = ParquetFile(work / data_path(config, split), copy, described[config], marks)
            files[config] = stack.enter_context(made)
            data.copies.setdefault(config, {})[split] = copy
        yield files
        for config, file in files.items():
            data.written.setdefault(config, {})[split] = file.close()
