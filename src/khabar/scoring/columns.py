"""Columns as in CoNLL-2003, read as tag records.

A token and its tags a line, `-DOCSTART- (id)` before an article, a blank line after a sentence.
Two columns are word and mention tag, three add the trigger tag, four are those of CoNLL-2003 itself.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from khabar.errors import DataError
from khabar.files import read_text
from khabar.scoring.codes import Code
from khabar.scoring.finder import Finder, shorten
from khabar.scoring.gold import Gold

SUFFIX = ".conll"
_DOCSTART = "-DOCSTART-"
_ID = re.compile(rf"{_DOCSTART}\s+\((?P<id>[^()]+)\)")
_COLUMNS: Mapping[int, Mapping[str, int]] = {
    2: {"ner_tags": 1},
    3: {"ner_tags": 1, "trigger_tags": 2},
    4: {"ner_tags": 3},
}
"""Number of columns → which of them holds which tags."""


@dataclass
class _Sentence:
    """Lines of one sentence: number of the first, and the cells of each."""

    id: str
    first: int
    rows: list[list[str]] = field(default_factory=list)


def read_records(path: Path, finder: Finder, gold: Gold) -> Iterator[tuple[int, dict[str, Any]]]:
    """Number of the first line and tag record of every sentence; lines of another form are faults."""
    try:
        content = read_text(path)
    except DataError as error:
        for fault in error.faults:
            finder.add(Code.line, fault.where, fault.message)
        return
    for sentence in _sentences(content, finder):
        width = len(sentence.rows[0])
        _compare_words(sentence, finder, gold)
        tags = {name: [row[n] for row in sentence.rows] for name, n in _COLUMNS[width].items()}
        yield sentence.first, {"id": sentence.id, **tags}


def _sentences(content: str, finder: Finder) -> Iterator[_Sentence]:
    article, number, width = "", 0, 0
    current: _Sentence | None = None
    separator = "\t" if "\t" in content else " "
    for line_number, line in enumerate([*content.split("\n"), ""], 1):
        line = line.removesuffix("\r")
        if not line.strip() or line.startswith(_DOCSTART):
            if current:
                yield current
                number += 1
            current = None
            if line.startswith(_DOCSTART):
                found = _ID.match(line)
                article, number = (found["id"] if found else ""), 0
                if not found:
                    message = f"found {shorten(line)}, expected {_DOCSTART} (<article>)"
                    finder.add(Code.columns, f"line {line_number}", message)
            continue
        cells = line.split(separator)
        width = width or len(cells)
        if len(cells) != width or width not in _COLUMNS or not article:
            expected = f"{width} columns" if width in _COLUMNS else "2, 3 or 4 columns"
            message = f"found {shorten(line)}, expected {expected}, after a {_DOCSTART} (<article>)"
            finder.add(Code.columns, f"line {line_number}", message)
            width = width if width in _COLUMNS else 0
            continue
        current = current or _Sentence(f"{article}#{number}", line_number)
        current.rows.append(cells)


def _compare_words(sentence: _Sentence, finder: Finder, gold: Gold) -> None:
    """The first word that is another than the gold's; how many there must be is judged with the tags."""
    if sentence.id not in gold.sentences:
        return
    article, position = gold.sentences[sentence.id]
    tokens = gold.articles[article].sentences[position].tokens
    for offset, (row, token) in enumerate(zip(sentence.rows, tokens, strict=False)):
        if row[0] != token.text:
            place = finder.record(sentence.first + offset, sentence.id)
            place.found(Code.word, row[0], f"the token {shorten(token.text)}")
            return
