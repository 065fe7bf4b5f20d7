"""gather_annotations.py gold: what passes and decisions give, and the check that gold is exactly that."""

from __future__ import annotations

import json
from pathlib import Path
from types import ModuleType

import pytest

from gathering import PASS_A, TEXT, Program, adjudicated, entity, quoted, write
from khabar.corpus import read_corpus
from khabar.document import Annotation, Argument, Entity, Event, Trigger, read_annotation
from khabar.files import sha256
from khabar.schema import Schema
from khabar.terminal import run


def test_a_judges_file_becomes_decisions_and_decisions_gold(gather: Program, tmp_path: Path) -> None:
    adjudicated(gather, tmp_path)
    gold = read_annotation(gather.folder / "gold" / "authored-x.json")
    entities = (Entity("T1", "GPE", 18, 23, "موسكو", {"metonym": True}),)
    events = (
        Event("E1", "Reject", Trigger(29, 33, "ترفض"), (Argument("Rejecter", "T1"),), {"realis": "actual"}),
    )
    assert gold == Annotation("authored-x", sha256(TEXT), "gold", "1.0", entities, events)
    code, out, err = gather("gold", "--check")
    assert (code, out, err) == (0, "", "gold is what passes and decisions give: 1 article\n")
    assert read_corpus(gather.folder).annotations("gold") == [gold]


def test_passes_that_agree_need_a_decisions_file_with_no_decisions(gather: Program, tmp_path: Path) -> None:
    for name in ("annotator-a", "annotator-b"):
        assert gather("quotes", write(tmp_path / "same.json", PASS_A), "--annotator", name)[0] == 0
    code, _, err = gather("gold")
    assert (code, err.splitlines()[-1]) == (0, "1 waiting for decisions: authored-x")
    judged = {"article": "authored-x", "judge": "judge-1", "decisions": {}}
    assert gather("decide", write(tmp_path / "judged.json", judged))[0] == 0
    assert gather("gold")[0] == 0
    text = (gather.folder / "decisions" / "authored-x.json").read_text(encoding="utf-8")
    assert json.loads(text)["decisions"] == []
    assert len(read_annotation(gather.folder / "gold" / "authored-x.json").entities) == 2


def test_gold_that_was_edited_by_hand_fails_the_check_and_is_rebuilt(gather: Program, tmp_path: Path) -> None:
    adjudicated(gather, tmp_path)
    path = gather.folder / "gold" / "authored-x.json"
    right = path.read_text(encoding="utf-8")
    path.write_text(right.replace('"actual"', '"future"'), encoding="utf-8")
    code, _, err = gather("gold", "--check")
    assert code == 1
    assert f"{path}: 2 faults" in err
    assert "scripts/gather_annotations.py gold" in err
    assert gather("gold")[0] == 0
    assert path.read_text(encoding="utf-8") == right


def test_gold_is_compared_without_the_texts_of_others(gather: Program, tmp_path: Path) -> None:
    adjudicated(gather, tmp_path)
    other = quoted(entity("b", "GPE", "بغداد"), article="standoff-y")
    for name in ("annotator-a", "annotator-b"):
        assert gather("quotes", write(tmp_path / "y.json", other), "--annotator", name)[0] == 0
    judged = {"article": "standoff-y", "judge": "judge-1", "decisions": {}}
    assert gather("decide", write(tmp_path / "j.json", judged))[0] == 0
    assert gather("gold")[0] == 0
    code, _, err = gather("gold", "--check", texts=False)
    assert (code, err.splitlines()) == (
        0,
        ["gold is what passes and decisions give: 2 articles", "1 derived without their text: standoff-y"],
    )
    path = gather.folder / "gold" / "standoff-y.json"
    path.write_text(path.read_text(encoding="utf-8").replace("GPE", "PER"), encoding="utf-8")
    assert gather("gold", "--check", texts=False)[0] == 1


def test_gold_that_no_decisions_explain_is_a_fault(gather: Program, tmp_path: Path) -> None:
    adjudicated(gather, tmp_path)
    (gather.folder / "decisions" / "authored-x.json").unlink()
    for arguments in (["gold"], ["gold", "--check"]):
        code, _, err = gather(*arguments)
        assert code == 1
        assert "gold that no decisions explain" in err


def test_a_pass_changed_after_the_decisions_is_found_out(gather: Program, tmp_path: Path) -> None:
    adjudicated(gather, tmp_path)
    assert (
        gather("quotes", tmp_path / "annotator-a.json", "--annotator", "annotator-b", "--replace", "all")[0]
        == 0
    )
    code, _, err = gather("gold", "--check")
    assert code == 1
    assert "`from` says annotator-a" in err


def test_the_gold_of_the_corpus_is_what_its_passes_and_decisions_give(
    repository: Path, gather_program: ModuleType, capfd: pytest.CaptureFixture[str]
) -> None:
    with pytest.raises(SystemExit) as end:
        run(gather_program.app, ["gold", "--check", "--annotations", str(repository / "annotations")])
    assert end.value.code in (0, None), capfd.readouterr().err


def test_a_schema_of_another_version_is_told(gather: Program, tmp_path: Path, tiny_schema: Schema) -> None:
    adjudicated(gather, tmp_path)
    path = gather.folder / "schema.yaml"
    path.write_text(
        path.read_text(encoding="utf-8").replace("version: '1.0'", "version: '2.0'"), encoding="utf-8"
    )
    code, _, err = gather("gold", "--check")
    assert code == 1
    assert "schema: written for schema 1.0, this is schema 2.0" in err
