"""A real Label Studio server for tests: one a session, with annotators a and b and a judge j, all empty."""

from __future__ import annotations

import os
import random
import socket
from collections.abc import Iterator
from contextlib import suppress

import pytest

from khabar.labelstudio.accounts import Role, Site
from khabar.labelstudio.connection import connect
from khabar.labelstudio.installation import Installation, installation_folder
from khabar.labelstudio.server import Served, serving

PEOPLE: list[tuple[str, Role]] = [("a", "annotator"), ("b", "annotator"), ("j", "judge")]


def free_port() -> int:
    """A port of 127.0.0.1 that nobody listens on, below those that the system itself gives to somebody."""
    while True:
        port = random.SystemRandom().randrange(20_000, 30_000)
        with socket.socket() as probe, suppress(OSError):
            probe.bind(("127.0.0.1", port))
            return port


@pytest.fixture(scope="session")
def label_studio_installation() -> Installation:
    """The installed server; without one the test is skipped, or under CI fails."""
    found = Installation(installation_folder())
    if not found.ready:
        message = "the Label Studio server is not installed: scripts/label_studio.py install"
        pytest.fail(message) if os.environ.get("CI") else pytest.skip(message)
    return found


@pytest.fixture(scope="session")
def label_studio_served(
    label_studio_installation: Installation, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Served]:
    """The server of this session; its data directory is that of its log."""
    data = tmp_path_factory.mktemp("label-studio")
    with serving(
        label_studio_installation, data, people=PEOPLE, port=free_port(), say=lambda _: None
    ) as served:
        yield served


@pytest.fixture(scope="session")
def label_studio(label_studio_served: Served) -> Site:
    """Its address and accounts: `connect(label_studio, "a")`. Take `empty_label_studio` for projects."""
    return label_studio_served.site


@pytest.fixture
def empty_label_studio(label_studio: Site) -> Iterator[Site]:
    """The same site without any project, before the test and after it."""
    delete_projects(label_studio)
    yield label_studio
    delete_projects(label_studio)


def delete_projects(site: Site) -> None:
    """Take every project of everybody away."""
    for account in site.accounts:
        client = connect(site, account.name).client
        for project in client.projects.list():
            client.projects.delete(id=project.id)
