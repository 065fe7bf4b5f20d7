"""Text: cleaning and segmenting against the floor of reading the bytes, pages against their extractor."""

from __future__ import annotations

import os
import unicodedata
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from harness import Bench, NotRun, Parts

from khabar.schema import default_annotations
from khabar.text import clean, segment, tokenize
from khabar.text.html import OPTIONS, decode, extract


def benches(scale: float) -> Iterator[Bench | NotRun | Parts]:
    """The benches of text; `scale` 1 is the size the goals are set for."""
    yield from _text_core(max(1, round(20 * scale)))
    yield _pages(max(1, round(10 * scale)))


def _text_core(rounds: int) -> Iterator[Bench | Parts]:
    """Cleaning, segmenting and tokenizing our own articles, against reading and NFC-checking them."""
    paths = sorted((default_annotations() / "texts").glob("*.txt"))
    texts = [path.read_text(encoding="utf-8") for path in paths] * rounds
    cleaned = [clean(text).text for text in texts]
    size = sum(len(text.encode()) for text in texts) / 1e6

    def ours() -> None:
        for text in texts:
            article = clean(text).text
            segment(article)
            tokenize(article)

    def once() -> None:
        for text in texts:
            segment(clean(text).text)

    def floor() -> None:
        for path in paths * rounds:
            unicodedata.is_normalized("NFC", path.read_bytes().decode("utf-8"))

    work = f"{size:.1f} MB of Arabic news"
    name = "clean + segment + tokenize"
    asked = f"{work} (asked for: 5 MB/s)"
    peer = "floor: read and NFC-check"
    yield Bench(
        "clean + segment (sentences hold their tokens)",
        asked,
        once,
        peer,
        floor,
        megabytes=size,
        articles=len(texts),
    )
    yield Bench(name, f"{work}; tokens made twice", ours, peer, floor, megabytes=size, articles=len(texts))
    parts = {
        "clean": lambda: [clean(text) for text in texts],
        "segment (with its own tokens)": lambda: [segment(text) for text in cleaned],
        "tokenize": lambda: [tokenize(text) for text in cleaned],
        "floor: read and NFC-check": floor,
    }
    yield Parts(name, work, parts)


def _pages(rounds: int) -> Bench | NotRun:
    """Title, date, author and text of real pages, against the text alone by the extractor alone."""
    name, peer = "web pages", "trafilatura, text alone"
    folder = Path(os.environ.get("KHABAR_CORPORA", "")) / "pages"
    paths = sorted(folder.glob("*.html")) if "KHABAR_CORPORA" in os.environ else []
    if not paths:
        return NotRun(name, "there are no pages: KHABAR_CORPORA names no folder with pages/*.html")
    pages = [decode(path.read_bytes(), source=path.name) for path in paths]
    import trafilatura

    def ours() -> None:
        for page in pages * rounds:
            extract(page)

    def alone() -> None:
        for page in pages * rounds:
            trafilatura.bare_extraction(page, **OPTIONS)

    _warm(ours, alone)
    size = rounds * sum(len(page.encode()) for page in pages) / 1e6
    work = f"{len(pages)} pages × {rounds}, {size:.1f} MB; ours with title, date and author"
    return Bench(name, work, ours, peer, alone, goal=1 / 1.25, megabytes=size, articles=len(pages) * rounds)


def _warm(*sides: Any) -> None:
    """Both once: the first page compiles the extractor's patterns, which takes seconds."""
    for side in sides:
        side()
