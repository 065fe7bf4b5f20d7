"""A Hub that fails wherever it can: a second run ends with one right release, and words are clear."""

from __future__ import annotations

import subprocess
import sys
import time
from pathlib import Path
from typing import Any

import pytest

from hub_api import Hub
from hub_worker import Call, publish_one, settings
from loopback_hub import READER, WRITER
from publishing import (
    NAME,
    TAG,
    assert_one_right_release,
    call,
    ended,
    hub,
    program,
    releases,
    shared_hub,
    small,
)

__all__ = ["call", "hub", "releases", "shared_hub", "small"]  # fixtures


STEPS = {
    "find": ("GET", r"^/api/datasets/[^/]+/[^/]+$"),
    "create": ("POST", "/repos/create"),
    "tags": ("GET", "/refs"),
    "commits": ("GET", "/commits/"),
    "tree": ("GET", "/tree/"),
    "card": ("POST", "/validate-yaml"),
    "preupload": ("POST", "/preupload/"),
    "batch": ("POST", "/objects/batch"),
    "upload": ("PUT", "/lfs-put/"),
    "check": ("POST", "/lfs-verify"),
    "commit": ("POST", "/commit/"),
    "look": ("HEAD", "/resolve/"),
    "download": ("GET", "/resolve/"),
    "tag": ("POST", "/tag/"),
}
HOWS: dict[str, dict[str, Any]] = {
    "500": {"how": "status", "status": 500},
    "429": {"how": "status", "status": 429, "headers": {"Retry-After": "0"}},
    "504 although done": {"how": "failed", "status": 504},
    "drop": {"how": "drop"},
    "lost": {"how": "lost"},
    "cut": {"how": "cut"},
}


@pytest.mark.slow
@pytest.mark.parametrize("how", HOWS)
@pytest.mark.parametrize("step", STEPS)
def test_after_a_fault_at_any_step_a_second_run_ends_with_one_right_release(
    hub: Hub, call: Call, small: Path, step: str, how: str
) -> None:
    fault = hub.fail(*STEPS[step], **HOWS[how])
    done, said = call(publish_one, small, NAME, hasty=True)
    assert fault.seen
    if done is None:
        assert "Next: " in said
        assert WRITER not in said
    hub.mended()
    again, _ = call(publish_one, small, NAME, hasty=True)
    assert again.state in {"published", "finished", "unchanged"}
    assert_one_right_release(hub, small)


@pytest.mark.parametrize("step", ["find", "create", "card", "commit", "download", "tag"])
@pytest.mark.parametrize("how", ["500", "lost"])
def test_a_passing_fault_is_waited_out_within_one_run(
    hub: Hub, call: Call, small: Path, step: str, how: str
) -> None:
    fault = hub.fail(*STEPS[step], **HOWS[how])
    done, _ = call(publish_one, small, NAME, attempts=4, hasty=True)
    assert fault.seen > 1 or (step, how) in {("commit", "lost"), ("tag", "lost")}
    assert done.state == "published"
    assert_one_right_release(hub, small)


def test_a_commit_whose_reply_is_lost_is_found_and_not_made_twice(hub: Hub, call: Call, small: Path) -> None:
    hub.fail("POST", "/commit/", "lost")
    done, _ = call(publish_one, small, NAME)
    assert done.state == "published"
    assert hub.made("POST", "/commit/") == 1
    assert_one_right_release(hub, small)


def test_somebody_elses_commit_meanwhile_is_a_clear_refusal(hub: Hub, call: Call, small: Path) -> None:
    hub.fail("POST", "/commit/", "status", status=412, message="A commit has happened since.", times=9)
    done, said = call(publish_one, small, NAME, attempts=4)
    assert done is None
    assert "412: somebody else committed there meanwhile; nothing of this run was committed" in said
    assert hub.made("POST", "/commit/") == 1
    assert hub.dataset(NAME).tags == {}


def test_other_bytes_than_were_sent_are_not_tagged(hub: Hub, call: Call, small: Path) -> None:
    path = "data/ner/test-00000-of-00001.parquet"
    hub.bent[path] = bytes(len((small / path).read_bytes()))
    done, said = call(publish_one, small, NAME)
    assert done is None
    assert f"{path}: expected SHA-256" in said
    assert hub.dataset(NAME).tags == {}
    hub.bent.clear()
    assert call(publish_one, small, NAME)[0].state == "finished"
    assert_one_right_release(hub, small)


def test_a_release_the_loader_does_not_give_back_is_told_of(
    hub: Hub, call: Call, releases: dict[str, Path]
) -> None:
    call(publish_one, releases["one"], NAME)
    path = "data/passes/test-00000-of-00001.parquet"
    hub.fail("GET", f"/resolve/{TAG}/README.md", "status", status=403, times=99)
    done, said = call(publish_one, releases["one"], NAME, trusted=False)
    assert done is None
    assert "the tag is right, but the loader does not give the release back" in said
    assert path in hub.dataset(NAME).head.files


def test_a_hub_that_asks_to_wait_is_waited_for_within_limits(hub: Hub, call: Call, small: Path) -> None:
    hub.fail("GET", "/refs", "status", status=429, headers={"Retry-After": "1"})
    started = time.monotonic()
    assert call(publish_one, small, NAME, attempts=2)[0].state == "published"
    assert time.monotonic() - started >= 1


@pytest.mark.parametrize(
    "headers", [{"Retry-After": "3600"}, {"RateLimit": '"api";r=0;t=3600', "Retry-After": "1"}]
)
@pytest.mark.parametrize("step", ["tags", "preupload", "commit"])
def test_a_hub_that_asks_to_wait_for_an_hour_is_not_waited_for(
    hub: Hub, call: Call, small: Path, step: str, headers: dict[str, str]
) -> None:
    hub.fail(*STEPS[step], "status", status=429, headers=headers, times=9)
    done, said = call(publish_one, small, NAME, attempts=4)
    assert done is None
    assert "429: the Hub asks to wait 3600 seconds" in said


@pytest.mark.parametrize("step", ["tags", "commit", "tag"])
def test_a_hub_that_does_not_answer_is_given_up_and_asked_again(
    hub: Hub, call: Call, small: Path, step: str
) -> None:
    hub.fail(*STEPS[step], "slow", seconds=6)
    done, _ = call(publish_one, small, NAME, attempts=5, timeout=2)
    assert done.state == "published"
    assert hub.made("POST", "/commit/") == 1
    assert_one_right_release(hub, small)


@pytest.mark.parametrize(
    ("token", "message"),
    [
        (None, "401: the Hub does not know the token, or there is none"),
        ("hf_unknownUNKNOWN", "401: the Hub does not know the token, or there is none"),
        (READER, "403: the token may not do this (it says: you must use a write token)"),
    ],
)
def test_a_token_that_may_not_is_refused_in_plain_words(
    hub: Hub, releases: dict[str, Path], repository: Path, tmp_path: Path, token: str | None, message: str
) -> None:
    arguments = (NAME, "--release", releases["one"], "--partial")
    code, out, err = ended(program(hub, tmp_path, repository, *arguments, token=token))
    assert (code, out) == (1, "")
    assert message in err
    assert "Next: " in err
    assert "Traceback" not in err
    assert hub.repositories == {}


def test_metadata_the_hub_refuses_is_told_as_it_says_it(hub: Hub, call: Call, small: Path) -> None:
    hub.card_errors.append('"license" must be one of a list')
    done, said = call(publish_one, small, NAME)
    assert done is None
    assert 'Invalid metadata in README.md.\n- "license" must be one of a list' in said
    assert len(hub.dataset(NAME).commits) == 1


def test_a_token_is_in_no_output_log_traceback_or_file(
    hub: Hub, releases: dict[str, Path], repository: Path, tmp_path: Path
) -> None:
    """Not even where the server echoes it, nor with the client's own debugging on."""
    for name in ("commit", "tag"):
        echo = {"status": 400, "message": f"no good: Bearer {WRITER}", "times": 1}
        hub.fail(*STEPS[name], "status", **echo)
        arguments = (NAME, "--release", releases["one"], "--partial")
        code, out, err = ended(program(hub, tmp_path, repository, *arguments))
        assert code == 1
        assert "no good: Bearer [token]" in err
        assert WRITER not in out + err
    script = tmp_path / "uncaught.py"
    script.write_text(
        f"import sys\nfrom khabar.release.hub import publish\npublish(sys.argv[1], '{NAME}', partial=True)\n",
        encoding="utf-8",
    )
    hub.fail(*STEPS["tags"], "status", **echo)
    ran = subprocess.run(
        [sys.executable, script, releases["one"]],
        env={**settings(hub, tmp_path), "PYTHONPATH": str(repository / "src"), "HF_DEBUG": "1"},
        capture_output=True,
        text=True,
        check=False,
    )
    assert "Traceback (most recent call last)" in ran.stderr
    assert "(authenticated: True)" in ran.stderr  # the client's own debugging was on
    assert "no good: Bearer [token]" in ran.stderr
    assert WRITER not in ran.stdout + ran.stderr
    written = [path for path in tmp_path.rglob("*") if path.is_file()]
    assert [path for path in written if WRITER.encode() in path.read_bytes()] == []
    assert WRITER not in repr([each.message + each.title for each in hub.dataset(NAME).commits])


def test_a_hub_that_is_out_of_reach_is_told_of(hub: Hub, call: Call, small: Path) -> None:
    hub.fail("GET", "/api/", "drop", times=99)
    done, said = call(publish_one, small, NAME, attempts=3)
    assert done is None
    assert said.splitlines()[1].startswith("  looking for the repository: the connection failed")
    assert said.endswith("Next: run the same command again: it goes on where this one stopped")
    assert hub.made("GET", "/api/") == 3
