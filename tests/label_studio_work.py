"""What annotators did on a real server: a small corpus, its tasks, annotations, drafts, skipped tasks."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import httpx
import yaml

from khabar.article_list import Article, write_articles
from khabar.corpus import Corpus, read_corpus
from khabar.files import sha256
from khabar.labelstudio import labelling_config, task
from khabar.labelstudio.accounts import Site
from khabar.labelstudio.connection import Connection, connect
from khabar.labelstudio.projects import Project, make_project

TEXT = "عنوان 😀 أول\n\nقالت موسكو إنها ترفض خطة باريس، و NATO يجتمع.\n"
MOSCOW, REJECTS, PLAN = (18, 23), (29, 33), (34, 37)
Item = dict[str, Any]


def label(id_: str, span: tuple[int, int], set_: str, type_: str) -> Item:
    value = {"start": span[0], "end": span[1], "text": "not to be trusted", "labels": [type_]}
    return {"id": id_, "from_name": set_, "to_name": "text", "type": "labels", "value": value}


def relation(from_: str, to: str, role: str) -> Item:
    return {"type": "relation", "from_id": from_, "to_id": to, "direction": "left", "labels": [role]}


MENTION, TRIGGER = label("m", MOSCOW, "entity", "GPE"), label("r", REJECTS, "trigger", "Reject")
RESULT = [MENTION, TRIGGER, relation("m", "r", "Rejecter")]
BAD = [label("m", (18, 4000), "entity", "GPE")]


def write_small_corpus(folder: Path, schema_value: Mapping[str, Any], articles: int = 4) -> Corpus:
    """A corpus of articles authored-0 … of one text but for its last word; annotators a, b, c, judge j."""
    (folder / "texts").mkdir(parents=True)
    (folder / "schema.yaml").write_text(yaml.safe_dump(dict(schema_value)), encoding="utf-8")
    roles = {"a": "annotator", "b": "annotator", "c": "annotator", "j": "judge"}
    people = [
        {"id": name, "kind": "human", "what": "a person", "guidelines": "1.0", "role": role}
        for name, role in roles.items()
    ]
    (folder / "annotators.yaml").write_text(yaml.safe_dump(people), encoding="utf-8")
    listed = []
    for number in range(articles):
        text = f"{TEXT}رقم {number}\n"
        (folder / "texts" / f"authored-{number}.txt").write_text(text, encoding="utf-8")
        listed.append(
            Article(
                id=f"authored-{number}",
                source="authored",
                title=None,
                published=None,
                language="ar",
                licence="CC-BY-4.0",
                text_sha256=sha256(text),
                origin="written for a test",
            )
        )
    write_articles(folder, listed)
    return read_corpus(folder)


@dataclass(frozen=True)
class Work:
    """One annotator's project, and the ids of its tasks by article."""

    connection: Connection
    project: Project
    tasks: Mapping[str, int]

    def link(self, article: str) -> str:
        return self.connection.task_link(self.project.id, self.tasks[article])

    def submit(self, article: str, result: Sequence[Item], **more: Any) -> int:
        made = self._post(f"tasks/{self.tasks[article]}/annotations/", {"result": list(result), **more})
        return int(made["id"])

    def skip(self, article: str) -> None:
        self.submit(article, [], was_cancelled=True)

    def draft(self, article: str, result: Sequence[Item]) -> None:
        self._post(f"tasks/{self.tasks[article]}/drafts", {"result": list(result), "lead_time": 1})

    def change(self, annotation: int, result: Sequence[Item]) -> None:
        self.connection.client.annotations.update(id=annotation, result=list(result))

    def _post(self, path: str, value: Any) -> Any:
        # the SDK knows no drafts, and wraps annotations in a form of its own
        token = self.connection.token.get_secret_value()
        answer = httpx.post(
            f"{self.connection.url}/api/{path}", json=value, headers={"Authorization": f"Token {token}"}
        )
        answer.raise_for_status()
        return answer.json()


def make_work(site: Site, name: str, corpus: Corpus) -> Work:
    """The annotator's project with a task of every article."""
    connection = connect(site, name)
    config = labelling_config(corpus.schema)
    project = make_project(connection, "pass", name, label_config=config)
    tasks = [task(each, schema=corpus.schema) for each in corpus.articles.values()]
    connection.client.projects.import_tasks(id=project.id, request=tasks)
    listed = connection.client.tasks.list(project=project.id, fields="all")
    return Work(connection, project, {each.data["article"]: each.id for each in listed})


def passes_in(corpus: Corpus) -> dict[str, Any]:
    """Every file under `passes`, by `annotator/article`, read as JSON: a torn one fails here."""
    folder = corpus.folder / "passes"
    return {
        f"{path.parent.name}/{path.stem}": json.loads(path.read_text(encoding="utf-8"))
        for path in sorted(folder.rglob("*"))
        if path.is_file()
    }
