"""Many files at once: none is in its place before all are on disk, and each is put there whole."""

from __future__ import annotations

import fcntl
import os
import shutil
from collections.abc import Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from pathlib import Path

from khabar.errors import CallError

_THREADS = 8
"""To wait for the disk: it brings several files to safety in the time of one."""


@contextmanager
def only_writer(folder: Path) -> Iterator[None]:
    """While it lasts no other process gets past here with that folder. CallError if one has already."""
    handle = os.open(folder, os.O_RDONLY)
    try:
        try:
            fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError as error:
            raise CallError(f"another process writes to {folder} already: wait until it has ended") from error
        yield
    finally:
        os.close(handle)


def write_together(contents: Mapping[Path, str], staging: Path) -> None:
    """Write the files. If one cannot be written, all are left as they were.

    They are made in the folder `staging` first, on the same file system, and then moved; it is emptied of
    what a call left there that was killed. For one process at a time: see `only_writer`.
    """
    shutil.rmtree(staging, ignore_errors=True)
    if not contents:
        return
    staging.mkdir(parents=True)
    try:
        parts = {staging / str(number): path for number, path in enumerate(contents)}
        with ThreadPoolExecutor(_THREADS) as threads:
            list(threads.map(_write, parts, contents.values(), parts.values()))
        for folder in {path.parent for path in contents}:
            folder.mkdir(parents=True, exist_ok=True)
        for part, path in parts.items():
            part.replace(path)
    finally:
        shutil.rmtree(staging, ignore_errors=True)


def _write(part: Path, text: str, path: Path) -> None:
    try:
        with part.open("xb") as file:
            file.write(text.encode("utf-8"))
            file.flush()
            os.fsync(file.fileno())
    except OSError as error:
        raise OSError(error.errno, error.strerror, str(path)) from error  # a full disk names no file
