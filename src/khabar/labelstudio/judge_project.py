"""The judge's project on a server: disputed articles go there, and come back as they were submitted."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from khabar.corpus import Corpus
from khabar.errors import CallError, DataError, Fault, Report
from khabar.files import parse_json
from khabar.gathering import ALL
from khabar.labelstudio.connection import Connection
from khabar.labelstudio.judge_config import judge_config
from khabar.labelstudio.judge_tasks import PASSES
from khabar.labelstudio.judgements import Docket, judge_tasks
from khabar.labelstudio.meaning import meaning_of
from khabar.labelstudio.projects import Project, find_project
from khabar.labelstudio.push import Pushed, push, read_tasks
from khabar.labelstudio.snapshots import snapshot
from khabar.schema import shorten


@dataclass(frozen=True, slots=True)
class JudgesProject:
    """A project and its tasks, in the form of a JSON export."""

    project: Project
    tasks: list[dict[str, Any]]


def push_disputes(
    connection: Connection,
    judge: str,
    corpus: Corpus,
    found: Docket,
    *,
    journals: Path,
    replace: Iterable[str] = (),
) -> Pushed:
    """Add the disputed articles to the judge's project; what is there already stays.

    A task that was made of other passes than there are now is refused, or, if its article is in `replace`
    (or that has `all`), deleted with whatever was judged of it and made anew. Raises what
    `khabar.labelstudio.push.push` raises.
    """
    tasks = judge_tasks(corpus, found)
    label_config = judge_config(corpus.schema, corpus.pass_names)
    project = find_project(connection, "adjudication", judge)
    if project is not None:
        _remove_stale(connection, project, tasks, set(replace))
        _add_marks(connection, project, label_config)
    return push(
        connection,
        judge,
        list(tasks.values()),
        articles=corpus.articles,
        schema=corpus.schema,
        label_config=label_config,
        journals=journals,
        purpose="adjudication",
    )


def _remove_stale(
    connection: Connection, project: Project, tasks: Mapping[str, Mapping[str, Any]], replace: set[str]
) -> None:
    stale = dict(_stale(connection, project, tasks))
    refused = {number: name for number, name in stale.items() if not {name, ALL} & replace}
    if refused:
        message = "was made of other passes than there are now"
        faults = tuple(
            Fault(f"{name}, task {number} {connection.task_link(project.id, number)}", message)
            for number, name in refused.items()
        )
        names = " ".join(f"--replace {name}" for name in sorted(set(refused.values())))
        next_step = f"{names} makes such a task anew; what was judged of it is lost"
        raise DataError(Report(f"{connection.url}/projects/{project.id}", faults, next_step))
    for number in stale:
        with connection.asking(f"deleting task {number}") as client:
            client.tasks.delete(id=str(number))


def _add_marks(connection: Connection, project: Project, label_config: str) -> None:
    """Annotators who came later have marks of their own; adding them changes nothing that was judged."""
    if meaning_of(project.label_config) < meaning_of(label_config):
        with connection.asking("adding annotators to the label configuration") as client:
            client.projects.update(id=project.id, label_config=label_config.strip())


def _stale(
    connection: Connection, project: Project, tasks: Mapping[str, Mapping[str, Any]]
) -> Iterator[tuple[int, str]]:
    for each in read_tasks(connection, project.id):
        made = tasks.get(each.article)
        if made is not None and each.data.get(PASSES) != made["data"][PASSES]:
            yield each.id, each.article


def read_judged(connection: Connection, judge: str) -> JudgesProject:
    """The judge's project as it is now. CallError if there is none; ServerError where it cannot be had."""
    project = find_project(connection, "adjudication", judge)
    if project is None:
        raise CallError(f"{connection.url}: {judge} has no project there yet; adjudicate.py push makes it")
    where = f"{connection.url}/projects/{project.id}"
    text = snapshot(connection, project.id).decode("utf-8", "surrogatepass")
    tasks = parse_json(text, source=where, where="")
    if not isinstance(tasks, list) or not all(isinstance(each, dict) for each in tasks):
        raise DataError.one(where, f"expected a list of tasks, found {shorten(tasks)}")
    return JudgesProject(project, tasks)
