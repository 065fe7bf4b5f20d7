"""`label_studio.py serve` and `push` as a curator runs them: start, stop, secrets, a server of others."""

from __future__ import annotations

import json
import os
import signal
import socket
import sqlite3
import subprocess
import sys
import time
import traceback
from collections.abc import Iterator, Mapping
from contextlib import closing, contextmanager
from pathlib import Path

import pytest

from khabar.labelstudio.accounts import Site, read_site
from khabar.labelstudio.connection import ServerError, connect
from khabar.labelstudio.installation import Installation
from khabar.labelstudio.projects import find_project
from label_studio_corpus import make_corpus
from label_studio_server import free_port

pytestmark = pytest.mark.labelstudio

PROGRAM = Path(__file__).resolve().parents[1] / "scripts" / "label_studio.py"
DEAF = ("sh", "-c", 'trap "" INT; exec "$@"', "sh")


def command(folder: Path, *words: str) -> list[str]:
    """The program on the corpus and the data directory of that folder."""
    where = ["--data", str(folder / "data"), "--annotations", str(folder / "corpus")]
    return [sys.executable, str(PROGRAM), *words, *where]


def run(folder: Path, *words: str, **variables: str) -> subprocess.CompletedProcess[str]:
    """The program, run to its end."""
    return subprocess.run(
        command(folder, *words), env=environment(variables), capture_output=True, text=True, check=False
    )


def environment(more: Mapping[str, str]) -> dict[str, str]:
    """Ours without a server of others, and with these."""
    given = {name: value for name, value in os.environ.items() if not name.startswith("LABEL_STUDIO_")}
    return {**given, **more}


@contextmanager
def serving(folder: Path, port: int) -> Iterator[subprocess.Popen[str]]:
    """`serve` from when it has said where to click; killed at the end if it still runs.

    Started deaf to Ctrl-C, as a shell starts what is to run in the background.
    """
    people = ["--annotator", "a", "--annotator", "b", "--judge", "j"]
    with (
        (folder / "stdout").open("w") as out,
        (folder / "stderr").open("w") as talk,
        subprocess.Popen(
            [*DEAF, *command(folder, "serve", *people, "--port", str(port))],
            env=environment({}),
            stdout=out,
            stderr=talk,
            text=True,
        ) as process,
    ):
        try:
            while process.poll() is None and "Ctrl-C" not in (folder / "stdout").read_text():
                time.sleep(0.1)
            assert process.poll() is None, (folder / "stderr").read_text()
            yield process
        finally:
            process.kill()


def gone(port: int, folder: Path) -> bool:
    """Whether in half a minute nobody listens there and no process works on the folder."""
    for _ in range(300):
        with socket.socket() as probe:
            listening = probe.connect_ex(("127.0.0.1", port)) == 0
        if not listening and not list(processes_of(folder)):
            return True
        time.sleep(0.1)
    return False


def processes_of(folder: Path) -> Iterator[Path]:
    """The processes whose variables name the folder: servers of its data directory."""
    for each in Path("/proc").glob("[0-9]*"):
        try:
            variables = (each / "environ").read_bytes()
        except OSError:  # another's, or ended meanwhile
            continue
        if f"LABEL_STUDIO_BASE_DATA_DIR={folder}".encode() in variables:
            yield each


def test_served_pushed_stopped_and_served_again(
    label_studio_installation: Installation, tmp_path: Path
) -> None:
    """A server ends with Ctrl-C and with its parent, and no secret is where it should not be."""
    make_corpus(tmp_path / "corpus", 3)
    port = free_port()
    with serving(tmp_path, port) as process:
        site = read_site(tmp_path / "data")
        said = (tmp_path / "stdout").read_text()
        assert said.splitlines()[:4] == [
            f"Label Studio is at http://127.0.0.1:{port}",
            "  annotator a: log in as a@khabar.example",
            "  annotator b: log in as b@khabar.example",
            "  judge j: log in as j@khabar.example",
        ]
        assert f"passwords are in {tmp_path / 'data' / 'accounts.json'}" in said
        assert sum(find_project(connect(site, name), "pass", name) is not None for name in "ab") == 2
        again = run(tmp_path, "push")
        assert again.returncode == 0, again.stderr
        assert "a: 0 tasks added, 3 there already" in again.stderr
        wrong = run(tmp_path, "serve", "--annotator", "a", "--port", str(port))
        assert wrong.returncode == 2
        assert f"port {port} of 127.0.0.1 cannot be used" in wrong.stderr
        assert secrets_seen(site, tmp_path, again.stderr, wrong.stderr) == []
        process.send_signal(signal.SIGINT)
        assert process.wait(60) == 0
    assert "stopped; the data are kept" in (tmp_path / "stderr").read_text()
    assert gone(port, tmp_path)
    move_everybody_to_the_first_organization(tmp_path / "data")
    with serving(tmp_path, port) as process:
        for name in "ab":
            projects = connect(site, name).client.projects.list()
            assert [each.title for each in projects] == [f"Khabar pass {name}"]
        assert read_site(tmp_path / "data") == site
        assert "0 tasks added, 3 there already" in (tmp_path / "stderr").read_text()
        process.kill()
        assert process.wait(60) == -signal.SIGKILL
        assert gone(port, tmp_path), "a server outlives its parent"
    assert secrets_seen(site, tmp_path) == []


def move_everybody_to_the_first_organization(data: Path) -> None:
    """What a user could do to themselves on a server that was served before this was closed."""
    with closing(sqlite3.connect(data / "label_studio.sqlite3")) as database, database:
        database.execute("UPDATE htx_user SET active_organization_id = 1")


def secrets_seen(site: Site, folder: Path, *texts: str) -> list[str]:
    """Where a password or token is in the open: texts, files but accounts.json, processes.

    The server's own database holds its tokens (passwords only as hashes); it must be closed to others.
    """
    secrets = [each.password.get_secret_value().encode() for each in site.accounts]
    tokens = [each.token.get_secret_value().encode() for each in site.accounts]
    places = {f"text {number}": text.encode() for number, text in enumerate(texts)}
    for path in folder.rglob("*"):
        if path.is_file() and path.name != "accounts.json":
            places[str(path)] = path.read_bytes()
    for each in Path("/proc").glob("[0-9]*"):
        for name in ("cmdline", "environ"):
            try:
                places[str(each / name)] = (each / name).read_bytes()
            except OSError:  # another's, or ended meanwhile
                continue
    found = [place for place, data in places.items() if any(each in data for each in secrets)]
    return found + [
        place
        for place, data in places.items()
        if "label_studio.sqlite3" not in place and any(each in data for each in tokens)
    ]


def test_a_traceback_shows_no_secret(label_studio: Site) -> None:
    """Even one that shows the values of variables, as reporters of errors do."""
    connection = connect(label_studio, "a")
    try:
        with connection.asking("reading project 0") as client:
            client.projects.get(id=0)
    except ServerError as error:
        shown = "".join(traceback.TracebackException.from_exception(error, capture_locals=True).format())
        shown += repr(label_studio) + str(connection.__dict__["token"])
    for each in label_studio.accounts:
        assert each.token.get_secret_value() not in shown
        assert each.password.get_secret_value() not in shown


def test_a_server_of_others_is_used_with_its_address_and_token(
    empty_label_studio: Site, tmp_path: Path
) -> None:
    """One user has a project for every annotator there; a wrong token is one error."""
    make_corpus(tmp_path / "corpus", 2)
    token = empty_label_studio.token("j").get_secret_value()
    there = {"LABEL_STUDIO_URL": empty_label_studio.url, "LABEL_STUDIO_API_KEY": token}
    done = run(tmp_path, "push", "--annotator", "a", "--annotator", "b", **there)
    assert done.returncode == 0, done.stderr
    assert "depends on that server's roles" in done.stderr
    connection = connect(empty_label_studio, "j")
    assert all(find_project(connection, "pass", name) is not None for name in "ab")
    assert "2 there already" in run(tmp_path, "serve", "--annotator", "a", **there).stderr
    wrong = run(tmp_path, "push", "--annotator", "a", **{**there, "LABEL_STUDIO_API_KEY": "f" * 40})
    assert wrong.returncode == 1
    assert "answered 401 while looking for the projects" in wrong.stderr
    assert "Traceback" not in wrong.stderr
    assert "f" * 40 not in wrong.stderr
    half = run(tmp_path, "push", "--annotator", "a", LABEL_STUDIO_URL=empty_label_studio.url)
    assert half.returncode == 2
    assert "LABEL_STUDIO_API_KEY is not set" in half.stderr


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (["serve"], "nobody has an account yet"),
        (["serve", "--annotator", "x"], "no annotator 'x' in annotators.yaml (there are a, b)"),
        (["serve", "--judge", "a"], "no judge 'a' in annotators.yaml (there are j)"),
        (["push"], "no server was served from there; start one with `make annotate`"),
        (["push", "--articles", "t-9"], "no article t-9"),
        (["push", "--scores", "none"], "--scores is read for --order uncertain only"),
        (["pull", "--replace", "all", "--replace", "t-9"], "--replace: no article t-9 in articles.jsonl"),
        (["serve", "--annotator", "a", "--pre-annotate", "none.jsonl"], "no predictions at none.jsonl"),
    ],
)
def test_a_wrong_call_is_told_before_anything_is_started(tmp_path: Path, words: list[str], said: str) -> None:
    make_corpus(tmp_path / "corpus", 1)
    done = run(tmp_path, *words)
    assert done.returncode == 2
    assert said in done.stderr
    assert not (tmp_path / "data").exists()


def test_accounts_that_others_may_read_are_refused(tmp_path: Path) -> None:
    make_corpus(tmp_path / "corpus", 1)
    (tmp_path / "data").mkdir()
    path = tmp_path / "data" / "accounts.json"
    account = {"name": "a", "role": "annotator", "email": "a@b", "password": "p-4711"}
    path.write_text(json.dumps({"url": "http://127.0.0.1:9", "accounts": [account]}))
    path.chmod(0o644)
    done = run(tmp_path, "push")
    assert done.returncode == 2
    assert f"{path} may be read by others" in done.stderr
    path.chmod(0o600)
    broken = run(tmp_path, "push")
    assert broken.returncode == 1
    assert "accounts[0].token: field required" in broken.stderr
    assert "p-4711" not in broken.stderr
    path.write_text(json.dumps({"url": "http://127.0.0.1:9", "accounts": [{**account, "token": "t" * 40}]}))
    path.chmod(0o600)
    nowhere = run(tmp_path, "push")
    assert nowhere.returncode == 1
    assert "http://127.0.0.1:9: cannot be reached while looking for the projects" in nowhere.stderr
