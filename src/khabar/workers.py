"""Work on a stream of any length in several processes, in order, a bounded number of things at a time."""

from __future__ import annotations

import multiprocessing
import os
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import ProcessPoolExecutor
from itertools import islice
from typing import Any, TypeVar

Item = TypeVar("Item")

_AT_ONCE = 64
_CHUNK = 8


def cores() -> int:
    """The cores this process may use; where the system does not say (macOS), those there are."""
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1


def mapped(
    work: Callable[[Any], Any], items: Iterable[Item], of: Callable[[Item], Any], *, workers: int = 1
) -> Iterator[tuple[Item, Any]]:
    """Each item with `work(of(item))`, in the order of the items, whatever the number of workers.

    With more than one worker `work` and what goes in and out must be picklable. A worker that dies ends
    the run with BrokenProcessPool.
    """
    if workers == 1:
        yield from ((each, work(of(each))) for each in items)
        return
    waiting = iter(items)
    # spawned, since a fork of a process with threads may hang; a batch at a time, or the pool reads all
    spawned = multiprocessing.get_context("spawn")
    with ProcessPoolExecutor(workers, spawned, _begin, (work,)) as processes:
        while batch := list(islice(waiting, _AT_ONCE * workers)):
            yield from zip(batch, processes.map(_do, map(of, batch), chunksize=_CHUNK), strict=True)


_work: Callable[[Any], Any] | None = None


def _begin(work: Callable[[Any], Any]) -> None:
    global _work
    _work = work


def _do(given: Any) -> Any:
    if _work is None:
        raise RuntimeError("the process was begun without work")
    return _work(given)
