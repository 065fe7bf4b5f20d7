"""Raw text to article text, with a map back: what was copied off a page, less what is not the article."""

from __future__ import annotations

import re
from array import array
from collections.abc import Iterator
from dataclasses import dataclass

from khabar.text.characters import tidied
from khabar.text.furniture import Rules, default_rules
from khabar.text.lines import furniture, lines_of
from khabar.text.mapping import Edit, Mapped, Removal
from khabar.text.markup import headings, marks

_LINE_BREAKS = re.compile(r"\n\n*")  # a literal first: the engine leaps to it


@dataclass(frozen=True, slots=True)
class Cleaned:
    """Article text, what was removed on the way, and the raw range each of its characters stands for.

    The ranges of characters and removals cover the raw text, and apart from characters that stand for
    the same stretch (NFC, a line break made two) they do not overlap.
    """

    text: str
    removed: tuple[Removal, ...]
    _starts: array[int]
    _ends: array[int]

    def map_to_raw(self, start: int, end: int) -> tuple[int, int]:
        """The raw range of `text[start:end]`, both in code points, half-open.

        What was removed inside the range lies inside the raw range. Raises ValueError out of range.
        """
        if not 0 <= start <= end <= len(self.text):
            raise ValueError(f"[{start}, {end}) is not within a text of {len(self.text)} code points")
        if start == end:
            place = self._starts[start] if start < len(self.text) else (self._ends[-1] if self._ends else 0)
            return place, place
        return self._starts[start], self._ends[end - 1]


def clean(raw: str, *, rules: Rules | None = None) -> Cleaned:
    """Article text of what was copied off a page: title, blank line, a paragraph a line.

    Characters and lines are only taken away, save these: a run of white space becomes one space or one
    line feed, what is not NFC becomes NFC, and the line break after the title becomes two.
    `rules` are those of `default_rules()` unless given.
    """
    mapped = tidied(Mapped.of(raw))
    levels = headings(mapped.text)
    while (bare := mapped.edited(marks(mapped.text))) is not mapped:
        mapped = tidied(bare)
    found = lines_of(mapped.text, levels)
    mapped = mapped.edited(furniture(found, rules or default_rules()))
    mapped = mapped.edited(_layout(mapped.text))
    return Cleaned(mapped.text, mapped.removals(raw), mapped.starts, mapped.ends)


def _layout(text: str) -> Iterator[Edit]:
    """Edits that leave two line breaks after the title, one after each paragraph, none at the ends."""
    title_passed = False
    for found in _LINE_BREAKS.finditer(text):
        start, end = found.span()
        if start == 0 or end == len(text):
            yield Edit(start, end, "", "blank line")
            continue
        wanted = 1 if title_passed else 2
        title_passed = True
        if end - start < wanted:
            yield Edit(start, end, "\n\n", "blank line")
        elif end - start > wanted:
            yield Edit(start + wanted, end, "", "blank line")
