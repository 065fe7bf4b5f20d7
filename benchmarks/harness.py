"""The harness: a bench is one piece of work, done by us and by a named peer, each side in its own process.

Forking keeps the peaks of memory apart; work is prepared once, before the fork, and counted in neither.
An area is a module `<area>_benches.py` with a function `benches(scale)` that yields what is to be measured:
`Bench`, `Growth` and `Parts`, or `NotRun` where the peer of a bench is not on this machine.
"""

from __future__ import annotations

import math
import multiprocessing
import os
import resource
import statistics
import time
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any, Literal, Protocol, TypeAlias

from processes import below, cpu_seconds, largest_process

Clock: TypeAlias = Literal["cpu", "wall"]


@dataclass(frozen=True, slots=True)
class Side:
    """Median seconds of one side (of CPU all its processes'), and peak MB of the largest of them."""

    seconds: float
    peak_mb: float


@dataclass(frozen=True, slots=True)
class Measured:
    """Both sides of a bench; `ratio` is peer / ours, above 1 where we are faster. `goal`: what is asked.

    `megabytes` and `articles` are the size of the work where its throughput is asked for. `clock` says
    which seconds are counted.
    """

    bench: str
    work: str
    peer_name: str
    ours: Side
    peer: Side
    goal: float | None
    megabytes: float | None = None
    articles: int | None = None
    clock: Clock = "cpu"
    repeats: int = 1

    @property
    def ratio(self) -> float:
        """How many times the peer's time is ours."""
        return self.peer.seconds / self.ours.seconds

    @property
    def throughput(self) -> float | None:
        """Our megabytes a second."""
        return None if self.megabytes is None else self.megabytes / self.ours.seconds

    @property
    def articles_per_second(self) -> float | None:
        """Our articles a second."""
        return None if self.articles is None else self.articles / self.ours.seconds


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
    articles: int | None = None
    clock: Clock = "cpu"
    """`wall` where most of the work is done by a server, or waited for."""

    def measure(self, repeats: int) -> Measured:
        """Both sides, one after the other."""
        repeats = min(repeats, self.most_repeats)
        ours, peer = (in_process(side, repeats, self.clock) for side in (self.ours, self.peer))
        scaled = Side(peer.seconds * self.peer_factor, peer.peak_mb)
        size = (self.megabytes, self.articles)
        return Measured(
            self.name, self.work, self.peer_name, ours, scaled, self.goal, *size, self.clock, repeats
        )


@dataclass(frozen=True, slots=True)
class Grown:
    """The same work at growing sizes, each in a process of its own.

    `limit_mb` is the peak memory asked for at the largest, `limit_seconds` the time.
    """

    bench: str
    unit: str
    points: dict[int, Side]
    limit_mb: float | None
    limit_seconds: float | None = None
    clock: Clock = "cpu"

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
    limit_seconds: float | None = None
    clock: Clock = "cpu"

    @property
    def work(self) -> str:
        """The sizes in words."""
        return f"{', '.join(f'{size:,}' for size in self.sizes)} {self.unit}"

    def measure(self, _repeats: int) -> Grown:
        """Every size once: the fit is over the sizes."""
        points = {size: in_process(self.prepared(size), 1, self.clock) for size in self.sizes}
        return Grown(self.name, self.unit, points, self.limit_mb, self.limit_seconds, self.clock)


@dataclass(frozen=True, slots=True)
class Shares:
    """Where the time of one piece of work goes: the seconds of each part, done alone on the same input."""

    bench: str
    work: str
    parts: dict[str, Side]


@dataclass(frozen=True, slots=True)
class Parts:
    """The parts of one piece of work, each to be measured alone."""

    name: str
    work: str
    parts: Mapping[str, Callable[[], Any]]

    def measure(self, repeats: int) -> Shares:
        """Every part, one after the other."""
        found = {name: in_process(part, repeats, "cpu") for name, part in self.parts.items()}
        return Shares(self.name, self.work, found)


@dataclass(frozen=True, slots=True)
class Figure:
    """A figure that is no time: a recall, a count. `limit` is what is asked for, as `≥ 0.99`."""

    bench: str
    work: str
    value: float
    limit: str = ""


@dataclass(frozen=True, slots=True)
class Checked:
    """Work that gives a figure that is no time."""

    name: str
    work: str
    value: Callable[[], float]
    limit: str = ""

    def measure(self, _repeats: int) -> Figure:
        """The figure, once: what it is of is deterministic."""
        return Figure(self.name, self.work, self.value(), self.limit)


@dataclass(frozen=True, slots=True)
class NotRun:
    """A bench that could not be run on this machine, and why."""

    name: str
    work: str
    """The reason."""

    def measure(self, _repeats: int) -> NotRun:
        """Itself."""
        return self


class Area(Protocol):
    """A module of benches."""

    def benches(self, scale: float) -> Iterator[Bench | Growth | Parts | Checked | NotRun]:
        """What is to be measured; `scale` 1 is the size the goals are set for."""


def exponent(values: Mapping[int, float]) -> float:
    """The slope of the least-squares line through the logarithms."""
    xs, ys = [math.log(each) for each in values], [math.log(each) for each in values.values()]
    return statistics.linear_regression(xs, ys).slope


def in_process(work: Callable[[], Any], repeats: int, clock: Clock = "cpu") -> Side:
    """The work's figures in a forked process. RuntimeError where the work fails there."""
    context = multiprocessing.get_context("fork")
    receiver, sender = context.Pipe(duplex=False)
    process = context.Process(target=_report, args=(work, repeats, clock, sender))
    process.start()
    sender.close()
    try:
        side: Side = receiver.recv()
    except EOFError as error:
        raise RuntimeError("a side of the bench failed; its traceback is above") from error
    finally:
        process.join()
    return side


def _report(work: Callable[[], Any], repeats: int, clock: Clock, sender: Any) -> None:
    now = time.perf_counter if clock == "wall" else _cpu_seconds
    taken = []

    def timed() -> None:
        for _ in range(repeats):
            before = now()
            work()
            taken.append(now() - before)

    peaks = [largest_process(timed)]
    peaks += [
        resource.getrusage(who).ru_maxrss / 1024 for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN)
    ]
    sender.send(Side(statistics.median(taken), max(peaks)))


def _cpu_seconds() -> float:
    """Of this process, of those it waited for, and of those that still run below it: a pool's do."""
    children = resource.getrusage(resource.RUSAGE_CHILDREN)
    ours = time.process_time() + children.ru_utime + children.ru_stime
    return ours + sum(cpu_seconds(each) for each in below(os.getpid()))
