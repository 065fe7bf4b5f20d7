"""Words and sentences with exact offsets. Frozen: sentence ids must not move when a dependency does."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

SEGMENTER = "khabar-1"
"""Version of the rules. Any change of a boundary is a new version and a major release."""

MARKS = "\u0300-\u036f\u0610-\u061a\u064b-\u065f\u0670\u06d6-\u06dc\u06df-\u06e4\u06e7\u06e8\u06ea-\u06ed\u08d3-\u08e1\u08e3-\u08ff"
"""Combining marks that stay on their letter, as the inside of a character class."""

_WORD = rf"[\w{MARKS}]"
_TOKEN = re.compile(
    rf"\d+(?:[.,:٫٬]\d+)*{_WORD}*"  # 3.5 · 12,750 · ٣٫٥ · 10:30 · 2019م
    rf"|{_WORD}+(?:\u200c{_WORD}+)*"
    r"|[^\w\s][\ufe0e\ufe0f\U0001f3fb-\U0001f3ff]*"  # an emoji keeps its presentation and skin tone
)

_LINE = re.compile(r"[^\n\r\v\f\x85\u2028\u2029]+")
_ARABIC = "\u0621-\u064a\u066e-\u06d3\u06d5\u06fa-\u06ff"
# What may end a sentence, with the closing marks after it: at white space, or glued to the next sentence.
_STOP = re.compile(rf"""([.!?؟…۔]+)(["'”’»›)\]]*)(?=(\s+)|[{_ARABIC}«“"])""")
_LAST_WORD = re.compile(rf"(?:^|(?<=[^\w{MARKS}]))([\w{MARKS}]+(?:\.[\w{MARKS}]+)*)$")
_LETTER = re.compile(r"[^\W\d_]")
_ACRONYM = re.compile(rf"[^\W\d_][{MARKS}ـ]*(?:\.[^\W\d_][{MARKS}ـ]*)*")
_LIST_NUMBER = re.compile(r"(?:^|[:؛،;(.]\s*|(?<=\s))(\d{1,2})$")
_WORD_WINDOW = 40

_ABBREVIATIONS = frozenset(
    # Words that carry a full stop of their own; single letters and X.Y.Z need no list.
    "ود وأ وم لد بد مج كلغ ألخ "
    "Mr Mrs Ms Dr Prof St Gen Col Lt Maj Capt Sgt Rev Sen Rep Gov Hon Jr Sr No Vol vs cf Fig pp ed "
    "Inc Ltd Co Corp Bros Jan Feb Mar Apr Jun Jul Aug Sep Sept Oct Nov Dec".split()
)
_UNITS = frozenset("م هـ ه س غ ل".split())
"""One-letter units and eras: after a number (`1445 هـ.`) the full stop is the sentence's."""

_OPENING = {"(": ")", "[": "]", "{": "}", "«": "»", "“": "”", "‹": "›"}
_CLOSING = {close: open_ for open_, close in _OPENING.items()}
_PAIRED = re.compile(r"""["()\[\]{}«»“”‹›]""")


@dataclass(frozen=True, slots=True)
class Token:
    """A word, digit group or punctuation mark; `text` is the article's `[start:end]`, code points."""

    start: int
    end: int
    text: str


@dataclass(frozen=True, slots=True)
class Sentence:
    """A sentence: where its first token starts and its last ends, and its tokens."""

    start: int
    end: int
    tokens: tuple[Token, ...]


def tokenize(text: str) -> list[Token]:
    """The tokens of the text, in order; clitics stay on their word, white space is in no token."""
    return [Token(found.start(), found.end(), found.group()) for found in _TOKEN.finditer(text)]


def segment(text: str) -> list[Sentence]:
    """The sentences of the text, in order: every token is in exactly one, and none is without a token.

    A line break always ends a sentence; inside a line `.`, `!`, `؟` and `…` do, unless they belong to an
    abbreviation, a number or a list mark, or stand inside a quotation or bracket that closes in the line.
    """
    sentences: list[Sentence] = []
    for line in _LINE.finditer(text):
        content, offset = line.group(), line.start()
        tokens = [
            Token(found.start() + offset, found.end() + offset, found.group())
            for found in _TOKEN.finditer(content)
        ]
        first = 0
        for boundary in _boundaries(content):
            last = first
            while last < len(tokens) and tokens[last].start < boundary + offset:
                last += 1
            if last > first:
                sentences.append(_sentence(tokens[first:last]))
            first = last
        if first < len(tokens):
            sentences.append(_sentence(tokens[first:]))
    return sentences


def _sentence(tokens: list[Token]) -> Sentence:
    return Sentence(tokens[0].start, tokens[-1].end, tuple(tokens))


def _boundaries(line: str) -> Iterator[int]:
    """Offsets in the line before which a sentence ends, ascending; the line's own end is not among them."""
    pairs: list[tuple[int, int]] | None = None
    begin, counted = 0, 0
    for stop in _STOP.finditer(line):
        marks, closers, gap = stop.groups()
        before, after = line[begin : stop.start()], line[stop.end() + len(gap or "") :][:2]
        if marks == "." and (number := _LIST_NUMBER.search(before)) and _counts(number, before, counted):
            counted = int(number.group(1))
            continue
        if not _ends_sentence(before, marks, closers, gap, after):
            continue
        pairs = _pairs(line) if pairs is None else pairs
        boundary = _after_closers(stop.end(1), stop.end(), pairs)
        if not any(start < boundary <= end for start, end in pairs):
            yield boundary
            begin = boundary


def _counts(number: re.Match[str], before: str, counted: int) -> bool:
    """Whether the number marks an item: first in its sentence or clause, or next after the one before."""
    value = int(number.group(1))
    lead = before[: number.start(1)].rstrip()
    return not lead or (value == 1 and lead[-1] in ":؛،;(") or (counted > 0 and value == counted + 1)


def _ends_sentence(before: str, marks: str, closers: str, gap: str | None, after: str) -> bool:
    if not before or before[-1].isspace() or before[-1] in _OPENING or not _LETTER.search(before):
        return False  # a mark on its own: `(...)`, `(!)`, ` … `
    if marks == "..":  # a pause, as a dash is
        return False
    if not after or after[0] in "،,؛;:" or (after[0].isascii() and after[0].islower()):
        return False
    if marks != ".":
        return True
    found = _LAST_WORD.search(before[-_WORD_WINDOW:])
    if found is None:
        return True  # after a closing mark: `).`
    word = found.group(1)
    if not gap and not closers:
        return _glued(word, after)
    return not _is_abbreviation(word, before[: len(before) - len(word)])


def _glued(word: str, after: str) -> bool:
    """Whether the full stop between two words without a space ends a sentence: not in `د.أحمد` or `أ.ف.ب`."""
    return len(word) > 1 and (not after[0].isalpha() or after[1:].isalpha()) and not _ACRONYM.fullmatch(word)


def _is_abbreviation(word: str, lead: str) -> bool:
    if word in _ABBREVIATIONS:
        return True
    if word in _UNITS and lead.rstrip()[-1:].isdigit():
        return False
    return bool(_ACRONYM.fullmatch(word))


def _after_closers(start: int, end: int, pairs: list[tuple[int, int]]) -> int:
    """Where the closing marks after a full stop end; a quotation mark that opens a pair belongs to what follows."""
    openings = {opening for opening, _ in pairs}
    return next((place for place in range(start, end) if place in openings), end)


def _pairs(line: str) -> list[tuple[int, int]]:
    """Offsets of the opening and closing mark of each quotation and bracket that closes in the line."""
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
    return pairs + _straight_pairs(line, straight)


def _straight_pairs(line: str, places: list[int]) -> list[tuple[int, int]]:
    """Straight quotation marks, two by two; none if they do not come out even or do not face each other."""
    pairs = list(zip(places[::2], places[1::2], strict=False))
    facing = all(not line[start + 1].isspace() and not line[end - 1].isspace() for start, end in pairs)
    return pairs if len(places) % 2 == 0 and facing else []
