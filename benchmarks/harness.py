"""The harness: a bench is one piece of work, done by us and by a named peer, each side in its own process.

Forking keeps the peaks of memory apart; work is prepared once, before the fork, and counted in neither.
"""

from __future__ import annotations

import math
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
    """Both sides of a bench; `ratio` is peer / ours, above 1 where we are faster. `goal`: what is asked.

    `megabytes` is the size of the work where its throughput is asked for.
    """

    bench: str
    work: str
    peer_name: str
    ours: Side
    peer: Side
    goal: float | None
    megabytes: float | None = None

    @property
    def ratio(self) -> float:
        """How many times the peer's time is ours."""
        return self.peer.seconds / self.ours.seconds

    @property
    def throughput(self) -> float | None:
        """Our megabytes a CPU second."""
        return None if self.megabytes is None else self.megabytes / self.ours.seconds


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
    most_repeats: int = 1000
    """Of work that takes minutes once is enough: its parts are many."""
    megabytes: float | None = None

    def measure(self, repeats: int) -> Measured:
        """Both sides, one after the other."""
        repeats = min(repeats, self.most_repeats)
        ours, peer = in_process(self.ours, repeats), in_process(self.peer, repeats)
        scaled = Side(peer.seconds * self.peer_factor, peer.peak_mb)
        return Measured(self.name, self.work, self.peer_name, ours, scaled, self.goal, self.megabytes)


@dataclass(frozen=True, slots=True)
class Grown:
    """The same work at growing sizes, each in a process of its own.

    `limit_mb` is the peak memory asked for at the largest.
    """

    bench: str
    unit: str
    points: dict[int, Side]
    limit_mb: float | None

    @property
    def time_exponent(self) -> float:
        """The b of the curve a · size^b that lies best on the times: 1 is in proportion."""
        return exponent({size: side.seconds for size, side in self.points.items()})

    @property
    def memory_exponent(self) -> float:
        """The same of peak memory: 0 is flat."""
        return exponent({size: side.peak_mb for size, side in self.points.items()})


@dataclass(frozen=True, slots=True)
class Growth:
    """Work at several sizes; `prepared` makes the work of a size, and is not counted."""

    name: str
    unit: str
    sizes: tuple[int, ...]
    prepared: Callable[[int], Callable[[], Any]]
    limit_mb: float | None = None

    @property
    def work(self) -> str:
        """The sizes in words."""
        return f"{', '.join(f'{size:,}' for size in self.sizes)} {self.unit}"

    def measure(self, _repeats: int) -> Grown:
        """Every size once: the fit is over the sizes."""
        points = {size: in_process(self.prepared(size), 1) for size in self.sizes}
        return Grown(self.name, self.unit, points, self.limit_mb)


def exponent(values: dict[int, float]) -> float:
    """The slope of the least-squares line through the logarithms."""
    xs, ys = [math.log(each) for each in values], [math.log(each) for each in values.values()]
    return statistics.linear_regression(xs, ys).slope


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
