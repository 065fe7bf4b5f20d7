"""Words and sentences with exact offsets. Frozen: sentence ids must not move when a dependency does."""

from __future__ import annotations

import re
from bisect import bisect_left
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import accumulate
from pathlib import Path

import msgspec

SEGMENTER = "khabar-1"
"""Version of the rules. Any change of a boundary is a new version and a major release."""

MARKS = (
    "\u0300-\u036f\u0610-\u061a\u064b-\u065f\u0670\u06d6-\u06dc\u06df-\u06e4\u06e7\u06e8\u06ea-\u06ed"
    "\u08d3-\u08e1\u08e3-\u08ff"
)
"""Combining marks that stay on their letter, as the inside of a character class."""

_WORD = rf"[\w{MARKS}]"
_TOKEN = re.compile(
    rf"(\d+(?:[.,:٫٬]\d+)*{_WORD}*"  # 3.5 · 12,750 · ٣٫٥ · 10:30 · 2019م
    rf"|{_WORD}+(?:\u200c{_WORD}+)*"
    r"|[^\w\s][\ufe0e\ufe0f\U0001f3fb-\U0001f3ff]*)"  # an emoji keeps its presentation and skin tone
)

_LINE = re.compile(r"[^\n\r\v\f\x85\u2028\u2029]+")
_ARABIC = "\u0621-\u064a\u066e-\u06d3\u06d5\u06fa-\u06ff"
# What may end a sentence, with the closing marks after it: at white space, or glued to the next sentence.
# It begins with the class of the marks, not with what may not precede them: so the engine leaps to them.
_STOP = re.compile(
    r"""([.!?؟…۔](?<![.!?؟…۔]{2})[.!?؟…۔]*+)(["'”’»›)\]]*+(?:\s+["”»)\]]++(?=\s))?+)"""
    rf"""(?=(\s+)|[{_ARABIC}«“"])"""
)
_LAST_WORD = re.compile(rf"(?:^|(?<=[^\w{MARKS}]))([\w{MARKS}]+(?:\.[\w{MARKS}]+)*)$")
_LETTER = re.compile(r"[^\W\d_]")
_LETTER_OR_DIGIT = re.compile(r"[^\W_]")
_ACRONYM = re.compile(rf"[^\W\d_][{MARKS}ـ]*(?:\.[^\W\d_][{MARKS}ـ]*)*")
_LIST_NUMBER = re.compile(r"(?:^|[:؛،;(.]\s*|(?<=\s))(\d{1,2})$")
_WINDOW = 40
_AHEAD = 8  # holds the longest of the words that go on, and what follows it
_GOES_ON = re.compile(
    "(?:ثم|أو|أم|بل|لكن|حتى|كما|فيما|بينما|حيث|إذ|في|من|إلى|على|عن|مع|الذي|التي|الذين|هو|هي|هم)"
    rf"(?!{_WORD})"
)
"""Words that after dots of suspension rather go on with the sentence than begin one."""

_ABBREVIATIONS = frozenset(
    line
    for line in Path(__file__).with_name("abbreviations.txt").read_text(encoding="utf-8").splitlines()
    if not line.startswith("#")
)
_UNITS = frozenset(("م", "هـ", "ه", "س", "غ", "ل"))
"""One-letter units and eras: after a number (`1445 هـ.`) the full stop is the sentence's."""

_OPENING = {"(": ")", "[": "]", "{": "}", "«": "»", "“": "”", "‹": "›"}
_CLOSING = {close: open_ for open_, close in _OPENING.items()}
_PAIRED = re.compile(r"""["()\[\]{}«»“”‹›]""")


class Token(msgspec.Struct, frozen=True, gc=False):
    """A word, digit group or punctuation mark; `text` is the article's `[start:end]`, code points."""

    start: int
    end: int
    text: str


class Sentence(msgspec.Struct, frozen=True, gc=False):
    """A sentence: where its first token starts and its last ends, and its tokens."""

    start: int
    end: int
    tokens: tuple[Token, ...]


def tokenize(text: str) -> list[Token]:
    """The tokens of the text, in order; clitics stay on their word, white space is in no token."""
    pieces = _TOKEN.split(text)  # gap, token, gap, token, …, gap: the loops over them are those of C
    ends = list(accumulate(map(len, pieces)))
    return list(map(Token, ends[:-1:2], ends[1::2], pieces[1::2]))


def segment(text: str) -> list[Sentence]:
    """The sentences of the text, in order: every token is in exactly one, and none is without a token.

    A line break always ends a sentence; inside a line `.`, `!` and `؟` do, unless they belong to an
    abbreviation, a number or a list mark, or stand inside a quotation or bracket that closes in the line.
    Dots of suspension (`...`, `…`) do, unless a word follows that rather goes on (`ثم`, `في`); two never do.
    """
    tokens = tuple(tokenize(text))  # no token holds a line break: those of the text are those of its lines
    starts = [token.start for token in tokens]
    sentences: list[Sentence] = []
    first = 0
    for line in _LINE.finditer(text):
        offset = line.start()
        for boundary in (*_boundaries(line.group()), line.end() - offset):
            last = bisect_left(starts, boundary + offset, first)
            if last > first:
                inside = tokens[first:last]
                sentences.append(Sentence(inside[0].start, inside[-1].end, inside))
            first = last
    return sentences


def _boundaries(line: str) -> Iterator[int]:
    """Offsets in the line before which a sentence ends, ascending; the line's own end is not among them."""
    pairs: _Pairs | None = None
    begin, counted, letter = 0, 0, -1
    for stop in _STOP.finditer(line):
        marks, closers, gap = stop.groups()
        start = max(begin, stop.start() - _WINDOW)
        ahead = stop.end() + len(gap or "")
        before, after = line[start : stop.start()], line[ahead : ahead + _AHEAD]
        if marks == "." and before[-1:].isdecimal() and (number := _LIST_NUMBER.search(before)):
            value, lead = int(number.group(1)), before[: number.start(1)].rstrip()
            if (not lead and start == begin) or _counts(value, lead, counted):
                counted = value
                continue
        letter = _first_letter(line, begin) if letter < begin else letter
        if letter >= stop.start() or not _ends_sentence(before, marks, closers, gap, after):
            continue
        pairs = _Pairs.of(line) if pairs is None else pairs
        boundary = pairs.closers_end(stop.end(1), stop.end())
        if _LETTER_OR_DIGIT.search(line, boundary) is None:
            return
        if not pairs.enclose(boundary):
            yield boundary
            begin = boundary


def _first_letter(line: str, begin: int) -> int:
    found = _LETTER.search(line, begin)
    return found.start() if found else len(line)


def _counts(value: int, lead: str, counted: int) -> bool:
    """Whether the number marks an item: 1 after a mark that opens a list, or the next after the last one."""
    return (value == 1 and lead[-1:] in (":", "؛", "،", ";", "(")) or (counted > 0 and value == counted + 1)


def _ends_sentence(before: str, marks: str, closers: str, gap: str | None, after: str) -> bool:
    if before[-1] in _OPENING or (before[-1].isspace() and len(marks) > 1):
        return False  # a mark on its own: `(...)`, `(!)`, ` ... `
    dots = marks != "." and not marks.strip(".…")
    if marks == ".." or (dots and _GOES_ON.match(after)):  # a pause, as a dash is
        return False
    if not after or after[0] in "،,؛;:" or (after[0].isascii() and after[0].islower()):
        return False
    if marks != ".":
        return True
    found = _LAST_WORD.search(before.rstrip())
    if found is None:
        return True  # after a closing mark: `).`
    word = found.group(1)
    if not gap and not closers:
        return _glued(word, after)
    return not _is_abbreviation(word, before[: before.rindex(word)])


def _glued(word: str, after: str) -> bool:
    """Whether the full stop between two words without a space ends a sentence: not in `د.أحمد` or `أ.ف.ب`."""
    return len(word) > 1 and (not after[0].isalpha() or after[1:2].isalpha()) and not _ACRONYM.fullmatch(word)


def _is_abbreviation(word: str, lead: str) -> bool:
    if word in _ABBREVIATIONS:
        return True
    if word in _UNITS and lead.rstrip()[-1:].isdigit():
        return False
    return bool(_ACRONYM.fullmatch(word))


@dataclass(frozen=True, slots=True)
class _Pairs:
    """The quotations and brackets that close in a line: where they open, and the stretches they enclose."""

    openings: frozenset[int]
    starts: tuple[int, ...]
    ends: tuple[int, ...]

    @classmethod
    def of(cls, line: str) -> _Pairs:
        """The pairs of the line; a mark without its partner makes none."""
        if _PAIRED.search(line) is None:
            return _NO_PAIRS
        pairs: list[tuple[int, int]] = []
        opened: dict[str, list[int]] = {mark: [] for mark in _OPENING}
        straight: list[int] = []
        for found in _PAIRED.finditer(line):
            mark, place = found.group(), found.start()
            if mark == '"':
                straight.append(place)
            elif mark in _OPENING:
                opened[mark].append(place)
            elif opened[_CLOSING[mark]]:
                pairs.append((opened[_CLOSING[mark]].pop(), place))
        pairs = sorted(pairs + _straight_pairs(line, straight))
        starts: list[int] = []
        ends: list[int] = []
        for start, end in pairs:
            if ends and start < ends[-1]:
                ends[-1] = max(ends[-1], end)
            else:
                starts.append(start)
                ends.append(end)
        return cls(frozenset(start for start, _ in pairs), tuple(starts), tuple(ends))

    def enclose(self, place: int) -> bool:
        """Whether the place is inside a pair: after its opening mark, not after its closing one."""
        at = bisect_left(self.starts, place) - 1
        return at >= 0 and place <= self.ends[at]

    def closers_end(self, start: int, end: int) -> int:
        """Where the closing marks in the stretch end; one that opens a pair belongs to what follows."""
        return next((place for place in range(start, end) if place in self.openings), end)


_NO_PAIRS = _Pairs(frozenset(), (), ())


def _straight_pairs(line: str, places: list[int]) -> list[tuple[int, int]]:
    """Straight quotation marks, two by two; none if they do not come out even or do not face each other."""
    pairs = list(zip(places[::2], places[1::2], strict=False))
    facing = all(not line[start + 1].isspace() and not line[end - 1].isspace() for start, end in pairs)
    return pairs if len(places) % 2 == 0 and facing else []
