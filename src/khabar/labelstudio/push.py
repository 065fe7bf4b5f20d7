"""Tasks to the project of one person, safely to repeat: what is there is read, only what is new is added.

Text, schema and configuration under annotations never change in silence. What a person changed in the project
by hand is told: harmless things as notes, others as faults, and then nothing is sent.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from khabar.article_list import Article
from khabar.corpus import Corpus
from khabar.errors import CallError, DataError, Fault, Report
from khabar.files import sha256
from khabar.labelstudio.config import TEXT
from khabar.labelstudio.connection import Connection, ServerError
from khabar.labelstudio.journal import Journal, opened
from khabar.labelstudio.meaning import meaning_of
from khabar.labelstudio.projects import Project, Purpose, ensure_view, find_project, get_project, make_project
from khabar.schema import Schema, shorten
from khabar.wording import number_of

BATCH = 250
"""Tasks in one request: seconds of the server's time, so that little is on its way when something fails."""

SETTLE_SECONDS = 20.0
"""How long a batch whose sender was killed may take to appear."""

Task = dict[str, Any]


@dataclass(slots=True)
class Pushed:
    """What a push did. `notes` are what a person should know and need not act on."""

    project: Project
    added: list[str] = field(default_factory=list)
    there: list[str] = field(default_factory=list)
    predicted: list[str] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)


@dataclass(frozen=True, slots=True)
class Existing:
    """A task that the project has already."""

    id: int
    data: Mapping[str, Any]

    @property
    def article(self) -> str:
        """The article it is of; empty where a person made it without one."""
        name = self.data.get("article")
        return name if isinstance(name, str) else ""


def choose(corpus: Corpus, ids: Sequence[str], split: str) -> list[Article]:
    """Those articles, or those of the split, else all. CallError for what is unknown."""
    if ids and split:
        raise CallError("name articles or a split, not both")
    if unknown := [each for each in ids if each not in corpus.articles]:
        raise CallError(f"no article {', '.join(unknown)} in articles.jsonl")
    if split and split not in corpus.splits:
        raise CallError(f"no split {split!r} (there are {', '.join(corpus.splits)})")
    chosen = list(dict.fromkeys(ids)) or (corpus.splits[split] if split else list(corpus.articles))
    return [corpus.articles[each] for each in chosen]


def push(
    connection: Connection,
    name: str,
    tasks: Sequence[Task],
    *,
    articles: Mapping[str, Article],
    schema: Schema,
    label_config: str,
    journals: Path,
    purpose: Purpose = "pass",
    progressed: Callable[[int], None] = lambda _: None,
) -> Pushed:
    """Add to that person's project what it lacks of `tasks`, one an article, in their order.

    `articles` are all of the corpus: what the project's tasks must be of. Tasks with predictions bring theirs
    to the tasks that are there without them. `progressed` is told how many tasks each batch had.

    Raises DataError with everything in the project that does not fit, and then nothing is sent;
    ServerError where the server fails: what arrived stays, and the same call again adds the rest.
    """
    project = find_project(connection, purpose, name)
    if project is None:
        project = make_project(connection, purpose, name, label_config=label_config)
    ensure_view(connection, project.id)
    with opened(journals, connection.url, project.id) as journal:
        _settle(connection, journal)
        pusher = _Pusher(connection, project, journal, Pushed(project), progressed)
        existing = pusher.existing()
        pusher.check(existing, articles, schema, label_config)
        pusher.add([each for each in tasks if each["data"]["article"] not in existing])
        pusher.predict({each["data"]["article"]: each for each in tasks}, existing)
        pusher.finish(existing)
    return pusher.pushed


def _settle(connection: Connection, journal: Journal) -> None:
    """Wait for a batch that was sent by a push that did not end."""
    if not journal.pending:
        return
    deadline = time.monotonic() + SETTLE_SECONDS
    while time.monotonic() < deadline:
        if get_project(connection, journal.project).tasks >= journal.before + len(journal.pending):
            return
        time.sleep(0.5)


class _Pusher:
    """One push to one project."""

    def __init__(
        self,
        connection: Connection,
        project: Project,
        journal: Journal,
        pushed: Pushed,
        progressed: Callable[[int], None],
    ) -> None:
        self.connection, self.project, self.journal = connection, project, journal
        self.pushed, self.progressed = pushed, progressed
        self.count = 0

    def existing(self) -> dict[str, list[Existing]]:
        """The project's tasks by article."""
        found: dict[str, list[Existing]] = {}
        for each in read_tasks(self.connection, self.project.id):
            found.setdefault(each.article, []).append(each)
            self.count += 1
        return found

    def check(
        self,
        existing: Mapping[str, list[Existing]],
        articles: Mapping[str, Article],
        schema: Schema,
        label_config: str,
    ) -> None:
        """Tell what was changed by hand, and refuse what must not be built upon."""
        faults = [
            Fault(self._place(each), message)
            for found in existing.values()
            for each in found
            for message in task_messages(each, articles, schema)
        ]
        for name, found in existing.items():
            if name and len(found) > 1:
                ids = ", ".join(str(each.id) for each in found)
                faults.append(
                    Fault(f"article {name}", f"has {len(found)} tasks ({ids}): delete all but the right one")
                )
        faults += self._config_faults(label_config, bool(existing))
        if faults:
            where = f"{self.connection.url}/projects/{self.project.id} ({self.project.title})"
            raise DataError(Report(where, tuple(faults), NEXT_STEP))
        if gone := sorted(self.journal.pushed - set(existing)):
            self.pushed.notes.append(
                f"{len(gone)} of the tasks pushed before are gone from the project: {', '.join(gone)}"
            )
        self.journal.found(existing)

    def _place(self, task: Existing) -> str:
        return f"task {task.id} {self.connection.task_link(self.project.id, task.id)}"

    def _config_faults(self, label_config: str, has_tasks: bool) -> list[Fault]:
        """What of the configuration differs in meaning; looks alone are brought up to date."""
        theirs, ours = self.project.label_config, label_config.strip()
        if theirs == ours:
            return []
        found, wanted = meaning_of(theirs), meaning_of(ours)
        if found != wanted and has_tasks:
            lost, strange = sorted(wanted - found), sorted(found - wanted)
            parts = [f"lacks {', '.join(lost)}"] if lost else []
            parts += [f"has {', '.join(strange)}"] if strange else []
            return [Fault("label configuration", f"is not this schema's: it {' and '.join(parts)}")]
        with self.connection.asking("bringing the label configuration up to date") as client:
            client.projects.update(id=self.project.id, label_config=ours)
        self.pushed.notes.append("the project's label configuration was brought up to date")
        return []

    def add(self, tasks: Sequence[Task]) -> None:
        """Import the tasks, batch by batch; a request that failed is not repeated."""
        for batch in _batches(tasks):
            names = [each["data"]["article"] for each in batch]
            self.journal.begin(names, self.count)
            self.connection.send(
                f"api/projects/{self.project.id}/import",
                batch,
                f"adding {number_of(len(batch), 'task')} to project {self.project.id}",
            )
            self.journal.end()
            self.count += len(batch)
            self.pushed.added += names
            self.progressed(len(batch))

    def predict(self, tasks: Mapping[str, Task], existing: Mapping[str, list[Existing]]) -> None:
        """Bring new predictions to tasks that are there, and let them be what the annotator begins with."""
        given = {name: each["predictions"][0] for name, each in tasks.items() if each.get("predictions")}
        if not given:
            return
        version = next(iter(given.values()))["model_version"]
        waiting = {name: existing[name][0].id for name in given if name in existing}
        there = self._predicted(version) if waiting else set()
        missing = [name for name, task in waiting.items() if task not in there]
        for batch in _batches(missing):
            made = [{"task": waiting[name], **given[name]} for name in batch]
            path = f"api/projects/{self.project.id}/import/predictions"
            self.connection.send(path, made, f"adding {number_of(len(made), 'prediction')}")
            self.pushed.predicted += batch
            self.progressed(len(batch))
        shown = get_project(self.connection, self.project.id).model_version
        if shown == version:
            return
        with self.connection.asking("choosing the predictions that are shown") as client:
            client.projects.update(id=self.project.id, model_version=version)
        if shown and (others := {name for name in existing if name and name not in given}):
            self._tell_hidden(version, {existing[name][0].id for name in others})

    def _tell_hidden(self, version: str, tasks: set[int]) -> None:
        """The server shows predictions of one version only: who had another begins with nothing."""
        with self.connection.asking(f"reading the predictions of project {self.project.id}") as client:
            found = client.predictions.list(project=self.project.id)
        had = tasks & {each.task for each in found}
        if hidden := had - {each.task for each in found if each.model_version == version}:
            told, model = number_of(len(hidden), "task has", "tasks have"), version.partition("@")[0]
            self.pushed.notes.append(
                f"{told} pre-annotations of another version only, which are not shown any more: "
                f"push {model}'s predictions of these articles, too"
            )

    def _predicted(self, version: str) -> set[int]:
        """The tasks that have a prediction of that version."""
        with self.connection.asking(f"reading the predictions of project {self.project.id}") as client:
            found = client.predictions.list(project=self.project.id)
            return {each.task for each in found if each.model_version == version}

    def finish(self, existing: Mapping[str, list[Existing]]) -> None:
        """See that the project holds what it should: ServerError otherwise."""
        self.pushed.there = [name for name in existing if name]
        self.pushed.project = get_project(self.connection, self.project.id)
        if self.pushed.project.tasks != self.count:
            raise ServerError(
                f"{self.connection.url}/projects/{self.project.id} has {self.pushed.project.tasks} tasks, "
                f"expected {self.count}: somebody else is changing it\n"
                "Next: push again, which looks at every task"
            )


NEXT_STEP = (
    "nothing was sent. Pull what is done first; then set these tasks right in Label Studio (or delete them: "
    "push adds them anew), or delete the project and push again"
)


def read_tasks(connection: Connection, project: int) -> Iterator[Existing]:
    """The tasks of a project, without what was annotated."""
    with connection.asking(f"reading the tasks of project {project}") as client:
        pages = client.tasks.list(project=project, fields="task_only", include="id,data", page_size=1000)
        for each in pages:
            yield Existing(each.id, each.data if isinstance(each.data, dict) else {})


def task_messages(task: Existing, articles: Mapping[str, Article], schema: Schema) -> Iterator[str]:
    """What of a task on the server is not what its article, or this schema, asks for."""
    article = articles.get(task.article)
    if article is None:
        yield f"is of article {shorten(task.data.get('article'))}, which is none of this corpus"
        return
    text, digest = task.data.get(TEXT), task.data.get("text_sha256")
    if digest != article.text_sha256:
        yield (
            f"is of another text of {task.article}: digest {shorten(digest)}, "
            f"articles.jsonl has {article.text_sha256[:12]}…"
        )
    elif not isinstance(text, str) or sha256(text.encode("utf-8", "replace")) != digest:
        yield f"the text of {task.article} was changed by hand: it has not the digest {digest[:12]}…"
    if task.data.get("schema") != schema.version:
        yield f"was made for schema {shorten(task.data.get('schema'))}, this is schema {schema.version}"


def _batches(items: Sequence[Any]) -> Iterator[Any]:
    for start in range(0, len(items), BATCH):
        yield items[start : start + BATCH]
