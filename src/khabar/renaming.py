"""Faults of `khabar.checks.check`, told to people who know the mentions by other names than their numbers."""

from __future__ import annotations

import re
from collections.abc import Sequence

from khabar.errors import Fault, Report


def rename_places(report: Report, entities: Sequence[str], events: Sequence[str]) -> Report:
    """The report with the n-th name given in place of each `entities[n]` and `events[n]`."""
    names = {"entities": entities, "events": events}

    def name(match: re.Match[str]) -> str:
        given, number = names[match[1]], int(match[2])
        return given[number] if number < len(given) else match[0]

    def rename(words: str) -> str:
        return re.sub(r"\b(entities|events)\[(\d+)\]", name, words)

    faults = tuple(Fault(rename(each.where), rename(each.message), each.code) for each in report.faults)
    return Report(report.source, faults, report.next_step)
