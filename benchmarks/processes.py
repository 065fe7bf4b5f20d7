"""The processes that a piece of work starts: what they take in time and memory.

On Linux; elsewhere none are seen.
"""

from __future__ import annotations

import os
import threading
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

_TICKS = os.sysconf("SC_CLK_TCK")


def below(process: int) -> Iterator[int]:
    """The processes that it started and that still run, and those that these started."""
    for task in Path(f"/proc/{process}/task").glob("*"):
        try:
            children = (task / "children").read_text(encoding="ascii").split()
        except OSError:  # it has ended
            continue
        for child in map(int, children):
            yield child
            yield from below(child)


def cpu_seconds(process: int) -> float:
    """Of a process and of those below it that have ended, as far as it has waited for them."""
    try:
        told = Path(f"/proc/{process}/stat").read_text(encoding="utf-8")
    except OSError:
        return 0.0
    return sum(map(int, told.rpartition(")")[2].split()[11:15])) / _TICKS


def peak_mb(process: int) -> float:
    """The most memory that it has held."""
    try:
        status = Path(f"/proc/{process}/status").read_text(encoding="utf-8")
    except OSError:
        return 0.0
    told = [line for line in status.splitlines() if line.startswith("VmHWM:")]
    return int(told[0].split()[1]) / 1024 if told else 0.0


def largest_process(work: Callable[[], Any]) -> float:
    """Peak memory in MB of the largest process that the work starts, asked for ten times a second."""
    done = threading.Event()
    peaks = [0.0]

    def watch() -> None:
        while not done.wait(0.1):
            peaks.extend(peak_mb(each) for each in below(os.getpid()))

    watcher = threading.Thread(target=watch)
    watcher.start()
    try:
        work()
    finally:
        done.set()
        watcher.join()
    return max(peaks)
