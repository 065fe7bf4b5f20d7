"""What was pushed to a project from here, and which batch may be on its way: so that a push can be repeated.

The server adds a batch whole or not at all, but goes on with one whose sender has been killed. Who begins
anew must therefore know that a batch was sent, and wait for it before asking what is there.
"""

from __future__ import annotations

import fcntl
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Annotated

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from khabar.errors import CallError, Faults
from khabar.files import read_json, sha256, write_json
from khabar.schema import add_validation_faults


class _Saved(BaseModel):
    model_config = ConfigDict(extra="forbid", strict=True)
    server: str
    project: int
    pushed: list[str]
    pending: list[str]
    before: Annotated[int, Field(ge=0)]


@dataclass(slots=True)
class Journal:
    """Articles that were `pushed`; a batch is `pending` from before it is sent until the server answered.

    `before` is how many tasks the project had when that batch was sent.
    """

    path: Path
    server: str
    project: int
    pushed: set[str] = field(default_factory=set)
    pending: list[str] = field(default_factory=list)
    before: int = 0

    def begin(self, batch: Iterable[str], before: int) -> None:
        """A batch is about to be sent to a project of so many tasks."""
        self.pending, self.before = list(batch), before
        self._save()

    def end(self) -> None:
        """The server has answered: the batch is there."""
        self.pushed |= set(self.pending)
        self.pending = []
        self._save()

    def found(self, articles: Iterable[str]) -> None:
        """These are what the project has; nothing is on its way."""
        self.pushed, self.pending = set(articles), []
        self._save()

    def _save(self) -> None:
        saved = _Saved(
            server=self.server,
            project=self.project,
            pushed=sorted(self.pushed),
            pending=self.pending,
            before=self.before,
        )
        write_json(self.path, saved.model_dump())


@contextmanager
def opened(folder: Path, server: str, project: int) -> Iterator[Journal]:
    """The journal of that project, for one push at a time. CallError while another is running."""
    path = folder / "pushed" / f"{sha256(server)[:8]}-{project}.json"
    path.parent.mkdir(parents=True, exist_ok=True)
    with path.with_suffix(".lock").open("w") as lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError as error:
            raise CallError(f"another push to project {project} is running: wait for it") from error
        yield _read(path, server, project)


def _read(path: Path, server: str, project: int) -> Journal:
    if not path.is_file():
        return Journal(path, server, project)
    faults = Faults(path)
    try:
        saved = _Saved.model_validate(read_json(path))
    except ValidationError as error:
        add_validation_faults(faults, error)
        faults.raise_if_any("delete the file; only what it remembers of earlier pushes is lost")
        raise
    return Journal(path, server, project, set(saved.pushed), saved.pending, saved.before)
