"""Python environments of their own, for tools that cannot live beside ours: made once, kept in a cache."""

from __future__ import annotations

import fcntl
import hashlib
import os
import shutil
import subprocess
import sys
from collections.abc import Mapping, Sequence
from pathlib import Path

import pytest

from conftest import REPOSITORY

_READY = "ready"
_SOURCE_ONLY = "jsonpath-rw,seqeval"
"""What mlcroissant and our scorer need and nobody built a wheel of; everything else comes as a wheel."""


def cache_folder() -> Path:
    """The folder `KHABAR_CACHE` names, else the checkout's build/cache."""
    return Path(os.environ.get("KHABAR_CACHE") or REPOSITORY / "build" / "cache").resolve()


def python_of(requirements: str) -> Path:
    """The Python of an environment that holds requirements/<name>.txt and nothing else.

    It is made anew when that file or this Python changed. Where a registry is out of reach, the test is
    skipped; under CI it fails.
    """
    pinned = [REPOSITORY / "requirements" / f"{name}.txt" for name in ("build", requirements)]
    contents = b"".join(path.read_bytes() for path in pinned)
    digest = hashlib.sha256(contents + sys.version.encode()).hexdigest()
    cache = cache_folder()
    cache.mkdir(parents=True, exist_ok=True)
    folder = cache / requirements
    with (cache / f"{requirements}.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        ready = folder / _READY
        if not ready.is_file() or ready.read_text(encoding="utf-8") != digest:
            _make(folder, pinned)
            ready.write_text(digest, encoding="utf-8")
    return folder / "bin" / "python"


def _make(folder: Path, pinned: Sequence[Path]) -> None:
    shutil.rmtree(folder, ignore_errors=True)
    subprocess.run([sys.executable, "-m", "venv", folder], check=True, capture_output=True)
    for path in pinned:
        options = ["--quiet", "--disable-pip-version-check", "--require-hashes", "--no-build-isolation"]
        options += ["--only-binary", ":all:", "--no-binary", _SOURCE_ONLY]
        pip = [folder / "bin" / "python", "-m", "pip", "install", *options, "-r", path]
        ended = subprocess.run(pip, capture_output=True, text=True, check=False)
        if ended.returncode:
            said = " / ".join(ended.stderr.strip().splitlines()[-3:])
            message = f"pip could not install requirements/{path.name}: {said}"
            pytest.fail(message) if os.environ.get("CI") else pytest.skip(message)


def run_in(
    python: Path, arguments: Sequence[str | Path], home: Path, **variables: str
) -> subprocess.CompletedProcess[str]:
    """Run that Python with a home folder of its own and no network; the caller judges how it ended."""
    return subprocess.run(
        [python, *arguments], env=_variables(home, variables), capture_output=True, text=True, check=False
    )


def _variables(home: Path, more: Mapping[str, str]) -> dict[str, str]:
    given = {name: value for name, value in os.environ.items() if not name.startswith(("PYTHON", "HF_"))}
    return {**given, "HOME": str(home), "HF_HOME": str(home / "hf"), "HF_HUB_OFFLINE": "1", **more}
