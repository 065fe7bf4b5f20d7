"""A process that talks to a loopback Hub: the client reads its settings once, at import."""

from __future__ import annotations

import multiprocessing
import os
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ProcessPoolExecutor
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from hub_api import Hub
from loopback_hub import WRITER

Call = Callable[..., Any]


def settings(hub: Hub, home: Path, *, token: str | None = WRITER) -> dict[str, str]:
    """The environment of a process that knows no other Hub and no other home."""
    own = {
        "HF_ENDPOINT": hub.address,
        "HF_HOME": str(home),
        "HF_HUB_DISABLE_XET": "1",
        "HF_HUB_DISABLE_TELEMETRY": "1",
        "HF_HUB_DOWNLOAD_TIMEOUT": "30",
        "HF_HUB_ETAG_TIMEOUT": "30",
    }
    kept = {k: v for k, v in os.environ.items() if not k.startswith(("HF_", "HUGGING", "KHABAR_"))}
    return {**kept, **own, **({"HF_TOKEN": token} if token else {})}


@contextmanager
def worker(hub: Hub, home: Path) -> Iterator[Call]:
    """Calls a function of a test module in the process: `call(function, *arguments)`."""
    context = multiprocessing.get_context("spawn")
    environment = settings(hub, home)
    with ProcessPoolExecutor(1, mp_context=context, initializer=_settle, initargs=(environment,)) as pool:
        yield lambda function, *arguments, **named: pool.submit(function, *arguments, **named).result(600)


def _settle(environment: dict[str, str]) -> None:
    os.environ.clear()
    os.environ.update(environment)


def publish_one(
    release: Path,
    name: str,
    *,
    attempts: int = 1,
    trusted: bool = True,
    longest: float = 5.0,
    timeout: float = 120.0,
    hasty: bool = False,
    **options: Any,
) -> tuple[Any, str]:
    """The publication, or None, and what was said or why it was refused.

    `trusted` leaves out the checks through the loader before and after, which other tests look at; `hasty`
    takes the client's own waits, of seconds, out.
    """
    from khabar.errors import CallError, DataError
    from khabar.release import hub, patience, publishing

    said: list[str] = []
    options |= {"patience": patience.Patience(attempts, 0.05, longest), "tell": said.append}
    options.setdefault("partial", True)
    kept = publishing.verify, patience._TIMEOUT
    waited = time.sleep
    if hasty:
        time.sleep = lambda seconds: waited(min(seconds, 0.02))
    patience._TIMEOUT = timeout
    if trusted:
        publishing.verify = lambda _: None  # type: ignore[assignment]
        options["load"] = lambda *_: None
    try:
        return hub.publish(release, name, **options), "\n".join(said)
    except (CallError, DataError) as error:
        return None, str(error)
    finally:
        publishing.verify, patience._TIMEOUT = kept
        time.sleep = waited


def publish_pages(folder: Path, name: str, **options: Any) -> tuple[Any, str]:
    """As `publish_one`, for pages."""
    from khabar.errors import CallError, DataError
    from khabar.release import hub
    from khabar.release.patience import Patience

    try:
        return hub.publish_board(folder, name, patience=Patience(2, 0.05, 5.0), **options), ""
    except (CallError, DataError) as error:
        return None, str(error)
