"""Where a mention may begin and end inside a written word: after proclitics, before a pronoun, nowhere else.

Baselines see names bare (`روسيا`) and written together with what stands around them (`وروسيا`, `لروسيا`,
`سفيرها`). Offsets are code points from the start of the word.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import lru_cache

from khabar.text import tokenize
from khabar.text.normalise import key
from khabar.text.proclitics import offsets
from khabar.text.segment import MARKS

Form = tuple[str, ...]
"""Matching keys of the words of a mention or trigger, clitics taken off its edges."""

_MARKS = rf"[{MARKS}\u0640]*"
_PRONOUN = re.compile(rf"(?:ه{_MARKS}(?:م{_MARKS}ا|[امن])?|ن{_MARKS}ا|ك{_MARKS}م){_MARKS}$")


@dataclass(frozen=True, slots=True)
class Cut:
    """A place where a mention may begin, or end, in a word, and what the word may be there.

    `clitic` is the key of what is cut off (`""` for the whole word), `keys` the possible keys of what
    is left; `readings` says when there are several.
    """

    offset: int
    clitic: str
    keys: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Piece:
    """A part `[begin, end)` of one word that may be a mention by itself, with its possible keys."""

    begin: int
    end: int
    keys: tuple[str, ...]


@lru_cache(maxsize=200_000)
def beginnings(word: str) -> tuple[Cut, ...]:
    """Where a mention may begin in the word, the whole word first: after و ف, after ب ك ل س, after both."""
    return tuple(
        Cut(offset, key(word[:offset]), _keys(word, offset, len(word)))
        for offset in offsets(word)
        if not offset or len(key(word[offset:])) > 1
    )


@lru_cache(maxsize=200_000)
def endings(word: str) -> tuple[Cut, ...]:
    """Where a mention may end in the word, the whole word first: before the pronouns ه ها هم هما هن نا كم."""
    pronoun = _PRONOUN.search(word)
    ends = [len(word)]
    if pronoun and len(key(word[: pronoun.start()])) > 1:
        ends.append(pronoun.start())
    return tuple(Cut(offset, key(word[offset:]), _keys(word, 0, offset)) for offset in ends)


@lru_cache(maxsize=200_000)
def pieces(word: str) -> tuple[Piece, ...]:
    """The parts of the word between a beginning and an ending, the whole word first."""
    bounds = [(begin.offset, end.offset) for begin in beginnings(word) for end in endings(word)]
    return tuple(
        Piece(begin, end, _keys(word, begin, end))
        for begin, end in bounds
        if (begin, end) == (0, len(word)) or len(key(word[begin:end])) > 1
    )


def readings(form: str, *, after_lam: bool, before_pronoun: bool) -> tuple[str, ...]:
    """The keys that a key cut out of a word may stand for, as written first.

    After the preposition ل the alef of the article is not written: `للأمم` is ل + `الأمم`, `لليبيا` is
    ل + `ليبيا`, `للجنة` may be ل + `اللجنة`; the mention begins at the second ل. Before a pronoun ة is
    written ت, and final ء is written ئ or ؤ: `زيارته`, `لقائه`.
    """
    found = [form]
    if after_lam and form.startswith("ل"):
        found += ["ال" + form[1:], "ال" + form]
    if before_pronoun:
        found += [each[:-1] + key("ة") for each in found if each.endswith("ت")]
        found += [each[:-1] + key("ء") for each in found if each.endswith(("ئ", "ؤ"))]
    return tuple(found)


def _keys(word: str, begin: int, end: int) -> tuple[str, ...]:
    after_lam = key(word[:begin]).endswith("ل")
    return readings(key(word[begin:end]), after_lam=after_lam, before_pronoun=end < len(word))


def forms_at(text: str, start: int, end: int) -> tuple[Form, ...]:
    """The forms that the mention `text[start:end]` may stand for, as written first; `readings` says why."""
    words = [key(token.text) for token in tokenize(text[start:end])]
    if not words:
        return ()
    after_lam = key(_word_part_before(text, start)).endswith("ل")
    before_pronoun = end < len(text) and _in_word(text[end])
    if len(words) == 1:
        only = readings(words[0], after_lam=after_lam, before_pronoun=before_pronoun)
        return tuple((each,) for each in only)
    heads = readings(words[0], after_lam=after_lam, before_pronoun=False)
    tails = readings(words[-1], after_lam=False, before_pronoun=before_pronoun)
    return tuple((head, *words[1:-1], tail) for head in heads for tail in tails)


def _word_part_before(text: str, start: int) -> str:
    """What is written before `start` in the same word."""
    begin = start
    while begin > 0 and _in_word(text[begin - 1]):
        begin -= 1
    return text[begin:start]


def _in_word(character: str) -> bool:
    return character.isalpha() or re.fullmatch(_MARKS, character) is not None
