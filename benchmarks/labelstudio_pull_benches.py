"""Label Studio: a pull of annotated tasks against a snapshot download alone, from the same real server."""

from __future__ import annotations

import hashlib
import socket
import tempfile
from collections.abc import Iterator
from pathlib import Path

from harness import Bench, NotRun, in_process
from synthetic import ANNOTATORS, write_corpus

from khabar.corpus import read_corpus
from khabar.labelstudio import annotated_task, labelling_config
from khabar.labelstudio.accounts import Site
from khabar.labelstudio.connection import connect
from khabar.labelstudio.desks import desks
from khabar.labelstudio.installation import Installation, installation_folder
from khabar.labelstudio.projects import make_project
from khabar.labelstudio.pulling import pull
from khabar.labelstudio.server import serving
from khabar.labelstudio.snapshots import OPTIONS, PATIENCE

_NAME = ANNOTATORS[0]
_BATCH = 500


def benches(scale: float) -> Iterator[Bench | NotRun]:
    """The benches of pulling; `scale` 1 is the size the goals are set for: 10,000 annotated tasks."""
    installation = Installation(installation_folder())
    if not installation.ready:
        yield NotRun("pull", "the server is not installed: scripts/label_studio.py install")
        return
    articles = max(20, round(10_000 * scale))
    with tempfile.TemporaryDirectory(prefix="khabar-bench-") as made:
        folder = Path(made)
        annotations = write_corpus(folder / "corpus", articles)
        with serving(
            installation, folder / "data", people=[(_NAME, "annotator")], port=_free_port(), say=_silent
        ) as served:
            in_process(lambda: _submit(served.site, annotations), 1)  # its memory is not the pull's
            yield _pull(served.site, annotations, articles)


def _silent(_: str) -> None:
    """What the server says while it starts."""


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


def _submit(site: Site, annotations: Path) -> None:
    """Every article as an annotated task."""
    corpus = read_corpus(annotations, ())
    connection = connect(site, _NAME).patient(PATIENCE)
    project = make_project(connection, "pass", _NAME, label_config=labelling_config(corpus.schema))
    users = {_NAME: connection.client.users.whoami().id}
    passes = {each.article: each for each in corpus.annotations(_NAME)}
    articles = list(corpus.articles.values())
    for first in range(0, len(articles), _BATCH):
        tasks = [
            annotated_task(each, [passes[each.id]], users=users, schema=corpus.schema)
            for each in articles[first : first + _BATCH]
        ]
        request = [{"data": each["data"], "annotations": each["annotations"]} for each in tasks]
        connection.client.projects.import_tasks(id=project.id, request=request)


def _pull(site: Site, annotations: Path, articles: int) -> Bench:
    """Ours writes the passes anew each time; they must be those that were submitted, to the byte."""
    passes = annotations / "passes"
    expected = _digest(passes / _NAME)
    size = sum(path.stat().st_size for path in (passes / _NAME).iterdir()) / 1e6

    def ours() -> None:
        passes.rename(Path(tempfile.mkdtemp(dir=annotations.parent)) / "passes")
        corpus = read_corpus(annotations, ())
        (desk,) = desks(corpus, site)
        found = pull(corpus, desk)
        if found.reports or _digest(passes / _NAME) != expected:
            raise AssertionError("not the passes that were submitted")

    def peer() -> None:
        client = connect(site, _NAME).patient(PATIENCE).client
        (project,) = client.projects.list()
        made = client.projects.exports.create(project.id, serialization_options=OPTIONS)
        with tempfile.TemporaryFile() as file:
            file.writelines(client.projects.exports.download(project.id, made.id))

    return Bench(
        "pull",
        f"{articles:,} annotated tasks become {size:.1f} MB of passes: read, checked, written, compared",
        ours,
        "label-studio-sdk: exports.create and download, into a file",
        peer,
        goal=1 / 1.25,
        most_repeats=3,
        articles=articles,
        clock="wall",
    )


def _digest(folder: Path) -> str:
    """Of all files in it, one after the other."""
    digest = hashlib.sha256()
    for path in sorted(folder.glob("*.json")):
        digest.update(path.read_bytes())
    return digest.hexdigest()
