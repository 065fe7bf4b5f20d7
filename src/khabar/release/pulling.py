"""A published release, fetched into a folder of one's own and held against its manifest."""

from __future__ import annotations

import shutil
from pathlib import Path

from khabar.errors import CallError, DataError
from khabar.folders import folder_beside
from khabar.release.manifest import NAME, Manifest, read_manifest
from khabar.release.retrieval import release_folder
from khabar.release.verification import verify


def pull(place: str | Path, out: str | Path) -> Manifest:
    """Put the release at that address (or in that folder) into the folder `out`, whole or not at all.

    Only files that its manifest names are taken. Raises DataError where any file or row is not what the
    manifest says, the Hub refuses or the disk fails, CallError where `out` holds anything or no folder can
    be made there.
    """
    out = Path(out).resolve()
    if out.exists() and (not out.is_dir() or any(out.iterdir())):
        raise CallError(f"{out} is there already; name a new folder")
    folder = release_folder(place)
    if report := verify(folder):
        raise DataError(report)
    manifest = read_manifest(folder)
    with folder_beside(out, doing="pull") as work:
        copy = work / out.name
        for name in (NAME, *manifest.files):
            target = copy / name
            target.parent.mkdir(parents=True, exist_ok=True)
            shutil.copyfile(folder / name, target)
        copy.replace(out)
    return manifest
