"""How far everybody is, on a real server, and the two commands as a person runs them."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from khabar.corpus import Corpus
from khabar.labelstudio.accounts import Site
from khabar.labelstudio.desks import desks
from khabar.labelstudio.server import Served
from khabar.labelstudio.status import status
from label_studio_work import (
    BAD,
    MENTION,
    MOSCOW,
    RESULT,
    TRIGGER,
    Work,
    label,
    make_work,
    passes_in,
    write_small_corpus,
)

pytestmark = pytest.mark.labelstudio


@pytest.fixture
def corpus(tmp_path: Path, tiny_value: dict[str, Any]) -> Corpus:
    return write_small_corpus(tmp_path / "annotations", tiny_value, 6)


@pytest.fixture
def works(empty_label_studio: Site, corpus: Corpus) -> tuple[Work, Work]:
    """a did three articles, one of them wrongly, skipped one and began one; b did two of the three."""
    a, b = (make_work(empty_label_studio, name, corpus) for name in ("a", "b"))
    a.submit("authored-0", RESULT)
    a.submit("authored-1", [MENTION, TRIGGER])
    a.submit("authored-2", BAD)
    a.skip("authored-3")
    a.draft("authored-4", [MENTION])
    b.submit("authored-0", RESULT)
    b.submit("authored-1", [label("x", MOSCOW, "entity", "ORG"), TRIGGER])
    b.submit("authored-2", RESULT)
    return a, b


def test_status_counts_everybody_s_tasks_and_agreement_where_two_are_done(
    label_studio: Site, works: tuple[Work, Work], corpus: Corpus
) -> None:
    found = status(corpus, desks(corpus, label_studio)).as_json()
    keys = ("annotator", "done", "skipped", "draft", "open", "tasks", "changing", "faulty")
    assert [tuple(each[key] for key in keys) for each in found["annotators"]] == [
        ("a", 3, 1, 1, 1, 6, 0, 1),
        ("b", 3, 0, 0, 3, 6, 0, 0),
    ]
    assert [each["project"] for each in found["annotators"]] == [
        f"{label_studio.url}/projects/{work.project.id}" for work in works
    ]
    (pair,) = found["agreement"]["pairs"]
    assert (pair["annotators"], pair["articles"]) == (["a", "b"], ["authored-0", "authored-1"])
    counts = {name: (row["match"], row["first"], row["second"]) for name, row in pair["measures"].items()}
    assert counts["entity"] == (1, 2, 2)
    assert counts["trigger_c"] == (2, 2, 2)
    assert counts["argument_c+"] == (1, 1, 1)
    assert pair["measures"]["entity"]["f1"] == 0.5
    assert passes_in(corpus) == {}


def test_a_change_that_is_not_submitted_yet_is_counted(
    label_studio: Site, works: tuple[Work, Work], corpus: Corpus
) -> None:
    works[1].draft("authored-0", [MENTION])
    _, of_b = status(corpus, desks(corpus, label_studio)).people
    assert (of_b.tasks["done"], of_b.tasks["draft"], of_b.changing) == (3, 0, 1)


class Program:
    """Runs the program on the served site; gives exit code, data and talk."""

    def __init__(self, repository: Path, served: Served, corpus: Corpus) -> None:
        self.program = repository / "scripts" / "label_studio.py"
        self.options = ["--data", served.log.parent, "--annotations", corpus.folder]
        self.secrets = [
            secret.get_secret_value()
            for each in served.site.accounts
            for secret in (each.token, each.password)
        ]

    def __call__(self, *arguments: str) -> tuple[int, str, str]:
        command = [sys.executable, self.program, *arguments, *self.options]
        done = subprocess.run(list(map(str, command)), capture_output=True, text=True, check=False)
        assert not any(each in done.stdout + done.stderr for each in self.secrets)
        return done.returncode, done.stdout, done.stderr


@pytest.fixture
def program(repository: Path, label_studio_served: Served, corpus: Corpus) -> Program:
    return Program(repository, label_studio_served, corpus)


def test_the_program_shows_status_as_tables_and_as_json(works: tuple[Work, Work], program: Program) -> None:
    code, out, err = program("status")
    assert (code, err) == (0, "")
    assert [" ".join(each.split("│")).split() for each in out.splitlines() if each.startswith("│ a ")] == [
        ["a", "3", "1", "1", "1", "6", "0", "1"]
    ]
    assert "agreement of a and b, 2 articles" in out
    (mentions,) = [each for each in out.splitlines() if each.startswith("│ mentions")]
    assert mentions.split("│")[1:6] == [" mentions  ", "    1 ", "     2 ", "      2 ", " 0.500 "]
    code, out, err = program("status", "--format", "json", "--annotator", "a")
    assert (code, err) == (0, "")
    value = json.loads(out)
    assert [each["annotator"] for each in value["annotators"]] == ["a"]
    assert value["agreement"]["pairs"] == []


def test_the_program_pulls_what_is_right_lists_the_rest_and_exits_with_1(
    works: tuple[Work, Work], program: Program, corpus: Corpus
) -> None:
    code, out, err = program("pull")
    assert (code, out) == (1, "")
    a = works[0]
    lines = err.splitlines()
    project = a.link("authored-0").partition("/data")[0]
    assert lines[:5] == [
        f"a ({project}): 3 of 6 done, 1 skipped, 1 in draft, 1 open",
        "  passes: 2 written, 0 as they were, 0 changed and not replaced",
        "  6 items read, 5 in these passes, 1 listed or skipped; 0 regions trimmed of white space",
        f"  skipped: {a.link('authored-3')}",
        f"  1 draft, not submitted: {a.link('authored-4')}",
    ]
    assert lines[-3] == f"{project}: 1 fault"
    assert lines[-2].startswith(f"  {a.link('authored-2')} annotation ")
    assert lines[-2].endswith(" region m: [18, 4000) ends past the text, which has 65 code points")
    assert lines[-1].startswith("Next: correct these in Label Studio and pull again")
    assert sorted(passes_in(corpus)) == [
        *("a/authored-0", "a/authored-1"),
        *("b/authored-0", "b/authored-1", "b/authored-2"),
    ]
    code, out, err = program("pull", "--format", "json", "--annotator", "b")
    assert code == 0
    (found,) = json.loads(out)
    assert (found["annotator"], found["written"], len(found["unchanged"])) == ("b", [], 3)
    code, out, _ = program("pull", "--format", "json")
    assert code == 1
    assert [len(each["faults"]) for each in json.loads(out)] == [1, 0]


def test_a_wrong_call_is_told(works: tuple[Work, Work], program: Program) -> None:
    assert program("pull", "--map", "a")[::2] == (
        2,
        "expected --map USER=ANNOTATOR, found a\nNext: see --help\n",
    )
    code, _, err = program("pull", "--annotator", "j")
    assert (code, err) == (2, "no annotator 'j' in annotators.yaml (there are a, b, c)\nNext: see --help\n")
