"""A new release, read back through `load_dataset` and held against what was written, value by value."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from itertools import chain
from pathlib import Path
from typing import Any

from khabar.errors import Faults
from khabar.release.features import Columns, as_features
from khabar.release.verification import loaded

_MOST_NAMED = 20


def check_rows(
    folder: Path, copies: Mapping[str, Mapping[str, Path]], described: Mapping[str, Columns]
) -> None:
    """Raise DataError unless `load_dataset` gives exactly what was written for every configuration and split.

    `copies` are the Arrow files of `khabar.release.parquet.ParquetFile`, by configuration and split.
    """
    faults = Faults(folder)
    for config, expected in copies.items():
        with loaded(folder, config) as splits:
            if list(splits) != list(expected):
                faults.add(config, f"expected the splits {', '.join(expected)}, found {', '.join(splits)}")
                continue
            for split, dataset in splits.items():
                where = f"{config}/{split}"
                if dataset.features != as_features(described[config]):
                    faults.add(where, "loaded with other columns, or other names of tags")
                else:
                    _compare(where, dataset, expected[split], faults)
    faults.raise_if_any("the loader does not give back what was written; do not publish this")


def _compare(where: str, dataset: Any, copy: Path, faults: Faults) -> None:
    found, expected = _batches_of(dataset), _batches(copy)
    position = 0
    for theirs, mine in _aligned(found, expected):
        if theirs is None or mine is None:
            total = position + sum(each.num_rows for each in chain([theirs or mine], found, expected))
            rows = (total, position) if theirs is None else (position, total)
            faults.add(where, f"expected {rows[0]} rows, found {rows[1]}")
        elif not theirs.equals(mine):
            _name_differences(where, theirs, mine, faults)
        position += mine.num_rows if mine else 0


def _name_differences(where: str, found: Any, expected: Any, faults: Faults) -> None:
    for theirs, mine in zip(found.to_pylist(), expected.to_pylist(), strict=True):
        differing = [name for name in mine if mine[name] != theirs[name]]
        if differing and len(faults) < _MOST_NAMED:
            faults.add(f"{where} {mine['id']}", f"loaded with another {', '.join(sorted(differing))}")


def _aligned(left: Iterator[Any], right: Iterator[Any]) -> Iterator[tuple[Any, Any]]:
    """Both sides in pieces of the same rows; None where one side has ended."""
    first, second = next(left, None), next(right, None)
    while first is not None and second is not None:
        rows = min(first.num_rows, second.num_rows)
        yield first.slice(0, rows), second.slice(0, rows)
        first = first.slice(rows) if rows < first.num_rows else next(left, None)
        second = second.slice(rows) if rows < second.num_rows else next(right, None)
    if first is not None or second is not None:
        yield first, second


def _batches_of(dataset: Any) -> Iterator[Any]:
    """The rows as the loader keeps them; its files are read, since mapped pages count as memory used."""
    import pyarrow as pa

    for each in dataset.cache_files:
        with pa.OSFile(each["filename"]) as file, pa.ipc.open_stream(file) as reader:
            for batch in reader:
                if batch.num_rows:
                    yield batch.replace_schema_metadata(None)


def _batches(copy: Path) -> Iterator[Any]:
    import pyarrow as pa

    with pa.OSFile(str(copy)) as file, pa.ipc.open_file(file) as reader:
        for number in range(reader.num_record_batches):
            yield reader.get_batch(number).replace_schema_metadata(None)
