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
def small_disk(folder: Path, *, kilobytes: int) -> Iterator[Path]:
    """The folder as a file system of that size. The test is skipped where nobody may mount, except in CI."""
    folder.mkdir()
    as_root = ["sudo", "-n"] if os.getuid() and shutil.which("sudo") else []
    options = f"size={kilobytes}k,mode=1777"
    command = [*as_root, "mount", "-t", "tmpfs", "-o", options, "tmpfs", str(folder)]
    mounted = subprocess.run(command, capture_output=True, check=False, text=True)
    if mounted.returncode:
        message = f"no small disk can be mounted here: {mounted.stderr.strip()}"
        pytest.skip(message) if os.getuid() and not os.environ.get("CI") else pytest.fail(message)
    try:
        yield folder
    finally:
        subprocess.run([*as_root, "umount", str(folder)], check=True)
