"""A stream cut into shards, always the same ones; what is known of a shard once it is done."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Sequence
from dataclasses import asdict, dataclass
from typing import Any

import msgspec

from khabar.streams.addresses import Folder, StreamFile
from khabar.streams.conversion import Duplicate, Quarantined
from khabar.streams.reading import LONGEST, Record, read_records

WORK = "work"
"""The folder of a run that is not finished, inside the folder it writes."""
RUN = f"{WORK}/run.json"
"""What a run is, in its folder while it is not finished."""
MOST_BYTES = 16 * 2**20
"""A shard of longer records holds fewer of them."""


@dataclass(frozen=True, slots=True)
class Shard:
    """A part of the stream, numbered from 0: its records, and the bytes of files that were read for it.

    `beside` are the records of a second stream that belong to them, one to one, where there is one.
    """

    number: int
    records: tuple[Record, ...]
    read: int
    beside: tuple[Record, ...] = ()

    @property
    def digest(self) -> str:
        """SHA-256 of the records, whatever file they are in: by it an input that was changed is found."""
        digest = hashlib.sha256()
        for record in (*self.records, *self.beside):
            data = record.fault.encode() if record.data is None else record.data
            digest.update(data if isinstance(data, bytes) else msgspec.json.encode(data, enc_hook=str))
            digest.update(b"\0")
        return digest.hexdigest()


def cut(files: Sequence[StreamFile], records: int, *, longest: int = LONGEST) -> Iterator[Shard]:
    """Shards of that many records, fewer at the end of a file or where they are long."""
    number = 0
    for file in files:
        held: list[Record] = []
        size = begun = 0
        for record in read_records(file, longest=longest):
            held.append(record)
            size += _size(record)
            if len(held) == records or size >= MOST_BYTES:
                yield Shard(number, tuple(held), record.read - begun)
                number, begun, size, held = number + 1, record.read, 0, []
        if held:
            yield Shard(number, tuple(held), held[-1].read - begun)
            number += 1


def _size(record: Record) -> int:
    if isinstance(record.data, bytes):
        return len(record.data)
    return sum(len(each) for each in (record.data or {}).values() if isinstance(each, str))


@dataclass(frozen=True, slots=True)
class Ledger:
    """What became of a shard's records: places and ids of the articles written, in order, and the others.

    `digest` is that of the shard.
    """

    digest: str
    written: tuple[tuple[str, str], ...]
    quarantined: tuple[Quarantined, ...]
    duplicates: tuple[Duplicate, ...]

    @property
    def records(self) -> int:
        """All of them."""
        return len(self.written) + len(self.quarantined) + len(self.duplicates)


def ledger_name(number: int) -> str:
    """The file of a shard's ledger: once it is there, the shard is done."""
    return f"{WORK}/shard-{number:06d}.json"


def keys_name(number: int) -> str:
    """The file of the keys of a shard's articles, which duplicates are found by."""
    return f"{WORK}/shard-{number:06d}.keys"


def part_name(number: int, form: str) -> str:
    """The file of a shard's articles."""
    return f"part-{number:06d}{form}"


def write_ledger(folder: Folder, number: int, ledger: Ledger) -> None:
    """Write it, last of all files of the shard."""
    folder.write(ledger_name(number), [msgspec.json.encode(asdict(ledger))])


def read_ledger(folder: Folder, number: int) -> Ledger:
    """The ledger of a shard that is done."""
    return msgspec.json.decode(folder.read(ledger_name(number)), type=Ledger)


def done_shards(folder: Folder) -> set[int]:
    """The numbers of the shards whose ledger is there."""
    names = folder.names(WORK)
    return {int(name[6:12]) for name in names if name.startswith("shard-") and name.endswith(".json")}


def as_lines(rows: Sequence[Any]) -> bytes:
    """The quarantined or duplicate records as JSON Lines."""
    return b"".join(msgspec.json.encode(asdict(row)) + b"\n" for row in rows)
