"""A stream of raw articles to a stream of articles: shard by shard, on all cores, whole after any stop."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from khabar import __version__
from khabar.errors import CallError
from khabar.files import content_digest, sha256
from khabar.streams import finishing
from khabar.streams.addresses import FORMS, Folder, StreamFile
from khabar.streams.conversion import Conversion, Duplicate, Quarantined
from khabar.streams.duplicates import keys_of
from khabar.streams.finishing import MANIFEST, Summary
from khabar.streams.pool import Limits
from khabar.streams.reading import LONGEST
from khabar.streams.resuming import Done, Tell, begin_run, do_shards
from khabar.streams.shards import WORK, Ledger, Shard, cut, keys_name, part_name, write_ledger
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

    def __call__(self, task: Shard, begin: Callable[[int], None], refused: Mapping[int, str]) -> Done:
        """Nothing of a stream stops the run: what gives no article is in the ledger."""
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
        ledger = Ledger(task.digest, tuple(written), tuple(others[Quarantined]), tuple(others[Duplicate]))
        write_ledger(folder, task.number, ledger)
        return Done(ledger.records, task.read)


def convert_stream(
    files: Sequence[StreamFile],
    out: str,
    conversion: Conversion,
    settings: Settings,
    *,
    tell: Tell = lambda articles, read, anew: None,
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
    begin_run(folder, identity)
    shards = do_shards(
        ConvertShard(conversion, folder, settings.form),
        folder,
        cut(files, settings.shard, longest=settings.longest),
        workers=settings.workers,
        limits=settings.limits,
        tell=tell,
    )
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
