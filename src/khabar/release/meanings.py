"""The columns of a release in words, for its card: where each is, of what type, and what it holds."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from khabar.release.features import Columns, Kind, Tags

_MEANINGS = {
    "id": "the article's id; in `ner` and `triggers` the sentence's, `article#number`",
    "annotator": "whose pass it is",
    "article": "the id of the article the sentence is of",
    "source": "where the text comes from",
    "title": "the title, null where there is none to give",
    "published": "when it was published (year, year-month or year-month-day), null where that is not known",
    "language": "the language of the text",
    "licence": "the licence of the text",
    "origin": "how the text came about",
    "text": "the exact text that all offsets are into",
    "text_sha256": "SHA-256 of the text in UTF-8",
    "sentences": "sentences, with the ids they have in `ner` and `triggers`",
    "entities": "mentions, nested ones too, in the order of the text",
    "events": "events; an argument names the `id` of a mention in `entities`, and repeats its span",
    "tokens": "the words",
    "starts": "where each word starts in the article's text",
    "ends": "where each word ends there",
    "ner_tags": "IOB2 tags of the outermost mentions, a number each",
    "trigger_tags": "IOB2 tags of the event triggers, a number each",
}


@dataclass(frozen=True, slots=True)
class Column:
    """A column as a reader of the card meets it."""

    name: str
    configs: tuple[str, ...]
    type: str
    meaning: str


def described(columns: Mapping[str, Columns]) -> list[Column]:
    """Every column once, with the configurations that have it, in the order they have it.

    Raises KeyError for a column that nobody has put in words.
    """
    found: dict[tuple[str, str], list[str]] = {}
    for config, each in columns.items():
        for name, kind in each.items():
            found.setdefault((name, in_words(kind)), []).append(config)
    return [Column(name, tuple(configs), kind, _MEANINGS[name]) for (name, kind), configs in found.items()]


def in_words(kind: Kind) -> str:
    """`list of {start: int32, arguments: list of {…}}`; tags by how many names they have."""
    match kind:
        case str():
            return kind
        case Tags():
            return f"class label of {len(kind.names)}"
        case list():
            return f"list of {in_words(kind[0])}"
        case _:
            return f"{{{', '.join(f'{name}: {in_words(each)}' for name, each in kind.items())}}}"
