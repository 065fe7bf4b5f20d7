"""`gather_annotations.py` over a corpus of two articles, and what two annotators and a judge give it."""

from __future__ import annotations

import importlib.util
import json
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest
import yaml

from khabar.article_list import Article, write_articles
from khabar.files import sha256
from khabar.terminal import run

TEXT = "عنوان 😀 أول\n\nقالت موسكو إنها ترفض خطة باريس، و NATO يجتمع.\n"
STANDOFF = "نص ليس لنا\n\nزارت موسكو بغداد.\n"


@pytest.fixture(scope="module")
def gather_program(repository: Path) -> ModuleType:
    """The script as a module."""
    path = repository / "scripts" / "gather_annotations.py"
    specification = importlib.util.spec_from_file_location("gather_annotations", path)
    assert specification is not None
    assert specification.loader is not None
    module = importlib.util.module_from_spec(specification)
    specification.loader.exec_module(module)
    return module


def article(id_: str, text: str) -> Article:
    return Article(
        id=id_,
        source=id_.partition("-")[0],
        title=None,
        published=None,
        language="ar",
        licence="CC-BY-4.0",
        text_sha256=sha256(text),
        origin="written for a test",
        text=text,
    )


@pytest.fixture
def gather_corpus(tmp_path: Path, tiny_value: dict[str, Any]) -> Path:
    """A corpus of two articles; the text of one is beside it, in `texts-of-others`."""
    folder = tmp_path / "annotations"
    (folder / "texts").mkdir(parents=True)
    (tmp_path / "texts-of-others").mkdir()
    (folder / "texts" / "authored-x.txt").write_text(TEXT, encoding="utf-8")
    (tmp_path / "texts-of-others" / "standoff-y.txt").write_text(STANDOFF, encoding="utf-8")
    (folder / "schema.yaml").write_text(yaml.safe_dump(tiny_value), encoding="utf-8")
    names = {"annotator-a": "annotator", "annotator-b": "annotator", "judge-1": "judge", "judge-2": "judge"}
    people = [
        {"id": name, "kind": "human", "what": "a person", "guidelines": "1.0", "role": role}
        for name, role in names.items()
    ]
    (folder / "annotators.yaml").write_text(yaml.safe_dump(people), encoding="utf-8")
    write_articles(folder, [article("authored-x", TEXT), article("standoff-y", STANDOFF)])
    return folder


class Program:
    """Runs the program over a corpus; gives exit code, data and talk."""

    def __init__(self, module: ModuleType, folder: Path, capfd: pytest.CaptureFixture[str]) -> None:
        self.module, self.folder, self.capfd = module, folder, capfd

    def __call__(self, *arguments: str | Path, texts: bool = True) -> tuple[int, str, str]:
        given = [str(each) for each in arguments]
        given += ["--annotations", str(self.folder)]
        if texts:
            given += ["--texts", str(self.folder.parent / "texts-of-others")]
        with pytest.raises(SystemExit) as end:
            run(self.module.app, given)
        out, err = self.capfd.readouterr()
        return int(end.value.code or 0), out, err


@pytest.fixture
def gather(
    gather_program: ModuleType,
    gather_corpus: Path,
    capfd: pytest.CaptureFixture[str],
    monkeypatch: pytest.MonkeyPatch,
) -> Program:
    """The program over the corpus."""
    monkeypatch.delenv("KHABAR_TEXTS", raising=False)
    return Program(gather_program, gather_corpus, capfd)


def write(path: Path, value: Any) -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(json.dumps(value, ensure_ascii=False), encoding="utf-8")
    return path


def entity(key: str, type_: str, text: str, **more: Any) -> dict[str, Any]:
    return {"key": key, "type": type_, "text": text, **more}


def quoted(*entities: Any, events: Any = (), article: str = "authored-x") -> dict[str, Any]:
    return {"article": article, "entities": list(entities), "events": list(events)}


def reject(*arguments: tuple[str, str], **more: Any) -> dict[str, Any]:
    roles = [{"role": role, "entity": filler} for role, filler in arguments]
    return {"key": "v", "type": "Reject", "trigger": {"text": "ترفض"}, "arguments": roles, **more}


MOSCOW = entity("m", "GPE", "موسكو")
PASS_A = quoted(
    {**MOSCOW, "metonym": True},
    entity("p", "ORG", "خطة"),
    events=[reject(("Rejecter", "m"), ("Proposal", "p"))],
)
PASS_B = quoted(MOSCOW, events=[reject(("Rejecter", "m"), realis="future")])
JUDGED = {
    "article": "authored-x",
    "judge": "judge-1",
    "decisions": {
        "D1": {"choice": "set", "value": True, "reason": "a state acts"},
        "D2": {"choice": "drop", "reason": "no name"},
        "D3": {"choice": "set", "value": "actual", "reason": "it does"},
        "D4": {"choice": "drop", "reason": "no mention"},
    },
}


def two_passes(gather: Program, folder: Path) -> None:
    for name, value in (("annotator-a", PASS_A), ("annotator-b", PASS_B)):
        code, _, err = gather("quotes", write(folder / f"{name}.json", value), "--annotator", name)
        assert (code, err) == (0, f"wrote passes/{name}/authored-x.json\n")


def adjudicated(gather: Program, folder: Path) -> None:
    two_passes(gather, folder)
    assert gather("decide", write(folder / "judged.json", JUDGED))[0] == 0
    assert gather("gold")[0] == 0
