"""Web page to raw text: title and paragraphs by trafilatura, then what the page says of itself."""

from __future__ import annotations

import re
from collections.abc import Iterator
from copy import deepcopy
from dataclasses import dataclass
from typing import Any

from khabar.errors import CallError, DataError
from khabar.text.normalise import key
from khabar.text.page import Metadata, metadata_of

_CHARSET = re.compile(rb"""<meta[^>]{0,200}?charset\s*=\s*["']?\s*([A-Za-z0-9_.:-]+)""", re.IGNORECASE)
_HEAD_BYTES = 4096
_SPACE = re.compile(r"\s+")
_ELLIPSIS = re.compile(r"[.…\s]+$")
_PRUNED = ["//figcaption", "//figure", "//nav", "//aside", "//footer", "//form", "//button"]
OPTIONS: dict[str, Any] = {
    "include_comments": False,
    "include_tables": False,
    "include_formatting": True,
    "prune_xpath": _PRUNED,
}
"""How the extractor is asked for the text."""
_LEAD_KEY = 60
_SHORTEST_LEAD = 30
_HEAD_WORDS = _LEAD_KEY
_LONGEST_LEAD = 2000


@dataclass(frozen=True, slots=True)
class Page:
    """A news page: its metadata, and its text without the title, not yet cleaned."""

    metadata: Metadata
    paragraphs: tuple[str, ...]


def decode(data: bytes, *, source: str) -> str:
    """The page as text: UTF-8, or the charset its head declares. Raises DataError if neither reads it."""
    declared = _CHARSET.search(data[:_HEAD_BYTES])
    charset = declared.group(1).decode("ascii") if declared else "utf-8"
    for name in ("utf-8", charset):
        try:
            return data.decode(name)
        except (UnicodeDecodeError, LookupError):
            continue
    raise DataError.one(
        source,
        f"expected UTF-8 or the declared charset ({charset}), found bytes that are neither",
        next_step="save the page as UTF-8 and run again",
    )


def extract(page: str) -> Page:
    """Metadata and paragraphs of a page; no paragraphs where none are found.

    The offsets of the HTML are not kept: title and paragraphs are the raw text of such an article.
    Raises CallError where the extra `html` is not installed.
    """
    extractor = _trafilatura()
    tree = extractor.load_html(page)
    if tree is None:
        return Page(Metadata(), ())
    metadata = metadata_of(tree)
    document = extractor.bare_extraction(
        deepcopy(tree),  # the extractor cuts its tree to pieces; a copy costs a third of parsing again
        **OPTIONS,
    )
    paragraphs = list(_paragraphs(document.body)) if document is not None else []
    if paragraphs and metadata.title and key(paragraphs[0]) == key(metadata.title):
        del paragraphs[0]
    return Page(metadata, (*_lead(tree, metadata.description, paragraphs), *paragraphs))


def _trafilatura() -> Any:
    try:
        import trafilatura
    except ImportError as error:
        raise CallError("reading web pages needs trafilatura: pip install 'khabar[html]'") from error
    return trafilatura


def _paragraphs(body: Any) -> Iterator[str]:
    """The lines of the extracted tree: a block each, broken at line breaks."""
    for block in body.iter("p", "head", "quote", "item"):
        if any(parent.tag in ("p", "head", "quote", "item") for parent in block.iterancestors()):
            continue
        for line in _with_breaks(block).split("\n"):
            if text := _SPACE.sub(" ", line).strip():
                yield text


def _with_breaks(node: Any) -> str:
    """The node's text; line breaks and inner blocks as line feeds, the source's own as spaces."""
    parts = [_SPACE.sub(" ", node.text or "")]
    for child in node:
        broken = child.tag in ("lb", "p", "item", "list", "head")
        parts += ("\n" if broken else "", _with_breaks(child), "\n" if broken else "")
        parts.append(_SPACE.sub(" ", child.tail or ""))
    return "".join(parts)


def _lead(tree: Any, description: str | None, paragraphs: list[str]) -> list[str]:
    """The standfirst, where the page shows its own description outside the body that was extracted."""
    start = key(_ELLIPSIS.sub("", _SPACE.sub(" ", description or "").strip()))[:_LEAD_KEY]
    if len(start) < _SHORTEST_LEAD or any(start in key(each) for each in paragraphs):
        return []
    blocks = (each.text_content().split() for each in tree.iter("p", "div", "h2", "h3"))
    shown = (" ".join(words) for words in blocks if _begin_with(start, words))
    found = [each for each in shown if len(each) <= _LONGEST_LEAD]
    return [min(found, key=len)] if found else []


def _begin_with(start: str, words: list[str]) -> bool:
    """Whether the key of the words begins so; of a long block the first words tell."""
    head = key(" ".join(words[:_HEAD_WORDS]))
    if len(head) < len(start) and len(words) > _HEAD_WORDS:
        head = key(" ".join(words))
    return head.startswith(start)
