"""Pulls that are killed, and servers that fail: the passes are what was submitted, every one whole."""

from __future__ import annotations

import os
import random
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from contextlib import AbstractContextManager
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from faulty_proxy import Fault, Proxy, faulty_proxy
from khabar.corpus import Corpus
from khabar.labelstudio import annotated_task, labelling_config, read_export, snapshots
from khabar.labelstudio.accounts import Site
from khabar.labelstudio.connection import ServerError, connect
from khabar.labelstudio.desks import Desk, desks
from khabar.labelstudio.exports import annotator_of
from khabar.labelstudio.installation import Installation
from khabar.labelstudio.projects import make_project
from khabar.labelstudio.pulling import pull
from khabar.labelstudio.server import Served, serving
from label_studio_server import free_port
from label_studio_work import MENTION, RESULT, make_work, passes_in, write_small_corpus
from moments import Moments
from small_disk import small_disk

pytestmark = [pytest.mark.labelstudio, pytest.mark.slow]

ARTICLES = 200


@pytest.fixture(scope="module")
def big_corpus(tmp_path_factory: pytest.TempPathFactory) -> Corpus:
    from conftest import tiny_schema_value

    return write_small_corpus(tmp_path_factory.mktemp("big") / "annotations", tiny_schema_value(), ARTICLES)


@pytest.fixture
def desk(empty_label_studio: Site, big_corpus: Corpus) -> Iterator[Desk]:
    """A project of a with every article annotated; no passes here."""
    submit_all(empty_label_studio, big_corpus)
    (found,) = desks(big_corpus, empty_label_studio)
    yield found
    remove_passes(big_corpus, keep=0.0)


def submit_all(site: Site, corpus: Corpus) -> None:
    connection = connect(site, "a")
    project = make_project(connection, "pass", "a", label_config=labelling_config(corpus.schema))
    user = connection.client.users.whoami().id
    made = []
    for number, each in enumerate(corpus.articles.values()):
        done = annotated_task(each, [], users={}, schema=corpus.schema)
        result = RESULT if number % 2 else [MENTION]
        annotation = {"result": result, "completed_by": user, "ground_truth": False}
        made.append({"data": done["data"], "annotations": [annotation]})
    connection.client.projects.import_tasks(id=project.id, request=made)


def submitted(corpus: Corpus) -> dict[str, list[dict[str, Any]]]:
    """The mentions and events that the passes must hold, by their own path: the reader that explains."""
    tasks = [
        {**annotated_task(each, [], users={}, schema=corpus.schema), "annotations": [
            {"completed_by": 1, "result": RESULT if number % 2 else [MENTION]}
        ]}
        for number, each in enumerate(corpus.articles.values())
    ]  # fmt: skip
    export = read_export(
        tasks, articles=corpus.articles, schema=corpus.schema, annotator=annotator_of({"1": "a"})
    )
    assert len(export.annotations) == ARTICLES
    return {
        f"a/{each.article}": [{"start": entity.start, "type": entity.type} for entity in each.entities]
        + [{"start": event.trigger.start, "type": event.type} for event in each.events]
        for each in export.annotations
    }


def held(corpus: Corpus) -> dict[str, list[dict[str, Any]]]:
    """What the passes on disk hold, in the same form."""
    return {
        name: [{"start": each["start"], "type": each["type"]} for each in value["entities"]]
        + [{"start": each["trigger"]["start"], "type": each["type"]} for each in value["events"]]
        for name, value in passes_in(corpus).items()
    }


def remove_passes(corpus: Corpus, *, keep: float, choose: random.Random | None = None) -> None:
    for path in sorted((corpus.folder / "passes").rglob("*.json")):
        if (choose or random).random() >= keep:
            path.unlink()


def left_on_server(desk: Desk) -> list[str]:
    return [each.title for each in desk.connection.client.projects.exports.list(desk.project.id)]


def test_a_pull_killed_at_20_random_moments_and_repeated_has_every_pass_whole(
    label_studio_served: Served, desk: Desk, big_corpus: Corpus, repository: Path
) -> None:
    wanted = submitted(big_corpus)
    program = repository / "scripts" / "label_studio.py"
    data = label_studio_served.log.parent
    command = [sys.executable, program, "pull", "--data", data, "--annotations", big_corpus.folder]
    begun = time.monotonic()
    subprocess.run(command, check=True, capture_output=True)
    moments, choose = Moments(4, time.monotonic() - begun), random.Random(4)
    assert held(big_corpus) == wanted
    killed = 0
    for moment in range(20):
        remove_passes(big_corpus, keep=0.3, choose=choose)
        with subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL) as process:
            if moment % 2:
                time.sleep(moments.draw())
                moments.was(in_time=process.poll() is None)
            else:  # while files are written, which is over in a moment
                wait_for_files(process, big_corpus, choose.randrange(1, ARTICLES // 2))
            process.send_signal(signal.SIGKILL)
            killed += process.wait() == -signal.SIGKILL
        now = held(big_corpus)
        assert now.items() <= wanted.items()
    assert killed >= 10
    done = subprocess.run(command, check=True, capture_output=True, text=True)
    assert held(big_corpus) == wanted
    assert f"{ARTICLES} of {ARTICLES} done" in done.stderr
    assert left_on_server(desk) == []
    assert not (big_corpus.folder / ".pull").exists()


def wait_for_files(process: subprocess.Popen[Any], corpus: Corpus, count: int) -> None:
    staging = corpus.folder / ".pull"
    while process.poll() is None:
        try:
            if sum(1 for _ in staging.iterdir()) >= count:
                return
        except FileNotFoundError:
            pass


@pytest.fixture
def proxy(label_studio: Site) -> Iterator[Proxy]:
    with faulty_proxy(label_studio.url) as made:
        yield made


def through(proxy: Proxy, desk: Desk) -> Desk:
    connection = desk.connection
    return replace(desk, connection=type(connection)(proxy.url, connection.token, timeout=20))


def test_a_server_that_fails_at_20_random_moments_leaves_no_pass_torn_and_none_lost(
    desk: Desk, big_corpus: Corpus, proxy: Proxy
) -> None:
    wanted = submitted(big_corpus)
    desk = through(proxy, desk)
    pull(big_corpus, desk)
    requests = len(proxy.asked)
    assert [method for method, _ in proxy.asked] == ["GET", "POST", "GET", "DELETE"]
    choose = random.Random(7)
    failed = 0
    for _ in range(20):
        remove_passes(big_corpus, keep=0.3, choose=choose)
        before = passes_in(big_corpus)
        first = len(proxy.asked) + choose.randrange(requests)
        fault: Fault = choose.choice(["502", "lost", choose.random() * 0.99])
        # from that request on nothing works, so that repeating it does not help either
        proxy.fault = lambda *_, first=first, fault=fault: fault if len(proxy.asked) > first else None
        if said := failure(big_corpus, desk):
            failed += 1
            assert said.startswith(f"{proxy.url}: ")
            assert "\nNext: " in said
            assert passes_in(big_corpus) == before
    assert failed >= 15
    proxy.fault = lambda *_: None
    pull(big_corpus, desk)
    assert held(big_corpus) == wanted
    assert left_on_server(desk) == []


def failure(corpus: Corpus, desk: Desk) -> str:
    """What a pull fails with; empty where it does not, for the SDK repeats what may be repeated."""
    try:
        pull(corpus, desk)
    except ServerError as error:
        return str(error)
    return ""


def test_a_502_and_a_reply_that_never_comes_are_one_clear_error(
    desk: Desk, big_corpus: Corpus, proxy: Proxy, monkeypatch: pytest.MonkeyPatch
) -> None:
    desk = through(proxy, desk)
    proxy.fault = lambda method, _: "502" if method == "POST" else None
    with pytest.raises(ServerError) as error:
        pull(big_corpus, desk)
    assert str(error.value) == (
        f"{proxy.url}: answered 502 while making a snapshot of project {desk.project.id}\n"
        "Next: run the same command again; if it stays so, see the server's log"
    )
    proxy.fault = lambda method, _: "hang" if method == "POST" else None
    with monkeypatch.context() as patch:
        patch.setattr(snapshots, "PATIENCE", 2.0)
        with pytest.raises(ServerError) as error:
            pull(big_corpus, desk)
    assert str(error.value) == (
        f"{proxy.url}: no answer in 2 s while making a snapshot of project {desk.project.id}\n"
        "Next: see whether the server is busy or stuck, then run the same command again"
    )
    proxy.fault = lambda _, path: 0.5 if path.endswith("/download") else None
    with pytest.raises(ServerError, match="while fetching the snapshot of project"):
        pull(big_corpus, desk)
    assert passes_in(big_corpus) == {}


def test_a_snapshot_that_is_not_what_the_server_made_is_refused(
    desk: Desk, big_corpus: Corpus, monkeypatch: pytest.MonkeyPatch
) -> None:
    client = desk.connection.client
    whole = client.projects.exports.download
    monkeypatch.setattr(client.projects.exports, "download", lambda *given: [*whole(*given), b" "])
    with pytest.raises(ServerError, match=r"the snapshot came with [\d,]+ bytes of MD5 \w+, the server says"):
        pull(big_corpus, desk)
    assert passes_in(big_corpus) == {}


def test_a_full_disk_leaves_the_passes_that_were_there(
    empty_label_studio: Site,
    label_studio_served: Served,
    tmp_path: Path,
    tiny_value: dict[str, Any],
    repository: Path,
) -> None:
    with small_disk(tmp_path / "disk", kilobytes=200) as disk:
        corpus = write_small_corpus(disk / "annotations", tiny_value)
        work = make_work(empty_label_studio, "a", corpus)
        work.submit("authored-0", RESULT)
        work.submit("authored-1", RESULT)
        (found,) = desks(corpus, empty_label_studio)
        pull(corpus, found)
        before = passes_in(corpus)
        work.submit("authored-2", RESULT)
        work.submit("authored-3", RESULT)
        fill(disk / "filling", leave=5000)
        program = repository / "scripts" / "label_studio.py"
        data = label_studio_served.log.parent
        command = [sys.executable, program, "pull", "--data", data, "--annotations", corpus.folder]
        done = subprocess.run(command, check=False, capture_output=True, text=True)
        assert done.returncode == 2
        assert "Traceback" not in done.stderr
        last = done.stderr.splitlines()[-2:]
        assert last[0].endswith(".json: No space left on device")
        assert last[1] == "Next: free some space there, and run the same command again"
        assert passes_in(corpus) == before
        (disk / "filling").unlink()
        pull(corpus, found)
        assert len(passes_in(corpus)) == 4


def fill(path: Path, *, leave: int) -> None:
    """A file that takes all space of its disk but so many bytes, rounded to pages."""
    space = os.statvfs(path.parent)
    path.write_bytes(b"\0" * (space.f_bavail * space.f_bsize - leave))


def test_a_server_killed_while_it_makes_the_snapshot_loses_nothing(
    label_studio_installation: Installation, tmp_path: Path, big_corpus: Corpus
) -> None:
    data = tmp_path / "data"
    port = free_port()
    people: list[Any] = [("a", "annotator")]
    with serving(label_studio_installation, data, people=people, port=port, say=print) as served:
        submit_all(served.site, big_corpus)
        (found,) = desks(big_corpus, served.site)
        with faulty_proxy(served.site.url) as proxy:

            def kill_at_the_snapshot(method: str, _: str) -> Fault:
                if method == "POST":
                    os.killpg(served.process.pid, signal.SIGKILL)
                    return "lost"
                return None

            proxy.fault = kill_at_the_snapshot
            with pytest.raises(ServerError, match="cannot be reached while making a snapshot"):
                pull(big_corpus, through(proxy, found))
        with pytest.raises(ServerError, match="cannot be reached while looking for snapshots"):
            pull(big_corpus, found)
    assert passes_in(big_corpus) == {}
    with serving(label_studio_installation, data, people=people, port=port, say=print) as served:
        (found,) = desks(big_corpus, served.site)
        pull(big_corpus, found)
    assert held(big_corpus) == submitted(big_corpus)
    remove_passes(big_corpus, keep=0.0)


def test_a_server_killed_at_20_random_moments_of_a_pull_loses_nothing(
    label_studio_installation: Installation, tmp_path: Path, big_corpus: Corpus
) -> None:
    """Killed by SIGKILL, started again on the same data, and asked again."""
    port = free_port()
    people: list[Any] = [("a", "annotator")]
    choose = random.Random(8)

    def served() -> AbstractContextManager[Served]:
        return serving(
            label_studio_installation, tmp_path / "data", people=people, port=port, say=lambda _: None
        )

    with served() as server:
        submit_all(server.site, big_corpus)
        (desk,) = desks(big_corpus, server.site)
        begun = time.monotonic()
        pull(big_corpus, desk)
        moments = Moments(8, time.monotonic() - begun)
    wanted, failed = submitted(big_corpus), 0
    for _ in range(20):
        remove_passes(big_corpus, keep=0.3, choose=choose)
        with served() as server:
            (desk,) = desks(big_corpus, server.site)
            killer = threading.Timer(moments.draw(), os.killpg, (server.process.pid, signal.SIGKILL))
            killer.start()
            in_time = bool(failure(big_corpus, desk))
            killer.cancel()
            moments.was(in_time=in_time)
            failed += in_time
        assert held(big_corpus).items() <= wanted.items()
    assert failed >= 10, "most pulls had ended before their server was killed"
    with served() as server:
        (desk,) = desks(big_corpus, server.site)
        pull(big_corpus, desk)
        assert left_on_server(desk) == []
    assert held(big_corpus) == wanted
    remove_passes(big_corpus, keep=0.0)
