"""Faults of one submission, each with its code, its line and its place in the record."""

from __future__ import annotations

import reprlib
from collections.abc import Iterable, Set
from dataclasses import dataclass
from typing import Any

from khabar.errors import DataError, Fault, Report
from khabar.scoring.codes import Code

SHOWN = 100
"""Faults that are printed; all of them are in the report's data and under `--format json`."""

NEXT_STEP = "correct the submission; docs/submissions.md describes the format and the codes"


@dataclass(frozen=True, slots=True)
class SubmissionFault(Fault):
    """A fault with its place and what is wrong in parts, for machines; None or empty where it has none.

    `line` counts the file's units (`unit`: line, record, article or doc) from 1; `article` is named by the
    record, `sentence` where it is one of a sentence; `field` is the place in the record.
    """

    unit: str = "line"
    line: int | None = None
    article: str | None = None
    sentence: str | None = None
    field: str = ""
    found: str = ""
    allowed: str = ""


@dataclass(frozen=True, slots=True)
class LongReport(Report):
    """A report that prints its first faults and counts the rest."""

    def __str__(self) -> str:
        rest = len(self.faults) - SHOWN
        if rest <= 0:
            return Report.__str__(self)
        count = f"{len(self.faults):,} faults, the first {SHOWN} are"
        lines = [f"{self.source}: {count}", *(f"  {fault}" for fault in self.faults[:SHOWN])]
        return "\n".join(
            [*lines, f"  … and {rest:,} more (--format json lists all)", f"Next: {self.next_step}"]
        )


_short = reprlib.Repr()  # bounded before it is made: a value may be huge, or nested to the edge of the stack
_short.maxlevel, _short.maxdict, _short.maxlist, _short.maxstring, _short.maxother = 2, 3, 3, 60, 60


def shorten(value: Any) -> str:
    """The value as a fault shows it: a line at most."""
    return _short.repr(value)


class Finder:
    """Collects the faults of a submission while it is read."""

    def __init__(self, source: str, unit: str = "line") -> None:
        self.source = source
        self.unit = unit
        self.faults: list[Fault] = []

    def record(self, number: int, name: str = "") -> Place:
        """The place that a record is, by its number in the file and the article or sentence it names."""
        return Place(self, number, name)

    def add(self, code: Code, where: str, message: str, **parts: Any) -> None:
        """Remember one more fault; `parts` are those of SubmissionFault."""
        self.faults.append(SubmissionFault(where, message, code.value, self.unit, **parts))

    def lacks(self, code: Code, name: str, message: str) -> None:
        """Remember that the file has no record of that article or sentence."""
        self.add(code, repr(name), message, **_named(name))

    def raise_if_any(self) -> None:
        """Raise DataError with everything that was found."""
        if self.faults:
            raise DataError(LongReport(self.source, tuple(self.faults), NEXT_STEP))


def _named(name: str) -> dict[str, str]:
    article, hash_, _ = name.rpartition("#")
    return {"article": article, "sentence": name} if hash_ else {"article": name}


@dataclass(frozen=True, slots=True)
class Place:
    """A place in a submission, at which faults are found: a record by number and name, and a path in it."""

    finder: Finder
    number: int
    name: str = ""
    inner: str = ""

    @property
    def where(self) -> str:
        """The place in words."""
        head = f"{self.finder.unit} {self.number}"
        return f"{head} {shorten(self.name) if self.name else ''} {self.inner}".replace("  ", " ").rstrip()

    def at(self, part: str) -> Place:
        """A place inside this one: a key (`start`) or a position (`[3]`)."""
        inner = f"{self.inner}.{part}".strip(".").replace(".[", "[")
        return Place(self.finder, self.number, self.name, inner)

    def add(self, code: Code, message: str, *, found: str = "", allowed: str = "") -> None:
        """Something is wrong here; what is found and what would be right are given again for machines."""
        named = _named(self.name) if self.name else {}
        parts = {"line": self.number, **named, "field": self.inner, "found": found, "allowed": allowed}
        self.finder.add(code, self.where, message, **parts)

    def found(self, code: Code, value: Any, expected: str, *, word: str = "expected") -> None:
        """What is here, and what would be right."""
        short = shorten(value)
        self.add(code, f"found {short}, {word} {expected}", found=short, allowed=expected)

    def has_keys(self, value: Any, needed: Set[str], optional: Set[str] = frozenset()) -> bool:
        """Whether the value is an object that has the keys needed, so that it can be read on.

        Says which keys are lacking, and which are none of the format's.
        """
        if not isinstance(value, dict):
            self.found(Code.kind, value, f"an object with {_listed(needed | optional)}")
            return False
        for key in sorted(value.keys() - needed - optional, key=repr):
            known, short = _listed(needed | optional), shorten(key)
            self.add(Code.unknown_key, f"unknown key {short}, known are {known}", found=short, allowed=known)
        for key in sorted(needed - value.keys()):
            message = f"no key {key!r}, needed are {_listed(needed)}"
            self.add(Code.missing_key, message, found=_listed(map(str, value)), allowed=_listed(needed))
        return value.keys() >= needed

    def is_list(self, value: Any) -> bool:
        """Whether the value is a list; says so if not."""
        if isinstance(value, list):
            return True
        self.found(Code.kind, value, "a list")
        return False


def _listed(names: Iterable[str]) -> str:
    return ", ".join(sorted(names))
