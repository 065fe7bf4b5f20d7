"""Text with marks in it, as HTML: nested where they nest, cut in pieces where they cross.

A mark takes exactly its characters `[start, end)`. Nothing is put between the letters, so that a
proclitic outside a mention still joins the mention's first letter.
"""

from __future__ import annotations

import heapq
import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field

from markupsafe import Markup, escape

_LONG = re.compile(r"\S{120}")
"""No word is that long, and browsers need minutes to break one that is."""


@dataclass(frozen=True, slots=True)
class Mark:
    """Characters to mark. `rises`: the marks around it stand a level higher; `data` become `data-*`,
    where there is a value.
    """

    start: int
    end: int
    classes: str
    data: Mapping[str, str] = field(default_factory=dict)
    description: str = ""
    rises: bool = True


@dataclass(slots=True)
class _Open:
    """A piece of a mark that is being written; `place` is where its opening tag goes."""

    mark: Mark
    end: int
    place: int
    first: bool
    last: bool
    height: int = 0


def paragraphs(text: str, marks: Sequence[Mark]) -> list[Markup]:
    """The lines of the text, each as HTML with its marks; a mark over a line's end goes on in the next."""
    found = []
    for start, end in lines(text):
        inside = [each for each in marks if each.start < end and each.end > start]
        found.append(_Writer(text, start, end).write(inside))
    return found


def lines(text: str) -> Iterator[tuple[int, int]]:
    """`[start, end)` of every line, line feeds left out."""
    start = 0
    for line in text.split("\n"):
        yield start, start + len(line)
        start += len(line) + 1


class _Writer:
    """Writes the characters from `start` to `end` with marks around them, none of them recursively."""

    def __init__(self, text: str, start: int, end: int) -> None:
        self.text, self.position, self.end = text, start, end
        self.parts: list[Markup] = []
        self.open: list[_Open] = []

    def write(self, marks: Iterable[Mark]) -> Markup:
        """The HTML; the marks overlap this stretch of text."""
        waiting = [
            (max(each.start, self.position), -min(each.end, self.end), number, each)
            for number, each in enumerate(marks)
        ]
        heapq.heapify(waiting)
        while waiting:
            start, minus_end, number, mark = heapq.heappop(waiting)
            while self.open and self.open[-1].end <= start:
                self._close()
            end = min(-minus_end, self.open[-1].end) if self.open else -minus_end
            if end < -minus_end:  # it crosses what is open: the rest is another piece
                heapq.heappush(waiting, (end, minus_end, number, mark))
            self._text_until(start)
            self.open.append(_Open(mark, end, len(self.parts), start == mark.start, end == mark.end))
            self.parts.append(Markup(""))
        while self.open:
            self._close()
        self._text_until(self.end)
        return Markup("").join(self.parts)

    def _text_until(self, end: int) -> None:
        run = self.text[self.position : end]
        pieces = [escape(each) for each in _LONG.sub(lambda found: found.group() + "\n", run).split("\n")]
        self.parts.append(Markup("<wbr>").join(pieces))
        self.position = end

    def _close(self) -> None:
        piece = self.open.pop()
        self._text_until(piece.end)
        self.parts.append(Markup("</mark>"))
        self.parts[piece.place] = _opening(piece)
        if self.open:
            outer = self.open[-1]
            outer.height = max(outer.height, piece.height + piece.mark.rises)


def _opening(piece: _Open) -> Markup:
    mark = piece.mark
    classes = mark.classes + ("" if piece.first else " continued") + ("" if piece.last else " continues")
    given = {f"data-{name}": value for name, value in mark.data.items() if value}
    given["data-span"] = f"{mark.start}:{mark.end}"
    if piece.height:
        given["style"] = f"--height:{piece.height}"
    if piece.first and mark.description:
        given["aria-description"] = mark.description
    attributes = Markup("").join(Markup(' {}="{}"').format(name, value) for name, value in given.items())
    return Markup('<mark class="{}"{}>').format(classes, attributes)
