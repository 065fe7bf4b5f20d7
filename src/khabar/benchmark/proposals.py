"""Submissions that a pull request proposes, taken out of git as data: nothing of it is checked out or run.

Only new and changed files in `benchmark/submissions/<system>/` may be in it. They are read as blobs of the
proposed commit, so that a link, a filter or a hook of that commit can do nothing.
"""

from __future__ import annotations

import re
import subprocess
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path, PurePosixPath

from khabar.errors import CallError, Faults
from khabar.files import MAX_LINE, write_bytes
from khabar.scoring.board import ID
from khabar.scoring.starter import PREDICTIONS
from khabar.scoring.system import NAME

SUBMISSIONS = PurePosixPath("benchmark/submissions")
FILES = frozenset({PREDICTIONS, NAME, "README.md"})
MAX_FILE = MAX_LINE
_REGULAR = "100644"
_COMMIT = re.compile(r"[0-9a-f]{40}|[0-9a-f]{64}")


@dataclass(frozen=True, slots=True)
class _Change:
    """A file as the proposed commit has it."""

    path: str
    mode: str
    blob: str
    status: str


def take_proposed(repository: Path, base: str, head: str, into: Path) -> list[str]:
    """Write the data files of each system that `head` adds or changes into `into/<system>/`; their names.

    `base` and `head` are full commit ids that the repository has. Raises CallError where they are not,
    DataError with every file that a submission may not hold, or where no submission is proposed.
    """
    for commit in (base, head):
        if not _COMMIT.fullmatch(commit):
            raise CallError(f"expected a full commit id, found {commit[:80]!r}")
    ancestor = _git(repository, "merge-base", base, head).decode().strip()
    changes = list(_changes(repository, ancestor, head))
    faults = Faults(f"commit {head[:12]}")
    for each in changes:
        if wrong := _wrong(repository, each):
            faults.add(each.path, wrong)
    if not changes:
        faults.add("", "changes nothing")
    faults.raise_if_any(f"propose only {SUBMISSIONS}/<system>/ with {', '.join(sorted(FILES))}")
    systems = sorted({PurePosixPath(each.path).parts[2] for each in changes})
    for system in systems:
        for path, blob in _files(repository, head, SUBMISSIONS / system):
            write_bytes(into / system / path, _git(repository, "cat-file", "blob", blob))
    return systems


def _changes(repository: Path, ancestor: str, head: str) -> Iterator[_Change]:
    listed = _git(repository, "diff-tree", "-r", "-z", "--raw", "--no-renames", ancestor, head)
    parts = listed.decode("utf-8", "backslashreplace").split("\0")
    for meta, path in zip(parts[::2], parts[1::2], strict=False):
        _, mode, _, blob, status = meta.split(" ")
        yield _Change(path, mode, blob, status)


def _wrong(repository: Path, change: _Change) -> str | None:
    """What is wrong with the change, if anything."""
    parts = PurePosixPath(change.path).parts
    if parts[:2] != SUBMISSIONS.parts or len(parts) != 4 or parts[3] not in FILES:
        return "is no file of a submission"
    if not ID.fullmatch(parts[2]):
        return f"found the folder name {parts[2][:80]!r}, expected a-z, 0-9, . _ - (64 at most)"
    if change.status == "D":
        return "is taken away; a maintainer does that"
    if change.mode != _REGULAR:
        return f"is no plain file (mode {change.mode}, expected {_REGULAR})"
    size = int(_git(repository, "cat-file", "-s", change.blob))
    if size > MAX_FILE:
        return f"has {size:,} bytes, at most {MAX_FILE:,} are taken"
    return None


def _files(repository: Path, head: str, folder: PurePosixPath) -> Iterator[tuple[str, str]]:
    """Name and blob of the submission's files, those too that the proposal leaves as they are."""
    listed = _git(repository, "ls-tree", "-z", head, "--", f"{folder}/").decode("utf-8", "backslashreplace")
    for line in filter(None, listed.split("\0")):
        meta, path = line.split("\t", 1)
        mode, _, blob = meta.split(" ")
        name = PurePosixPath(path).name
        if mode == _REGULAR and name in FILES:
            yield name, blob


def _git(repository: Path, *words: str) -> bytes:
    command = ["git", "-C", str(repository), "--literal-pathspecs", *words]
    done = subprocess.run(command, capture_output=True, check=False)  # noqa: S603 - no shell, checked commit ids
    if done.returncode:
        raise CallError(f"git {words[0]}: {done.stderr.decode('utf-8', 'replace').strip()}")
    return done.stdout
