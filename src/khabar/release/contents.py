"""What publishing a folder would change in a repository: files by their object ids, as git names them."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from khabar.errors import Faults

THEIRS = {".gitattributes"}
"""Files the Hub keeps in every repository; they are never part of what is published."""

_PIECE = 1 << 20
_SAYS = {
    "added": "is in this build and not there",
    "deleted": "is there and not in this build",
    "changed": "is {before}… there, {after}… in this build",
}


@dataclass(frozen=True, slots=True)
class LocalFile:
    """A file on this machine: `sha256` is its id as a large file, `git` (SHA-1 of the blob) as any other."""

    path: Path
    bytes: int
    sha256: str
    git: str

    def is_same(self, object_id: str) -> bool:
        """Whether this is the content of that id, as `object_ids` gives ids."""
        return object_id in {f"sha256:{self.sha256}", f"git:{self.git}"}


@dataclass(frozen=True, slots=True)
class FileChange:
    """A file that would be added, changed or deleted, and its object ids before and after."""

    kind: Literal["added", "changed", "deleted"]
    path: str
    before: str | None
    after: str | None


def local_files(folder: Path) -> dict[str, LocalFile]:
    """Every file below the folder by its path. Raises DataError, all of them, for links and special files."""
    faults = Faults(folder)
    found = {}
    for path in sorted(folder.rglob("*")):
        name = path.relative_to(folder).as_posix()
        if path.is_symlink() or not (path.is_file() or path.is_dir()):
            faults.add(name, "is no ordinary file or folder")
        elif path.is_file():
            found[name] = _read(path)
    faults.raise_if_any("publish a folder of ordinary files")
    return found


def _read(path: Path) -> LocalFile:
    size = path.stat().st_size
    sha256, git = hashlib.sha256(), hashlib.sha1(f"blob {size}\0".encode(), usedforsecurity=False)
    with path.open("rb") as file:
        while piece := file.read(_PIECE):
            sha256.update(piece)
            git.update(piece)
    return LocalFile(path, size, sha256.hexdigest(), git.hexdigest())


def file_changes(files: Mapping[str, LocalFile], tree: Mapping[str, str]) -> list[FileChange]:
    """What makes the tree (object ids by path) hold exactly these files, by path."""
    found = []
    for name in sorted(files.keys() | tree.keys()):
        before, file = tree.get(name), files.get(name)
        if before is None and file is not None:
            found.append(FileChange("added", name, None, f"sha256:{file.sha256}"))
        elif file is None and name not in THEIRS:
            found.append(FileChange("deleted", name, before, None))
        elif file is not None and before is not None and not file.is_same(before):
            kind = before.partition(":")[0]
            after = file.sha256 if kind == "sha256" else file.git
            found.append(FileChange("changed", name, before, f"{kind}:{after}"))
    return found


def check_same(source: str, files: Mapping[str, LocalFile], tree: Mapping[str, str], next_step: str) -> None:
    """Raise DataError, every file that differs, unless the tree holds exactly these files."""
    faults = Faults(source)
    for each in file_changes(files, tree):
        ends = {"before": (each.before or "")[:19], "after": (each.after or "")[:19]}
        faults.add(each.path, _SAYS[each.kind].format(**ends))
    faults.raise_if_any(next_step)


def check_copy(source: str, files: Mapping[str, LocalFile], copy: Path) -> None:
    """Raise DataError, every file that differs, unless the folder is a copy of these files by SHA-256."""
    faults = Faults(source)
    there = local_files(copy)
    for name in sorted(files.keys() | there.keys() - THEIRS):
        if name not in there:
            faults.add(name, "is missing")
        elif name not in files:
            faults.add(name, "is no file of this build")
        elif there[name].sha256 != files[name].sha256:
            expected, found = files[name].sha256[:12], there[name].sha256[:12]
            faults.add(name, f"expected SHA-256 {expected}…, found {found}…")
    faults.raise_if_any("what came back is not what was sent, so it was not released; run again")


def object_ids(entries: Iterable[object]) -> dict[str, str]:
    """Object ids by path of the client's listing: `sha256:…` of large files, `git:…` of others."""
    found = {}
    for each in entries:
        if (blob := getattr(each, "blob_id", None)) is not None:
            large = getattr(each, "lfs", None)
            found[str(getattr(each, "path", ""))] = f"sha256:{large.sha256}" if large else f"git:{blob}"
    return found
