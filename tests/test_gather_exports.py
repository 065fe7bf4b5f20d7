"""gather_annotations.py export: an export of Label Studio becomes the passes of its users."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from gathering import TEXT, Program, article, two_passes, write
from khabar.corpus import read_corpus
from khabar.labelstudio import annotated_task


def export_file(path: Path, corpus: Path) -> Path:
    """An export of both annotators' passes of the article, as users 3 and 4."""
    found = read_corpus(corpus)
    passes = [each for name in found.pass_names for each in found.annotations(name)]
    users = {"annotator-a": 3, "annotator-b": 4}
    return write(
        path, [annotated_task(article("authored-x", TEXT), passes, users=users, schema=found.schema)]
    )


def test_an_export_becomes_the_passes_it_was_made_from(gather: Program, tmp_path: Path) -> None:
    two_passes(gather, tmp_path)
    path = export_file(tmp_path / "export.json", gather.folder)
    before = {each: each.read_bytes() for each in gather.folder.glob("passes/*/*.json")}
    mapped = ("--map", "3=annotator-a", "--map", "4=annotator-b")
    code, _, err = gather(path, *mapped)
    assert (code, err.splitlines()) == (
        0,
        [
            "passes/annotator-a/authored-x.json already holds exactly this",
            "passes/annotator-b/authored-x.json already holds exactly this",
            "11 items read, 11 kept, 0 left out; 0 regions trimmed of white space",
        ],
    )
    for each in before:
        each.unlink()
    assert gather("export", path, *mapped)[0] == 0
    assert {each: each.read_bytes() for each in gather.folder.glob("passes/*/*.json")} == before


def test_an_export_with_faults_writes_nothing_and_lists_them_all(gather: Program, tmp_path: Path) -> None:
    two_passes(gather, tmp_path)
    value = json.loads(export_file(tmp_path / "export.json", gather.folder).read_text(encoding="utf-8"))
    for each in gather.folder.glob("passes/*/*.json"):
        each.unlink()
    value[0]["id"] = 12
    value[0]["annotations"][0]["result"][0]["value"]["end"] = 999
    path = write(tmp_path / "export.json", value)
    code, _, err = gather(path, "--map", "3=annotator-a")
    assert code == 1
    assert (
        "task 12 annotation number 0 region T1: [18, 999) ends past the text, which has 59 code points" in err
    )
    assert "completed_by 4: 1 annotation by this user; say who it is: --map USER=ANNOTATOR" in err
    assert "nothing was written" in err
    assert list(gather.folder.glob("passes/*/*.json")) == []


@pytest.mark.parametrize("options", [[], ["--annotator", "annotator-a", "--map", "3=annotator-b"]])
def test_an_export_needs_to_be_told_whose_it_is(options: list[str], gather: Program, tmp_path: Path) -> None:
    code, _, err = gather(write(tmp_path / "export.json", []), *options)
    assert code == 2
    assert "either --annotator ID, or --map USER=ID for each user" in err


def test_an_annotator_of_the_map_nobody_knows_is_a_wrong_call(gather: Program, tmp_path: Path) -> None:
    code, _, err = gather(write(tmp_path / "export.json", []), "--map", "3=annotator-z")
    assert (code, "no annotator 'annotator-z'" in err) == (2, True)
    code, _, err = gather(tmp_path / "nowhere.json", "--annotator", "annotator-a")
    assert (code, "no file" in err) == (2, True)
