"""Publishing to a plain folder: `<folder>/v<version>`, whole or not at all, and never over another."""

from __future__ import annotations

import shutil
from pathlib import Path

from khabar.errors import CallError, DataError
from khabar.folders import folder_beside
from khabar.release.contents import check_copy, check_same, file_changes, local_files
from khabar.release.patience import Tell
from khabar.release.publication import Publication, State
from khabar.release.publishing import Ready, ready
from khabar.release.verification import verify
from khabar.wording import number_of


def publish_to(
    folder: str | Path,
    mirror: str | Path,
    *,
    partial: bool = False,
    private: bool = False,
    dry_run: bool = False,
    tell: Tell = lambda _: None,
) -> Publication:
    """Put the release in the folder `v<version>` of a mirror, as the Hub's tag would name it.

    The copy is made beside it, compared by digest, read through the loader in a fresh cache, and only then
    moved into place in one step. Raises CallError as `ready` does and where no folder can be made there,
    DataError where the mirror has this version with other content, or the disk fails.
    """
    tell("checking the release in a fresh cache")
    release = ready(Path(folder), partial=partial, private=private)
    place = Path(mirror).resolve() / release.tag
    if place.is_relative_to(release.folder) or release.folder.is_relative_to(place):
        raise CallError(f"{place} and the release {release.folder} are one folder; name another")
    there = place.exists()
    if there:
        _check_there(release, place)
    elif not dry_run:
        tell(f"copying {number_of(len(release.files), 'file')}")
        _copy(release, place)
    state: State = "unchanged" if there else "planned" if dry_run else "published"
    planned = [] if there else file_changes(release.files, {})
    return Publication(str(place), release.manifest.release, release.tag, None, state, not there, planned)


def _check_there(release: Ready, place: Path) -> None:
    if not place.is_dir():
        raise CallError(f"{place} is there and no folder")
    tree = {name: f"sha256:{each.sha256}" for name, each in local_files(place).items()}
    next_step = f"release {release.manifest.release} is published and never bent: raise the version"
    check_same(str(place), release.files, tree, next_step)


def _copy(release: Ready, place: Path) -> None:
    with folder_beside(place, doing="publish") as work:
        copy = work / place.name
        shutil.copytree(release.folder, copy)
        check_copy(str(place), release.files, copy)
        if report := verify(copy):
            raise DataError(report)
        _move(release, copy, place)


def _move(release: Ready, copy: Path, place: Path) -> None:
    try:
        copy.rename(place)
    except OSError:
        if not place.is_dir():
            raise
        _check_there(release, place)  # somebody was faster: fine if it is the very same release
