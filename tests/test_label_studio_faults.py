"""A push that fails, whatever fails: no task twice, none lost, one clear error. A real server, by a proxy."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from contextlib import AbstractContextManager
from pathlib import Path

import pytest
from pydantic import SecretStr

import khabar.labelstudio.push as pushing
from faulty_proxy import Proxy, faulty_proxy
from khabar.corpus import Corpus
from khabar.labelstudio import labelling_config
from khabar.labelstudio.accounts import Role, Site, save_site
from khabar.labelstudio.connection import Connection, ServerError, connect
from khabar.labelstudio.installation import Installation
from khabar.labelstudio.projects import find_project, get_project, make_project
from khabar.labelstudio.server import Served, serving
from khabar.schema import Schema
from label_studio_corpus import articles_on, make_corpus, pushed_to
from label_studio_server import free_port
from moments import Moments

pytestmark = pytest.mark.labelstudio

KILLS = 20
PROGRAM = Path(__file__).resolve().parents[1] / "scripts" / "label_studio.py"


@pytest.fixture
def proxy(empty_label_studio: Site) -> Iterator[Proxy]:
    """The proxy before the session's server."""
    with faulty_proxy(empty_label_studio.url) as made:
        yield made


def through(proxy: Proxy, site: Site, timeout: float = 60) -> Connection:
    """The connection of a, by way of the proxy."""
    return Connection(proxy.url, site.token("a"), timeout=timeout)


@pytest.mark.parametrize(
    ("fault", "said"),
    [
        ("502", "answered 502 while adding 2 tasks"),
        ("replaced", "answered 502 while adding 2 tasks"),
        ("lost", "cannot be reached while adding 2 tasks"),
        ("hang", "no answer in 5 s while adding 2 tasks"),
        ("drop", "cannot be reached while adding 2 tasks"),
        (
            "html",
            "answered what Label Studio does not, while adding 2 tasks|answered 200 while adding 2 tasks",
        ),
    ],
)
def test_a_push_that_fails_on_the_way_is_one_error_and_can_be_repeated(
    proxy: Proxy,
    empty_label_studio: Site,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    fault: str,
    said: str,
) -> None:
    """Whether the batch arrived or not: afterwards every article has one task."""
    monkeypatch.setattr(pushing, "BATCH", 2)
    monkeypatch.setattr(pushing, "SETTLE_SECONDS", 2.0)
    site, corpus = empty_label_studio, make_corpus(tmp_path / "corpus", 5)
    pushed_to(through(proxy, site), "a", corpus, tmp_path, [])
    proxy.strike_once("/import", fault)
    patience = 5 if fault == "hang" else 60  # a busy server is no server that hangs
    with pytest.raises(ServerError, match=said) as raised:
        pushed_to(through(proxy, site, timeout=patience), "a", corpus, tmp_path)
    assert len(proxy.struck) == 1, "what adds something is not repeated by itself"
    told = str(raised.value)
    assert len(told) < 600
    assert "<" not in told
    assert "\nNext: " in told
    assert site.token("a").get_secret_value() not in told
    pushed = pushed_to(through(proxy, site), "a", corpus, tmp_path)
    assert articles_on(site, "a", pushed.project.id) == ["t-0", "t-1", "t-2", "t-3", "t-4"]
    assert pushed.added == (
        ["t-2", "t-3", "t-4"] if fault in ("lost", "replaced") else [f"t-{n}" for n in range(5)]
    )


def test_a_read_that_fails_once_is_repeated(proxy: Proxy, empty_label_studio: Site, tmp_path: Path) -> None:
    corpus = make_corpus(tmp_path / "corpus", 2)
    proxy.strike_once("GET /api/projects", "502")
    assert pushed_to(through(proxy, empty_label_studio), "a", corpus, tmp_path).added == ["t-0", "t-1"]
    assert len(proxy.struck) == 1


def test_a_project_of_which_only_the_answer_was_lost_is_not_made_twice(
    proxy: Proxy, empty_label_studio: Site, tmp_path: Path
) -> None:
    corpus = make_corpus(tmp_path / "corpus", 2)
    proxy.strike_once("POST /api/projects", "replaced")
    with pytest.raises(ServerError, match="answered 502 while making the project of a"):
        pushed_to(through(proxy, empty_label_studio), "a", corpus, tmp_path)
    assert pushed_to(through(proxy, empty_label_studio), "a", corpus, tmp_path).added == ["t-0", "t-1"]
    assert len(list(connect(empty_label_studio, "a").client.projects.list())) == 1


def test_a_server_that_is_not_there_is_one_clear_error(tmp_path: Path) -> None:
    nowhere = Connection("http://127.0.0.1:9", SecretStr("f" * 40))
    with pytest.raises(ServerError, match=r"http://127.0.0.1:9: cannot be reached while looking") as raised:
        pushed_to(nowhere, "a", make_corpus(tmp_path, 1), tmp_path)
    assert "Next: see that the server runs (`make annotate` starts one)" in str(raised.value)


def test_another_s_project_is_out_of_reach(empty_label_studio: Site, schema: Schema) -> None:
    made = make_project(connect(empty_label_studio, "a"), "pass", "a", label_config=labelling_config(schema))
    with pytest.raises(ServerError, match="answered 404 while reading project") as raised:
        get_project(connect(empty_label_studio, "b"), made.id)
    assert "Next: it is not there, or not this user's" in str(raised.value)


@pytest.mark.slow
def test_a_push_killed_at_twenty_random_moments_adds_every_task_once(
    proxy: Proxy, empty_label_studio: Site, tmp_path: Path
) -> None:
    """The program itself, by SIGKILL while it talks to the server, and again with more articles."""
    count = 25 * (KILLS + 1)
    make_corpus(tmp_path / "corpus", count)
    save_site(tmp_path / "data", Site(proxy.url, empty_label_studio.accounts))
    moments = Moments(5, push_killed(proxy, tmp_path, 25, None))
    killed = 0
    for number in range(KILLS):
        in_time = push_killed(proxy, tmp_path, 25 * (number + 2), moments.draw()) < 0
        moments.was(in_time=in_time)
        killed += in_time
    assert push_killed(proxy, tmp_path, count, None) > 0
    project = find_project(connect(empty_label_studio, "a"), "pass", "a")
    assert project is not None
    found = articles_on(empty_label_studio, "a", project.id)
    assert len(found) == len(set(found)), "an article has two tasks"
    assert set(found) == {f"t-{each}" for each in range(count)}
    assert killed >= KILLS // 2, "most pushes had ended before they were killed"


def push_killed(proxy: Proxy, folder: Path, articles: int, after: float | None) -> float:
    """Push the first articles, killed so many seconds after the first request.

    How many seconds it talked to the server; negative if it was killed. It must not fail by itself.
    """
    command = [sys.executable, str(PROGRAM), "push", "--annotator", "a", "--data", str(folder / "data")]
    command += ["--annotations", str(folder / "corpus")]
    command += ["--articles", ",".join(f"t-{each}" for each in range(articles))]
    proxy.asked.clear()
    with subprocess.Popen(command, stderr=subprocess.PIPE, text=True) as process:
        while not proxy.asked and process.poll() is None:
            time.sleep(0.01)
        begun = time.monotonic()
        try:
            _, said = process.communicate(timeout=after)
        except subprocess.TimeoutExpired:
            process.kill()
            return -(time.monotonic() - begun)
        assert process.returncode == 0, said
        return time.monotonic() - begun


@pytest.mark.slow
def test_a_server_killed_in_the_middle_of_a_push_loses_and_doubles_nothing(
    label_studio_installation: Installation, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Killed by SIGKILL at random moments, started again on the same data; then the push is repeated."""
    monkeypatch.setattr(pushing, "BATCH", 10)
    monkeypatch.setattr(pushing, "SETTLE_SECONDS", 1.0)
    corpus, port, failed = make_corpus(tmp_path / "corpus", 60 * KILLS), free_port(), 0
    moments = Moments(6, 2.0)

    def served() -> AbstractContextManager[Served]:
        people: list[tuple[str, Role]] = [("a", "annotator")]
        data = tmp_path / "data"
        return serving(label_studio_installation, data, people=people, port=port, say=lambda _: None)

    for _ in range(KILLS):
        with served() as server:
            killer = threading.Timer(moments.draw(), os.killpg, (server.process.pid, signal.SIGKILL))
            killer.start()
            in_time = fails(server.site, corpus, tmp_path)
            killer.cancel()
            moments.was(in_time=in_time)
            failed += in_time
    assert failed >= KILLS // 2, "most pushes had ended before their server was killed"
    with served() as server:
        project = pushed_to(server.site, "a", corpus, tmp_path).project.id
        found = articles_on(server.site, "a", project)
        assert sorted(found) == sorted(corpus.articles)


def fails(site: Site, corpus: Corpus, journals: Path) -> bool:
    """Whether a push fails."""
    try:
        pushed_to(site, "a", corpus, journals)
    except ServerError:
        return True
    return False
