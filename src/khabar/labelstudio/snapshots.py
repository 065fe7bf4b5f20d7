"""A snapshot of a project: all its tasks with what was submitted and drafted, made by the server in one go.

Pages of tasks would take the server several times as long, and could miss what is submitted meanwhile.
"""

from __future__ import annotations

import hashlib
import os
import platform
import time
from typing import Any

from khabar.files import sha256
from khabar.labelstudio.connection import ONCE, Connection, ServerError

PATIENCE = 1800.0
"""Seconds for the server to make a snapshot, before which it says nothing: a minute for 10,000 tasks."""

OPTIONS: Any = {
    "predictions": {"only_id": True},
    "drafts": {"only_id": True},
    "annotations__completed_by": {"only_id": False},  # e-mail addresses, for people know no user ids
}
"""What a snapshot holds in full: predictions are ours, and of drafts it matters only that they are."""
_PAUSE = 1.0


def snapshot(connection: Connection, project: int) -> bytes:
    """The project as JSON, as the server had it at one moment; nothing of it stays on the server.

    Raises ServerError where it cannot be had, or does not come whole. A snapshot that an earlier call left
    behind, because it was killed or the server failed, is deleted first.
    """
    title = _title()
    with connection.asking(f"looking for snapshots of project {project}") as client:
        for each in client.projects.exports.list(project):
            if each.title == title:
                client.projects.exports.delete(project, each.id)
    with connection.patient(PATIENCE).asking(f"making a snapshot of project {project}") as client:
        made = client.projects.exports.create(
            project, title=title, serialization_options=OPTIONS, request_options=ONCE
        )
    with connection.asking(f"fetching the snapshot of project {project}") as client:
        exports = client.projects.exports
        made = _finished(connection, exports, project, made)
        data = b"".join(exports.download(project, made.id))
        exports.delete(project, made.id)
    _require_whole(connection, data, made.md5)
    return data


def _title() -> str:
    """Tells our snapshots from others': those of this user on this machine."""
    whose = sha256(f"{platform.node()} {os.getuid()}")[:12]
    return f"khabar pull {whose}"


def _finished(connection: Connection, exports: Any, project: int, made: Any) -> Any:
    """The snapshot when it is made: the community edition answers then, others before."""
    while made.status in {"created", "in_progress"}:
        time.sleep(_PAUSE)
        made = exports.get(project, made.id)
    if made.status != "completed":
        raise ServerError(
            f"{connection.url}: the snapshot of project {project} is {made.status}\n"
            "Next: run the same command again; if it stays so, see the server's log"
        )
    return made


def _require_whole(connection: Connection, data: bytes, digest: str | None) -> None:
    found = hashlib.md5(data, usedforsecurity=False).hexdigest()
    if digest and found != digest:
        raise ServerError(
            f"{connection.url}: the snapshot came with {len(data):,} bytes of MD5 {found}, "
            f"the server says {digest}\nNext: run the same command again"
        )
