"""Loading a published release as a user would: by name and tag, in a process and a cache of its own.

The loader fetches through a cache that is chosen when `huggingface_hub` is imported, and answers an
unreachable Hub with whatever it holds, so only a new process with an empty cache tells the truth.
"""

from __future__ import annotations

import os
import subprocess
import sys
import tempfile
from pathlib import Path

from khabar.errors import DataError
from khabar.release.manifest import read_manifest
from khabar.release.patience import AGAIN, without_token
from khabar.release.publishing import Ready
from khabar.release.remote import Remote
from khabar.release.verification import verify

_TIME_OUT = 3600
_CACHES = ("HF_HUB_CACHE", "HF_DATASETS_CACHE", "HF_XET_CACHE", "HF_ASSETS_CACHE", "HF_MODULES_CACHE")


def check_loads_by_tag(remote: Remote, release: Ready) -> None:
    """Raise DataError unless `load_dataset(name, config, revision=tag)` gives every row of the release.

    The token goes to the child as it came to us: by the environment or by its file, never on a command line.
    """
    for wait in remote.patience.waits():
        failed = _in_child(remote, release)
        if failed is None:
            return
        if not wait:
            raise DataError.one(
                remote.name,
                f"the tag is right, but the loader does not give the release back: {failed}",
                where=f"loading {release.tag}",
                next_step=AGAIN,
            )
        remote.tell("loading by tag failed; trying again in another fresh cache")


def _in_child(remote: Remote, release: Ready) -> str | None:
    """What went wrong, None if nothing."""
    with tempfile.TemporaryDirectory(prefix="khabar-load-") as cache:
        caches = {name: str(Path(cache) / name.lower()) for name in _CACHES}
        environment = {**os.environ, **caches, "HF_ENDPOINT": remote.api.endpoint}
        environment["HF_DATASETS_DISABLE_PROGRESS_BARS"] = "1"
        command = [sys.executable, "-m", __name__, remote.name, release.tag, str(release.folder)]
        try:
            ended = subprocess.run(  # noqa: S603 - our own module, and names that were checked
                command, env=environment, capture_output=True, text=True, timeout=_TIME_OUT, check=False
            )
        except subprocess.TimeoutExpired:
            return f"it took longer than {_TIME_OUT} seconds"
    if ended.returncode == 0:
        return None
    said = without_token(ended.stderr).strip().splitlines()
    return said[-1] if said else f"the loader ended with {ended.returncode}"


def _main(name: str, tag: str, folder: str) -> None:
    import datasets  # here, not above: only the child needs it

    manifest = read_manifest(Path(folder))
    for config in manifest.configs:
        if report := verify(datasets.load_dataset(name, config, revision=tag), manifest):
            sys.exit(" ".join(str(report).split()))


if __name__ == "__main__":
    _main(*sys.argv[1:])
