"""A pull request with a submission: taken out of git as data, refused where it holds anything else."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import yaml

from conftest import tiny_schema_value
from khabar.benchmark import take_proposed
from khabar.corpus import read_corpus
from khabar.errors import CallError, DataError
from release_corpus import gold_predictions, make_checkout
from test_board import add

SUBMISSIONS = "benchmark/submissions"


def git(repository: Path, *words: str) -> str:
    """What git says; its hooks and the user's settings are left aside."""
    names = ("GIT_AUTHOR_NAME", "GIT_AUTHOR_EMAIL", "GIT_COMMITTER_NAME", "GIT_COMMITTER_EMAIL")
    environment = {
        **os.environ,
        **dict.fromkeys(names, "someone@example.org"),
        "GIT_CONFIG_GLOBAL": os.devnull,
    }
    command = ["git", "-C", str(repository), *words]
    return subprocess.run(command, check=True, capture_output=True, text=True, env=environment).stdout.strip()


def commit(repository: Path) -> str:
    """Everything committed; the commit's id."""
    git(repository, "add", "--all")
    git(repository, "commit", "--quiet", "--message", "x")
    return git(repository, "rev-parse", "HEAD")


@pytest.fixture
def repository(tmp_path: Path) -> Path:
    """A fork with one submission on it."""
    checkout = make_checkout(tmp_path / "fork", tiny_schema_value(), "")
    git(checkout, "init", "--quiet", "--initial-branch", "main")
    add(checkout / SUBMISSIONS / "old", gold_predictions(checkout), name="Old")
    commit(checkout)
    return checkout


Change = Callable[[Path], Any]


def proposed(repository: Path, change: Change) -> tuple[str, str]:
    """Base and head of a pull request that makes the change; the checkout is left at the base."""
    base = git(repository, "rev-parse", "main")
    git(repository, "checkout", "--quiet", "-b", "proposal", base)
    change(repository)
    head = commit(repository)
    git(repository, "checkout", "--quiet", "main")
    return base, head


def new_system(repository: Path) -> None:
    """A good submission."""
    add(repository / SUBMISSIONS / "new", gold_predictions(repository), name="New")


def test_a_new_submission_is_taken_and_nothing_else(repository: Path, tmp_path: Path) -> None:
    base, head = proposed(repository, new_system)
    assert take_proposed(repository, base, head, tmp_path / "out") == ["new"]
    assert sorted(each.name for each in (tmp_path / "out" / "new").iterdir()) == [
        "predictions.jsonl",
        "system.yaml",
    ]
    assert [each.name for each in (tmp_path / "out").iterdir()] == ["new"]


def test_of_a_changed_submission_the_unchanged_file_is_taken_too(repository: Path, tmp_path: Path) -> None:
    def change(checkout: Path) -> None:
        path = checkout / SUBMISSIONS / "old" / "system.yaml"
        path.write_text(path.read_text(encoding="utf-8").replace("Old", "Older"), encoding="utf-8")

    base, head = proposed(repository, change)
    assert take_proposed(repository, base, head, tmp_path / "out") == ["old"]
    for name in ("predictions.jsonl", "system.yaml"):
        assert (tmp_path / "out" / "old" / name).is_file()


def test_what_the_base_has_gained_meanwhile_is_not_part_of_the_proposal(
    repository: Path, tmp_path: Path
) -> None:
    _, head = proposed(repository, new_system)
    (repository / "README.md").write_text("newer", encoding="utf-8")
    assert take_proposed(repository, commit(repository), head, tmp_path / "out") == ["new"]


def _code(checkout: Path) -> None:
    (checkout / "src").mkdir()
    (checkout / "src" / "x.py").write_text("raise SystemExit", encoding="utf-8")
    new_system(checkout)


def _script(checkout: Path) -> None:
    new_system(checkout)
    (checkout / SUBMISSIONS / "new" / "run.py").write_text("", encoding="utf-8")


def _deeper(checkout: Path) -> None:
    new_system(checkout)
    (checkout / SUBMISSIONS / "new" / "sub").mkdir()
    (checkout / SUBMISSIONS / "new" / "sub" / "predictions.jsonl").write_text("", encoding="utf-8")


def _link(checkout: Path) -> None:
    new_system(checkout)
    path = checkout / SUBMISSIONS / "new" / "predictions.jsonl"
    path.unlink()
    path.symlink_to("/etc/hostname")


def _runnable(checkout: Path) -> None:
    new_system(checkout)
    (checkout / SUBMISSIONS / "new" / "predictions.jsonl").chmod(0o755)


def _gone(checkout: Path) -> None:
    (checkout / SUBMISSIONS / "old" / "system.yaml").unlink()


def _name(checkout: Path) -> None:
    add(checkout / SUBMISSIONS / "New one", gold_predictions(checkout), name="New")


def _gold(checkout: Path) -> None:
    new_system(checkout)
    (checkout / "annotations" / "splits.yaml").write_text("{}", encoding="utf-8")


def _attributes(checkout: Path) -> None:
    new_system(checkout)
    (checkout / ".gitattributes").write_text("* filter=evil", encoding="utf-8")


@pytest.mark.parametrize(
    ("change", "where", "message"),
    [
        (_code, "src/x.py", "is no file of a submission"),
        (_script, f"{SUBMISSIONS}/new/run.py", "is no file of a submission"),
        (_deeper, f"{SUBMISSIONS}/new/sub/predictions.jsonl", "is no file of a submission"),
        (_link, f"{SUBMISSIONS}/new/predictions.jsonl", "is no plain file (mode 120000"),
        (_runnable, f"{SUBMISSIONS}/new/predictions.jsonl", "is no plain file (mode 100755"),
        (_gone, f"{SUBMISSIONS}/old/system.yaml", "is taken away; a maintainer does that"),
        (_name, f"{SUBMISSIONS}/New one/predictions.jsonl", "found the folder name 'New one'"),
        (_gold, "annotations/splits.yaml", "is no file of a submission"),
        (_attributes, ".gitattributes", "is no file of a submission"),
    ],
)
def test_a_proposal_that_holds_anything_else_is_refused_and_nothing_is_written(
    repository: Path, tmp_path: Path, change: Change, where: str, message: str
) -> None:
    base, head = proposed(repository, change)
    with pytest.raises(DataError, match=re.escape(message)) as caught:
        take_proposed(repository, base, head, tmp_path / "out")
    assert where in [each.where for each in caught.value.faults]
    assert not (tmp_path / "out").exists()


def test_a_commit_that_is_none_is_a_wrong_call(repository: Path, tmp_path: Path) -> None:
    base = git(repository, "rev-parse", "main")
    for head in ("main", "--output=x", "0" * 40):
        with pytest.raises(CallError):
            take_proposed(repository, base, head, tmp_path / "out")


def run(repository: Path, checkout: Path, base: str, head: str) -> subprocess.CompletedProcess[str]:
    """The program as the workflow runs it: the base's code and annotations, the proposed commit's data."""
    program = [sys.executable, str(repository / "benchmark" / "evaluate.py"), "proposed", base, head]
    options = ["--repository", str(checkout), "--annotations", str(checkout / "annotations")]
    return subprocess.run([*program, *options], capture_output=True, text=True, check=False)


def test_the_program_scores_a_good_proposal_and_lists_every_fault_of_a_bad_one(
    tmp_path: Path, repository: Path, request: pytest.FixtureRequest
) -> None:
    ours = Path(str(request.config.rootpath))
    good = run(ours, repository, *proposed(repository, new_system))
    assert (good.returncode, good.stderr.splitlines()[-1]) == (0, "valid: new")
    assert "| New | 100.0 |" in good.stdout
    assert "| Old | 100.0 |" in good.stdout  # the board as it would be

    def twin(checkout: Path) -> None:
        add(checkout / SUBMISSIONS / "new", gold_predictions(checkout), name="Old")

    git(repository, "branch", "--quiet", "-D", "proposal")
    done = run(ours, repository, *proposed(repository, twin))
    assert (done.returncode, done.stdout) == (1, "")
    assert "'Old' is the name of" in done.stderr

    def bad(checkout: Path) -> None:
        add(checkout / SUBMISSIONS / "bad", [{"article": "gone", "entities": [{}]}], name="Bad")

    git(repository, "branch", "--quiet", "-D", "proposal")
    done = run(ours, repository, *proposed(repository, bad))
    assert (done.returncode, done.stdout) == (1, "")
    assert "KB010" in done.stderr
    assert "KB012" in done.stderr


# --- the workflow -------------------------------------------------------------------------------------


@pytest.fixture
def workflow(request: pytest.FixtureRequest) -> dict[str, Any]:
    """The shipped workflow."""
    path = Path(str(request.config.rootpath)) / ".github" / "workflows" / "submission.yml"
    return yaml.load(path.read_text(encoding="utf-8"), Loader=yaml.BaseLoader)  # `on` is a word here


def test_the_workflow_may_only_read_and_checks_out_the_base_alone(workflow: dict[str, Any]) -> None:
    assert list(workflow["on"]) == ["pull_request"]  # never pull_request_target, whose token may write
    assert workflow["permissions"] == {"contents": "read"}
    steps = [each for job in workflow["jobs"].values() for each in job["steps"]]
    assert not [job for job in workflow["jobs"].values() if "permissions" in job]
    (checkout,) = [each for each in steps if each.get("uses", "").startswith("actions/checkout@")]
    assert checkout["with"]["ref"] == "${{ github.event.pull_request.base.sha }}"
    assert checkout["with"]["persist-credentials"] == "false"
    assert "secrets" not in str(workflow)


def test_the_workflow_pins_what_it_uses_and_puts_no_expression_into_a_shell(workflow: dict[str, Any]) -> None:
    steps = [each for job in workflow["jobs"].values() for each in job["steps"]]
    for each in steps:
        if "uses" in each:
            assert re.fullmatch(r"actions/[\w-]+@[0-9a-f]{40}", each["uses"])
        assert "${{" not in each.get("run", "")
        assert not re.search(r"git (checkout|switch|merge|pull|worktree)", each.get("run", ""))
    (check,) = [each for each in steps if "evaluate.py" in each.get("run", "")]
    assert check["shell"] == "bash"  # with pipefail: what `tee` says is not what decides


def test_the_workflow_gets_the_texts_of_the_split_before_it_scores(
    workflow: dict[str, Any], request: pytest.FixtureRequest
) -> None:
    steps = [each for job in workflow["jobs"].values() for each in job["steps"]]
    runs = [each.get("run", "") for each in steps]
    (get,) = [n for n, each in enumerate(runs) if "convert_articles.py fetch" in each]
    (check,) = [n for n, each in enumerate(runs) if "evaluate.py" in each]
    assert get < check
    assert steps[get]["env"]["KHABAR_TEXTS"] == steps[check]["env"]["KHABAR_TEXTS"]
    corpus = read_corpus(Path(str(request.config.rootpath)) / "annotations")
    away = {corpus.articles[each].source for each in corpus.splits["test"]} - {"authored"}
    assert all(f"fetch {each} " in runs[get] for each in away)
