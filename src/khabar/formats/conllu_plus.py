r"""CoNLL-U Plus: words with offsets, tags of mentions and triggers, and every space, so the text comes back.

Columns are named by `# global.columns`; the last three hold IOB2 tags: of outermost mentions, of triggers,
and of mentions nested in others (`_` in a sentence without, else a tag for each level, such as `O|B-GPE`).
White space after a word is in MISC: nothing for one space, `SpaceAfter=No` for none, else `SpacesAfter=` with
the escapes of UDPipe (`\s`, `\t`, `\n`, `\r`, `\p`, `\\`). A file without them is read with one space between
words and a sentence a line.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from khabar.files import read_text
from khabar.formats.findings import Findings
from khabar.formats.model import AnnotatedText, Export
from khabar.formats.tags import Labelled, article_of, nested_layers, tagged
from khabar.schema import Schema
from khabar.text import Token

SUFFIX = ".conllup"
COLUMNS = ("ID", "FORM", "MISC", "KHABAR:NER", "KHABAR:TRIGGER", "KHABAR:NESTED")
_ESCAPES = {" ": r"\s", "\t": r"\t", "\n": r"\n", "\r": r"\r", "|": r"\p", "\\": r"\\"}
_PLAIN = {escape: plain for plain, escape in _ESCAPES.items()}
_COMMENT = re.compile(r"#\s*([\w.]+(?: id)?)\s*=\s*(.*)")


def write(texts: Iterable[AnnotatedText], name: str) -> Export:
    """One file of that name with all articles."""
    lines = [f"# global.columns = {' '.join(COLUMNS)}"]
    lost: Counter[str] = Counter()
    for each in texts:
        sentences, tags, missing = tagged(each, triggers=True)
        layers = nested_layers(each, sentences)
        for hidden in ("inside others", "that cross others"):
            del missing[f"mentions {hidden}"]
        lost += missing
        starts = [token.start for sentence in sentences for token in sentence.tokens]
        following = iter(starts[1:])
        lines.append(f"# newdoc id = {each.id}")
        for number, (sentence, columns) in enumerate(zip(sentences, tags, strict=True)):
            text = each.text[sentence.start : sentence.end]
            nested = _joined([layer[number] for layer in layers], len(sentence.tokens))
            lines += [f"# sent_id = {each.id}#{number}", f"# text = {text}"]
            for position, (token, *labels) in enumerate(
                zip(sentence.tokens, *columns, nested, strict=True), 1
            ):
                end = next(following, len(each.text))
                misc = _misc(each.text, token, end, last=position == len(sentence.tokens))
                if 0 < token.start == starts[0]:
                    misc += f"|SpacesBefore={_escaped(each.text[: token.start])}"
                lines.append("\t".join([str(position), token.text, misc, *labels]))
            lines.append("")
    return Export({f"{name}{SUFFIX}": "".join(f"{line}\n" for line in lines).encode()}, lost)


def _joined(layers: Sequence[Sequence[str]], words: int) -> list[str]:
    """The nested tags of each word of a sentence."""
    if all(tag == "O" for layer in layers for tag in layer):
        return ["_"] * words
    return ["|".join(tags) for tags in zip(*layers, strict=True)]


def _misc(text: str, token: Token, end: int, *, last: bool) -> str:
    """Offsets, and the white space up to `end`; after the last word of a sentence one space is said too."""
    said = [f"start_char={token.start}", f"end_char={token.end}"]
    gap = text[token.end : end]
    if not gap:
        said.append("SpaceAfter=No")
    elif gap != " " or last:
        said.append(f"SpacesAfter={_escaped(gap)}")
    return "|".join(said)


def _escaped(space: str) -> str:
    return "".join(_ESCAPES.get(each, each) for each in space)


@dataclass
class _Article:
    """An article while it is read; `gap` is the white space its last sentence says is after it."""

    id: str
    text: str = ""
    gap: str | None = None
    sentences: list[list[Labelled]] = field(default_factory=list)


@dataclass(frozen=True, slots=True)
class _Row:
    """A line of a word, its columns by name."""

    where: str
    cells: Mapping[str, str]

    @property
    def number(self) -> str:
        """`3`, or `3-4` of a surface word of several."""
        return self.cells["ID"]


def read(path: Path, schema: Schema, findings: Findings) -> list[AnnotatedText]:
    """The articles of the file; its name is the article's id where no `newdoc id` tells another."""
    lines = findings.without_bom(read_text(path)).split("\n")
    columns, labels = _columns(lines, findings)
    articles = [_Article(path.stem)]
    for comments, rows in _sentences(lines, columns, findings):
        if "newdoc" in comments:
            articles.append(_Article(comments["newdoc"] or f"{path.stem}-{len(articles)}"))
        _add(articles[-1], rows, labels, comments, findings)
    types = [list(schema.entities), list(schema.events)]
    return [
        article_of(each.id, each.text + (each.gap or ""), each.sentences, types, findings)
        for each in articles
        if each.sentences
    ]


def _columns(lines: Sequence[str], findings: Findings) -> tuple[list[str], list[str]]:
    """The columns of the file, and those of them with labels of mentions, triggers, nested mentions."""
    said = _COMMENT.match(lines[0])
    columns = said[2].split() if said and said[1] == "global.columns" else []
    mentions = [each for each in columns if each.endswith(":NER")]
    triggers = [each for each in columns if each.endswith(":TRIGGER")] or [""]
    nested = [each for each in columns if each.endswith(":NESTED")] or [""]
    if not columns or {"ID", "FORM"} - set(columns) or len(mentions) != 1 or len(triggers + nested) > 2:
        expected = (
            "`# global.columns = ID FORM …` with one column …:NER and at most one …:TRIGGER and …:NESTED"
        )
        findings.fault("line 1", "columns", f"expected {expected}, found {lines[0]!r:.80}")
        return [], []
    return columns, [*mentions, *triggers, *nested]


def _sentences(
    lines: Sequence[str], columns: Sequence[str], findings: Findings
) -> Iterator[tuple[dict[str, str], list[_Row]]]:
    """Comments by name and rows of each sentence; rows of another form are listed and left out."""
    comments: dict[str, str] = {}
    rows: list[_Row] = []
    for number, raw in enumerate([*lines, ""] if columns else [], 1):
        line = raw.removesuffix("\r")
        cells = line.split("\t")
        where = f"line {number}"
        if not line:
            if rows:
                yield comments, rows
                comments, rows = {}, []
        elif line.startswith("#"):
            said = _COMMENT.match(line)
            name, value = (said[1], said[2]) if said else (line[1:].strip(), "")
            comments[name.removesuffix(" id")] = value
        elif len(cells) != len(columns):
            code = "columns" if len(cells) > 1 else "separator"
            findings.fault(where, code, f"expected {len(columns)} columns, found {len(cells)}: {line!r:.80}")
        elif re.fullmatch(r"\d+(-\d+)?", cells[0]):  # 8.1 is a word that is not in the text
            rows.append(_Row(where, dict(zip(columns, cells, strict=True))))
        elif not re.fullmatch(r"\d+\.\d+", cells[0]):
            findings.fault(where, "token", f"expected the number of a word, found {cells[0]!r:.40}")


def _add(
    article: _Article,
    rows: Sequence[_Row],
    labels: Sequence[str],
    comments: Mapping[str, str],
    findings: Findings,
) -> None:
    """Put the sentence at the end of the article's text."""
    text = article.text
    if article.sentences:
        text += "\n" if article.gap is None else article.gap
    begin, until = len(text), 0
    gap: str | None = ""
    words: list[Labelled] = []
    nested = _levels(rows, labels[2], findings)
    for row in rows:
        first, _, last = row.number.partition("-")
        if int(first) > until:  # else a word inside a surface word that is written already
            said = dict(each.partition("=")[::2] for each in row.cells.get("MISC", "_").split("|"))
            text += _plain(said.get("SpacesBefore", "")) if not text else " " if gap is None else gap
            start = len(text)
            text += findings.clean_words(row.cells["FORM"], row.where)
            gap = _gap(said)
            until = int(last or first)
        if not last:
            if int(first) != len(words) + 1:
                findings.fault(row.where, "token", f"expected word {len(words) + 1}, found {first}")
            said_of = (row.cells[labels[0]], row.cells.get(labels[1], "O"), *nested[row.where])
            words.append(Labelled(row.where, start, len(text), said_of))
    told = comments.get("text")
    if told is not None and findings.clean_words(told, rows[0].where).split() != text[begin:].split():
        findings.fault(rows[0].where, "text", f"the words do not give `# text`: {text[begin:]!r:.80}")
    article.text, article.gap = text, gap
    if words:
        article.sentences.append(words)


def _levels(rows: Sequence[_Row], column: str, findings: Findings) -> dict[str, list[str]]:
    """The nested tags of each line, a level each; as many in every word of the sentence."""
    cells = {row.where: row.cells.get(column, "_") for row in rows if "-" not in row.number}
    levels = {where: [] if cell == "_" else cell.split("|") for where, cell in cells.items()}
    if len({len(each) for each in levels.values()}) > 1:
        findings.fault(rows[0].where, "columns", f"the words of this sentence differ in levels of {column}")
        return {where: [] for where in levels}
    return levels


def _gap(said: Mapping[str, str]) -> str | None:
    """The white space after a word; None where nothing is said of it."""
    if said.get("SpaceAfter") == "No":
        return ""
    return _plain(said["SpacesAfter"]) if "SpacesAfter" in said else None


def _plain(escaped: str) -> str:
    return re.sub(r"\\.", lambda found: _PLAIN.get(found[0], found[0]), escaped)
