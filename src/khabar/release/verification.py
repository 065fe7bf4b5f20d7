"""Whether rows that a loader returned are the release they claim to be.

`load_dataset` keeps old rows of a local folder whose README has not changed, and serves the latest
cached release when the Hub is out of reach, whatever `revision` was asked for; only the content tells.
"""

from __future__ import annotations

import errno
import hashlib
import tempfile
import textwrap
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from itertools import islice
from pathlib import Path
from typing import Any

from khabar.errors import CallError, DataError, Faults, Report
from khabar.release.features import decode
from khabar.release.manifest import NAME, Manifest, digest, read_manifest, release_digest
from khabar.release.memory import give_back, sparing_scan
from khabar.release.records import Row
from khabar.release.retrieval import PREFIX, manifest_at, release_folder

NEXT_STEP = (
    "load it again with download_mode='force_redownload' or a fresh cache_dir; if it stays, this is another "
    "release or a damaged copy"
)

_AT_ONCE = 100  # rows of news with all their labels: some 10 MB as Python objects

_MOST_SAID = 400  # characters of what lies under a refusal: a list of columns, say

GET_AGAIN = "get the release again, or build it again in a new folder"


def verify(release: Any, manifest: Manifest | str | Path | None = None) -> Report | None:
    """None if `release` is what the manifest says, else a report of everything that differs.

    `release` is a release folder (its files, and all its rows as `load_dataset` gives them, are held
    against its own manifest or the one given), an address `hf://datasets/owner/name@revision` (downloaded,
    then as a folder), or what `load_dataset` returned: a `DatasetDict` with all splits of a configuration
    or a `Dataset` of a whole split, streamed or not. A loaded dataset needs `manifest`: of the release one
    asked for, as a folder, a manifest file, or an address, whose manifest is fetched at that revision.
    How it is formatted (`with_format`) does not matter. Raises CallError where folder, address, manifest,
    configuration or split is missing, or `release` is none of these.
    """
    if isinstance(release, str | Path):
        folder = release_folder(release)
        return _verify_folder(folder, _manifest(manifest if manifest is not None else folder))
    if manifest is None:
        raise CallError(
            "a loaded dataset does not carry its manifest; name the release you asked for: its folder, its "
            f"manifest.json, or {PREFIX}datasets/owner/name@revision"
        )
    faults = Faults("dataset")
    splits = release if isinstance(release, Mapping) else {str(getattr(release, "split", "")): release}
    if not splits or not all(hasattr(each, "info") for each in splits.values()):
        raise CallError(
            "expected a release folder, an address, or what load_dataset returned, found "
            f"{type(release).__name__}"
        )
    promised = _manifest(manifest)
    if isinstance(release, Mapping):
        _check_complete(splits, promised, faults)
    _check_splits(splits, promised, faults)
    return faults.report(NEXT_STEP) if faults else None


def _manifest(given: Manifest | str | Path) -> Manifest:
    return given if isinstance(given, Manifest) else manifest_at(given)


def check_files(folder: Path) -> None:
    """Raise DataError unless every file of the release folder is what the folder's manifest says.

    No row is read: this is the part of `verify` that takes no longer than reading the files.
    """
    faults = Faults(folder)
    _check_files(folder, read_manifest(folder), faults)
    faults.raise_if_any(GET_AGAIN)


def _verify_folder(folder: Path, manifest: Manifest) -> Report | None:
    faults = Faults(folder)
    _check_files(folder, manifest, faults)
    if not faults:
        for config in manifest.configs:
            with loaded(folder, config) as splits:
                _check_splits(splits, manifest, faults)
    return faults.report(GET_AGAIN) if faults else None


def _check_files(folder: Path, manifest: Manifest, faults: Faults) -> None:
    if release_digest(manifest.configs) != manifest.content_digest:
        faults.add(NAME, "its content_digest is not that of the rows it lists")
    for name, file in manifest.files.items():
        path = folder / name
        if not path.is_file():
            faults.add(name, "is missing")
            continue
        found = file_digest(path)
        if found != file.sha256:
            faults.add(name, f"expected SHA-256 {file.sha256[:12]}…, found {found[:12]}…")


def _check_complete(splits: Mapping[str, Any], manifest: Manifest, faults: Faults) -> None:
    """A dictionary of splits stands for a whole configuration, so none may be missing."""
    for name in {dataset.info.config_name for dataset in splits.values()}:
        for split in manifest.configs.get(name, {}):
            if split not in splits:
                faults.add(f"{name}/{split}", f"release {manifest.release} has it, the dataset does not")


def _check_splits(splits: Mapping[str, Any], manifest: Manifest, faults: Faults) -> None:
    for split, dataset in splits.items():
        name = dataset.info.config_name
        promised = manifest.configs.get(name, {}).get(split)
        if promised is None:
            there = ", ".join(
                f"{config}/{split}" for config, each in manifest.configs.items() for split in each
            )
            whole = "; a slice or a sum of splits cannot be verified, load whole splits"
            raise CallError(
                f"release {manifest.release} has no {name}/{split} (there are {there})"
                f"{whole if set(split) & set('[+') else ''}"
            )
        found = digest(_one_by_one(dataset))
        if found != promised:
            faults.add(
                f"{name}/{split}",
                f"release {manifest.release} has {promised.rows} rows of digest "
                f"{promised.content_digest[:12]}…, found {found.rows} of {found.content_digest[:12]}…"
                f"{_own_version(dataset, manifest)}",
            )


def _own_version(dataset: Any, manifest: Manifest) -> str:
    """What the dataset says of itself, where that is another release: the card it came with names one."""
    version = str(dataset.info.version)
    return "" if version == manifest.release else f"; the dataset came with the card of version {version}"


def plain_rows(dataset: Any) -> list[Row]:
    """The rows of a loaded dataset, tags by the names its own features give them."""
    return decode(dataset, dataset.features)


def _one_by_one(dataset: Any) -> Iterator[Row]:
    """The same, so that memory does not grow with the rows: a silver release has any number."""
    rows = iter(dataset.with_format(None))  # tensors and data frames hold the same values
    while some := list(islice(rows, _AT_ONCE)):
        yield from decode(some, dataset.features)


@contextmanager
def loaded(folder: Path, config: str) -> Iterator[Mapping[str, Any]]:
    """Every split of a configuration, as `load_dataset` gives it from a cache made for this call.

    Raises DataError where the loader refuses the folder, or its cache finds no room.
    """
    import datasets  # seconds to import, and only builds and checks need it

    with tempfile.TemporaryDirectory(prefix="khabar-cache-") as cache, _no_progress_bars(datasets):
        with _told(folder, config, datasets.exceptions.DatasetsError):
            splits = datasets.load_dataset(
                str(folder.resolve()), config, cache_dir=cache, fragment_scan_options=sparing_scan()
            )
        give_back()
        yield splits


def features(folder: Path, config: str) -> Any:
    """The features of a configuration as the loader takes them from the card; no row is read."""
    import datasets

    with tempfile.TemporaryDirectory(prefix="khabar-cache-") as cache:
        with _told(folder, config, datasets.exceptions.DatasetsError):
            builder = datasets.load_dataset_builder(str(folder.resolve()), config, cache_dir=cache)
        return builder.info.features


@contextmanager
def _told(folder: Path, config: str, refusal: type[Exception]) -> Iterator[None]:
    """What the loader says of its trouble, and what lies under it: its own words are one for every cause."""
    try:
        yield
    except (refusal, ValueError, OSError) as error:
        cause = error.__cause__ or error
        if _is_full(cause):
            raise DataError.one(
                tempfile.gettempdir(),
                f"the loader's cache could not be written: {cause}",
                where=config,
                next_step="free some space there, or name another folder in TMPDIR, and run this again",
            ) from error
        if not isinstance(error, refusal | ValueError):
            raise
        under = "" if cause is error else f" ({textwrap.shorten(str(cause), _MOST_SAID, placeholder=' …')})"
        raise DataError.one(folder, f"the loader refuses it: {error}{under}", where=config) from error


def _is_full(error: BaseException) -> bool:
    """The loader looks for room beforehand, too, and has no number for that error."""
    if not isinstance(error, OSError):
        return False
    return error.errno in {errno.ENOSPC, errno.EDQUOT} or "disk space" in str(error)


@contextmanager
def _no_progress_bars(datasets: Any) -> Iterator[None]:
    shown = datasets.is_progress_bar_enabled()
    datasets.disable_progress_bars()
    try:
        yield
    finally:
        if shown:
            datasets.enable_progress_bars()


def file_digest(path: Path) -> str:
    """SHA-256 of the file, read in pieces."""
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()
