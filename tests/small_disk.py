"""A disk that is soon full: a small tmpfs, mounted where a test wants it."""

from __future__ import annotations

import os
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest


@contextmanager
def small_disk(folder: Path, *, kilobytes: int) -> Iterator[Path]:
    """The folder as a file system of that size. The test is skipped where nobody may mount, except in CI."""
    folder.mkdir()
    command = ["mount", "-t", "tmpfs", "-o", f"size={kilobytes}k", "tmpfs", str(folder)]
    mounted = subprocess.run(command, capture_output=True, check=False, text=True)
    if mounted.returncode:
        message = f"no small disk can be mounted here: {mounted.stderr.strip()}"
        pytest.skip(message) if os.getuid() and not os.environ.get("CI") else pytest.fail(message)
    try:
        yield folder
    finally:
        subprocess.run(["umount", str(folder)], check=True)
