"""A stream of raw articles to a stream of articles: shard by shard, on all cores, whole after any stop."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from khabar import __version__
from khabar.errors import CallError
from khabar.files import content_digest, dump_json, sha256
from khabar.streams import finishing
from khabar.streams.addresses import FORMS, Folder, StreamFile
from khabar.streams.conversion import Conversion, Duplicate, Quarantined
from khabar.streams.duplicates import keys_of
from khabar.streams.finishing import MANIFEST, Summary
from khabar.streams.pool import Limits, run
from khabar.streams.reading import LONGEST
from khabar.streams.shards import (
    RUN,
    WORK,
    Ledger,
    Shard,
    cut,
    done_shards,
    keys_name,
    part_name,
    write_ledger,
)
from khabar.streams.writing import encode
from khabar.workers import cores


@dataclass(frozen=True, slots=True)
class Settings:
    """How a stream is run. Only `workers` leaves the output what it is."""

    form: str = ".jsonl.zst"
    shard: int = 1000
    workers: int = field(default_factory=cores)
    limits: Limits = field(default_factory=Limits)
    longest: int = LONGEST

    def __post_init__(self) -> None:
        if self.form not in FORMS:
            raise CallError(f"no form {self.form!r} (there are {', '.join(FORMS)})")


@dataclass(frozen=True, slots=True)
class ConvertShard:
    """The job of a process: the records of a shard to a part, keys and, when these are written, a ledger."""

    conversion: Conversion
    folder: Folder
    form: str

    def __call__(
        self, task: Shard, begin: Callable[[int], None], refused: Mapping[int, str]
    ) -> tuple[int, int]:
        """How many records the shard has, and how many bytes were read for it."""
        articles, written = [], []
        others: dict[type, list[Any]] = {Quarantined: [], Duplicate: []}
        for number, record in enumerate(task.records):
            if number in refused:
                others[Quarantined].append(Quarantined(record.place, "limit", refused[number]))
                continue
            begin(number)
            found = self.conversion.convert(record)
            if isinstance(found, Quarantined | Duplicate):
                others[type(found)].append(found)
            else:
                articles.append(found)
                written.append((record.place, found.id))
        begin(-1)
        folder = self.folder
        rows = [{**each.model_dump(), "text": each.text} for each in articles]
        folder.write(f"{WORK}/{part_name(task.number, self.form)}", [encode(rows, self.form)])
        folder.write(keys_name(task.number), [keys_of(articles)])
        ledger = Ledger(tuple(written), tuple(others[Quarantined]), tuple(others[Duplicate]))
        write_ledger(folder, task.number, ledger)
        return ledger.records, task.read


def convert_stream(
    files: Sequence[StreamFile],
    out: str,
    conversion: Conversion,
    settings: Settings,
    *,
    tell: Callable[[int, int, bool], None] = lambda articles, read, anew: None,
) -> Summary:
    """Convert the stream into the folder at `out`, or go on where a run that was stopped left off.

    The folder then holds `part-NNNNNN` files of articles with their texts, `quarantine.jsonl`,
    `duplicates.jsonl` and, written last, `manifest.json`. `tell` hears of records and bytes of input
    done, and whether by this run. Raises CallError where the folder holds another run's files,
    WorkFailedError where it cannot be written.
    """
    folder = Folder(out)
    identity = _identity(files, conversion, settings)
    if folder.has(MANIFEST):
        return finishing.finished(folder, identity)
    _begin(folder, identity)
    done = done_shards(folder)
    shards = 0

    def to_do() -> Iterator[tuple[int, Shard]]:
        nonlocal shards
        for shard in cut(files, settings.shard, longest=settings.longest):
            shards = shard.number + 1
            if shard.number in done:
                tell(len(shard.records), shard.read, False)
            else:
                yield shard.number, shard

    job = ConvertShard(conversion, folder, settings.form)
    for _, (records, read) in run(job, to_do(), workers=settings.workers, limits=settings.limits):
        tell(records, read, True)
    return finishing.finish(folder, shards, settings.form, identity, workers=settings.workers)


def _identity(files: Sequence[StreamFile], conversion: Conversion, settings: Settings) -> dict[str, Any]:
    """What must be the same for a stopped run to be gone on with."""
    terms = conversion.terms
    return {
        "khabar": __version__,
        "inputs": [[each.address, each.size] for each in files],
        "source": terms.source.model_dump(mode="json"),
        "licence": terms.licence,
        "origin": terms.origin,
        "rules": sha256(repr(conversion.rules)),
        "known": content_digest([[name, digest] for name, digest in sorted(conversion.known.items())]),
        "form": settings.form,
        "shard": settings.shard,
        "longest": settings.longest,
        "limits": [settings.limits.seconds, settings.limits.megabytes],
    }


def _begin(folder: Folder, identity: dict[str, Any]) -> None:
    if folder.has(RUN):
        finishing.same_run(folder, folder.read(RUN), identity)
        return
    if there := sorted(folder.names() - {WORK}):
        raise CallError(f"{folder.address} holds {there[0]}, and no stopped run; name another --out")
    folder.write(RUN, [dump_json(identity, indent=1).encode()])
