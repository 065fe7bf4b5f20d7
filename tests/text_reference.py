"""How khabar.text was first written: a plain look at every character, which its fast paths must equal."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator
from unittest.mock import patch

from khabar.text import Sentence, Token
from khabar.text.characters import _joiners, _starts
from khabar.text.furniture import LineKey, Rule, Rules
from khabar.text.mapping import Edit, Mapped
from khabar.text.normalise import INVISIBLE, _folded
from khabar.text.segment import _ARABIC, MARKS, _boundaries

_WORD = rf"[\w{MARKS}]"
_TOKEN = re.compile(
    rf"\d+(?:[.,:٫٬]\d+)*{_WORD}*"
    rf"|{_WORD}+(?:\u200c{_WORD}+)*"
    r"|[^\w\s][\ufe0e\ufe0f\U0001f3fb-\U0001f3ff]*"
)
_LINE = re.compile(r"[^\n\r\v\f\x85\u2028\u2029]+")
_STOP = re.compile(
    r"""(?<![.!?؟…۔])([.!?؟…۔]++)(["'”’»›)\]]*+(?:\s+["”»)\]]++(?=\s))?+)"""
    rf"""(?=(\s+)|[{_ARABIC}«“"])"""
)
_CONTROL = "\x00-\x08\x0e-\x1f\x7f-\x84\x86-\x9f\ud800-\udfff\ufdd0-\ufdef\ufffe\uffff"
_UNWANTED = re.compile(rf"(\r)(?=\n)|([\r\v\f\x85\u2028\u2029])|([{INVISIBLE}])|([{_CONTROL}])")
_SPACE = "\t\x20\xa0\u1680\u2000-\u200a\u202f\u205f\u3000"
_SPACES = re.compile(
    rf"(?<![^\n])[{_SPACE}]+|[{_SPACE}]+(?![^\n])|[{_SPACE}]{{2,}}|[{_SPACE.replace(' ', '')}]"
)
_EDGES = re.compile(r"^[\W_]+|\s*[(\[]\d+[)\]][\W_]*$|[\W_]+$")


def segment(text: str) -> list[Sentence]:
    """Line by line and token by token."""
    sentences: list[Sentence] = []
    for line in _LINE.finditer(text):
        offset = line.start()
        tokens = [
            Token(offset + found.start(), offset + found.end(), found.group())
            for found in _TOKEN.finditer(line.group())
        ]
        with patch("khabar.text.segment._STOP", _STOP):
            boundaries = [*_boundaries(line.group()), len(line.group())]
        for boundary in boundaries:
            inside = tuple(token for token in tokens if token.start < offset + boundary)
            tokens = tokens[len(inside) :]
            if inside:
                sentences.append(Sentence(inside[0].start, inside[-1].end, inside))
    return sentences


def tidied(raw: str) -> Mapped:
    """Every step at every character."""
    text = Mapped.of(raw)
    for edits in (_unwanted, _joiners, _composed, _spaces):
        text = text.edited(edits(text.text))
    return text


def _unwanted(text: str) -> Iterator[Edit]:
    for found in _UNWANTED.finditer(text):
        carriage, line_end, invisible, _ = found.groups()
        if line_end:
            yield Edit(*found.span(), "\n", "line end")
        else:
            reason = "line end" if carriage else "invisible mark" if invisible else "control character"
            yield Edit(*found.span(), "", reason)


def _composed(text: str) -> Iterator[Edit]:
    last = 0
    for place in [*(at for at, each in enumerate(text) if at and _starts(each)), len(text)]:
        cluster = text[last:place]
        composed = unicodedata.normalize("NFC", cluster)
        if cluster != composed:
            same = next(at for at, each in enumerate(cluster) if each != composed[at])
            yield Edit(last + same, place, composed[same:], "composed (NFC)")
        last = place


def _spaces(text: str) -> Iterator[Edit]:
    for found in _SPACES.finditer(text):
        start, end = found.span()
        if start == 0 or text[start - 1] == "\n" or end == len(text) or text[end] == "\n":
            yield Edit(start, end, "", "space")
            continue
        if text[start] != " ":
            yield Edit(start, start + 1, " ", "space")
        if end - start > 1:
            yield Edit(start + 1, end, "", "space")


def key(text: str) -> str:
    """Character by character."""
    return "".join(_folded(character) for character in text)


def core(whole: str) -> str:
    """What is left of a line's key when its edges are taken away."""
    return _EDGES.sub("", whole)


def first_rule(rules: Rules, line: LineKey, *, head: bool) -> Rule | None:
    """Rule by rule."""
    return next((rule for rule in rules.rules if (head or rule.where != "head") and rule.matches(line)), None)
