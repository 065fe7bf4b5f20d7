"""Whose annotations are in which project of a server, and who counts as which annotator of the corpus."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from khabar.corpus import Corpus
from khabar.errors import CallError
from khabar.gathering import require_annotator
from khabar.labelstudio.accounts import Site
from khabar.labelstudio.connection import Connection, connect
from khabar.labelstudio.exports import AnnotatorOf, Export, annotator_of
from khabar.labelstudio.projects import Project, find_project, names_with_project
from khabar.labelstudio.short_reading import read_snapshot
from khabar.labelstudio.snapshot_forms import users_in
from khabar.labelstudio.snapshots import snapshot
from khabar.schema import shorten


@dataclass(frozen=True, slots=True)
class Desk:
    """A project that passes are taken from.

    `annotator` is whose it is, by the corpus's id; `users` says whose a user's annotations are. Without it
    (a server of others, and nobody was named) all must be by one user, who then is `annotator`.
    """

    name: str
    connection: Connection
    project: Project
    annotator: str
    users: Mapping[str, str] | None

    @property
    def link(self) -> str:
        """Where a person opens the project."""
        return f"{self.connection.url}/projects/{self.project.id}"

    def read(self, corpus: Corpus) -> Export:
        """What is there now, read whole. ServerError where it cannot be had."""
        data = snapshot(self.connection, self.project.id)
        return read_snapshot(
            data,
            source=self.link,
            articles=corpus.listed,
            schema=corpus.schema,
            annotator=self._annotator_of(data),
            place=lambda task: f"{self.link}/data?task={task}",
        )

    def _annotator_of(self, data: bytes) -> AnnotatorOf:
        if self.users is not None:
            return annotator_of(self.users)
        users = users_in(data)
        if len(users) > 1:
            said = ", ".join(_name_of(each) for each in users)
            raise CallError(
                f"{self.link}: the project of {self.name} has annotations of {len(users)} users ({said}); "
                "say who is who: --map USER=ANNOTATOR for each"
            )
        return lambda _: self.annotator


def _name_of(user: Any) -> str:
    email = user.get("email") if isinstance(user, dict) else None
    return email if isinstance(email, str) and email.isprintable() else shorten(user)


def desks(
    corpus: Corpus, site: Site, *, names: Sequence[str] = (), users: Mapping[str, str] | None = None
) -> list[Desk]:
    """The projects of those annotators, by default of all who have one there.

    `users` says which annotator of the corpus a user of the server is, by user id, e-mail or account name.
    Raises CallError for a name that the corpus or the server does not know, or without any project.
    """
    given = dict(users or {})
    for each in given.values():
        require_annotator(corpus, each, role="annotator")
    found = list(
        _served(corpus, site, names, given) if site.outside is None else _outside(corpus, site, names, given)
    )
    if not found:
        raise CallError(f"{site.url}: no annotator has a project there yet; label_studio.py push makes them")
    return found


def without_project(site: Site, found: Sequence[Desk], names: Sequence[str] = ()) -> list[str]:
    """Annotators with an account on a server of ours, of those named or of all, who have no project there."""
    there = {each.name for each in found}
    return [each for each in names or site.names("annotator") if each not in there]


def _served(corpus: Corpus, site: Site, names: Sequence[str], given: Mapping[str, str]) -> list[Desk]:
    """On a server of ours everybody sees their own project only, so each is asked for with their account."""
    found = []
    for name in names or site.names("annotator"):
        account = site.account(name)
        annotator = given.get(name) or given.get(account.email) or name
        require_annotator(corpus, annotator, role="annotator")
        connection = connect(site, name)
        project = find_project(connection, "pass", name)
        if project is not None:
            found.append(Desk(name, connection, project, annotator, {**given, account.email: annotator}))
        elif names:
            raise CallError(f"{site.url}: {name} has no project there yet; label_studio.py push makes it")
    return found


def _outside(corpus: Corpus, site: Site, names: Sequence[str], given: Mapping[str, str]) -> list[Desk]:
    """On a server of others all projects are seen with the one token; their marks say whose they are."""
    found = []
    connection = connect(site, "")
    there = names_with_project(connection, "pass")
    if unknown := [each for each in names if each not in there]:
        known = ", ".join(there) or "none"
        raise CallError(f"{site.url}: no project of {', '.join(unknown)} (there are those of: {known})")
    for name in names or there:
        annotator = given.get(name) or name
        require_annotator(corpus, annotator, role="annotator")
        project = find_project(connection, "pass", name)
        users = {key: each for key, each in given.items() if key != name}
        if project is not None:
            found.append(Desk(name, connection, project, annotator, users or None))
    return found
