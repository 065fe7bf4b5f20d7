"""Which articles the next round of annotation takes: those the annotators have, then the most useful others.

The label stream serves tasks in the order in which they came, so the order of a round is that of its push.
After a round the model learns from it, and its new scores choose the next.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence

from khabar.article_list import Article
from khabar.labelstudio.connection import Connection
from khabar.labelstudio.ordering import Order, ordered
from khabar.labelstudio.projects import find_project
from khabar.labelstudio.push import read_tasks


def next_round(
    annotators: Mapping[str, Connection],
    articles: Sequence[Article],
    order: Order,
    *,
    seed: int = 0,
    scores: Mapping[str, float] | None = None,
    count: int | None = None,
    progressed: Callable[[int], None] = lambda _: None,
) -> list[Article]:
    """The articles that any of the annotators has already, then at most `count` others, most useful first.

    Articles whose text is not on this machine come last and are not counted. Raises what
    `khabar.labelstudio.ordering.ordered` raises, ServerError where the server fails.
    """
    given = {each for name, connection in annotators.items() for each in _given(connection, name)}
    there = [each for each in articles if each.id in given]
    new = [each for each in articles if each.id not in given]
    here = [each for each in new if each.text is not None]
    before = [each for each in there if each.text is not None]
    chosen = ordered(here, order, seed=seed, scores=scores, before=before, count=count, progressed=progressed)
    return [*there, *chosen, *(each for each in new if each.text is None)]


def _given(connection: Connection, name: str) -> set[str]:
    """The articles in that annotator's project."""
    project = find_project(connection, "pass", name)
    return {each.article for each in read_tasks(connection, project.id)} if project else set()
