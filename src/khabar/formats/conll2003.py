"""CoNLL-2003: a word and its tag a line, a blank line after a sentence, `-DOCSTART- (id)` before an article.

Written with tabs: word, tag of the outermost mention and, if wanted, tag of the trigger. Read with tabs,
or spaces where a file has no tab: 2 columns (word, mention), 3 (word, mention, trigger), or 4 as in
CoNLL-2003 itself (word, part of speech, chunk, mention). There is no text in the format: words are
joined by one space, and a sentence is a line.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from khabar.files import read_text
from khabar.formats.findings import Findings
from khabar.formats.model import AnnotatedText, Export
from khabar.formats.tags import Labelled, article_of, tagged
from khabar.schema import Schema

SUFFIX = ".conll"
DOCSTART = "-DOCSTART-"
_TOLD = re.compile(rf"{DOCSTART} \((?P<id>[^()]+)\)")
_LABELS = {2: (1,), 3: (1, 2), 4: (3,)}
"""Which columns hold labels of mentions, then of triggers, by the number of columns."""


def write(texts: Iterable[AnnotatedText], name: str, *, triggers: bool = False) -> Export:
    """One file of that name with all articles."""
    lines: list[str] = []
    lost: Counter[str] = Counter()
    for each in texts:
        sentences, tags, missing = tagged(each, triggers=triggers)
        lost += missing
        lines += ["\t".join([f"{DOCSTART} ({each.id})", *["O"] * (2 if triggers else 1)]), ""]
        for sentence, columns in zip(sentences, tags, strict=True):
            rows = zip((token.text for token in sentence.tokens), *columns, strict=True)
            lines += [*("\t".join(row) for row in rows), ""]
    return Export({f"{name}{SUFFIX}": "".join(f"{line}\n" for line in lines).encode()}, lost)


@dataclass
class _Article:
    """An article while it is read: the rows of its sentences, each row a line's place and columns."""

    id: str
    sentences: list[list[tuple[str, list[str]]]] = field(default_factory=lambda: [[]])


def read(path: Path, schema: Schema, findings: Findings) -> list[AnnotatedText]:
    """The articles of the file; its name is the article's id where no line tells another."""
    articles = [_Article(path.stem)]
    for where, row in _rows(findings.without_bom(read_text(path)), findings):
        if row and row[0].startswith(DOCSTART):
            told = _TOLD.match(" ".join(row))
            articles.append(_Article(told["id"] if told else f"{path.stem}-{len(articles)}"))
        elif row:
            articles[-1].sentences[-1].append((where, row))
        elif articles[-1].sentences[-1]:
            articles[-1].sentences.append([])
    return [_article(each, schema, findings) for each in articles if any(each.sentences)]


def _rows(content: str, findings: Findings) -> Iterator[tuple[str, list[str]]]:
    """Place and columns of each line, none for a blank line; lines of another form are listed, left out."""
    lines = [line.removesuffix("\r") for line in content.split("\n")]
    tabs = any("\t" in line for line in lines)
    split = [line.split("\t") if tabs else line.split(" ") for line in lines]
    counts = Counter(len(row) for row, line in zip(split, lines, strict=True) if _is_word(line))
    expected = max(counts, key=lambda each: (each in _LABELS, counts[each], -each), default=2)
    for number, (line, row) in enumerate(zip(lines, split, strict=True), 1):
        where = f"line {number}"
        if not line.strip() or line.startswith(DOCSTART):
            yield where, row if line.strip() else []
        elif len(row) == 1:
            findings.fault(where, "separator", f"no {'tab' if tabs else 'space'} in {line!r}")
        elif len(row) != expected or expected not in _LABELS:
            findings.fault(where, "columns", f"expected {expected} columns, found {len(row)}: {line!r:.80}")
        elif row[0].split() != [row[0]]:
            findings.fault(where, "token", f"expected one word in the first column, found {row[0]!r}")
        elif word := findings.clean_words(row[0], where):
            yield where, [word, *row[1:]]


def _is_word(line: str) -> bool:
    return bool(line.strip()) and not line.startswith(DOCSTART)


def _article(article: _Article, schema: Schema, findings: Findings) -> AnnotatedText:
    """The article with its text rebuilt."""
    sentences: list[list[Labelled]] = []
    lines: list[str] = []
    offset = 0
    for rows in filter(None, article.sentences):
        words, line = _sentence(rows, offset)
        sentences.append(words)
        lines.append(line)
        offset += len(line) + 1
    types: Sequence[Iterable[str]] = (list(schema.entities), list(schema.events))
    columns = max(len(word.labels) for words in sentences for word in words)
    known = [list(each) for each in types[:columns]]
    return article_of(article.id, "\n".join(lines), sentences, known, findings)


def _sentence(rows: Sequence[tuple[str, list[str]]], offset: int) -> tuple[list[Labelled], str]:
    words: list[Labelled] = []
    for where, row in rows:
        labels = tuple(row[column] for column in _LABELS[len(row)])
        words.append(Labelled(where, offset, offset + len(row[0]), labels))
        offset += len(row[0]) + 1
    return words, " ".join(row[0] for _, row in rows)
