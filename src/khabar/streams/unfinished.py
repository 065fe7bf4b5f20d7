"""A folder in the making that outlives its run: what was done is kept beside it until all is, then goes."""

from __future__ import annotations

import fcntl
import os
import shutil
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from khabar.errors import CallError, DataError
from khabar.streams.addresses import Folder
from khabar.streams.resuming import begin_run
from khabar.streams.shards import WORK, done_shards

_PUT = f"{WORK}/put"


@dataclass(frozen=True, slots=True)
class Unfinished:
    """What is kept of the run that makes `out`. `path` is a folder on the same disk, `folder` the same."""

    out: Path
    path: Path
    folder: Folder

    @property
    def is_put(self) -> bool:
        """Whether the run was stopped after `out` had been put in its place."""
        return self.folder.has(_PUT) and is_taken(self.out)

    def put(self, made: Path) -> None:
        """Give the folder that was made in `path` its name: it appears whole."""
        if not self.is_put:
            self.folder.write(_PUT, [b""])
            made.replace(self.out)


def check_new(out: Path) -> None:
    """Raise CallError where something is at `out`, unless a run that made it is still to be gone on with."""
    if is_taken(out) and not Folder(str(_beside(out))).has(_PUT):
        raise CallError(f"{out} is there and is not empty; name a new folder")


def is_taken(out: Path) -> bool:
    """Whether there is more than an empty folder."""
    return out.exists() and (not out.is_dir() or any(out.iterdir()))


def _beside(out: Path) -> Path:
    return out.with_name(f"{out.name}.unfinished")


@contextmanager
def unfinished(out: Path, identity: dict[str, Any]) -> Iterator[Unfinished]:
    """Begin to make `out`, or go on where a run of the same identity was stopped.

    What was done stays in `<out>.unfinished` if the run comes to no end, and goes when it does. Raises
    CallError where `out` is there, another run is at work on it, or one of another identity was stopped;
    DataError where the disk fails.
    """
    new = [each for each in out.parents if not each.exists()]
    check_new(out)
    path = _beside(out)
    folder = Folder(str(path))
    try:
        path.mkdir(parents=True, exist_ok=True)
        lock = _locked(path)
    except OSError as error:
        raise CallError(f"cannot write to {out.parent}: {error.strerror}") from error
    whole = False
    try:
        begin_run(folder, identity)
        yield Unfinished(out, path, folder)
        whole = True
    except OSError as error:
        raise DataError.one(
            out,
            f"could not be written: {error}",
            next_step="mend this and run the same command again; what is done is not done anew",
        ) from error
    finally:
        if whole or not done_shards(folder):
            shutil.rmtree(path, ignore_errors=True)
        os.close(lock)
        with suppress(OSError):  # one that holds something stays, and all above it
            for each in new:
                each.rmdir()


def _locked(path: Path) -> int:
    """The descriptor that locks the folder; the lock ends with the process, however that ends."""
    lock = os.open(path, os.O_RDONLY)
    try:
        fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        path.stat()  # the other run may have ended, and removed it, in between
    except (BlockingIOError, FileNotFoundError) as error:
        os.close(lock)
        raise CallError(f"another run is at work in {path}; wait for it, or name another --out") from error
    return lock
