"""Rounds of annotation on a real server: the label stream serves the articles in the order asked for."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import httpx
import pytest
import yaml

from judged_corpus import article as empty_article
from khabar.article_list import write_articles
from khabar.files import sha256
from khabar.labelstudio.accounts import Site, save_site
from khabar.labelstudio.connection import connect
from khabar.labelstudio.projects import find_project

pytestmark = pytest.mark.labelstudio

SCORES = {"n0": 0.9, "n1": 0.3, "n2": 0.7, "n3": 0.1, "n4": 0.5}


@pytest.fixture
def folder(tmp_path: Path, tiny_value: dict[str, Any]) -> Path:
    """A corpus of five articles, and how sure a model is of each."""
    folder = tmp_path / "annotations"
    (folder / "texts").mkdir(parents=True)
    (folder / "schema.yaml").write_text(yaml.safe_dump(tiny_value), encoding="utf-8")
    people = [
        {"id": name, "kind": "human", "what": "a person", "guidelines": "1.0", "role": "annotator"}
        for name in "ab"
    ]
    (folder / "annotators.yaml").write_text(yaml.safe_dump(people), encoding="utf-8")
    articles = []
    for name in SCORES:
        text = f"وصل الوفد {name} 😀 إلى المدينة\n"
        (folder / "texts" / f"authored-{name}.txt").write_text(text, encoding="utf-8")
        articles.append(
            empty_article(f"authored-{name}").model_copy(update={"text": text, "text_sha256": sha256(text)})
        )
    write_articles(folder, articles)
    rows = [{"article": f"authored-{name}", "score": score} for name, score in SCORES.items()]
    (tmp_path / "scores.jsonl").write_text("".join(json.dumps(row) + "\n" for row in rows), encoding="utf-8")
    return folder


def push(folder: Path, site: Site, repository: Path, *options: str) -> str:
    data = folder.parent / "data"
    data.mkdir(exist_ok=True)
    save_site(data, site)
    program = repository / "scripts" / "label_studio.py"
    places = ["--data", data, "--annotations", folder]
    environment = {name: value for name, value in os.environ.items() if name != "KHABAR_TEXTS"}
    done = subprocess.run(
        [sys.executable, program, "push", *options, *places],
        env=environment,
        capture_output=True,
        text=True,
    )
    assert done.returncode == 0, done.stderr
    return done.stderr


def served(site: Site, name: str) -> list[str]:
    """The articles that the label stream gives that annotator, who submits each and asks for the next."""
    connection = connect(site, name)
    project = find_project(connection, "pass", name)
    assert project is not None
    headers = {"Authorization": f"Token {site.token(name).get_secret_value()}"}
    found = []
    with httpx.Client(base_url=site.url, headers=headers, timeout=60) as client:
        while (reply := client.get(f"/api/projects/{project.id}/next")).status_code == httpx.codes.OK:
            found.append(reply.json()["data"]["article"].removeprefix("authored-"))
            client.post(
                f"/api/tasks/{reply.json()['id']}/annotations/", json={"result": []}
            ).raise_for_status()
    return found


def test_the_stream_serves_what_the_model_is_least_sure_of_and_the_next_round_the_rest(
    folder: Path, empty_label_studio: Site, repository: Path
) -> None:
    uncertain = ["--order", "uncertain", "--scores", str(folder.parent / "scores.jsonl")]
    said = push(folder, empty_label_studio, repository, *uncertain, "--count", "2")
    assert "a: 2 tasks added, 0 there already" in said
    assert served(empty_label_studio, "a") == ["n3", "n1"]
    said = push(folder, empty_label_studio, repository, *uncertain, "--count", "2")
    assert "b: 2 tasks added, 2 there already" in said
    assert served(empty_label_studio, "a") == ["n4", "n2"]
    assert served(empty_label_studio, "b") == ["n3", "n1", "n4", "n2"]


def test_a_seed_gives_both_annotators_the_same_order_again(
    folder: Path, empty_label_studio: Site, repository: Path
) -> None:
    push(folder, empty_label_studio, repository, "--order", "random", "--seed", "1")
    first = served(empty_label_studio, "a")
    assert served(empty_label_studio, "b") == first
    assert sorted(first) == sorted(SCORES)
    assert first != sorted(SCORES)
