"""Text that remembers where each of its characters was in the raw input."""

from __future__ import annotations

from array import array
from collections.abc import Iterable
from dataclasses import dataclass

import msgspec

_OFFSETS = "q"
_COUNTED = array(_OFFSETS, range(2**15 + 1))  # the offsets of most articles, copied rather than counted


@dataclass(frozen=True, slots=True)
class Removal:
    """A stretch of the raw input that is not in the cleaned text: raw code points, half-open, and why."""

    start: int
    end: int
    text: str
    reason: str


class Edit(msgspec.Struct, frozen=True, gc=False):
    """`[start, end)` of a text becomes `new`; with an empty `new` it is removed."""

    start: int
    end: int
    new: str
    reason: str


@dataclass(frozen=True, slots=True)
class Mapped:
    """A text, for each character the raw range it stands for, and the raw ranges edited away on the way.

    `blocks` are the raw ranges, longer than a character, that one stretch of the text was put for.
    """

    text: str
    starts: array[int]
    ends: array[int]
    edited_away: tuple[tuple[int, int, str], ...] = ()
    blocks: tuple[tuple[int, int], ...] = ()

    @classmethod
    def of(cls, raw: str) -> Mapped:
        """The raw text as it is."""
        size = len(raw)
        counted = _COUNTED if size < len(_COUNTED) else array(_OFFSETS, range(size + 1))
        return cls(raw, counted[:size], counted[1 : size + 1])

    def edited(self, edits: Iterable[Edit]) -> Mapped:
        """The text after the edits (ascending, apart). What replaces a stretch stands for the whole of it."""
        pieces: list[str] = []
        starts, ends = array(_OFFSETS), array(_OFFSETS)
        away, blocks = list(self.edited_away), list(self.blocks)
        last = 0
        for edit in edits:
            pieces += (self.text[last : edit.start], edit.new)
            starts += self.starts[last : edit.start]
            ends += self.ends[last : edit.start]
            raw_start, raw_end = self.starts[edit.start], self.ends[edit.end - 1]
            if edit.new:
                starts += array(_OFFSETS, [raw_start]) * len(edit.new)
                ends += array(_OFFSETS, [raw_end]) * len(edit.new)
                blocks += [(raw_start, raw_end)] if raw_end - raw_start > 1 else []
            elif edit.end - edit.start > 1 and self.text[edit.start : edit.end].isspace():
                away += self._apart(edit)
            else:
                away.append((raw_start, raw_end, edit.reason))
            last = edit.end
        if last == 0:
            return self
        pieces.append(self.text[last:])
        starts += self.starts[last:]
        ends += self.ends[last:]
        return Mapped("".join(pieces), starts, ends, tuple(away), tuple(blocks))

    def _apart(self, edit: Edit) -> list[tuple[int, int, str]]:
        """The raw ranges of white space, without what was edited away between: that has its own reason."""
        ranges: list[tuple[int, int, str]] = []
        for place in range(edit.start, edit.end):
            start, end = self.starts[place], self.ends[place]
            if ranges and ranges[-1][1] == start:
                start = ranges.pop()[0]
            ranges.append((start, end, edit.reason))
        return ranges

    def removals(self, raw: str) -> tuple[Removal, ...]:
        """What no character stands for, in order, apart; an outer removal holds its inner ones."""
        found: list[Removal] = []
        kept = iter(sorted(self.blocks))
        block = next(kept, None)
        last = 0
        for start, end, reason in sorted(self.edited_away, key=lambda each: (each[0], -each[1])):
            while block is not None and block[1] <= start:
                block = next(kept, None)
            inside_kept = block is not None and block[0] <= start and end < block[1]
            if start >= last and not inside_kept:
                found.append(Removal(start, end, raw[start:end], reason))
                last = end
        return tuple(found)
