"""The harness: a bench is one piece of work, done by us and by a named peer, each side in its own process.

Forking keeps the peaks of memory apart; work is prepared once, before the fork, and counted in neither.
"""

from __future__ import annotations

import multiprocessing
import resource
import statistics
import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True, slots=True)
class Side:
    """Median CPU seconds of one side (its children's too), and its peak memory in MB."""

    seconds: float
    peak_mb: float


@dataclass(frozen=True, slots=True)
class Measured:
    """Both sides of a bench; `ratio` is peer / ours, above 1 where we are faster. `goal`: what is asked."""

    bench: str
    work: str
    peer_name: str
    ours: Side
    peer: Side
    goal: float | None

    @property
    def ratio(self) -> float:
        """How many times the peer's time is ours."""
        return self.peer.seconds / self.ours.seconds


@dataclass(frozen=True, slots=True)
class Bench:
    """One piece of work, done by us and by a named peer; `peer_factor` scales a peer run on a part of it."""

    name: str
    work: str
    ours: Callable[[], Any]
    peer_name: str
    peer: Callable[[], Any]
    goal: float | None = None
    peer_factor: float = 1.0

    def measure(self, repeats: int) -> Measured:
        """Both sides, one after the other."""
        ours, peer = in_process(self.ours, repeats), in_process(self.peer, repeats)
        scaled = Side(peer.seconds * self.peer_factor, peer.peak_mb)
        return Measured(self.name, self.work, self.peer_name, ours, scaled, self.goal)


def in_process(work: Callable[[], Any], repeats: int) -> Side:
    """The work's figures in a forked process. RuntimeError where the work fails there."""
    context = multiprocessing.get_context("fork")
    receiver, sender = context.Pipe(duplex=False)
    process = context.Process(target=_report, args=(work, repeats, sender))
    process.start()
    sender.close()
    try:
        side: Side = receiver.recv()
    except EOFError as error:
        raise RuntimeError("a side of the bench failed; its traceback is above") from error
    finally:
        process.join()
    return side


def _report(work: Callable[[], Any], repeats: int, sender: Any) -> None:
    taken = []
    for _ in range(repeats):
        before = _cpu_seconds()
        work()
        taken.append(_cpu_seconds() - before)
    peak = max(resource.getrusage(who).ru_maxrss for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN))
    sender.send(Side(statistics.median(taken), peak / 1024))


def _cpu_seconds() -> float:
    children = resource.getrusage(resource.RUSAGE_CHILDREN)
    return time.process_time() + children.ru_utime + children.ru_stime
