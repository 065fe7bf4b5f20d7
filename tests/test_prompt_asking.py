"""Asking a chat model: retries, limits, what is kept, and that the key appears nowhere."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import threading
import time
import traceback
from pathlib import Path
from typing import Any

import pytest
import yaml

from conftest import tiny_schema_value
from khabar.baselines.prompting import Answer, Asking, Chat
from khabar.baselines.prompting.chat import UnansweredError
from khabar.errors import CallError, DataError
from khabar.schema import Schema
from loopback_chat import KEY, Chats, serving
from release_corpus import make_checkout

EMPTY = '{"entities": [], "events": []}'
ARTICLES = [{"id": f"a-{number}", "text": f"نص {number}"} for number in range(6)]


def chat(chats: Chats, **more: Any) -> Chat:
    return Chat(chats.url, "tiny", KEY, **{"wait": 0.01, "timeout": 5.0, **more})


def ask(chats: Chats, **more: Any) -> Answer:
    client = chat(chats, **more)
    return client.ask(client.request([{"role": "user", "content": "Article a-0"}]))


def test_a_question_carries_model_messages_parameters_and_key() -> None:
    with serving(Chats(lambda _: "نعم 😀")) as chats:
        answer = ask(chats, parameters={"temperature": 0, "seed": None})
    assert answer == Answer("نعم 😀", "stop", 100, 7)
    assert chats.authorizations == [f"Bearer {KEY}"]
    assert chats.requests == [
        {
            "model": "tiny",
            "messages": [{"role": "user", "content": "Article a-0"}],
            "temperature": 0,
            "stream": False,
        }
    ]


@pytest.mark.parametrize(
    "fault", [(429, b"slow down", {}), (500, b"oops", {}), (503, b"", {}), "drop", "cut", "html"]
)
def test_a_passing_fault_is_asked_through(fault: Any) -> None:
    with serving(Chats(lambda _: EMPTY, faults=[fault, fault])) as chats:
        assert ask(chats).content == EMPTY
    assert len(chats.requests) == 3


def test_a_server_that_asks_for_a_wait_gets_it() -> None:
    with serving(Chats(lambda _: EMPTY, faults=[(429, b"", {"retry-after": "0.4"})])) as chats:
        begun = time.monotonic()
        ask(chats)
    assert time.monotonic() - begun >= 0.4


@pytest.mark.parametrize("fault", ["hang", "trickle"])
def test_a_server_that_never_ends_its_answer_is_not_waited_for(fault: str) -> None:
    with serving(Chats(lambda _: EMPTY, faults=[fault])) as chats:
        assert ask(chats, timeout=1.5).content == EMPTY
    assert len(chats.requests) >= 2


def test_after_the_last_attempt_the_reason_is_told_without_the_key() -> None:
    said = f"your key {KEY} may ask again later".encode()
    with (
        serving(Chats(lambda _: EMPTY, faults=[(429, said, {})] * 3)) as chats,
        pytest.raises(UnansweredError) as error,
    ):
        ask(chats, attempts=3)
    assert str(error.value) == (
        "no answer after 3 attempts, the last one: HTTP 429: your key [key] may ask again later"
    )


def test_a_request_that_is_refused_is_not_sent_again() -> None:
    with (
        serving(Chats(lambda _: EMPTY, faults=[(400, b"too long", {})])) as chats,
        pytest.raises(UnansweredError, match="refused: HTTP 400: too long"),
    ):
        ask(chats)
    assert len(chats.requests) == 1


@pytest.mark.parametrize("status", [401, 403, 404])
def test_an_endpoint_that_refuses_the_call_is_told_at_once_without_the_key(status: int) -> None:
    with (
        serving(Chats(lambda _: EMPTY, faults=[(status, f"bad key {KEY}".encode(), {})])) as chats,
        pytest.raises(CallError) as error,
    ):
        ask(chats)
    assert f"HTTP {status}: bad key [key]" in str(error.value)
    assert KEY not in "".join(traceback.format_exception(error.value))
    assert len(chats.requests) == 1


def test_an_answer_without_words_or_usage_is_an_answer() -> None:
    with serving(Chats(lambda _: None, usage=None, finish_reason="content_filter")) as chats:
        assert ask(chats) == Answer("", "content_filter", None, None)


@pytest.mark.parametrize("key", ["sk bad", "sk-bad\n", "sk-سر"])
def test_a_key_that_no_header_can_carry_is_refused_without_showing_it(key: str) -> None:
    with pytest.raises(CallError) as error:
        Chat("http://localhost/v1", "tiny", key)
    assert key.strip() not in str(error.value)


@pytest.mark.parametrize(
    "url", ["localhost:8000", "ftp://x/v1", "http://me:secret@x/v1", "http://x/v1?k=secret"]
)
def test_a_base_url_is_plain_and_what_it_hides_is_not_shown(url: str) -> None:
    with pytest.raises(CallError) as error:
        Chat(url, "tiny")
    assert "secret" not in str(error.value)


def test_the_key_is_not_in_what_a_chat_looks_like() -> None:
    assert KEY not in repr(Chat("http://localhost/v1", "tiny", KEY))


# --- many articles ----------------------------------------------------------------------------------


def asking(chats: Chats, schema: Schema, replies: Path, **more: Any) -> Asking:
    return Asking(chat(chats, **more), schema, ARTICLES, replies)


def test_answered_articles_are_not_asked_about_again(tiny_schema: Schema, tmp_path: Path) -> None:
    with serving(Chats(lambda _: EMPTY)) as chats:
        first = asking(chats, tiny_schema, tmp_path)
        assert sorted(first.run(limit=2)) == ["a-0", "a-1"]
        assert first.open == ["a-2", "a-3", "a-4", "a-5"]
        second = asking(chats, tiny_schema, tmp_path)
        assert sorted(second.answers) == ["a-0", "a-1"]
        assert sorted(second.run()) == second.asked_now == ["a-2", "a-3", "a-4", "a-5"]
        assert second.open == []
        assert list(asking(chats, tiny_schema, tmp_path).run()) == []
    assert sorted(chats.asked) == [each["id"] for each in ARTICLES]
    assert all(KEY not in path.read_text(encoding="utf-8") for path in tmp_path.iterdir())


def test_another_model_or_parameter_is_another_question(tiny_schema: Schema, tmp_path: Path) -> None:
    with serving(Chats(lambda _: EMPTY)) as chats:
        list(asking(chats, tiny_schema, tmp_path).run())
        assert len(asking(chats, tiny_schema, tmp_path, parameters={"temperature": 1}).open) == 6


def test_an_article_without_an_answer_leaves_the_others_theirs(tiny_schema: Schema, tmp_path: Path) -> None:
    with serving(Chats(lambda _: EMPTY, faults=[(400, b"too long", {})])) as chats:
        run = asking(chats, tiny_schema, tmp_path)
        assert len(list(run.run(at_once=1))) == 6
    assert run.open == list(run.failed) == ["a-0"]
    assert len(list(tmp_path.iterdir())) == 5


def test_where_the_call_is_refused_the_rest_is_not_asked(tiny_schema: Schema, tmp_path: Path) -> None:
    with serving(Chats(lambda _: EMPTY, faults=[(401, b"no", {})] * 6)) as chats, pytest.raises(CallError):
        list(asking(chats, tiny_schema, tmp_path).run(at_once=1))
    assert len(chats.requests) < 6
    assert list(tmp_path.iterdir()) == []


def test_no_more_articles_are_asked_about_at_once_than_allowed(tiny_schema: Schema, tmp_path: Path) -> None:
    three, lock, here, most = threading.Barrier(3), threading.Lock(), 0, 0

    def reply(_: Any) -> str:
        nonlocal here, most
        with lock:
            here += 1
            most = max(most, here)
        three.wait(60)  # fails where fewer come at once
        with lock:
            here -= 1
        return EMPTY

    with serving(Chats(reply)) as chats:
        asked = asking(chats, tiny_schema, tmp_path, timeout=60.0)
        assert len(list(asked.run(at_once=3))) == 6
    assert (most, asked.failed) == (3, {})


def test_a_kept_answer_that_was_spoilt_is_told_and_not_mended(tiny_schema: Schema, tmp_path: Path) -> None:
    (tmp_path / "a-3.json").write_text('{"content": "x"}', encoding="utf-8")
    with (
        serving(Chats(lambda _: EMPTY)) as chats,
        pytest.raises(DataError, match=r"a-3\.json.*\n.*not a kept answer"),
    ):
        asking(chats, tiny_schema, tmp_path)


# --- the program ------------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def checkout(tmp_path_factory: pytest.TempPathFactory, repository: Path) -> Path:
    card = (repository / "dataset_card.md").read_text(encoding="utf-8")
    return make_checkout(tmp_path_factory.mktemp("checkout"), tiny_schema_value(), card)


def run(
    repository: Path, checkout: Path, folder: Path, url: str, *more: str
) -> subprocess.CompletedProcess[str]:
    program = repository / "benchmark" / "baselines" / "prompt.py"
    command = [sys.executable, str(program), "--base-url", url, "--model", "org/tiny:1", "--attempts", "1"]
    command += ["--api-key-env", "CHAT_KEY", "--annotations", str(checkout / "annotations")]
    command += [
        "--out",
        str(folder / "out" / "predictions.jsonl"),
        "--replies",
        str(folder / "replies"),
        *more,
    ]
    environment = {**os.environ, "CHAT_KEY": KEY, "PYTHONPATH": str(repository / "src")}
    environment.pop("KHABAR_TEXTS", None)
    return subprocess.run(command, env=environment, capture_output=True, text=True, check=False)


def everything(folder: Path) -> str:
    return "".join(path.read_text(encoding="utf-8") for path in folder.rglob("*") if path.is_file())


def test_the_program_writes_a_valid_submission_and_says_what_it_cost(
    repository: Path, checkout: Path, tmp_path: Path
) -> None:
    with serving(Chats(lambda _: EMPTY)) as chats:
        done = run(repository, checkout, tmp_path, chats.url, "--format", "json", "--date", "2024-02-29")
        assert done.returncode == 0, done.stderr
        again = run(repository, checkout, tmp_path, chats.url)
        assert again.returncode == 0, again.stderr
    counts = json.loads(done.stdout)
    assert (counts["replies"], counts["prompt_tokens"], counts["completion_tokens"]) == (1, 100, 7)
    assert "tokens of prompts" in again.stdout
    assert len(chats.requests) == 1
    assert chats.requests[0]["temperature"] == 0
    system = yaml.safe_load((tmp_path / "out" / "system.yaml").read_text(encoding="utf-8"))
    assert system["parameters"]["model"] == "org/tiny:1"
    assert len(system["parameters"]["prompt_sha256"]) == 64
    scorer = repository / "benchmark" / "evaluate.py"
    command = [sys.executable, str(scorer), "validate", str(tmp_path / "out" / "predictions.jsonl")]
    command += ["--annotations", str(checkout / "annotations")]
    judged = subprocess.run(command, capture_output=True, text=True, check=False)
    assert judged.returncode == 0, judged.stdout + judged.stderr
    assert KEY not in everything(tmp_path) + done.stdout + done.stderr + again.stdout + again.stderr


def test_without_an_answer_for_every_article_the_program_writes_no_predictions(
    repository: Path, checkout: Path, tmp_path: Path
) -> None:
    with serving(Chats(lambda _: EMPTY, faults=[(500, f"{KEY} broke".encode(), {})])) as chats:
        done = run(repository, checkout, tmp_path, chats.url)
        assert done.returncode == 1
        assert "HTTP 500: [key] broke" in done.stderr
        assert "answered articles are not asked about twice" in done.stderr
        assert not (tmp_path / "out").exists()
        chats.faults.append((500, b"broke", {}))
        as_json = run(repository, checkout, tmp_path, chats.url, "--format", "json")
        assert json.loads(as_json.stdout)["faults"][0]["faults"][0]["where"] == "ours-3"
        assert run(repository, checkout, tmp_path, chats.url).returncode == 0
    assert KEY not in everything(tmp_path) + done.stdout + done.stderr


def test_an_endpoint_that_is_not_there_is_one_clear_error(
    repository: Path, checkout: Path, tmp_path: Path
) -> None:
    done = run(repository, checkout, tmp_path, "http://127.0.0.1:9/v1")
    assert done.returncode == 1
    assert "ConnectError" in done.stderr
    assert "Traceback" not in done.stderr


@pytest.mark.parametrize("wrong", ["temperature", "model=1", "=3"])
def test_a_parameter_is_name_and_json(repository: Path, checkout: Path, tmp_path: Path, wrong: str) -> None:
    done = run(repository, checkout, tmp_path, "http://127.0.0.1:9/v1", "--parameter", wrong)
    assert done.returncode == 2
    assert "expected NAME=JSON" in done.stderr
