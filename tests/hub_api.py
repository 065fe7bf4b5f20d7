"""The API of a Hub: its state in memory, the answer to every request, and faults on demand."""

from __future__ import annotations

import base64
import json
import re
import threading
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import parse_qs, unquote

import yaml

from hub_repositories import Commit, Repository, entry, git_oid, is_large


@dataclass
class Fault:
    """What goes wrong with the next `times` requests that match, after `skip` that go right.

    `how`: "status" (answered with it, nothing done), "drop" (connection closed, nothing done), "lost" (done,
    then the connection closed), "failed" (done, then answered with the status), "cut" (done, the answer
    ends in the middle of its body), "slow" (done, answered after `seconds`).
    """

    method: str
    path: str
    how: str
    status: int = 500
    times: int = 1
    skip: int = 0
    seconds: float = 0
    headers: dict[str, str] = field(default_factory=dict)
    message: str = "a fault of the test"
    seen: int = 0

    def strikes(self, method: str, path: str) -> bool:
        if method != self.method or not re.search(self.path, path):
            return False
        self.seen += 1
        return self.skip < self.seen <= self.skip + self.times


class RefusedError(Exception):
    """A request the Hub answers with an error."""

    def __init__(self, status: int, message: str, code: str = "", **more: Any) -> None:
        self.status, self.message, self.code, self.more = status, message, code, more
        super().__init__(message)


class Hub:
    """The Hub's state, and the answer to every API request."""

    def __init__(self) -> None:
        self.repositories: dict[tuple[str, str], Repository] = {}
        self.large: dict[str, bytes] = {}
        self.faults: list[Fault] = []
        self.requests: list[tuple[str, str]] = []
        self.lock = threading.RLock()
        self.address = ""
        self.card_errors: list[str] = []
        self.bent: dict[str, bytes] = {}
        """Bytes served in place of a file's own, by path."""

    def fail(self, method: str, path: str, how: str, **details: Any) -> Fault:
        """Make requests of that method whose path holds that pattern go wrong."""
        fault = Fault(method, path, how, **details)
        with self.lock:
            self.faults.append(fault)
        return fault

    def mended(self) -> None:
        """No more faults."""
        with self.lock:
            self.faults.clear()

    def dataset(self, name: str) -> Repository:
        return self.repositories["datasets", name]

    def fault_of(self, method: str, path: str) -> Fault | None:
        with self.lock:
            self.requests.append((method, path))
            return next((each for each in self.faults if each.strikes(method, path)), None)

    def made(self, method: str, pattern: str) -> int:
        """How many such requests came."""
        return sum(1 for m, path in self.requests if m == method and re.search(pattern, path))

    def find(self, kind: str, name: str, token: str | None) -> Repository:
        found = self.repositories.get((kind, name))
        if found is None or (found.private and token is None):
            raise RefusedError(404 if token else 401, "Repository not found", "RepoNotFound")
        return found

    def commit_at(self, repository: Repository, revision: str) -> Commit:
        found = repository.at(revision)
        if found is None:
            raise RefusedError(404, f"Invalid rev id: {revision}", "RevisionNotFound")
        return found

    def answer(
        self, method: str, path: str, query: dict[str, list[str]], body: bytes, token: str | None
    ) -> Any:
        """The JSON answer of an API request."""
        with self.lock:
            if path == "/api/whoami-v2":
                return {"name": "tester", "type": "user", "orgs": [], "auth": {"type": "access_token"}}
            if path == "/api/validate-yaml":
                return self._validate(json.loads(body))
            if path == "/api/repos/create":
                return self._create(json.loads(body))
            if found := re.fullmatch(r"/(datasets|spaces)/([^/]+/[^/]+)\.git/info/lfs/objects/batch", path):
                return self._batch(json.loads(body))
            if path == "/lfs-verify":
                return {}
            if found := re.fullmatch(r"/api/(datasets|spaces)/([^/]+/[^/]+)(?:/([\w-]+)(?:/(.*))?)?", path):
                kind, name, action, rest = found.groups()
                repository = self.find(kind, name, token)
                act = getattr(self, f"_{method.lower()}_{(action or 'info').replace('-', '_')}", None)
                if act is not None:
                    return act(repository, rest or "main", query, body)
        raise RefusedError(404, f"no such route: {method} {path}")

    def _validate(self, asked: dict[str, Any]) -> Any:
        errors = list(self.card_errors)
        found = re.match(r"---\n(.*?)\n---\n", asked["content"], re.DOTALL)
        if found and not isinstance(yaml.safe_load(found.group(1)), dict):
            errors.append("metadata is no mapping")
        if errors:
            raise RefusedError(
                400, json.dumps({"errors": [{"message": e} for e in errors], "warnings": []}), "JSON"
            )
        return {"errors": [], "warnings": []}

    def _create(self, asked: dict[str, Any]) -> Any:
        name = f"{asked['organization'] or 'tester'}/{asked['name']}"
        key = (f"{asked.get('type', 'model')}s", name)
        if key in self.repositories:
            url = f"{self.address}/{key[0]}/{name}"
            raise RefusedError(409, "You already created this repository", url=url)
        private = asked.get("visibility") == "private"
        self.repositories[key] = Repository(name, private, asked.get("sdk"))
        return {"url": f"{self.address}/{key[0]}/{name}", "name": name, "id": name}

    def _batch(self, asked: dict[str, Any]) -> Any:
        objects = []
        for each in asked["objects"]:
            value = dict(each)
            if each["oid"] not in self.large:
                value["actions"] = {
                    "upload": {"href": f"{self.address}/lfs-put/{each['oid']}", "header": {}},
                    "verify": {"href": f"{self.address}/lfs-verify", "header": {}},
                }
            objects.append(value)
        return {"transfer": "basic", "objects": objects}

    def _get_info(self, repository: Repository, rest: str, *_: Any) -> Any:
        commit = self.commit_at(repository, rest)
        return {
            "id": repository.name,
            "sha": commit.oid,
            "private": repository.private,
            "gated": False,
            "disabled": False,
            "tags": [],
            "downloads": 0,
            "likes": 0,
            "siblings": [{"rfilename": path} for path in sorted(commit.files)],
        }

    def _get_revision(self, repository: Repository, rest: str, *_: Any) -> Any:
        return self._get_info(repository, unquote(rest))

    def _get_refs(self, repository: Repository, *_: Any) -> Any:
        main = {"name": "main", "ref": "refs/heads/main", "targetCommit": repository.head.oid}
        tags = [
            {"name": name, "ref": f"refs/tags/{name}", "targetCommit": oid}
            for name, oid in repository.tags.items()
        ]
        return {"branches": [main], "tags": tags, "converts": [], "pullRequests": []}

    def _get_commits(self, repository: Repository, rest: str, *_: Any) -> Any:
        last = repository.commits.index(self.commit_at(repository, unquote(rest)))
        return [
            {
                "id": c.oid,
                "title": c.title,
                "message": c.message,
                "authors": [],
                "date": "2026-01-01T00:00:00.000Z",
            }
            for c in reversed(repository.commits[: last + 1])
        ]

    def _post_preupload(self, repository: Repository, rest: str, query: Any, body: bytes) -> Any:
        commit = self.commit_at(repository, unquote(rest))
        files = []
        for each in json.loads(body)["files"]:
            path = each["path"]
            mode = "lfs" if is_large(path) else "regular"
            value = {"path": path, "uploadMode": mode, "shouldIgnore": False}
            if path in commit.files:
                found = entry(path, commit.files[path])
                value["oid"] = found["lfs"]["oid"] if is_large(path) else found["oid"]
            files.append(value)
        return {"files": files}

    def _post_commit(self, repository: Repository, rest: str, query: Any, body: bytes) -> Any:
        lines = [json.loads(line) for line in body.splitlines()]
        header = lines[0]["value"]
        if header.get("parentCommit", repository.head.oid) != repository.head.oid:
            raise RefusedError(412, "A commit has happened since. Please refresh and try again.")
        files = dict(repository.head.files)
        for line in lines[1:]:
            value = line["value"]
            if line["key"] == "file":
                files[value["path"]] = base64.b64decode(value["content"])
            elif line["key"] == "lfsFile":
                if value["oid"] not in self.large:
                    raise RefusedError(400, f"LFS object {value['oid']} was not uploaded")
                files[value["path"]] = self.large[value["oid"]]
            elif files.pop(value["path"], None) is None:
                raise RefusedError(404, "A file with this name doesn't exist", "EntryNotFound")
        made = Commit(header["summary"], header.get("description", ""), files, repository.head.oid)
        repository.commits.append(made)
        url = f"{self.address}/datasets/{repository.name}/commit/{made.oid}"
        return {"commitUrl": url, "commitOid": made.oid, "success": True}

    def _post_tag(self, repository: Repository, rest: str, query: Any, body: bytes) -> Any:
        name = json.loads(body)["tag"]
        if name in repository.tags:
            raise RefusedError(409, "Tag reference exists already")
        repository.tags[name] = self.commit_at(repository, unquote(rest)).oid
        return {}

    def _get_tree(self, repository: Repository, rest: str, query: dict[str, list[str]], body: bytes) -> Any:
        revision, _, folder = rest.partition("/")
        files = self.commit_at(repository, unquote(revision)).files
        prefix = f"{unquote(folder)}/" if folder else ""
        below = {path: data for path, data in files.items() if path.startswith(prefix)}
        if not below:
            raise RefusedError(404, f"{folder} does not exist", "EntryNotFound")
        if query.get("recursive", [""])[0].lower() in {"true", "1"}:
            return [
                *self._folders(below, prefix),
                *(entry(path, data) for path, data in sorted(below.items())),
            ]
        direct = {path: data for path, data in below.items() if "/" not in path[len(prefix) :]}
        folders = [each for each in self._folders(below, prefix) if "/" not in each["path"][len(prefix) :]]
        return [*folders, *(entry(path, data) for path, data in sorted(direct.items()))]

    def _folders(self, files: dict[str, bytes], prefix: str = "") -> list[dict[str, Any]]:
        found = set()
        for path in files:
            parts = path.split("/")[:-1]
            found |= {"/".join(parts[:n]) for n in range(1, len(parts) + 1)}
        inside = sorted(each for each in found if each.startswith(prefix) and each != prefix.rstrip("/"))
        return [{"type": "directory", "path": p, "oid": git_oid(p.encode()), "size": 0} for p in inside]

    def _post_paths_info(self, repository: Repository, rest: str, query: Any, body: bytes) -> Any:
        files = self.commit_at(repository, unquote(rest)).files
        folders = {each["path"]: each for each in self._folders(files)}
        asked = parse_qs(body.decode()).get("paths", [])
        return [entry(p, files[p]) if p in files else folders[p] for p in asked if p in files or p in folders]
