"""Which lines of a page are the article: furniture, captions and what stands above the title are not."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from khabar.text.furniture import LineKey, Rule, Rules
from khabar.text.mapping import Edit

_FINAL = re.compile(r"""([.!?؟…۔:؛]["'”’»›)\]]*|["”’»])$""")
_PARAGRAPH_WORDS = 5
_LONG_LINE_WORDS = 15
ABOVE_TITLE = "above the title"
TITLE_AGAIN = "title again"
CAPTION = "caption"
BYLINE = "short line under the title"


@dataclass(frozen=True, slots=True)
class Line:
    """A line that is not blank: where it is, its Markdown heading level (0: none), how it looks to rules."""

    start: int
    end: int
    key: LineKey
    heading: int
    closed: bool
    """Whether it ends as a sentence does."""
    alone: bool
    """Whether blank lines or the edges of the text are around it."""

    @property
    def is_paragraph(self) -> bool:
        """Whether it reads as running text rather than as a label, a headline or a caption."""
        return self.key.words >= (_PARAGRAPH_WORDS if self.closed else _LONG_LINE_WORDS)


def lines_of(text: str, levels: Mapping[int, int]) -> list[Line]:
    """The lines that are not blank."""
    found: list[Line] = []
    pieces = text.split("\n")
    place = 0
    for number, piece in enumerate(pieces):
        if piece:
            around = pieces[max(number - 1, 0) : number] + pieces[number + 1 : number + 2]
            found.append(
                Line(
                    place,
                    place + len(piece),
                    LineKey.of(piece),
                    levels.get(number, 0),
                    _FINAL.search(piece[-8:]) is not None,
                    not any(around),
                )
            )
        place += len(piece) + 1
    return found


def furniture(lines: Sequence[Line], rules: Rules) -> Iterator[Edit]:
    """Edits that take away the lines that are not the article."""
    reasons = _above_title(lines)
    _by_rule(lines, rules, reasons)
    _captions(lines, rules.caption_words or 0, reasons)
    for number, line in enumerate(lines):
        if number in reasons:
            yield Edit(line.start, line.end, "", reasons[number])


def _above_title(lines: Sequence[Line]) -> dict[int, str]:
    """All above the last first-level heading that no paragraph precedes: the page's head."""
    title = 0
    for number, line in enumerate(lines):
        if line.heading == 1:
            title = number
        elif line.is_paragraph:
            break
    return dict.fromkeys(range(title), ABOVE_TITLE)


def _by_rule(lines: Sequence[Line], rules: Rules, reasons: dict[int, str]) -> None:
    """Lines that a rule matches, with what a section takes with it; and the title where it is repeated."""
    title: Line | None = None
    in_text = False
    section = ""
    above, below = 0, sum(line.key.words for line in lines if line.is_paragraph)
    for number, line in enumerate(lines):
        below -= line.key.words if line.is_paragraph else 0
        if number in reasons:
            continue
        rule = rules.match(line.key, head=not in_text)
        if rule:
            reasons[number] = rule.reason
            section = rule.reason if _opens(rule, line, in_text) else ""
            if section and rule.until == "end" and above > below:
                reasons.update(dict.fromkeys(range(number, len(lines)), rule.reason))
                return
        elif section and not line.is_paragraph and not line.heading:
            reasons[number] = section
        elif title is None:
            title = line
        elif line.key.core == title.key.core and not in_text:
            reasons[number] = TITLE_AGAIN
        else:
            section = ""
            in_text = in_text or line.is_paragraph
            above += line.key.words if line.is_paragraph else 0


def _opens(rule: Rule, line: Line, in_text: bool) -> bool:
    return in_text and rule.until is not None and rule.opens(line.key)


def _captions(lines: Sequence[Line], most_words: int, reasons: dict[int, str]) -> None:
    """Short lines without final mark, alone between blank lines: one between paragraphs, all under the title.

    It errs on a subheading in the article that has no Markdown mark, which looks the same.
    """
    kept = [number for number in range(len(lines)) if number not in reasons]
    first = next((at for at, number in enumerate(kept) if at and lines[number].is_paragraph), 0)
    for at in range(1, len(kept) - 1):
        line = lines[kept[at]]
        if line.heading or line.closed or not line.alone or line.key.words > most_words:
            continue
        before, after = lines[kept[at - 1]], lines[kept[at + 1]]
        if at < first:
            reasons[kept[at]] = BYLINE
        elif at > first and before.is_paragraph and after.is_paragraph:
            reasons[kept[at]] = CAPTION
