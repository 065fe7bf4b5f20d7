"""Whether rows that a loader returned are the release they claim to be.

`load_dataset` keeps old rows of a local folder whose README has not changed, and serves the latest
cached release when the Hub is out of reach, whatever `revision` was asked for; only the content tells.
"""

from __future__ import annotations

import hashlib
import tempfile
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from khabar.errors import CallError, DataError, Faults, Report
from khabar.release.features import decode
from khabar.release.manifest import NAME, Manifest, digest, read_manifest, release_digest
from khabar.release.rows import Row

NEXT_STEP = (
    "load it again with download_mode='force_redownload' or a fresh cache_dir; if it stays, this is another "
    "release or a damaged copy"
)


def verify(release: Any, manifest: Manifest | str | Path | None = None) -> Report | None:
    """None if `release` is what the manifest says, else a report of everything that differs.

    `release` is a release folder (its files, and all its rows as `load_dataset` gives them, are held
    against its own manifest or the one given), or what `load_dataset` returned: a `DatasetDict` or a
    `Dataset` of a whole split, streamed or not, which needs the manifest. Raises CallError where
    folder, manifest, configuration or split is missing.
    """
    if isinstance(release, str | Path):
        folder = Path(release)
        if not folder.is_dir():
            raise CallError(f"no folder {folder}")
        return _verify_folder(folder, _manifest(manifest if manifest is not None else folder))
    if manifest is None:
        raise CallError("a loaded dataset does not carry its manifest; name the release's manifest.json")
    faults = Faults("dataset")
    splits = release if isinstance(release, Mapping) else {str(release.split): release}
    _check_splits(splits, _manifest(manifest), faults)
    return faults.report(NEXT_STEP) if faults else None


def _manifest(given: Manifest | str | Path) -> Manifest:
    return given if isinstance(given, Manifest) else read_manifest(Path(given))


def _verify_folder(folder: Path, manifest: Manifest) -> Report | None:
    faults = Faults(folder)
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
    if not faults:
        for config in manifest.configs:
            with loaded(folder, config) as splits:
                _check_splits(splits, manifest, faults)
    return faults.report("get the release again, or build it again in a new folder") if faults else None


def _check_splits(splits: Mapping[str, Any], manifest: Manifest, faults: Faults) -> None:
    for split, dataset in splits.items():
        name = dataset.info.config_name
        promised = manifest.configs.get(name, {}).get(split)
        if promised is None:
            there = ", ".join(
                f"{config}/{split}" for config, each in manifest.configs.items() for split in each
            )
            raise CallError(f"release {manifest.release} has no {name}/{split} (there are {there})")
        found = digest(plain_rows(dataset))
        if found != promised:
            faults.add(
                f"{name}/{split}",
                f"release {manifest.release} has {promised.rows} rows of digest "
                f"{promised.content_digest[:12]}…, found {found.rows} of {found.content_digest[:12]}…",
            )


def check_rows(folder: Path, rows: Mapping[str, Mapping[str, list[Row]]]) -> None:
    """Raise DataError unless `load_dataset` gives exactly these rows for every configuration and split."""
    faults = Faults(folder)
    for config, expected in rows.items():
        with loaded(folder, config) as splits:
            if list(splits) != list(expected):
                faults.add(config, f"expected the splits {', '.join(expected)}, found {', '.join(splits)}")
                continue
            for split, dataset in splits.items():
                _compare(f"{config}/{split}", plain_rows(dataset), expected[split], faults)
    faults.raise_if_any("the loader does not give back what was written; do not publish this")


def _compare(where: str, found: list[Row], expected: list[Row], faults: Faults) -> None:
    if len(found) != len(expected):
        faults.add(where, f"expected {len(expected)} rows, found {len(found)}")
    for mine, theirs in zip(expected, found, strict=False):
        differing = [name for name in mine.keys() | theirs.keys() if mine.get(name) != theirs.get(name)]
        if differing:
            faults.add(f"{where} {mine['id']}", f"loaded with another {', '.join(sorted(differing))}")


def plain_rows(dataset: Any) -> list[Row]:
    """The rows of a loaded dataset, tags by the names its own features give them."""
    return decode(dataset, dataset.features)


@contextmanager
def loaded(folder: Path, config: str) -> Iterator[Mapping[str, Any]]:
    """Every split of a configuration, as `load_dataset` gives it from a cache made for this call.

    Raises DataError where the loader refuses the folder.
    """
    import datasets  # seconds to import, and only builds and checks need it

    with tempfile.TemporaryDirectory(prefix="khabar-cache-") as cache, _no_progress_bars(datasets):
        try:
            splits = datasets.load_dataset(str(folder.resolve()), config, cache_dir=cache)
        except (datasets.exceptions.DatasetsError, ValueError) as error:
            raise DataError.one(folder, f"the loader refuses it: {error}", where=config) from error
        yield splits


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
