"""A silver release as a user streams it: read from its files, a part at a time, into no cache."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from khabar.errors import DataError
from khabar.release.manifest import Manifest
from khabar.release.memory import little_arrow, sparing_scan
from khabar.release.verification import check_files, verify
from khabar.silver.rows import SPLIT
from khabar.terminal import progress


def check_streamed(folder: Path, manifest: Manifest) -> None:
    """Raise DataError unless every file, and every row that is streamed, is what the manifest says."""
    check_files(folder)
    with little_arrow():
        for config in progress(manifest.configs, doing="Checking"):
            if report := verify(_streamed(folder, config), manifest):
                raise DataError(report)


def documents(folder: Path) -> Iterator[Mapping[str, Any]]:
    """The rows of `documents`, one after the other."""
    yield from _streamed(folder, "documents")[SPLIT]


def _streamed(folder: Path, config: str) -> Mapping[str, Any]:
    import datasets  # seconds to import

    try:
        splits = datasets.load_dataset(
            str(folder.resolve()), config, streaming=True, fragment_scan_options=sparing_scan()
        )
    except (datasets.exceptions.DatasetsError, ValueError) as error:
        raise DataError.one(folder, f"the loader refuses it: {error}", where=config) from error
    # a row group at a time: of a whole part, all that is not yet read is decoded in advance
    return {split: dataset.reshard() for split, dataset in splits.items()}
