"""Raw text to article text, with a map back: what a person copied off a page, less what is not the article."""

from __future__ import annotations

from array import array
from dataclasses import dataclass

from khabar.text.characters import tidied
from khabar.text.mapping import Edit, Mapped, Removal


@dataclass(frozen=True, slots=True)
class Cleaned:
    """Article text, what was removed on the way, and the raw range each of its characters stands for."""

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


def clean(raw: str) -> Cleaned:
    """Article text of what was copied off a page: title, blank line, a paragraph a line."""
    mapped = tidied(Mapped.of(raw))
    mapped = mapped.edited(_layout(mapped.text))
    return Cleaned(mapped.text, mapped.removals(raw), mapped.starts, mapped.ends)


def _layout(text: str) -> list[Edit]:
    """Edits that leave the title, a blank line, and the paragraphs a line each."""
    edits: list[Edit] = []
    place, seen = 0, 0
    while place < len(text):
        end = place
        while end < len(text) and text[end] == "\n":
            end += 1
        if end > place:
            wanted = 0 if seen == 0 or end == len(text) else 2 if seen == 1 else 1
            if wanted == 2 and end - place == 1:
                edits.append(Edit(place, end, "\n\n", "blank line"))
            elif end - place > wanted:
                edits.append(Edit(place + wanted, end, "", "blank line"))
            place = end
        if place < len(text):
            seen += 1
            stop = text.find("\n", place)
            place = len(text) if stop < 0 else stop
    return edits
