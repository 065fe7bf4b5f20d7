"""Where a release is: a folder of this machine, or a revision of a dataset repository on the Hub."""

from __future__ import annotations

import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

from khabar.errors import CallError
from khabar.release.manifest import NAME, Manifest, read_manifest

PREFIX = "hf://"
_ADDRESS = re.compile(r"hf://datasets/(?P<repository>[\w.-]+/[\w.-]+)@(?P<revision>[^@\s]+)")


def release_folder(place: str | Path) -> Path:
    """The folder itself, or one with every file of `hf://datasets/owner/name@revision`, downloaded.

    Raises CallError where there is no such folder, or the Hub is out of reach and that very revision was
    not downloaded before; DataError, in plain words, where the Hub refuses.
    """
    if not str(place).startswith(PREFIX):
        if not Path(place).is_dir():
            raise CallError(f"no folder {place}")
        return Path(place)
    repository, revision = _parts(str(place))
    from huggingface_hub import snapshot_download  # a second to import, and only addresses need it

    return Path(_asked(place, snapshot_download, repository, repo_type="dataset", revision=revision))


def manifest_at(place: str | Path) -> Manifest:
    """The manifest of a release folder, a manifest file, or `hf://datasets/owner/name@revision`.

    Raises as `release_folder` does, and DataError where the manifest is malformed.
    """
    if not str(place).startswith(PREFIX):
        return read_manifest(Path(place))
    repository, revision = _parts(str(place))
    from huggingface_hub import hf_hub_download

    path = _asked(place, hf_hub_download, repository, NAME, repo_type="dataset", revision=revision)
    return read_manifest(Path(path))


def _parts(address: str) -> tuple[str, str]:
    found = _ADDRESS.fullmatch(address)
    if found is None:
        raise CallError(
            f"an address is hf://datasets/owner/name@revision, found {address!r}; the revision is a tag or "
            "a commit, since a branch moves"
        )
    return found["repository"], found["revision"]


def _asked(place: object, download: Callable[..., Any], *arguments: object, **options: object) -> str:
    from huggingface_hub.errors import LocalEntryNotFoundError

    from khabar.release.patience import TROUBLE, Patience, bounded, explained, shown

    try:
        with bounded(Patience().longest):
            return str(download(*arguments, **options))
    except LocalEntryNotFoundError as error:
        raise CallError(f"{place} cannot be reached, and was not downloaded before") from error
    except TROUBLE as error:
        raise explained(error, source=str(place), doing="download") from shown(error)
