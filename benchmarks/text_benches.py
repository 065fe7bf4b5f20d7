"""Text: cleaning and segmenting against the floor of reading the same bytes."""

from __future__ import annotations

import unicodedata
from collections.abc import Iterator

from harness import Bench

from khabar.schema import default_annotations
from khabar.text import clean, segment, tokenize


def benches(scale: float) -> Iterator[Bench]:
    """The benches of text; `scale` 1 is the size the goals are set for."""
    yield _text_core(max(1, round(20 * scale)))


def _text_core(rounds: int) -> Bench:
    """Cleaning, segmenting and tokenizing our own articles, against reading and NFC-checking them."""
    paths = sorted((default_annotations() / "texts").glob("*.txt"))
    texts = [path.read_text(encoding="utf-8") for path in paths] * rounds
    size = sum(len(text.encode()) for text in texts) / 1e6

    def ours() -> None:
        for text in texts:
            cleaned = clean(text).text
            segment(cleaned)
            tokenize(cleaned)

    def floor() -> None:
        for path in paths * rounds:
            unicodedata.is_normalized("NFC", path.read_bytes().decode("utf-8"))

    work = f"{size:.1f} MB of Arabic news"
    name = "clean + segment + tokenize"
    return Bench(name, work, ours, "floor: read and NFC-check", floor, megabytes=size)
