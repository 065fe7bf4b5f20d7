"""The loopback Hub answers the real client as the Hub does, and goes wrong as it is told to."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import pytest

from conftest import tiny_schema_value
from hub_api import Hub
from hub_repositories import FIRST_FILE
from hub_worker import Call, settings, worker
from khabar.release import build, make_tables
from loopback_hub import WRITER, serving
from release_corpus import corpus_of, make_checkout

NAME = "tester/khabar"


@pytest.fixture(scope="module")
def hub() -> Iterator[Hub]:
    with serving() as made:
        yield made


@pytest.fixture(scope="module")
def call(hub: Hub, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Call]:
    with worker(hub, tmp_path_factory.mktemp("home")) as called:
        yield called


@pytest.fixture(autouse=True)
def empty(hub: Hub) -> None:
    hub.repositories.clear()
    hub.requests.clear()
    hub.mended()


def commit(files: dict[str, bytes], *, deleted: tuple[str, ...] = (), parent: str | None = None) -> str:
    """A commit by the real client, and the kind and message of what it raised."""
    from huggingface_hub import CommitOperationAdd, CommitOperationDelete, HfApi
    from huggingface_hub.utils import httpx

    operations: list[Any] = [CommitOperationAdd(path, data) for path, data in files.items()]
    operations += [CommitOperationDelete(path) for path in deleted]
    api = HfApi()
    api.create_repo(NAME, repo_type="dataset", exist_ok=True)
    try:
        return api.create_commit(
            NAME, operations, commit_message="a commit", repo_type="dataset", parent_commit=parent
        ).oid
    except httpx.HTTPError as error:
        status = error.response.status_code if hasattr(error, "response") else ""
        return f"{type(error).__name__} {status} {getattr(error, 'server_message', '')}".strip()


def listing(revision: str) -> dict[str, Any]:
    """Tree, tags, commits and a downloaded file, as the client gives them."""
    from huggingface_hub import HfApi

    api = HfApi()
    tree = api.list_repo_tree(NAME, repo_type="dataset", revision=revision, recursive=True)
    info = list(api.get_paths_info(NAME, ["data/نص.parquet", "nowhere"], repo_type="dataset"))
    return {
        "tree": {each.path: getattr(each, "size", None) for each in tree},
        "large": [each.lfs.sha256 for each in info if each.lfs],
        "commits": [each.title for each in api.list_repo_commits(NAME, repo_type="dataset")],
        "tags": {t.name: t.target_commit for t in api.list_repo_refs(NAME, repo_type="dataset").tags},
        "whoami": api.whoami()["name"],
    }


def tag(name: str, revision: str) -> str:
    """What the client makes of a tag."""
    from huggingface_hub import HfApi
    from huggingface_hub.errors import HfHubHTTPError

    try:
        HfApi().create_tag(NAME, tag=name, revision=revision, repo_type="dataset")
    except HfHubHTTPError as error:
        return str(error.response.status_code)
    return "made"


def fetched(path: str, revision: str, folder: Path) -> bytes:
    from huggingface_hub import hf_hub_download

    return Path(
        hf_hub_download(NAME, path, repo_type="dataset", revision=revision, local_dir=folder)
    ).read_bytes()


def test_the_real_client_creates_commits_tags_and_lists(hub: Hub, call: Call) -> None:
    oid = call(commit, {"README.md": b"# a\n", "data/نص.parquet": b"PAR1"})
    assert call(tag, "v1", oid) == "made"
    found = call(listing, "v1")
    assert found["tree"] == {".gitattributes": 46, "README.md": 4, "data": None, "data/نص.parquet": 4}
    assert found["large"] == ["fbc62d3b511368ee275ddc74117d8689b430e1427220e25d30816201d89ca7b6"]
    assert found["commits"] == ["a commit", "initial commit"]
    assert found["tags"] == {"v1": oid}
    assert found["whoami"] == "tester"
    assert call(tag, "v1", oid) == "409"
    assert call(tag, "v2", "no-such-revision") == "404"


def test_a_commit_adds_changes_and_deletes_in_one_and_an_equal_one_is_none(hub: Hub, call: Call) -> None:
    call(commit, {"a.txt": b"1", "b.txt": b"2"})
    oid = call(commit, {"a.txt": b"3"}, deleted=("b.txt",))
    assert hub.dataset(NAME).head.files == {**FIRST_FILE, "a.txt": b"3"}
    assert call(commit, {"a.txt": b"3"}) == oid
    assert len(hub.dataset(NAME).commits) == 3


def test_a_stale_parent_is_412_unless_nothing_changes(hub: Hub, call: Call) -> None:
    first = call(commit, {"a.txt": b"1"})
    second = call(commit, {"a.txt": b"2"}, parent=first)
    refused = call(commit, {"a.txt": b"3"}, parent=first)
    assert refused == "HfHubHTTPError 412 A commit has happened since. Please refresh and try again."
    assert call(commit, {"a.txt": b"2"}, parent=first) == second


def test_of_six_commits_on_one_parent_one_is_made(hub: Hub, call: Call) -> None:
    parent = call(commit, {"a.txt": b"0"})
    results = call(six_commits, parent)
    assert sum("412" in each for each in results) == 5
    assert len(hub.dataset(NAME).commits) == 3


def six_commits(parent: str) -> list[str]:
    with ThreadPoolExecutor(6) as pool:
        return list(pool.map(lambda n: commit({"a.txt": b"%d" % n, f"{n}": b""}, parent=parent), range(1, 7)))


@pytest.mark.parametrize(
    ("how", "commits", "raised"),
    [
        ({"how": "status", "status": 503}, 1, "HfHubHTTPError 503"),
        ({"how": "drop"}, 1, "RemoteProtocolError"),
        ({"how": "lost"}, 2, "RemoteProtocolError"),
        ({"how": "failed", "status": 504}, 2, "HfHubHTTPError 504"),
        ({"how": "cut"}, 2, "RemoteProtocolError"),
    ],
)
def test_a_fault_strikes_before_or_after_the_commit_took_effect(
    hub: Hub, call: Call, how: dict[str, Any], commits: int, raised: str
) -> None:
    hub.fail("POST", "/commit/", **how)
    assert call(commit, {"a.txt": b"1"}).startswith(raised)
    assert len(hub.dataset(NAME).commits) == commits


def test_a_file_that_ends_in_the_middle_is_fetched_on_from_there(
    hub: Hub, call: Call, tmp_path: Path
) -> None:
    data = bytes(range(256)) * 4096
    oid = call(commit, {"نص.parquet": data})
    hub.fail("GET", "/resolve/", "cut")
    assert call(fetched, "نص.parquet", oid, tmp_path) == data
    assert hub.made("GET", "/resolve/") == 2


def test_a_slow_answer_is_an_answer(hub: Hub, call: Call) -> None:
    hub.fail("POST", "/commit/", "slow", seconds=0.3)
    assert call(commit, {"a.txt": b"1"}) == hub.dataset(NAME).head.oid


def test_what_the_loader_gives_by_tag_and_streaming_is_the_corpus(
    hub: Hub, call: Call, tmp_path: Path, repository: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("KHABAR_TEXTS", raising=False)
    card = (repository / "dataset_card.md").read_text(encoding="utf-8")
    checkout = make_checkout(tmp_path / "checkout", tiny_schema_value(), card)
    release = build(corpus_of(checkout), tmp_path / "release", version="1.0.0").folder
    files = {p.relative_to(release).as_posix(): p.read_bytes() for p in release.rglob("*") if p.is_file()}
    oid = call(commit, files)
    call(tag, "v1.0.0", oid)
    call(commit, {"README.md": b"a later, broken card"})
    expected = {c: len(s["train"]) for c, s in make_tables(corpus_of(checkout)).rows.items()}
    script = (
        "import sys, json\nfrom datasets import load_dataset\nfound = {}\n"
        "for config in sys.argv[1:]:\n"
        f"    whole = load_dataset('{NAME}', config, revision='v1.0.0')['train']\n"
        f"    parts = load_dataset('{NAME}', config, revision='v1.0.0', split='train', streaming=True)\n"
        "    assert [dict(row) for row in parts] == [dict(row) for row in whole]\n"
        "    found[config] = len(whole)\n"
        "print(json.dumps(found))"
    )
    ran = subprocess.run(
        [sys.executable, "-c", script, *expected],
        env=settings(hub, tmp_path / "home", token=None),
        capture_output=True,
        text=True,
        check=False,
    )
    assert ran.returncode == 0, ran.stderr
    assert ran.stdout.strip().splitlines()[-1] == str(expected).replace("'", '"')


def test_who_has_no_token_or_a_wrong_one_is_refused(hub: Hub, tmp_path: Path) -> None:
    script = (
        "from huggingface_hub import HfApi\nfrom huggingface_hub.errors import HfHubHTTPError\n"
        f"try: HfApi().create_repo('{NAME}', repo_type='dataset')\n"
        "except HfHubHTTPError as error: print(error.response.status_code)"
    )
    for token in (None, "hf_wrong"):
        environment = settings(hub, tmp_path, token=token)
        ran = subprocess.run(
            [sys.executable, "-c", script], env=environment, capture_output=True, text=True, check=True
        )
        assert ran.stdout.strip() == "401"
        assert WRITER not in ran.stderr
