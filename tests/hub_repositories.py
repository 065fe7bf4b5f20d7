"""Repositories, commits, tags and files as a Hub keeps them, in memory."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass, field
from typing import Any

FIRST_FILE = {".gitattributes": b"*.parquet filter=lfs diff=lfs merge=lfs -text\n"}
SAMPLE_LFS = (".parquet", ".png")


@dataclass(frozen=True)
class Commit:
    """A commit; its oid depends on everything in it."""

    title: str
    message: str
    files: dict[str, bytes]
    parent: str | None

    @property
    def oid(self) -> str:
        parts = [self.title, self.message, self.parent or ""]
        parts += [f"{path} {git_oid(data)}" for path, data in sorted(self.files.items())]
        return hashlib.sha1("\n".join(parts).encode()).hexdigest()


@dataclass
class Repository:
    """A repository: its commits, newest last, and its tags."""

    name: str
    private: bool = False
    sdk: str | None = None
    commits: list[Commit] = field(default_factory=lambda: [Commit("initial commit", "", FIRST_FILE, None)])
    tags: dict[str, str] = field(default_factory=dict)

    @property
    def head(self) -> Commit:
        return self.commits[-1]

    def at(self, revision: str) -> Commit | None:
        """The commit of a branch, a tag or an oid."""
        oid = self.head.oid if revision == "main" else self.tags.get(revision, revision)
        return next((each for each in self.commits if each.oid == oid), None)


def git_oid(data: bytes) -> str:
    return hashlib.sha1(b"blob %d\0" % len(data) + data).hexdigest()


def is_large(path: str) -> bool:
    return path.endswith(SAMPLE_LFS)


def entry(path: str, data: bytes) -> dict[str, Any]:
    """A file as the tree lists it."""
    value: dict[str, Any] = {"type": "file", "path": path, "oid": git_oid(data), "size": len(data)}
    if is_large(path):
        sha256 = hashlib.sha256(data).hexdigest()
        pointer = f"version https://git-lfs.github.com/spec/v1\noid sha256:{sha256}\nsize {len(data)}\n"
        value["oid"] = git_oid(pointer.encode())
        value["lfs"] = {"oid": sha256, "size": len(data), "pointerSize": len(pointer)}
    return value
