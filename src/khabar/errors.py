"""The errors Khabar raises: every fault of every bad file, what was expected, and what to do next."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import asdict, dataclass
from typing import Any

from khabar.wording import number_of


@dataclass(frozen=True, slots=True)
class Fault:
    """One thing that is wrong in one place.

    `where` is a path inside the file (`events[3].trigger.start`, `line 12`), `code` a stable
    identifier for machines (empty where none was given).
    """

    where: str
    message: str
    code: str = ""

    def __str__(self) -> str:
        head = " ".join(part for part in (self.code, self.where) if part)
        return f"{head}: {self.message}" if head else self.message


@dataclass(frozen=True, slots=True)
class Report:
    """All faults of one file (or record, or call), and the next step that mends them."""

    source: str
    faults: tuple[Fault, ...]
    next_step: str = ""

    def __str__(self) -> str:
        lines = [
            f"{self.source}: {number_of(len(self.faults), 'fault')}",
            *(f"  {fault}" for fault in self.faults),
        ]
        if self.next_step:
            lines.append(f"Next: {self.next_step}")
        return "\n".join(lines)


class KhabarError(Exception):
    """Base of all errors that Khabar raises on purpose."""


class DataError(KhabarError):
    """The data is wrong: one report per file, all faults together. Programs exit with 1."""

    def __init__(self, reports: Report | Iterable[Report]) -> None:
        self.reports: tuple[Report, ...] = (reports,) if isinstance(reports, Report) else tuple(reports)
        super().__init__("\n".join(str(report) for report in self.reports))

    @classmethod
    def one(cls, source: object, message: str, *, where: str = "", next_step: str = "") -> DataError:
        """An error of a single fault."""
        return cls(Report(str(source), (Fault(where, message),), next_step))

    @property
    def faults(self) -> tuple[Fault, ...]:
        """The faults of all reports, in order."""
        return tuple(fault for report in self.reports for fault in report.faults)

    def as_json(self) -> list[dict[str, Any]]:
        """The reports as plain dictionaries, for `--format json`."""
        return [asdict(report) for report in self.reports]


class CallError(KhabarError):
    """The call is wrong (a missing path, clashing options). Programs exit with 2."""


class Faults:
    """Collects the faults of one file, so that a reader is told of all of them at once."""

    def __init__(self, source: object) -> None:
        self.source = str(source)
        self._found: list[Fault] = []

    def add(self, where: str, message: str, code: str = "") -> None:
        """Remember one more fault."""
        self._found.append(Fault(where, message, code))

    def __len__(self) -> int:
        return len(self._found)

    def __bool__(self) -> bool:
        return bool(self._found)

    def report(self, next_step: str = "") -> Report:
        """What was collected, as a report."""
        return Report(self.source, tuple(self._found), next_step)

    def raise_if_any(self, next_step: str = "") -> None:
        """Raise DataError if anything was collected."""
        if self._found:
            raise DataError(self.report(next_step))
