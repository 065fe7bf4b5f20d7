"""The same tasks to the project of every annotator of a site, and what that did, told."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from contextlib import AbstractContextManager
from pathlib import Path

from khabar.corpus import Corpus
from khabar.errors import CallError, DataError, Report
from khabar.labelstudio.accounts import Site
from khabar.labelstudio.config import labelling_config
from khabar.labelstudio.connection import connect
from khabar.labelstudio.push import Pushed, Task, push
from khabar.wording import number_of

Progress = Callable[[str, int], AbstractContextManager[Callable[[int], None]]]
"""Of a title and a total, a bar that is told how much more was done."""


def push_to_all(
    site: Site,
    names: Sequence[str],
    corpus: Corpus,
    tasks: Sequence[Task],
    *,
    journals: Path,
    say: Callable[[str], None],
    progress: Progress,
) -> list[Pushed]:
    """What `push` did for each. A project that does not fit keeps no other from getting its tasks.

    Raises CallError if nobody is named; DataError, in the end, with the faults of all projects together.
    """
    if not names:
        raise CallError("nobody to push to: name them with --annotator ID")
    done: list[Pushed] = []
    reports: list[Report] = []
    for name in names:
        try:
            with progress(f"Pushing to {name}", len(tasks)) as advance:
                pushed = push(
                    connect(site, name),
                    name,
                    tasks,
                    articles=corpus.articles,
                    schema=corpus.schema,
                    label_config=labelling_config(corpus.schema),
                    journals=journals,
                    progressed=advance,
                )
        except DataError as error:
            reports.extend(error.reports)
            continue
        done.append(pushed)
        for line in _lines(pushed):
            say(f"{name}: {line}")
        say(f"{name}: {site.url}/projects/{pushed.project.id}")
    if site.outside:
        say("whether annotators see each other's work there depends on that server's roles")
    if reports:
        raise DataError(reports)
    return done


def _lines(pushed: Pushed) -> list[str]:
    counts = f"{number_of(len(pushed.added), 'task')} added, {len(pushed.there)} there already"
    refreshed = f", {len(pushed.predicted)} of them with new pre-annotations" if pushed.predicted else ""
    return [*pushed.notes, f"{counts}{refreshed}"]
