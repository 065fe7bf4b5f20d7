"""Characters no article text holds: invisible marks, controls, odd line ends and spaces, what is not NFC."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator

from khabar.text.mapping import Edit, Mapped
from khabar.text.normalise import INVISIBLE

_CONTROL = "\x00-\x08\x0e-\x1f\x7f-\x84\x86-\x9f\ud800-\udfff\ufdd0-\ufdef\ufffe\uffff"
_LINE_END = "\r\v\f\x85\u2028\u2029"
_UNWANTED = re.compile(f"[{_LINE_END}{INVISIBLE}{_CONTROL}]")
_MARK = re.compile(f"[{INVISIBLE}]")
_JOINER = re.compile("\u200c\u200c*")
_ODD_SPACE = "\t\xa0\u1680\u2000-\u200a\u202f\u205f\u3000"
_ODD_SPACES = re.compile(f"[{_ODD_SPACE}]")
_SPACE = f" {_ODD_SPACE}"
# A run of spaces that is more than one, or at the start or the end of a line, or not of the usual kind.
_SPACES = re.compile(rf"[{_SPACE}](?:[{_SPACE}]+|(?<![^\n][{_SPACE}])|(?![^\n])|(?<=[{_ODD_SPACE}]))")
_WORD = re.compile("[ \n]?[^ \n]*")


def tidied(text: Mapped) -> Mapped:
    """NFC, line feeds only, single spaces, none at the edges of lines, nothing invisible but ZWNJ."""
    text = text.edited(_unwanted(text.text))
    text = text.edited(_joiners(text.text))
    if not unicodedata.is_normalized("NFC", text.text):
        text = text.edited(_composed(text.text))
    return text.edited(_spaces(text.text))


def _unwanted(text: str) -> Iterator[Edit]:
    for found in _UNWANTED.finditer(text):
        (start, end), character = found.span(), found.group()
        if character in _LINE_END:
            new = "" if character == "\r" and text[end : end + 1] == "\n" else "\n"
            yield Edit(start, end, new, "line end")
        else:
            reason = "invisible mark" if _MARK.match(character) else "control character"
            yield Edit(start, end, "", reason)


def _joiners(text: str) -> Iterator[Edit]:
    for found in _JOINER.finditer(text):
        start, end = found.span()
        if _is_kind("LM", text[max(start - 1, 0) : start]) and _is_kind("L", text[end : end + 1]):
            start += 1
        if start < end:
            yield Edit(start, end, "", "invisible mark")


def _is_kind(kinds: str, character: str) -> bool:
    """Whether there is a character and its Unicode category is of these kinds (L letter, M mark)."""
    return character != "" and unicodedata.category(character)[0] in kinds


def _composed(text: str) -> Iterator[Edit]:
    """Only the clusters that are not NFC: a starter with all that could combine with it."""
    for found in _WORD.finditer(text):  # a space starts a cluster, so no cluster is in two words
        word = found.group()
        if not unicodedata.is_normalized("NFC", word):
            yield from _composed_in(word, found.start())


def _composed_in(word: str, offset: int) -> Iterator[Edit]:
    last = 0
    for place in [*(at for at, each in enumerate(word) if at and _starts(each)), len(word)]:
        cluster = word[last:place]
        if not unicodedata.is_normalized("NFC", cluster):
            composed = unicodedata.normalize("NFC", cluster)
            same = 0
            while cluster[same] == composed[same]:
                same += 1
            yield Edit(offset + last + same, offset + place, composed[same:], "composed (NFC)")
        last = place


def _starts(character: str) -> bool:
    """Whether nothing before it composes with this character: no mark, no Hangul vowel or final."""
    return not _is_kind("M", character) and not "\u1160" <= character <= "\u11ff"


def _spaces(text: str) -> Iterator[Edit]:
    if not _has_odd_spaces(text):
        return
    for found in _SPACES.finditer(text):
        start, end = found.span()
        edge = start == 0 or text[start - 1] == "\n" or end == len(text) or text[end] == "\n"
        if edge:
            yield Edit(start, end, "", "space")
            continue
        if text[start] != " ":
            yield Edit(start, start + 1, " ", "space")
        if end - start > 1:
            yield Edit(start + 1, end, "", "space")


def _has_odd_spaces(text: str) -> bool:
    """Whether the pattern of spaces finds anything: asked without a stop at every single space."""
    around = f"\n{text}\n"
    return any(each in around for each in ("  ", "\n ", " \n")) or _ODD_SPACES.search(text) is not None
