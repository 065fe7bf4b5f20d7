"""The project of one annotator or judge on a server: found by a mark in its description, made if missing."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Literal

from khabar.article_list import ID
from khabar.labelstudio.connection import ONCE, Connection, ServerError

Purpose = Literal["pass", "adjudication"]
"""What a project is for: a blind pass, or the decisions of a judge."""


@dataclass(frozen=True, slots=True)
class Project:
    """A project as the server has it."""

    id: int
    title: str
    label_config: str
    model_version: str
    tasks: int


def mark(purpose: Purpose, name: str) -> str:
    """What the description of a project ends with; the title is for people and may be changed."""
    return f"[khabar {purpose}: {name}]"


def find_project(connection: Connection, purpose: Purpose, name: str) -> Project | None:
    """The project of that person, None if there is none. ServerError if there are several."""
    with connection.asking("looking for the projects") as client:
        found = [
            each for each in client.projects.list() if (each.description or "").endswith(mark(purpose, name))
        ]
    if len(found) > 1:
        ids = ", ".join(f"{connection.url}/projects/{each}" for each in sorted(one.id for one in found))
        raise ServerError(
            f"{len(found)} projects are marked {mark(purpose, name)}: {ids}\n"
            "Next: keep the one that is annotated; delete the other, or take the mark out of its description"
        )
    return get_project(connection, found[0].id) if found else None


def get_project(connection: Connection, project: int) -> Project:
    """The project of that id."""
    with connection.asking(f"reading project {project}") as client:
        found = client.projects.get(id=project)
    return Project(
        found.id,
        found.title or "",
        found.label_config or "",
        found.model_version or "",
        found.task_number or 0,
    )


def make_project(
    connection: Connection, purpose: Purpose, name: str, *, label_config: str, about: str = ""
) -> Project:
    """A new project, whole in one request: it is there with mark and configuration, or not at all."""
    title = f"Khabar {purpose} {name}"[:50]
    with connection.asking(f"making the project of {name}") as client:
        made = client.projects.create(
            title=title,
            description=f"{about} {mark(purpose, name)}".strip(),
            label_config=label_config,
            sampling="Sequential sampling",
            show_collab_predictions=True,  # pre-annotations are what a new annotation begins with
            maximum_annotations=1,
            request_options=ONCE,
        )
    ensure_view(connection, made.id)
    return get_project(connection, made.id)


def ensure_view(connection: Connection, project: int) -> None:
    """A tab of the data manager: without one, a task opens empty the first time (server 1.23.2)."""
    with connection.asking(f"reading the tabs of project {project}") as client:
        if client.views.list(project=project):
            return
        data = {"title": "Default", "type": "list", "target": "tasks"}
        client.views.create(project=project, data=data, request_options=ONCE)


def names_with_project(connection: Connection, purpose: Purpose) -> list[str]:
    """Everybody who has a project of that purpose, as the marks name them, sorted."""
    form = re.compile(re.escape(mark(purpose, "\0")).replace("\0", f"({ID[1:-1]})") + r"\Z")
    with connection.asking("looking for the projects") as client:
        found = [form.search(each.description or "") for each in client.projects.list()]
    return sorted({each[1] for each in found if each})
