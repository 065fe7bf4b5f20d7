"""Label Studio: a push of pre-annotated tasks against bare imports of the same, on the same real server."""

from __future__ import annotations

import socket
import tempfile
from collections.abc import Iterator
from contextlib import nullcontext
from itertools import islice
from pathlib import Path
from typing import Any

import msgspec
from harness import Bench, NotRun, in_process
from synthetic import ANNOTATORS, write_corpus

from khabar.corpus import Corpus, read_corpus
from khabar.document import Annotation
from khabar.files import write_json_lines
from khabar.labelstudio import labelling_config
from khabar.labelstudio.accounts import Site
from khabar.labelstudio.connection import Connection, connect
from khabar.labelstudio.everybody import push_to_all
from khabar.labelstudio.installation import Installation, installation_folder
from khabar.labelstudio.projects import find_project
from khabar.labelstudio.push import BATCH
from khabar.labelstudio.server import serving
from khabar.preannotation import tasks_for

_NAME = ANNOTATORS[0]


def benches(scale: float) -> Iterator[Bench | NotRun]:
    """The benches of pushing; `scale` 1 is the size the goals are set for: 10,000 tasks with predictions."""
    installation = Installation(installation_folder())
    if not installation.ready:
        yield NotRun("push", "the server is not installed: scripts/label_studio.py install")
        return
    articles = max(20, round(10_000 * scale))
    with tempfile.TemporaryDirectory(prefix="khabar-bench-") as made:
        folder = Path(made)
        annotations = write_corpus(folder / "corpus", articles)
        in_process(lambda: _predict(annotations, folder), 1)  # its memory is neither side's
        with serving(
            installation, folder / "data", people=[(_NAME, "annotator")], port=_free_port(), say=_silent
        ) as served:
            yield _push(served.site, annotations, folder, articles)


def _silent(_: Any) -> None:
    """What there is to say meanwhile."""


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


def _predict(annotations: Path, folder: Path) -> None:
    """A file of predictions, what an annotator of the corpus says, and one of the tasks with these."""
    corpus = read_corpus(annotations, ())
    write_json_lines(folder / "model.jsonl", (_record(each) for each in corpus.annotations(_NAME)))
    tasks = _tasks(corpus, folder / "model.jsonl")
    (folder / "tasks.jsonl").write_bytes(b"\n".join(map(msgspec.json.encode, tasks)))


def _record(annotation: Annotation) -> dict[str, Any]:
    spans = {each.id: {"start": each.start, "end": each.end} for each in annotation.entities}
    return {
        "article": annotation.article,
        "entities": [{**spans[each.id], "type": each.type} for each in annotation.entities],
        "events": [
            {
                "type": each.type,
                "trigger": {"start": each.trigger.start, "end": each.trigger.end},
                "arguments": [{"role": one.role, **spans[one.entity]} for one in each.arguments],
            }
            for each in annotation.events
        ],
    }


def _tasks(corpus: Corpus, predictions: Path) -> list[dict[str, Any]]:
    return tasks_for(corpus, corpus.articles.values(), predictions, say=_silent)


def _read(path: Path) -> Iterator[dict[str, Any]]:
    with path.open("rb") as lines:
        yield from map(msgspec.json.decode, lines)


def _push(site: Site, annotations: Path, folder: Path, articles: int) -> Bench:
    """Each side on a project that is empty, which is made and not counted by the other."""
    regions = sum(len(each["predictions"][0]["result"]) for each in _read(folder / "tasks.jsonl"))

    def ours() -> None:
        """Predictions read and checked, tasks made, what is there read, all pushed and counted."""
        connection = connect(site, _NAME)
        _delete(connection)
        corpus = read_corpus(annotations, ())
        tasks = _tasks(corpus, folder / "model.jsonl")
        journals = Path(tempfile.mkdtemp(dir=folder))
        (pushed,) = push_to_all(
            site,
            [_NAME],
            corpus,
            tasks,
            journals=journals,
            say=_silent,
            progress=_bar,
        )
        if len(pushed.added) != articles or pushed.project.tasks != articles:
            raise AssertionError("not all was pushed")

    def peer() -> None:
        client = connect(site, _NAME).client
        schema = read_corpus(annotations, ()).schema
        made = client.projects.create(title="bare", label_config=labelling_config(schema))
        prepared = _read(folder / "tasks.jsonl")
        while batch := list(islice(prepared, BATCH)):
            client.projects.import_tasks(id=made.id, request=batch)

    return Bench(
        "push",
        f"{articles:,} tasks with predictions of {regions:,} items: read, checked, pushed, counted",
        ours,
        f"label-studio-sdk: import_tasks of tasks read from a file, {BATCH} a call",
        peer,
        goal=1 / 1.15,
        most_repeats=1,  # of ten thousand tasks; the server is slower with every one it has
        articles=articles,
        clock="wall",
    )


def _bar(_doing: str, _total: int) -> nullcontext[Any]:
    """A bar that is not shown."""
    return nullcontext(_silent)


def _delete(connection: Connection) -> None:
    found = find_project(connection, "pass", _NAME)
    if found is not None:
        connection.client.projects.delete(id=found.id)
