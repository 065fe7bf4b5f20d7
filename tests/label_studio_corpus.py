"""A corpus for the tests on a Label Studio server: annotators a and b, a judge j, any number of articles."""

from __future__ import annotations

import json
import shutil
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import yaml

from khabar.corpus import Corpus, read_corpus
from khabar.files import sha256, write_json_lines
from khabar.labelstudio import labelling_config, task
from khabar.labelstudio.accounts import Site
from khabar.labelstudio.connection import Connection, connect
from khabar.labelstudio.push import Pushed, Task, push, read_tasks

SCHEMA = Path(__file__).resolve().parents[1] / "annotations" / "schema.yaml"
TRICKY = "لقاء 😀 في بيروت\n\nالتقى سامر \u200fBBC\u200f وزيرَ 𐤀𐤁 في للأمم المتحدة 🇱🇧 أمس.\nرفضت موسكو."
"""Emoji and astral letters before the mentions, Latin letters, a mark of direction, vowel signs."""


def text_of(number: int) -> str:
    """The text of an article; every tenth is the tricky one."""
    return f"{TRICKY} ({number})" if number % 10 == 0 else f"خبر {number}\n\nزار سامر بيروت يوم {number}."


def make_corpus(folder: Path, count: int = 3, texts: Mapping[str, str] | None = None) -> Corpus:
    """A corpus of articles t-0, t-1, … (or of those texts by id), with nothing annotated."""
    texts = {f"t-{number}": text_of(number) for number in range(count)} if texts is None else texts
    (folder / "texts").mkdir(parents=True, exist_ok=True)
    shutil.copy(SCHEMA, folder / "schema.yaml")
    lines = []
    for identifier, text in texts.items():
        (folder / "texts" / f"{identifier}.txt").write_text(text, encoding="utf-8")
        lines.append(
            {
                "id": identifier,
                "source": "t",
                "title": text.split("\n")[0],
                "published": None,
                "language": "ar",
                "licence": "CC-BY-4.0",
                "text_sha256": sha256(text),
                "origin": "test",
            }
        )
    write_json_lines(folder / "articles.jsonl", lines)
    source = {"id": "t", "name": "t", "standoff": False, "licence": "CC-BY-4.0", "origin": "test"}
    _write(folder / "sources.yaml", [{**source, "citation": "t", "how_to_get": "t"}])
    people = [("a", "annotator"), ("b", "annotator"), ("j", "judge")]
    _write(
        folder / "annotators.yaml",
        [{"id": i, "kind": "human", "what": "t", "guidelines": "1.0", "role": role} for i, role in people],
    )
    _write(folder / "splits.yaml", {"train": list(texts), "validation": [], "test": []})
    return read_corpus(folder)


def _write(path: Path, value: Any) -> None:
    path.write_text(yaml.safe_dump(value, allow_unicode=True, sort_keys=False), encoding="utf-8")


def tasks_of(corpus: Corpus) -> list[Task]:
    """The tasks of all articles, without pre-annotations."""
    return [task(each, schema=corpus.schema) for each in corpus.articles.values()]


def pushed_to(
    site: Site | Connection, name: str, corpus: Corpus, journals: Path, tasks: list[Task] | None = None
) -> Pushed:
    """What pushing the corpus to that person's project does."""
    return push(
        connect(site, name) if isinstance(site, Site) else site,
        name,
        tasks_of(corpus) if tasks is None else tasks,
        articles=corpus.articles,
        schema=corpus.schema,
        label_config=labelling_config(corpus.schema),
        journals=journals,
    )


def articles_on(site: Site, name: str, project: int) -> list[str]:
    """The articles of the project's tasks, in the order of their ids; twice what has two tasks."""
    found = read_tasks(connect(site, name), project)
    return [each.article for each in sorted(found, key=lambda each: each.id)]


def predictions_file(path: Path, records: list[dict[str, Any]]) -> Path:
    """A file of predictions."""
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text("".join(json.dumps(each) + "\n" for each in records), encoding="utf-8")
    return path
