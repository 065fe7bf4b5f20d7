"""A choice on disk: the articles as `convert` takes them, and why each was chosen."""

from __future__ import annotations

from itertools import groupby
from pathlib import Path
from typing import Any

from khabar.article_list import Article
from khabar.files import write_json, write_json_lines
from khabar.selection.choice import Chosen, Selection

NAME = "choice.json"


def write_choice(selection: Selection, folder: Path, *, seed: int) -> None:
    """Write `<source>.jsonl` of the chosen articles of each source, and `choice.json` last."""
    articles = sorted((each.article for each in selection.chosen), key=lambda each: (each.source, each.id))
    for source, part in groupby(articles, key=lambda each: each.source):
        write_json_lines(folder / f"{source}.jsonl", map(_record, part))
    write_json(folder / NAME, choice_json(selection, seed=seed))


def choice_json(selection: Selection, *, seed: int) -> dict[str, Any]:
    """All that is known of the choice, in the order of choosing."""
    return {
        "seed": seed,
        "uncertainty_is": selection.measure,
        "articles_seen": selection.seen,
        "passed_over": dict(sorted(selection.passed.items())),
        "corpus_articles_without_text": list(selection.without_text),
        "chosen": [_json_of(rank, each) for rank, each in enumerate(selection.chosen, 1)],
    }


def table(selection: Selection) -> str:
    """A line for each chosen article: rank, id, date, and why."""
    return "\n".join(
        f"{rank}  {each.article.id}  {each.article.published}  {each.why}"
        for rank, each in enumerate(selection.chosen, 1)
    )


def _json_of(rank: int, chosen: Chosen) -> dict[str, Any]:
    article, near = chosen.article, chosen.nearest
    return {
        "rank": rank,
        "article": article.id,
        "text_sha256": article.text_sha256,
        "published": article.published,
        "chosen_for": chosen.type or None,
        "articles_of_that_type_before": chosen.had if chosen.type else None,
        "uncertainty": chosen.glance.uncertainty,
        "predicted_events": dict(chosen.glance.events),
        "nearest_chosen": None if near is None else {"article": near.original, "shared": near.containment},
        "near_copies_passed_over": list(chosen.passed_over),
        "why": chosen.why,
    }


def _record(article: Article) -> dict[str, Any]:
    """The article as a record that `khabar.inputs` reads; its text begins with the title."""
    slug = article.id.removeprefix(f"{article.source}-")
    address = {"url": article.origin} if article.origin.startswith(("http://", "https://")) else {}
    return {"id": slug, "text": article.text, "published": article.published, **address}
