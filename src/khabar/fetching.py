"""The files of a stand-off source, got from the addresses it gives and taken only with the right digest."""

from __future__ import annotations

from dataclasses import dataclass
from http.client import HTTPException
from pathlib import Path
from urllib.request import urlopen

from khabar.corpus import RawFile, Source
from khabar.errors import CallError, Faults
from khabar.files import sha256, write_bytes

PATIENCE = 60
"""Seconds without a byte before an address is given up."""

SCHEMES = ("https://", "http://")


@dataclass(frozen=True, slots=True)
class Fetched:
    """Files written, and files that were there already as the source says."""

    written: tuple[Path, ...]
    unchanged: tuple[Path, ...]


def fetch(source: Source, folder: Path) -> Fetched:
    """Put the source's files into the folder; every file is checked before any is written.

    Raises CallError where the source gives no address, DataError with all files that cannot be had or are
    not those the source means, here or there. What is in the folder is never overwritten.
    """
    addressed = [each for each in source.files if each.address]
    if not addressed:
        raise CallError(f"source {source.id!r} gives no address of a file; it says: {source.how_to_get}")
    faults = Faults(source.id)
    there = {each.file: folder / each.file for each in addressed if (folder / each.file).is_file()}
    got: dict[Path, bytes] = {}
    for each in addressed:
        data = there[each.file].read_bytes() if each.file in there else _get(each, faults)
        if data is None:
            continue
        if sha256(data) != each.sha256:
            where = there.get(each.file, each.address)
            message = f"{where} has SHA-256 {sha256(data)[:12]}…, expected {each.sha256[:12]}…"
            faults.add(each.file, message)
        elif each.file not in there:
            got[folder / each.file] = data
    names = ", ".join(each.file for each in addressed)
    next_step = (
        f"put {names} into {folder} by hand and run this again to check them, or move what is in the way"
    )
    faults.raise_if_any(next_step)
    for path, data in got.items():
        write_bytes(path, data)
    return Fetched(tuple(got), tuple(there.values()))


def _get(file: RawFile, faults: Faults) -> bytes | None:
    """The bytes at the file's address; what stands in the way becomes a fault."""
    address = file.address or ""
    if not address.startswith(SCHEMES):
        faults.add(file.file, f"expected an address of {' or '.join(SCHEMES)}…, found {address!r:.80}")
        return None
    try:
        with urlopen(address, timeout=PATIENCE) as reply:  # noqa: S310 - the scheme is checked above
            data: bytes = reply.read()
    except (OSError, HTTPException) as error:
        faults.add(file.file, f"{address}: {error or type(error).__name__}")
        return None
    return data
