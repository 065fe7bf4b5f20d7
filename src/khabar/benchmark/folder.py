"""The leaderboard's folder: figures as JSON, CSV and Markdown, a page for the board, systems and articles."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from khabar.benchmark.ground import Ground
from khabar.corpus import Corpus
from khabar.files import dump_json, write_text
from khabar.pages import explorer, leaderboard, system_page, voices_on, write_pages
from khabar.pages.showing import shown_texts
from khabar.scoring.board import Entry, markdown
from khabar.scoring.exports import as_csv
from khabar.scoring.gold import Article


def write_board(
    out: Path,
    results: Mapping[str, Any],
    entries: Sequence[Entry],
    on: Ground,
    corpus: Corpus,
    *,
    standoff: bool = False,
) -> list[str]:
    """Write every file of the board, and return their names. All are made before the first is written.

    `standoff` as of `khabar.pages.showing.shown_text`.
    """
    shown = _shown_articles(corpus, on, standoff=standoff)
    files = {
        "results.json": dump_json(results, indent=1) + "\n",
        "scores.csv": as_csv(results),
        "README.md": markdown(results),
        "index.html": leaderboard(results, on.schema),
    }
    pages = {
        "systems": {
            f"{each['id']}.html": system_page(results, each, on.schema, shown) for each in results["systems"]
        },
        "articles": explorer(corpus, voices_on(corpus, on.gold, entries), standoff=standoff),
    }
    for name, content in files.items():
        write_text(out / name, content)
    for folder, found in pages.items():
        write_pages(out / folder, found)
    return [*files, *(f"{folder}/{name}" for folder, found in pages.items() for name in found)]


def _shown_articles(corpus: Corpus, on: Ground, *, standoff: bool) -> dict[str, Article]:
    """Scored articles whose text is shown, and is the corpus's."""
    texts = shown_texts(corpus, standoff=standoff)
    return {id_: each for id_, each in on.gold.articles.items() if texts.get(id_) == each.text}
