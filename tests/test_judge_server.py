"""Adjudication on a real server: pushed once, judged, pulled as it was submitted, whatever interrupts it."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
import yaml

from judge_at_work import submission
from judged_corpus import (
    AGREED,
    DISPUTED,
    GOLD,
    MOSCOW_GPE,
    PLAN_ORG,
    SINGLE,
    A,
    B,
    annotated,
    make_corpus,
    rejected,
)
from khabar.corpus import Corpus
from khabar.document import read_annotation, write_annotation
from khabar.gold import compare_gold, derive_gold
from khabar.labelstudio.accounts import Site, save_site
from khabar.labelstudio.connection import connect
from khabar.labelstudio.projects import find_project

pytestmark = pytest.mark.labelstudio


@dataclass(frozen=True)
class Court:
    """A corpus, a server and the program between them."""

    corpus: Corpus
    site: Site
    data: Path
    program: Path

    def command(self, *arguments: str) -> list[str]:
        places = ["--data", str(self.data), "--annotations", str(self.corpus.folder)]
        return [sys.executable, str(self.program), *arguments, *places]

    def run(self, *arguments: str) -> subprocess.CompletedProcess[str]:
        environment = {name: value for name, value in os.environ.items() if name != "KHABAR_TEXTS"}
        return subprocess.run(self.command(*arguments), capture_output=True, text=True, env=environment)

    def said(self, *arguments: str, code: int = 0) -> str:
        done = self.run(*arguments)
        assert done.returncode == code, done.stderr
        return done.stderr

    @property
    def client(self) -> Any:
        return connect(self.site, "j").client

    @property
    def project(self) -> int:
        found = find_project(connect(self.site, "j"), "adjudication", "j")
        assert found is not None
        return found.id

    @property
    def tasks(self) -> dict[str, list[Any]]:
        """The project's tasks by article."""
        found: dict[str, list[Any]] = {}
        for each in self.client.tasks.list(project=self.project, fields="all"):
            found.setdefault(each.data["article"], []).append(each)
        return found

    def submit(self, result: list[Any], article: str = DISPUTED) -> Any:
        (task,) = self.tasks[article]
        return self.client.annotations.create(id=task.id, result=result)

    def gold(self, article: str = DISPUTED) -> Any:
        return read_annotation(self.corpus.folder / "gold" / f"{article}.json")


@pytest.fixture
def court(empty_label_studio: Site, tmp_path: Path, tiny_value: dict[str, Any], repository: Path) -> Court:
    corpus = make_corpus(tmp_path / "annotations", tiny_value)
    data = tmp_path / "data"
    data.mkdir()
    save_site(data, empty_label_studio)
    return Court(corpus, empty_label_studio, data, repository / "scripts" / "adjudicate.py")


def test_what_the_judge_submits_is_gold_and_a_repetition_changes_nothing(court: Court) -> None:
    assert court.said("push").splitlines() == [
        "1 disputed; 1 agree on everything and need no judge; 0 decided already; 1 with less than two passes",
        f"1 task added, 0 there already: {court.site.url}/projects/{court.project}",
    ]
    assert "0 tasks added, 1 there already" in court.said("push")
    (task,) = court.tasks[DISPUTED]
    assert len(task.predictions) == 1
    assert list(court.tasks) == [DISPUTED]
    court.submit(submission([A, B], GOLD))
    place = f"{DISPUTED}, task {task.id} ({court.site.url}/projects/{court.project}/data?task={task.id})"
    assert court.said("pull").splitlines() == [
        f"{place}: 5 of 5 decisions give no reason",
        "decisions: 2 written, 0 as they were; gold: 2 written, 0 as they were; 0 articles wait",
    ]
    assert court.gold() == GOLD
    compare_gold(Corpus(court.corpus.folder), derive_gold(Corpus(court.corpus.folder)))
    assert "decisions: 0 written, 1 as they were; gold: 0 written, 1 as they were" in court.said("pull")
    assert "0 disputed; 0 agree on everything and need no judge; 2 decided already" in court.said("push")


def test_a_task_submitted_as_it_came_is_listed_and_left(court: Court) -> None:
    court.said("push")
    (task,) = court.tasks[DISPUTED]
    court.submit(task.predictions[0].result)
    done = court.run("pull", "--format", "json")
    assert done.returncode == 0
    found = json.loads(done.stdout)
    assert found["decided"] == [AGREED]
    assert [each["message"].partition(":")[0] for each in found["open"]] == [
        f"undecided D{number}" for number in range(1, 6)
    ]
    assert not (court.corpus.folder / "decisions" / f"{DISPUTED}.json").exists()


def test_passes_that_change_after_the_push_are_told_and_the_task_is_made_anew_when_asked(
    court: Court,
) -> None:
    court.said("push")
    (before,) = court.tasks[DISPUTED]
    court.submit(submission([A, B], GOLD))
    second = annotated("b", MOSCOW_GPE, rejected())
    write_annotation(court.corpus.folder / "passes" / "b" / f"{DISPUTED}.json", second)
    assert "the pass of b has changed since the task was made" in court.said("pull", code=1)
    refused = court.said("push", code=1)
    assert f"{DISPUTED}, task {before.id}" in refused
    assert f"Next: --replace {DISPUTED} makes such a task anew; what was judged of it is lost" in refused
    court.said("push", "--replace", DISPUTED)
    (after,) = court.tasks[DISPUTED]
    assert (after.annotations, after.data["passes"]["a"]) == ([], before.data["passes"]["a"])
    assert after.data["passes"]["b"] != before.data["passes"]["b"]
    gold = annotated("gold", MOSCOW_GPE, PLAN_ORG, rejected(("Rejecter", MOSCOW_GPE)))
    court.submit(submission([A, second], gold))
    court.said("pull")
    assert court.gold() == gold


def test_an_annotator_who_comes_later_is_added_and_what_was_judged_stays(court: Court) -> None:
    court.said("push")
    court.submit(submission([A, B], GOLD))
    folder = court.corpus.folder
    people = yaml.safe_load((folder / "annotators.yaml").read_text(encoding="utf-8"))
    people.append({**people[0], "id": "c"})
    (folder / "annotators.yaml").write_text(yaml.safe_dump(people), encoding="utf-8")
    third = annotated("c", MOSCOW_GPE, article=SINGLE)
    write_annotation(folder / "passes" / "c" / f"{SINGLE}.json", third)
    assert "1 task added, 1 there already" in court.said("push")
    court.said("pull")
    assert court.gold() == GOLD
    config = court.client.projects.get(id=court.project).label_config
    assert '<Label value="c"' in config
    assert '<Relation value="c"' in config


def test_another_server_is_named_by_the_environment(court: Court, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("LABEL_STUDIO_URL", court.site.url)
    monkeypatch.setenv("LABEL_STUDIO_API_KEY", court.site.token("j").get_secret_value())
    (court.data / "accounts.json").unlink()
    assert "say who decides: --judge ID (there are none)" in court.said("push", code=2)
    assert "1 task added" in court.said("push", "--judge", "j")
    court.submit(submission([A, B], GOLD))
    court.said("pull", "--judge", "j")
    assert court.gold() == GOLD


def test_a_judge_without_a_project_is_a_wrong_call(court: Court) -> None:
    assert "j has no project there yet; adjudicate.py push makes it" in court.said("pull", code=2)
    assert "no judge 'a' in annotators.yaml" in court.said("push", "--judge", "a", code=2)


def test_annotators_see_nothing_of_the_judges_project(court: Court) -> None:
    court.said("push")
    for name in "ab":
        client = connect(court.site, name).client
        assert [each.id for each in client.projects.list()] == []


def test_killed_at_any_moment_and_repeated_there_is_one_task_and_one_gold(court: Court) -> None:
    for moment in range(6):
        _kill_after(court.command("push"), 0.7 + 0.25 * moment)
    court.said("push")
    (task,) = court.tasks[DISPUTED]
    assert len(task.predictions) == 1
    court.submit(submission([A, B], GOLD))
    for moment in range(6):
        _kill_after(court.command("pull"), 0.7 + 0.25 * moment)
    court.said("pull")
    assert court.gold() == GOLD
    compare_gold(Corpus(court.corpus.folder), derive_gold(Corpus(court.corpus.folder)))
    assert sorted(path.name for path in (court.corpus.folder / "gold").iterdir()) == [
        f"{DISPUTED}.json",
        f"{AGREED}.json",
    ]


def _kill_after(command: list[str], seconds: float) -> None:
    process = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    time.sleep(seconds)
    process.send_signal(signal.SIGKILL)
    process.wait()
