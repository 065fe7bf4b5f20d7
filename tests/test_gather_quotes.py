"""gather_annotations.py quotes: files of quotes become passes, whole or not at all."""

from __future__ import annotations

from pathlib import Path

import pytest

from gathering import PASS_A, PASS_B, Program, entity, quoted, two_passes, write
from khabar.document import read_annotation


def test_quotes_become_passes_once_and_are_never_overwritten_unasked(gather: Program, tmp_path: Path) -> None:
    two_passes(gather, tmp_path)
    path = gather.folder / "passes" / "annotator-a" / "authored-x.json"
    made = read_annotation(path)
    assert [(each.span, each.text) for each in made.entities] == [((18, 23), "موسكو"), ((34, 37), "خطة")]
    before = path.read_bytes()
    same = gather("quotes", tmp_path / "annotator-a.json", "--annotator", "annotator-a")
    assert same == (0, "", "passes/annotator-a/authored-x.json already holds exactly this\n")
    code, _, err = gather("quotes", tmp_path / "annotator-b.json", "--annotator", "annotator-a")
    assert code == 1
    assert "exists with other content; what was given is never overwritten unasked" in err
    assert err.endswith("Next: --replace authored-x to replace it\n")
    assert path.read_bytes() == before
    for allowed in ("authored-x", "all"):
        given = tmp_path / ("annotator-b.json" if allowed == "authored-x" else "annotator-a.json")
        assert gather("quotes", given, "--annotator", "annotator-a", "--replace", allowed)[0] == 0
    assert path.read_bytes() == before


def test_faults_of_several_files_are_one_report_and_nothing_is_written(
    gather: Program, tmp_path: Path
) -> None:
    right = write(tmp_path / "right.json", PASS_A)
    wrong = write(tmp_path / "wrong.json", quoted(entity("m", "GPE", "طوكيو")))
    other = write(tmp_path / "other.json", quoted(article="authored-z"))
    broken = tmp_path / "broken.json"
    broken.write_text("{", encoding="utf-8")
    code, out, err = gather("quotes", right, wrong, other, broken, "--annotator", "annotator-a")
    assert (code, out) == (1, "")
    assert f"{wrong}: 1 fault\n  entities[0]: 'طوكيو' is not in the text" in err
    assert (
        f"{other}: 1 fault\n  article: expected the id of an article in articles.jsonl, found 'authored-z'"
        in err
    )
    assert f"{broken}: 1 fault\n  line 1: not JSON" in err
    assert not (gather.folder / "passes").exists()


def test_two_files_of_one_article_are_refused(gather: Program, tmp_path: Path) -> None:
    files = [write(tmp_path / f"{n}.json", value) for n, value in enumerate([PASS_A, PASS_B])]
    code, _, err = gather("quotes", *files, "--annotator", "annotator-a")
    assert code == 1
    assert "annotator-a is given two passes of authored-x" in err
    assert not (gather.folder / "passes").exists()


@pytest.mark.parametrize("name", ["annotator-z", "judge-1"])
def test_an_annotator_nobody_knows_is_a_wrong_call(name: str, gather: Program, tmp_path: Path) -> None:
    code, _, err = gather("quotes", write(tmp_path / "a.json", PASS_A), "--annotator", name)
    assert code == 2
    assert f"no annotator '{name}' in annotators.yaml (there are annotator-a, annotator-b)" in err


def test_a_text_that_is_not_here_is_asked_for(gather: Program, tmp_path: Path) -> None:
    path = write(tmp_path / "y.json", quoted(entity("b", "GPE", "بغداد"), article="standoff-y"))
    code, _, err = gather("quotes", path, "--annotator", "annotator-a", texts=False)
    assert code == 1
    assert "standoff-y: 1 fault\n  its text is not on this machine" in err
    assert gather("quotes", path, "--annotator", "annotator-a")[0] == 0
