"""Predictions in spaCy's DocBin, read as span records: mentions, and triggers without arguments."""

from __future__ import annotations

import zlib
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from khabar.errors import CallError
from khabar.scoring.codes import Code
from khabar.scoring.finder import Finder
from khabar.scoring.gold import Gold

SUFFIX = ".spacy"
MENTIONS, TRIGGERS = "sc", "predicted_triggers"
"""Span groups. Those of our own export (`entities`, `triggers`) hold the gold and are not read."""


def read_records(path: Path, finder: Finder, gold: Gold) -> Iterator[tuple[int, dict[str, Any]]]:
    """Number and record of every Doc. Raises CallError where spaCy is not installed."""
    by_text = {each.text: each.id for each in gold.articles.values()}
    for number, doc in enumerate(_docs(path, finder), 1):
        name = by_text.get(doc.text) if doc.article is None else doc.article
        if name is None:
            expected = "user_data['article'], or the text of an article of the split"
            finder.record(number).found(Code.text, doc.text, expected)
        elif isinstance(name, str) and name in gold.articles and doc.text != gold.articles[name].text:
            finder.record(number, name).add(Code.text, "its text is not that of the article")
        else:
            yield number, {"article": name, **doc.says}


@dataclass(frozen=True, slots=True)
class _Doc:
    """What is read of a Doc, spaCy's objects left behind."""

    text: str
    article: Any
    says: dict[str, Any]


def _docs(path: Path, finder: Finder) -> list[_Doc]:
    try:
        import spacy  # seconds to import, and an extra of its own
        from spacy.tokens import DocBin
    except ImportError as error:
        raise CallError("a .spacy submission needs spaCy: pip install 'khabar[spacy]'") from error
    try:
        # labels and ends of spans are only looked up, and found wrong, when they are read
        docs = DocBin().from_bytes(path.read_bytes()).get_docs(spacy.blank("ar").vocab)
        return [_read(each) for each in docs]
    except (
        ArithmeticError,
        AttributeError,
        LookupError,
        TypeError,
        ValueError,
        OSError,
        zlib.error,
    ) as error:
        finder.add(Code.form, "", f"not a DocBin that this spaCy reads: {error!r:.120}")
        return []


def _read(doc: Any) -> _Doc:
    says = {"entities": [_span(each) for each in doc.spans.get(MENTIONS, doc.ents)]}
    if TRIGGERS in doc.spans:
        says["events"] = [_event(each) for each in doc.spans[TRIGGERS]]
    return _Doc(doc.text, doc.user_data.get("article"), says)


def _span(span: Any) -> dict[str, Any]:
    return {"start": span.start_char, "end": span.end_char, "type": span.label_}


def _event(span: Any) -> dict[str, Any]:
    trigger = {"start": span.start_char, "end": span.end_char}
    return {"type": span.label_, "trigger": trigger, "arguments": []}
