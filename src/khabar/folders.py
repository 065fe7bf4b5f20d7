"""A folder in the making: beside where it will stand, locked while somebody works on it, else swept away."""

from __future__ import annotations

import fcntl
import glob
import os
import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from khabar.errors import CallError, DataError


@contextmanager
def folder_beside(out: Path, *, doing: str = "build") -> Iterator[Path]:
    """A folder on the same disk, gone afterwards unless it was moved to `out`.

    What a killed run left is removed first; the folder of a run that still goes on is not touched. Raises
    CallError where no folder can be made, DataError where the disk fails later. Folders above it that were
    made for it are removed again if it came to nothing.
    """
    new = [each for each in out.parents if not each.exists()]
    try:
        out.parent.mkdir(parents=True, exist_ok=True)
        _sweep(out)
        work, lock = _locked_folder(out)
    except OSError as error:
        raise CallError(f"cannot write to {out.parent}: {error.strerror}") from error
    try:
        work.chmod(0o755)  # mkdtemp makes 0700
        yield work
    except OSError as error:
        raise DataError.one(
            out,
            f"could not be written: {error}",
            next_step=f"nothing was left behind; mend this and {doing} again",
        ) from error
    finally:
        shutil.rmtree(work, ignore_errors=True)
        os.close(lock)
        with suppress(OSError):  # one that holds something stays, and all above it
            for each in new:
                each.rmdir()


def _prefix(out: Path) -> str:
    """Not a hidden name: the loader passes over hidden folders."""
    return f"{out.name}.unfinished-"


def _locked_folder(out: Path) -> tuple[Path, int]:
    """A new folder and the descriptor that locks it; the lock ends with the process, however that ends."""
    while True:
        work = Path(tempfile.mkdtemp(dir=out.parent, prefix=_prefix(out)))
        try:
            lock = os.open(work, os.O_RDONLY)
        except FileNotFoundError:  # swept away by another run before it could be locked
            continue
        fcntl.flock(lock, fcntl.LOCK_EX)
        if work.exists():
            return work, lock
        os.close(lock)


def _sweep(out: Path) -> None:
    """Remove the folders of runs that are no more."""
    for left in out.parent.glob(f"{glob.escape(_prefix(out))}*"):
        try:
            lock = os.open(left, os.O_RDONLY)
        except FileNotFoundError:
            continue
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
            shutil.rmtree(left, ignore_errors=True)
        except BlockingIOError:
            continue
        finally:
            os.close(lock)
