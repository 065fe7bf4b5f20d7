"""The pages as a static Space of the Hub: their folder, and a README that tells the Hub what it is."""

from __future__ import annotations

import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import yaml

from khabar.errors import CallError
from khabar.files import read_text, write_text
from khabar.release.contents import local_files

FIRST_PAGE = "index.html"
CARD = "README.md"
_METADATA = {
    "title": "Khabar leaderboard",
    "emoji": "📰",
    "colorFrom": "blue",
    "colorTo": "green",
    "sdk": "static",
    "app_file": FIRST_PAGE,
    "pinned": False,
    "short_description": "Systems scored on Khabar, Arabic news",  # the Hub takes at most 60 characters
}
_WORDS = """\
# Khabar leaderboard

Systems scored on Khabar, Arabic news annotated with entities and events. The pages are made by
`benchmark/evaluate.py` from the submissions in the project's repository; nothing here is written by hand.
"""


@contextmanager
def space_folder(pages: Path) -> Iterator[Path]:
    """A folder with the pages and the Space's card, gone afterwards.

    A README.md among the pages is what the card says. Raises CallError where the folder holds no first
    page, or the README.md metadata of its own.
    """
    if not (pages / FIRST_PAGE).is_file():
        raise CallError(f"{pages} holds no {FIRST_PAGE}, the page a Space opens with")
    local_files(pages)
    words = read_text(pages / CARD) if (pages / CARD).is_file() else _WORDS
    if words.startswith("---"):
        raise CallError(f"{pages / CARD} has metadata; a Space's is generated, so take it away")
    with tempfile.TemporaryDirectory(prefix="khabar-space-") as made:
        folder = Path(made) / "space"
        shutil.copytree(pages, folder)
        write_text(folder / CARD, card(words))
        yield folder


def card(words: str) -> str:
    """The Space's README.md: the metadata the Hub reads, and the words for people."""
    metadata = yaml.safe_dump(_METADATA, allow_unicode=True, sort_keys=False)
    return f"---\n{metadata}---\n\n{words}"
