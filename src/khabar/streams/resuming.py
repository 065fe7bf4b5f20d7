"""What every run over a stream shares: shard by shard, on all cores, gone on with after any stop."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any, Protocol

import msgspec

from khabar.errors import CallError, DataError, Report
from khabar.files import dump_json
from khabar.streams.addresses import Folder
from khabar.streams.pool import Job, Limits, run
from khabar.streams.shards import RUN, WORK, Shard, done_shards, ledger_name
from khabar.streams.writing import pack, unpack

Tell = Callable[[int, int, bool], None]
"""Hears of things done, the bytes of input read for them, and whether this run did them."""
_FORM = ".jsonl.zst"


class ShardJob(Job, Protocol):
    """The job of a process: it writes what it makes of a shard, and the shard's ledger last."""

    def __call__(self, task: Shard, begin: Callable[[int], None], refused: Any) -> Done:
        """What was done."""
        ...


@dataclass(frozen=True, slots=True)
class Done:
    """What was done of a shard: records, and bytes read for them; nothing is kept if there are `reports`."""

    records: int
    read: int
    reports: Sequence[Report] = ()


def begin_run(folder: Folder, identity: dict[str, Any]) -> None:
    """Begin a run in the folder, or go on with the one that was stopped there.

    Raises CallError where the folder holds another run, or files of none.
    """
    if folder.has(RUN):
        same_run(folder, folder.read(RUN), identity)
        return
    if there := sorted(folder.names() - {WORK}):
        raise CallError(f"{folder.address} holds {there[0]}, and no stopped run; name another --out")
    folder.write(RUN, [dump_json(identity, indent=1).encode()])


def same_run(folder: Folder, there: bytes, identity: dict[str, Any]) -> None:
    """Raise CallError naming what differs between the run that is there and the one asked for."""
    told = json.loads(there)
    told = told.get("run", told)
    asked = json.loads(dump_json(identity))
    differing = [name for name in asked if told.get(name) != asked[name]]
    if differing:
        what = ", ".join(differing)
        raise CallError(f"{folder.address} holds a run with another {what}; name another --out, or remove it")


def do_shards(
    job: ShardJob, folder: Folder, shards: Iterable[Shard], *, workers: int, limits: Limits, tell: Tell
) -> int:
    """Do the shards that are not done; how many there are.

    Raises CallError where a shard was done of other records than are now read, DataError with the faults of
    the first shard that has any (whatever the number of workers), and what `khabar.streams.pool.run` raises.
    """
    done = done_shards(folder)
    count = 0
    wrong: dict[int, Sequence[Report]] = {}

    def to_do() -> Iterator[tuple[int, Shard]]:
        nonlocal count
        for shard in shards:
            if wrong:  # those before the first are all begun, and so heard of
                return
            count = shard.number + 1
            if shard.number in done:
                _check_same(folder, shard)
                tell(len(shard.records), shard.read, False)
            else:
                yield shard.number, shard

    for number, made in run(job, to_do(), workers=workers, limits=limits):
        if made.reports:
            wrong[number] = made.reports
        else:
            tell(made.records, made.read, True)
    if wrong:
        raise DataError(wrong[min(wrong)])
    return count


def _check_same(folder: Folder, shard: Shard) -> None:
    told = msgspec.json.decode(folder.read(ledger_name(shard.number)))
    if told["digest"] != shard.digest:
        first = shard.records[0].place
        raise CallError(
            f"{folder.address} holds a run of other records than those from {first} on; "
            "name another --out, or remove it"
        )


def keep(folder: Folder, shard: Shard, lines: Iterable[bytes]) -> None:
    """Keep what was made of the shard (lines of JSON), and write its ledger."""
    data = pack(b"".join(line + b"\n" for line in lines), _FORM)
    folder.write(_kept_name(shard.number), [data])
    folder.write(ledger_name(shard.number), [msgspec.json.encode({"digest": shard.digest})])


def kept(folder: Folder, number: int) -> list[bytes]:
    """The lines that were kept of a shard that is done."""
    return unpack(folder.read(_kept_name(number)), _FORM).splitlines()


def _kept_name(number: int) -> str:
    return f"{WORK}/kept-{number:06d}{_FORM}"
