"""What is found in files of others: every fault, everything our format cannot hold, and what was mended."""

from __future__ import annotations

import re
import unicodedata
from collections import Counter
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

from khabar.errors import Fault, Report
from khabar.formats.model import AnnotatedText, respanned
from khabar.text.characters import tidied
from khabar.text.mapping import Mapped
from khabar.text.normalise import INVISIBLE

_MARK = re.compile(f"[{INVISIBLE}]")


@dataclass(frozen=True, slots=True)
class Mending:
    """What the person who imports allows: nothing, unless asked for.

    `names` maps labels, types, roles and attributes (to nothing: left out); `tags` makes a B- of an I-
    that continues nothing; `marks` takes away BOM and invisible marks and composes to NFC; `leave_out`
    drops what our format cannot hold.
    """

    names: Mapping[str, str] = field(default_factory=dict)
    tags: bool = False
    marks: bool = False
    leave_out: bool = False


@dataclass
class Findings:
    """The findings of one file, each with its line and a code; `by_word`: words were looked at one by one."""

    source: str
    mending: Mending
    faults: list[Fault] = field(default_factory=list)
    unheld: list[Fault] = field(default_factory=list)
    mended: Counter[str] = field(default_factory=Counter)
    by_word: bool = False

    def fault(self, where: str, code: str, message: str) -> None:
        """Something that is wrong."""
        self.faults.append(Fault(where, message, code))

    def cannot_hold(self, where: str, code: str, message: str) -> None:
        """Something that is right in its own format and that ours has no place for."""
        self.unheld.append(Fault(where, message, code))

    def name(self, given: str) -> str:
        """The name as the person who imports maps it; empty where it is left out."""
        mapped = self.mending.names.get(given, given)
        if mapped != given:
            self.mended["names mapped"] += 1
        return mapped

    def clean_words(self, words: str, where: str) -> str:
        """The words if no mark is in them; a fault, or the words without the marks if they may be mended."""
        self.by_word = True
        wrong = _wrong_characters(words)
        if not wrong:
            return words
        if not self.mending.marks:
            self.fault(where, "marks", f"{words!r} holds {wrong}")
            return words
        self.mended["words without marks"] += 1
        return unicodedata.normalize("NFC", _MARK.sub("", words))

    def without_bom(self, content: str) -> str:
        """The content of a token file without a byte order mark, which is a fault unless it may be mended."""
        if not content.startswith("\ufeff"):
            return content
        if self.mending.marks:
            self.mended["byte order marks"] += 1
        else:
            self.fault("line 1", "bom", "begins with a byte order mark (U+FEFF)")
        return content[1:]

    def reports(self) -> list[Report]:
        """Faults, and what is not held unless it may be left out; with counts, and the flags that help."""
        found = [*self.faults, *([] if self.mending.leave_out else self.unheld)]
        if not found:
            return []
        counts = Counter(each.code for each in found)
        said = ", ".join(f"{count} {code}" for code, count in sorted(counts.items()))
        return [Report(self.source, tuple(found), f"{said}. {_advice(counts, self.unheld)}")]


def _advice(counts: Counter[str], unheld: list[Fault]) -> str:
    flags = []
    if counts["sequence"]:
        flags.append("--repair tags")
    if counts["bom"] or counts["marks"]:
        flags.append("--repair marks")
    if counts["label"] or counts["type"]:
        flags.append("--map OLD=NEW")
    if any(counts[each.code] for each in unheld):
        flags.append("--leave-out for what this corpus has no place for")
    return f"Correct the file, or allow what you mean: {', '.join(flags)}" if flags else "Correct the file"


def _wrong_characters(words: str) -> str:
    marks = sorted(set(_MARK.findall(words)))
    said = [f"U+{ord(each):04X}" for each in marks]
    if not unicodedata.is_normalized("NFC", words):
        said.append("letters that are not composed (NFC)")
    return ", ".join(said)


def with_clean_text(given: AnnotatedText, findings: Findings) -> AnnotatedText:
    """The article over a text as articles have it; lines with marks are faults unless they may be mended."""
    wrong = [
        (number, said)
        for number, line in enumerate(given.text.split("\n"), 1)
        if (said := _wrong_characters(line) + ("carriage return" if "\r" in line else ""))
    ]
    if findings.by_word or not wrong:
        return given
    if not findings.mending.marks:
        for number, said in wrong:
            findings.fault(f"{given.id} text line {number}", "marks", f"holds {said}")
        return given
    findings.mended["text lines without marks"] += len(wrong)
    tidy = tidied(Mapped.of(given.text))
    return respanned(given, tidy.text, _into(tidy))


def _into(tidy: Mapped) -> Callable[[int, int], tuple[int, int]]:
    """Where a raw span is in the tidied text: from its first character kept to its last one."""

    def moved(start: int, end: int) -> tuple[int, int]:
        first = next((n for n, raw_end in enumerate(tidy.ends) if raw_end > start), len(tidy.text))
        last = sum(raw_start < end for raw_start in tidy.starts)
        return first, max(first, last)

    return moved
