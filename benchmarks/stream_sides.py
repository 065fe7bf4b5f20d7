"""Reading and writing a stream by us and by datatrove, in the crawl's environment; how large processes get.

Example: python benchmarks/stream_sides.py khabar in.jsonl out
"""

from __future__ import annotations

import os
import sys
import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any


def khabar(source: str, out: str) -> None:
    """Every record read, parsed, checked and written."""
    from khabar.streams import find_files, read_records
    from khabar.streams.reading import value_of
    from khabar.streams.writing import encode

    Path(out).mkdir(parents=True, exist_ok=True)
    with (Path(out) / "all.jsonl").open("wb") as written:
        for file in find_files([source]):
            rows: list[Any] = []
            for record in read_records(file):
                rows.append(value_of(record))
                if len(rows) == 1000:
                    written.write(encode(rows, ".jsonl"))
                    rows = []
            written.write(encode(rows, ".jsonl"))


def datatrove(source: str, out: str) -> None:
    """The same by datatrove, in one task."""
    from datatrove.pipeline.readers import JsonlReader
    from datatrove.pipeline.writers import JsonlWriter

    reader = JsonlReader(str(Path(source).parent), glob_pattern=Path(source).name)
    for _ in JsonlWriter(out, compression=None)(reader()):
        pass


def largest_process(work: Callable[[], Any]) -> float:
    """Peak memory in MB of the largest process that the work starts, asked for ten times a second."""
    done = threading.Event()
    peaks = [0.0]

    def watch() -> None:
        while not done.is_set():
            peaks.extend(_peak(each) for each in _below(os.getpid()))
            time.sleep(0.1)

    watcher = threading.Thread(target=watch)
    watcher.start()
    work()
    done.set()
    watcher.join()
    return max(peaks)


def _below(process: int) -> Iterator[int]:
    try:
        children = Path(f"/proc/{process}/task/{process}/children").read_text(encoding="ascii").split()
    except OSError:  # it has ended
        return
    for child in map(int, children):
        yield child
        yield from _below(child)


def _peak(process: int) -> float:
    try:
        status = Path(f"/proc/{process}/status").read_text(encoding="ascii")
    except OSError:
        return 0.0
    told = [line for line in status.splitlines() if line.startswith("VmHWM:")]
    return int(told[0].split()[1]) / 1024 if told else 0.0


if __name__ == "__main__":
    {"khabar": khabar, "datatrove": datatrove}[sys.argv[1]](*sys.argv[2:])
