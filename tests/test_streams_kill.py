"""A run that is killed at any moment and gone on with gives what an unbroken run gives, byte for byte."""

from __future__ import annotations

import os
import random
import signal
import subprocess
import sys
import time
from contextlib import suppress
from pathlib import Path

import pytest

from khabar.streams.writing import decode, encode
from moments import Moments
from stream_articles import contents, lines_of, record, rows

MOMENTS = 50
WORKERS = 4
TRIES = 10
PROGRAM = f"""
import sys
from pathlib import Path
from stream_articles import run

if __name__ == "__main__":
    run([sys.argv[1]], Path(sys.argv[2]), shard=20, workers={WORKERS}, form=".jsonl.zst")
"""


@pytest.fixture
def stream(tmp_path: Path) -> Path:
    """Articles with copies, with ids given twice and with poison among them."""
    lines = lines_of([record(number) for number in range(600)]).splitlines(keepends=True)
    for at in range(20, 600, 45):
        lines[at] = lines[at - 20]
        lines[at + 1] = lines_of([{**record(at + 1000), "id": f"n-{at - 3}"}])
        lines[at + 2] = b"\0\n"
    path = tmp_path / "in.jsonl"
    path.write_bytes(b"".join(lines))
    return path


def started(stream: Path, out: Path) -> subprocess.Popen[bytes]:
    """A run with four processes, in a process of its own."""
    program = stream.with_name("program.py")
    program.write_text(PROGRAM, encoding="utf-8")
    paths = os.pathsep.join([str(Path(__file__).parent), *filter(None, [os.environ.get("PYTHONPATH")])])
    return subprocess.Popen(
        [sys.executable, program, stream, out],
        env={**os.environ, "PYTHONPATH": paths},
        stderr=subprocess.PIPE,
    )


def state(out: Path) -> str:
    """How far the run in the folder is."""
    if (out / "manifest.json").exists():
        return "done"
    if any(out.glob("part-*")):
        return "finishing"
    return "converting" if any(out.glob("work/shard-*.json")) else "begun"


@pytest.mark.slow
def test_killed_at_fifty_moments_and_gone_on_with_it_is_the_unbroken_run(
    stream: Path, tmp_path: Path
) -> None:
    begun = time.monotonic()
    assert started(stream, tmp_path / "whole").wait() == 0
    moments, shards = Moments(7, time.monotonic() - begun), random.Random(7)
    whole = contents(tmp_path / "whole")
    assert len([name for name in whole if name.startswith("part-")]) == 30
    seen: set[str] = set()
    kills = 0
    run = 0
    while kills < MOMENTS:
        out = tmp_path / f"out-{run}"
        run += 1
        while state(out) != "done" and kills < MOMENTS:
            process = started(stream, out)
            if kills % 2:
                wait_for_shards(process, out, shards.randrange(1, 6))
            elif kills:  # the first at once
                time.sleep(moments.draw())
                moments.was(in_time=process.poll() is None)
            kills += process.poll() is None
            process.send_signal(signal.SIGKILL)
            process.communicate()
            seen.add(state(out))
        assert started(stream, out).wait() == 0
        assert contents(out) == whole
    assert {"begun", "converting"} <= seen


def wait_for_shards(process: subprocess.Popen[bytes], out: Path, more: int) -> None:
    """Until so many more shards are done than were, or the run has ended."""
    before = len(list(out.glob("work/shard-*.json")))
    while process.poll() is None and len(list(out.glob("work/shard-*.json"))) < before + more:
        time.sleep(0.005)


@pytest.mark.slow
def test_a_shard_that_is_done_is_not_done_again(stream: Path, tmp_path: Path) -> None:
    # Of the first shard, for only its articles are copies of nothing before them.
    out = killed_with(stream, tmp_path, "shard-000000.json")
    part = out / "work" / "part-000000.jsonl.zst"
    marked = [{**row, "title": "ختم"} for row in decode(part.read_bytes(), ".jsonl.zst")]
    part.write_bytes(encode(marked, ".jsonl.zst"))
    assert started(stream, out).wait() == 0
    written = {row["id"]: row["title"] for row in rows(out, ".jsonl.zst")}
    kept = [each["id"] for each in marked if each["id"] in written]
    assert kept
    assert {name for name, title in written.items() if title == "ختم"} == set(kept)


def killed_with(stream: Path, folder: Path, ledger: str) -> Path:
    """A run killed when that shard is done and others are not; again where the others were faster."""
    for number in range(TRIES):
        out = folder / f"out-{number}"
        process = started(stream, out)
        while process.poll() is None and not (out / "work" / ledger).exists():
            time.sleep(0.005)
        process.send_signal(signal.SIGKILL)
        process.communicate()
        if state(out) == "converting":
            return out
    pytest.fail(f"{TRIES} runs had ended before they were killed")


@pytest.mark.slow
def test_processes_of_the_run_that_are_killed_are_replaced(stream: Path, tmp_path: Path) -> None:
    assert started(stream, tmp_path / "whole").wait() == 0
    for number in range(TRIES):
        out = tmp_path / f"out-{number}"
        process = started(stream, out)
        killed = kill_workers(process, 3)
        process.communicate()
        assert process.returncode == 0
        assert contents(out) == contents(tmp_path / "whole")
        if killed:
            return
    pytest.fail(f"{TRIES} runs had ended before their processes were killed")


def kill_workers(process: subprocess.Popen[bytes], count: int) -> int:
    """Kill so many processes of the run while all are at work; how many were still there."""
    workers: list[int] = []
    while process.poll() is None and len(workers) < WORKERS:
        time.sleep(0.005)
        workers = _workers(process.pid)
    if len(workers) < WORKERS:
        return 0
    killed = 0
    for worker in workers[:count]:
        with suppress(ProcessLookupError):  # it has ended meanwhile
            os.kill(worker, signal.SIGKILL)
            killed += 1
    return killed


def _workers(run: int) -> list[int]:
    """The processes that the fork server of the run started."""
    children = _children(run)
    return [each for child in children for each in _children(child)]


def _children(process: int) -> list[int]:
    try:
        told = Path(f"/proc/{process}/task/{process}/children").read_text(encoding="ascii")
    except (FileNotFoundError, ProcessLookupError):
        return []
    return [int(each) for each in told.split()]
