"""What a crawl wrote, counted: every record read is one of those written, quarantined, copies or known."""

from __future__ import annotations

from dataclasses import dataclass

from khabar.crawl.folders import DUPLICATES, KEPT, KNOWN, QUARANTINE
from khabar.streams import Folder, find_files, read_records


@dataclass(frozen=True, slots=True)
class CrawlSummary:
    """Records by what became of them."""

    read: int
    written: int
    quarantined: int
    duplicates: int
    known: int


def summary_of(out: str) -> CrawlSummary:
    """The counts of a crawl that is done."""
    counts = [_records(out, name) for name in (KEPT, QUARANTINE, DUPLICATES, KNOWN)]
    return CrawlSummary(sum(counts), *counts)


def _records(out: str, name: str) -> int:
    if not any(each.endswith((".jsonl", ".jsonl.gz")) for each in Folder(out).names(name)):
        return 0
    return sum(1 for file in find_files([f"{out}/{name}"]) for _ in read_records(file))
