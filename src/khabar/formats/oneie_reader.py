"""OneIE and TextEE JSON Lines read: windows of one document put together, every wrong line listed."""

from __future__ import annotations

import re
from collections.abc import Sequence
from pathlib import Path
from typing import Annotated, Any

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from khabar.errors import DataError, Faults
from khabar.files import read_json_lines
from khabar.formats.assembly import Filler, Happening, Mention, assemble
from khabar.formats.findings import Findings
from khabar.formats.model import AnnotatedText
from khabar.schema import Schema, add_validation_faults
from khabar.text import Token
from khabar.text.normalise import INVISIBLE

_PASSING = re.compile(rf"[\s{INVISIBLE}]")


class _Part(BaseModel):
    model_config = ConfigDict(extra="ignore", strict=True)


Place = Annotated[int, Field(ge=0)]


class _Span(_Part):
    start: Place
    end: Place
    text: str = ""
    start_char: Place | None = None
    end_char: Place | None = None


class _Mention(_Span):
    id: str
    entity_type: str
    attributes: dict[str, bool | str] = {}


class _Argument(_Part):
    entity_id: str
    role: str


class _Event(_Part):
    id: str
    event_type: str
    trigger: _Span
    arguments: list[_Argument]
    attributes: dict[str, bool | str] = {}


class _Window(_Part):
    doc_id: str
    tokens: Annotated[list[Annotated[str, Field(min_length=1)]], Field(min_length=1)]
    text: str | None = None
    sentence: str | None = None
    entity_mentions: list[_Mention]
    relation_mentions: list[Any] = []
    event_mentions: list[_Event]


def read(path: Path, schema: Schema, findings: Findings) -> list[AnnotatedText]:
    """The articles of the file: windows of one `doc_id` in a row, a line break between their texts."""
    articles: dict[str, list[tuple[str, _Window]]] = {}
    try:
        for number, value in read_json_lines(path):
            where = f"line {number}"
            try:
                window = _Window.model_validate(value)
            except ValidationError as error:
                faults = Faults(path)
                add_validation_faults(faults, error)
                for each in faults.report().faults:
                    findings.fault(f"{where} {each.where}".rstrip(), "form", each.message)
                continue
            articles.setdefault(window.doc_id, []).append((where, window))
    except DataError as error:
        findings.faults.extend(error.faults)
    return [_article(name, windows, schema, findings) for name, windows in articles.items()]


def _article(
    name: str, windows: Sequence[tuple[str, _Window]], schema: Schema, findings: Findings
) -> AnnotatedText:
    text = ""
    mentions: list[Mention] = []
    happenings: list[Happening] = []
    for number, (where, window) in enumerate(windows):
        text += "\n" if text else ""
        words, tokens = _words(window, where, len(text), findings)
        reader = _Reader(where, len(text), words, tokens, number if len(windows) > 1 else None, findings)
        text += words
        mentions += reader.mentions(window)
        happenings += reader.happenings(window)
        if window.relation_mentions:
            findings.cannot_hold(where, "relation", f"{len(window.relation_mentions)} relation mentions")
    return assemble(name, text, mentions, happenings, schema, findings)


def _words(window: _Window, where: str, offset: int, findings: Findings) -> tuple[str, list[Token]]:
    """The window's text and its tokens in it; without a text, the tokens with a space between them.

    No tokens where they do not follow in the text, which is told.
    """
    told = window.text if window.text is not None else window.sentence
    text = told if told is not None else " ".join(window.tokens)
    tokens: list[Token] = []
    place = 0
    for each in window.tokens:
        start = text.find(each, place)
        if start < 0 or text[place:start].strip():
            message = f"token {each!r} does not follow in the text at {text[place:]!r:.60}"
            findings.fault(where, "text", message)
            return text, []
        place = start + len(each)
        tokens.append(Token(offset + start, offset + place, each))
    return text, tokens


class _Reader:
    """Reads the mentions and events of one window at their places in the article's text."""

    def __init__(
        self,
        where: str,
        offset: int,
        words: str,
        tokens: Sequence[Token],
        number: int | None,
        findings: Findings,
    ) -> None:
        self.where, self.offset, self.words, self.tokens = where, offset, words, tokens
        self.findings = findings
        self.prefix = "" if number is None else f"{number}:"

    def mentions(self, window: _Window) -> list[Mention]:
        return [
            Mention(self.where, self.prefix + each.id, each.entity_type, *span, each.attributes)
            for each in window.entity_mentions
            if (span := self.span(each, each.id))
        ]

    def happenings(self, window: _Window) -> list[Happening]:
        ids = {each.id for each in window.entity_mentions} | {each.id for each in window.event_mentions}
        found = []
        for each in window.event_mentions:
            for argument in each.arguments:
                if argument.entity_id not in ids:
                    message = f"{each.id} refers to {argument.entity_id}, which is not in the window"
                    self.findings.fault(self.where, "reference", message)
            if span := self.span(each.trigger, each.id):
                fillers = [Filler(self.where, a.role, self.prefix + a.entity_id) for a in each.arguments]
                name = self.prefix + each.id
                found.append(Happening(self.where, name, each.event_type, *span, fillers, each.attributes))
        return found

    def span(self, given: _Span, name: str) -> tuple[int, int] | None:
        """Where it is in the article's text: by code points where they are given, else by tokens.

        None, and told, where it is not in the window, or the words there are others than the line says.
        """
        if not self.tokens:  # that they do not follow in the text is told
            return None
        if given.start_char is not None and given.end_char is not None:
            start, end, length, unit = given.start_char, given.end_char, len(self.words), "code points"
        else:
            start, end, length, unit = given.start, given.end, len(self.tokens), "tokens"
        if not start < end <= length:
            self.findings.fault(self.where, "offsets", f"{name} is [{start}, {end}) of {length} {unit}")
            return None
        if unit == "tokens":
            start, end = self.tokens[start].start - self.offset, self.tokens[end - 1].end - self.offset
        found = self.words[start:end]
        if given.text and _letters(given.text) != _letters(found):
            message = f"{name} is {found!r:.60} in the text, the line says {given.text!r:.60}"
            self.findings.fault(self.where, "text", message)
            return None
        return self.offset + start, self.offset + end


def _letters(words: str) -> str:
    """Without white space, which joins a mention's words as it likes, and marks, which are told elsewhere."""
    return _PASSING.sub("", words)
