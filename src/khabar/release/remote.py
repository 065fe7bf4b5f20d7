"""A repository on the Hub, step by step: any call may be made again; a parent guards the commit."""

from __future__ import annotations

import itertools
import shutil
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Literal, TypeVar

from huggingface_hub import CommitOperationAdd, CommitOperationDelete, HfApi
from huggingface_hub.errors import HFValidationError, RepositoryNotFoundError
from huggingface_hub.utils import validate_repo_id  # type: ignore[attr-defined]  # exported, untyped

from khabar.errors import CallError, DataError
from khabar.release.contents import FileChange, LocalFile, check_same, object_ids
from khabar.release.patience import (
    TROUBLE,
    Patience,
    Tell,
    bounded,
    broken,
    explained,
    may_pass,
    pause,
    shown,
    status_of,
    tried,
    without_token,
)

Result = TypeVar("Result")


@dataclass(frozen=True, slots=True)
class Remote:
    """A repository of the Hub that `HF_ENDPOINT` names, which may not exist yet."""

    name: str
    kind: Literal["dataset", "space"]
    patience: Patience
    tell: Tell
    api: HfApi = field(default_factory=HfApi, init=False)

    def __post_init__(self) -> None:
        try:
            validate_repo_id(self.name)
        except HFValidationError as error:
            raise CallError(f"a repository is named OWNER/NAME: {error}") from error
        if "/" not in self.name:
            raise CallError(f"a repository is named OWNER/NAME, found {self.name!r}")

    def head(self) -> str | None:
        """The newest commit of `main`, None if there is no such repository (or none the token may see)."""

        def ask() -> str | None:
            try:
                return self.api.repo_info(self.name, repo_type=self.kind).sha
            except RepositoryNotFoundError as error:
                if error.server_message and "Invalid credentials" in error.server_message:
                    raise
                return None

        return self._tried(ask, "looking for the repository")

    def is_private(self) -> bool:
        """Whether only some may read it."""
        asked = self._tried(lambda: self.api.repo_info(self.name, repo_type=self.kind), "looking at it")
        return bool(asked.private)

    def create(self, *, private: bool) -> str:
        """Make the repository unless somebody did meanwhile; its newest commit."""
        sdk = "static" if self.kind == "space" else None
        self._tried(
            lambda: self.api.create_repo(
                self.name, repo_type=self.kind, private=private, exist_ok=True, space_sdk=sdk
            ),
            "creating the repository",
        )
        head = self.head()
        if head is None:
            raise DataError.one(
                self.name,
                "it is there, but the token may not see it",
                where="creating the repository",
                next_step="use a token with access to this repository, or another name",
            )
        return head

    def tree(self, revision: str) -> dict[str, str]:
        """Object ids by path of all files of a revision: `sha256:…` of large files, `git:…` of others."""
        return self._tried(
            lambda: object_ids(
                self.api.list_repo_tree(self.name, repo_type=self.kind, revision=revision, recursive=True)
            ),
            "listing its files",
        )

    def tags(self) -> dict[str, str]:
        """Tags, and the commits they name."""
        refs = self._tried(
            lambda: self.api.list_repo_refs(self.name, repo_type=self.kind), "listing its tags"
        )
        return {each.name: each.target_commit for each in refs.tags}

    def commit_titled(self, title: str, *, after: str | None = None) -> str | None:
        """The newest commit of `main` with that title, of those made after a commit or of all."""
        commits = self._tried(
            lambda: self.api.list_repo_commits(self.name, repo_type=self.kind), "listing its commits"
        )
        newer = itertools.takewhile(lambda each: each.commit_id != after, commits)
        return next((each.commit_id for each in newer if each.title == title), None)

    def check_holds(self, revision: str, files: dict[str, LocalFile], what: str, next_step: str) -> None:
        """Raise DataError, every file that differs, unless the revision holds exactly these files."""
        check_same(f"{self.name}, {what}", files, self.tree(revision), next_step)

    def commit(
        self,
        files: dict[str, LocalFile],
        planned: Sequence[FileChange],
        *,
        title: str,
        description: str,
        parent: str,
    ) -> str:
        """Make the changes in ONE commit on top of `parent`, or none; the commit's oid.

        A lost reply is looked after: if the commit is there it is taken, else it is made again, which the
        parent makes safe. Raises DataError where somebody else committed meanwhile.
        """
        lost = False
        for wait in self.patience.waits():
            try:
                with bounded(self.patience.longest):
                    return self._send(files, planned, title, description, parent)
            except (*TROUBLE, RuntimeError, ValueError) as error:
                cause = self._cause(error)
                overtaken = status_of(cause) == 412
                if overtaken and not lost:
                    raise self._overtaken() from error
                if not overtaken and not may_pass(cause, self.patience):
                    raise explained(cause, source=self.name, doing="committing") from shown(error)
                lost = True
                if wait:
                    self.tell("committing: the reply was lost or bad; looking whether the commit was made")
                    pause(cause, wait)
                if (found := self._landed(files, title, parent)) is not None:
                    return found
                if overtaken:
                    raise self._overtaken() from error
                if not wait:
                    raise explained(cause, source=self.name, doing="committing") from shown(error)
        raise AssertionError("the last attempt returns or raises")

    def _landed(self, files: dict[str, LocalFile], title: str, parent: str) -> str | None:
        """The commit whose reply was lost, if it was made; refused if it is somebody else's."""
        found = self.commit_titled(title, after=parent)
        if found is not None:
            self.check_holds(found, files, f"commit {found[:12]}", "it is somebody else's; run again")
        return found

    def _send(
        self,
        files: dict[str, LocalFile],
        planned: Sequence[FileChange],
        title: str,
        description: str,
        parent: str,
    ) -> str:
        # operations can be used once only, so they are made anew for every attempt
        operations = [
            CommitOperationDelete(each.path, is_folder=False)
            if each.kind == "deleted"
            else CommitOperationAdd(each.path, str(files[each.path].path))
            for each in planned
        ]
        made = self.api.create_commit(
            self.name,
            operations,
            commit_message=title,
            commit_description=description,
            repo_type=self.kind,
            parent_commit=parent,
        )
        return made.oid

    def _cause(self, error: BaseException) -> BaseException:
        """What the client's wrapping hides; raises where it is a fault of what was sent."""
        if isinstance(error, TROUBLE):
            return error
        cause = error.__cause__
        if isinstance(error, RuntimeError) and isinstance(cause, TROUBLE):
            return cause
        raise DataError.one(
            self.name,
            without_token(str(error)),
            where="committing",
            next_step="mend what the Hub says, then run again",
        ) from shown(error)

    def _overtaken(self) -> DataError:
        return DataError.one(
            self.name,
            "412: somebody else committed there meanwhile; nothing of this run was committed",
            where="committing",
            next_step="run again: the repository is then looked at anew; a release there is left alone",
        )

    def tag(self, name: str, commit: str) -> None:
        """Make the tag at that commit. Raises DataError where the tag is there and names another commit."""
        for wait in self.patience.waits():
            error: BaseException | None = None
            try:
                with bounded(self.patience.longest):
                    self.api.create_tag(self.name, tag=name, revision=commit, repo_type=self.kind)
            except TROUBLE as caught:
                error = caught
            # a tag that exists, a lost reply and success are told apart by looking only
            found = self.tags().get(name)
            if found == commit:
                return
            if found is not None:
                raise DataError.one(
                    self.name,
                    f"tag {name} names commit {found[:12]}, not {commit[:12]}",
                    where="tagging",
                    next_step="somebody else made it meanwhile; a release is never bent: raise the version",
                )
            if error is None:
                error = broken("the Hub said the tag was made, but does not list it")
            if not wait or not may_pass(error, self.patience):
                raise explained(error, source=self.name, doing="tagging") from shown(error)
            self.tell("tagging: not done yet; trying again")
            pause(error, wait)

    def download(self, revision: str, folder: Path) -> Path:
        """Every file of a revision, fetched into that folder (a cache nobody used); where they are."""
        self._tried(
            lambda: self.api.snapshot_download(
                self.name, repo_type=self.kind, revision=revision, local_dir=folder
            ),
            "reading back",
        )
        shutil.rmtree(folder / ".cache", ignore_errors=True)  # the client's own notes
        return folder

    def _tried(self, call: Callable[[], Result], doing: str) -> Result:
        return tried(call, self.patience, source=self.name, doing=doing, tell=self.tell)
