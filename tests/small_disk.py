"""A disk that is soon full: a small tmpfs, mounted where a test wants it."""

from __future__ import annotations

import os
import shutil
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest


@contextmanager
def small_disk(folder: Path, *, kilobytes: int, read_only: bool = False) -> Iterator[Path]:
    """The folder as a file system of that size. The test is skipped where nobody may mount, except in CI."""
    folder.mkdir()
    options = f"size={kilobytes}k,mode=1777{',ro' if read_only else ''}"
    command = [*_as_root(), "mount", "-t", "tmpfs", "-o", options, "tmpfs", str(folder)]
    mounted = subprocess.run(command, capture_output=True, check=False, text=True)
    if mounted.returncode:
        message = f"no small disk can be mounted here: {mounted.stderr.strip()}"
        pytest.skip(message) if os.getuid() and not os.environ.get("CI") else pytest.fail(message)
    try:
        yield folder
    finally:
        subprocess.run([*_as_root(), "umount", str(folder)], check=True)


def enlarge(disk: Path, *, kilobytes: int) -> None:
    """Give it that size, with all that is on it."""
    subprocess.run([*_as_root(), "mount", "-o", f"remount,size={kilobytes}k", str(disk)], check=True)


def _as_root() -> list[str]:
    return ["sudo", "-n"] if os.getuid() and shutil.which("sudo") else []
