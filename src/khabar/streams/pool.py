"""Work in processes of their own, each item within limits; one that kills its process is named and left out.

`concurrent.futures` gives up the whole pool when one process dies, and cannot stop a single item.
"""

from __future__ import annotations

import multiprocessing
import os
import resource
import signal
import threading
from collections import deque
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from multiprocessing.connection import Connection, wait
from pathlib import Path
from typing import Any, Protocol

from khabar.errors import KhabarError

_CONTEXT = multiprocessing.get_context("forkserver")  # a fork of a process with Arrow's threads may hang
_TIMES = 2  # an item that was at work when a process died may be innocent the first time


@dataclass(frozen=True, slots=True)
class Limits:
    """What one item may take: seconds of CPU, and megabytes beyond what the process has at its start.

    Memory is limited on Linux only.
    """

    seconds: int = 60
    megabytes: int = 2048


class Job(Protocol):
    """The work of a task. It calls `begin(n)` before its n-th item, and leaves out the items in `refused`."""

    def __call__(self, task: Any, begin: Callable[[int], None], refused: Mapping[int, str]) -> Any:
        """The result of the task; it and the job are pickled."""
        ...


class WorkFailedError(KhabarError):
    """A task cannot be done, whatever is left out of it: a full disk, or an error of the program."""


@dataclass(slots=True)
class _Task:
    number: int
    what: Any
    refused: dict[int, str] = field(default_factory=dict)
    suspected: dict[int, int] = field(default_factory=dict)


class _Worker:
    """One process, with the task it has."""

    def __init__(self, job: Job, limits: Limits) -> None:
        self._item = _CONTEXT.RawValue("q", -1)
        self.connection, theirs = _CONTEXT.Pipe()
        self._process = _CONTEXT.Process(
            target=_serve, args=(job, limits, theirs, self._item), name="khabar-worker"
        )
        self._process.start()
        theirs.close()
        self._limits = limits
        self.task: _Task | None = None

    def give(self, task: _Task) -> None:
        self.task, self._item.value = task, -1
        self.connection.send((task.what, task.refused))

    def died(self) -> tuple[int, str]:
        """The item at work when the process ended (-1: none), and what ended it."""
        self._process.join()
        code = self._process.exitcode or 0
        if code == -signal.SIGPROF:
            return self._item.value, f"takes more than {self._limits.seconds} s"
        if code < 0:
            return self._item.value, f"ended its process ({signal.Signals(-code).name})"
        return self._item.value, f"ended its process (exit code {code})"

    def end(self) -> None:
        self.connection.close()
        self._process.kill()
        self._process.join()


def run(
    job: Job, tasks: Iterable[tuple[int, Any]], *, workers: int, limits: Limits
) -> Iterator[tuple[int, Any]]:
    """Number and result of every task, as they get done; few tasks are taken from `tasks` ahead of time.

    Raises WorkFailedError where processes end outside of any item, and where the job itself raises OSError
    or KhabarError.
    """
    # what a process needs is imported once, and there when it is forked
    _CONTEXT.set_forkserver_preload(["__main__", type(job).__module__])
    waiting: deque[_Task] = deque()
    coming = (_Task(number, what) for number, what in tasks)
    staff: list[_Worker] = []
    try:
        while True:
            while len(waiting) < workers and (task := next(coming, None)) is not None:
                waiting.append(task)
                _hire(staff, job, workers, limits, waiting)
            busy = {each.connection: each for each in staff if each.task}
            if not busy and not waiting:
                return
            for connection in wait(list(busy)):
                worker = busy[connection]  # type: ignore[index]
                yield from _answer(worker, staff, waiting)
            _hire(staff, job, workers, limits, waiting)
    finally:
        for each in staff:
            each.end()


def _hire(staff: list[_Worker], job: Job, most: int, limits: Limits, waiting: deque[_Task]) -> None:
    """Give what waits to idle processes, and to new ones as far as there may be more."""
    for worker in [each for each in staff if each.task is None]:
        if waiting:
            worker.give(waiting.popleft())
    while waiting and len(staff) < most:
        worker = _Worker(job, limits)
        staff.append(worker)
        worker.give(waiting.popleft())


def _answer(worker: _Worker, staff: list[_Worker], waiting: deque[_Task]) -> Iterator[tuple[int, Any]]:
    task = worker.task
    assert task is not None  # noqa: S101 - only busy processes are waited for
    said: tuple[str, Any] | None
    try:
        said = worker.connection.recv()
    except (EOFError, ConnectionError):
        said = None
    if said is not None and said[0] == "done":
        worker.task = None
        yield task.number, said[1]
        return
    staff.remove(worker)
    item, reason = worker.died()
    worker.end()
    if said is not None and said[0] == "error":
        raise WorkFailedError(f"{said[1]}\nNext: mend that and run again; what is done is not done anew")
    if said is not None:
        item, reason = said[1]
    task.suspected[item] = task.suspected.get(item, 0) + 1
    if task.suspected[item] >= _TIMES:
        if item < 0:
            raise WorkFailedError(
                f"task {task.number}: a process {reason} outside of any item\nNext: run again"
            )
        task.refused[item] = reason
    waiting.appendleft(task)


def _serve(job: Job, limits: Limits, connection: Connection, item: Any) -> None:
    """The life of a process: task after task until the other end is gone."""
    threading.Thread(target=_die_with_parent, daemon=True).start()
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # the parent ends its processes itself
    _limit_memory(limits)

    def begin(number: int) -> None:
        item.value = number
        # the kernel ends the process at the limit, in whatever C function it is stuck
        signal.setitimer(signal.ITIMER_PROF, limits.seconds if number >= 0 else 0)

    while True:
        try:
            what, refused = connection.recv()
        except EOFError:
            return
        try:
            result = job(what, begin, refused)
        except (OSError, KhabarError) as error:
            connection.send(("error", str(error)))
            os._exit(1)
        except MemoryError:
            connection.send(("killed", (item.value, f"needs more than {limits.megabytes} MB of memory")))
            os._exit(1)
        except BaseException as error:
            reason = f"{type(error).__name__}: {error}"[:500]
            connection.send(("killed", (item.value, reason)))
            raise
        begin(-1)
        connection.send(("done", result))


def _die_with_parent() -> None:
    parent = multiprocessing.parent_process()
    if parent is not None:
        wait([parent.sentinel])
        os._exit(1)


def _limit_memory(limits: Limits) -> None:
    told = Path("/proc/self/statm")
    if told.is_file():
        here = int(told.read_text(encoding="ascii").split()[0]) * resource.getpagesize()
        resource.setrlimit(resource.RLIMIT_AS, (here + limits.megabytes * 2**20, resource.RLIM_INFINITY))
