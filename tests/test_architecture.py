"""Imports run one way, and what must never be in the repository is not in it."""

from __future__ import annotations

import ast
import json
import re
import subprocess
from collections.abc import Iterator
from pathlib import Path

import yaml

from khabar.corpus import read_corpus

LEVELS = [
    {"errors", "wording"},
    {"files", "folders", "batches", "terminal", "bootstrap", "workers"},
    {"schema", "text"},
    {"document", "typed_annotations", "alignment", "checks", "soundness", "guidelines", "standoff"},
    {"article_list"},
    {"corpus"},
    {"quotes", "places", "renaming", "gathering", "intake", "telling", "inputs", "fetching", "missing"},
    {"streams"},
    {"adjudication", "agreement", "decisions", "differences", "judging", "gold", "settlement", "splitting"},
    {"labelstudio", "formats", "release", "scoring", "pages"},
    {"baselines", "benchmark"},
    {"preannotation"},  # what a scorer can read, annotators may begin with
    {"suspects", "selection", "silver"},  # what a baseline of the corpus would have found, or is unsure of
    {"crawl"},  # from streams to selection, on an engine for clusters
]
"""Rooms of the house, from the ground up: a room imports from its own floor (but see ALONE) or below."""

ALONE = {"labelstudio", "formats", "release", "scoring", "pages", "baselines", "benchmark"}
"""Packages that import nothing from neighbours on their floor (but pages shows what scoring gives it)."""


def rooms_of(path: Path) -> set[str]:
    """First component below `khabar` of everything the file imports."""
    found = set()
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        names = []
        if isinstance(node, ast.ImportFrom) and node.module:
            names = [node.module]
            if node.module == "khabar":
                names = [f"khabar.{each.name}" for each in node.names]
        elif isinstance(node, ast.Import):
            names = [each.name for each in node.names]
        found |= {name.split(".")[1] for name in names if name.startswith("khabar.")}
    return found - {"__version__", "load_schema", "read_annotations", "read_articles"}


def floor_of(room: str) -> int:
    return next(number for number, rooms in enumerate(LEVELS) if room in rooms)


def test_imports_run_one_way(repository: Path) -> None:
    package = repository / "src" / "khabar"
    wrong = []
    for path in sorted(package.rglob("*.py")):
        room = path.relative_to(package).parts[0].removesuffix(".py")
        if room == "__init__":
            continue
        for other in rooms_of(path) - {room}:
            neighbours = floor_of(other) == floor_of(room) and {room, other} & ALONE
            if floor_of(other) > floor_of(room) or (neighbours and (room, other) != ("pages", "scoring")):
                wrong.append(f"{path.relative_to(package)} imports {other}")
    assert wrong == []


def test_programs_are_thin(repository: Path) -> None:
    programs = [*(repository / "scripts").glob("*.py"), *(repository / "benchmark").rglob("*.py")]
    assert {
        path.name: len(path.read_text(encoding="utf-8").splitlines())
        for path in programs
        if path.stat().st_size > 12_000
    } == {}


def tracked(repository: Path, *patterns: str) -> list[Path]:
    """Files git tracks (and new ones it does not ignore)."""
    listed = subprocess.run(
        ["git", "ls-files", "-z", "--cached", "--others", "--exclude-standard", *patterns],
        cwd=repository,
        capture_output=True,
        check=True,
        text=True,
    ).stdout
    return [repository / name for name in listed.split("\0") if name and (repository / name).is_file()]


def runs_of(text: str, length: int = 6) -> list[str]:
    """Every run of that many words."""
    words = re.findall(r"\w+", text)
    return [" ".join(words[n : n + length]) for n in range(len(words) - length + 1)]


def strings_of(value: object) -> Iterator[str]:
    """Every string of a JSON value but the annotated mentions, which stand under `text`."""
    if isinstance(value, str):
        yield value
    elif isinstance(value, list):
        for each in value:
            yield from strings_of(each)
    elif isinstance(value, dict):
        for key, each in value.items():
            if key != "text":
                yield from strings_of(each)


def test_no_text_of_others_is_in_the_repository(repository: Path, standoff_folders: list[Path]) -> None:
    """No six words in a row of a stand-off text, beyond the annotated mentions."""
    corpus = read_corpus(repository / "annotations", standoff_folders)
    theirs = [each for each in corpus.articles.values() if corpus.sources[each.source].standoff]
    assert theirs
    assert [each.id for each in theirs if each.text is None] == []
    forbidden = {run for each in theirs for run in runs_of(each.text or "")}
    for path in tracked(repository):
        if path.suffix in {".png", ".parquet"}:
            continue
        text = path.read_text(encoding="utf-8")
        parts = strings_of(json.loads(text)) if path.suffix == ".json" else [text]
        shared = [run for part in parts for run in runs_of(part) if run in forbidden]
        assert not shared, f"{path}: {shared[0]}"


def test_no_path_of_a_machine_and_no_address_of_a_registry_is_in_the_repository(repository: Path) -> None:
    forbidden = re.compile(
        r"--(?:extra-)?index-url[ =]|^\s*index-url|pypi\.org/simple|/home/\w+/|/root/", re.MULTILINE
    )
    for path in tracked(repository):
        if path.suffix not in {".png", ".parquet"} and path != Path(__file__):
            found = forbidden.search(path.read_text(encoding="utf-8"))
            assert not found, f"{path}: {found.group() if found else ''}"


def test_the_version_is_the_same_everywhere(repository: Path) -> None:
    import khabar

    citation = yaml.safe_load((repository / "CITATION.cff").read_text(encoding="utf-8"))
    assert str(citation["version"]) == khabar.__version__
    assert f"## {khabar.__version__}" in (repository / "CHANGELOG.md").read_text(encoding="utf-8")
