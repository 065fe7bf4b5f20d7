"""The program, end to end: quotes and exports in, decisions, gold, agreement."""

from __future__ import annotations

import importlib.util
import json
import subprocess
import sys
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest
import yaml

from khabar.corpus import Article, read_corpus, write_articles
from khabar.document import Annotation, Argument, Entity, Event, Trigger, read_annotation
from khabar.files import sha256
from khabar.labelstudio import annotated_task
from khabar.schema import Schema
from khabar.terminal import run

TEXT = "عنوان 😀 أول\n\nقالت موسكو إنها ترفض خطة باريس، و NATO يجتمع.\n"
STANDOFF = "نص ليس لنا\n\nزارت موسكو بغداد.\n"
IDS = ("authored-x", "standoff-y")


@pytest.fixture(scope="module")
def program(repository: Path) -> ModuleType:
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
def corpus(tmp_path: Path, tiny_value: dict[str, Any]) -> Path:
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
    program: ModuleType, corpus: Path, capfd: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> Program:
    """The program over the corpus."""
    monkeypatch.delenv("KHABAR_TEXTS", raising=False)
    return Program(program, corpus, capfd)


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


def test_a_later_pass_of_another_annotator_leaves_what_was_decided_as_it_is(
    gather: Program, tmp_path: Path
) -> None:
    adjudicated(gather, tmp_path)
    shown = gather("differences", "authored-x")
    people = yaml.safe_load((gather.folder / "annotators.yaml").read_text(encoding="utf-8"))
    people.append({**people[0], "id": "annotator-c"})
    (gather.folder / "annotators.yaml").write_text(yaml.safe_dump(people), encoding="utf-8")
    given = write(tmp_path / "c.json", quoted(entity("x", "ORG", "NATO")))
    assert gather("quotes", given, "--annotator", "annotator-c")[0] == 0
    assert gather("differences", "authored-x") == shown
    assert gather("gold", "--check")[0] == 0
    review = {"article": "authored-x", "judge": "judge-2", "decisions": {}}
    review["add"] = [{"kind": "entity", "type": "ORG", "text": "NATO", "reason": "both missed it"}]
    assert gather("decide", write(tmp_path / "review.json", review), "--amend")[0] == 0


# --- quotes -----------------------------------------------------------------------------------------


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


# --- differences, decisions, gold -------------------------------------------------------------------


def test_differences_are_numbered_with_their_context(gather: Program, tmp_path: Path) -> None:
    two_passes(gather, tmp_path)
    code, out, err = gather("differences", "authored-x")
    assert (code, err) == (0, "4 differences to decide\n")
    assert out.splitlines()[:4] == [
        "D1 entity GPE 'موسكو' [18, 23): metonym is true in annotator-a, false in annotator-b",
        "    عنوان 😀 أول⏎⏎قالت [موسكو] إنها ترفض خطة باريس، و N…",
        "D2 entity ORG 'خطة' [34, 37): only in annotator-a",
        "    …ول⏎⏎قالت موسكو إنها ترفض [خطة] باريس، و NATO يجتمع.⏎",
    ]
    code, out, _ = gather("differences", "authored-x", "--format", "json")
    rows = json.loads(out)
    assert [each["name"] for each in rows] == ["D1", "D2", "D3", "D4"]
    assert rows[3] == {
        "name": "D4",
        "kind": "argument",
        "event": {"type": "Reject", "start": 29, "end": 33, "text": "ترفض"},
        "role": "Proposal",
        "entity": {"start": 34, "end": 37, "text": "خطة"},
        "in": ["annotator-a"],
        "context": "…ول⏎⏎قالت موسكو إنها ترفض [خطة] باريس، و NATO يجتمع.⏎",
        "event_context": "…ن 😀 أول⏎⏎قالت موسكو إنها [ترفض] خطة باريس، و NATO يجتمع.…",
    }


def test_an_event_of_one_pass_is_shown_with_the_arguments_it_would_bring(
    gather: Program, tmp_path: Path
) -> None:
    two_passes(gather, tmp_path)
    nothing = write(tmp_path / "b.json", quoted())
    assert gather("quotes", nothing, "--annotator", "annotator-b", "--replace", "all")[0] == 0
    rows = json.loads(gather("differences", "authored-x", "--format", "json")[1])
    assert [each["name"] for each in rows] == ["D1", "D2", "D3"]
    assert rows[2]["arguments"] == ["Proposal 'خطة' in annotator-a", "Rejecter 'موسكو' in annotator-a"]


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


def test_an_undecided_difference_leaves_no_decisions_file(gather: Program, tmp_path: Path) -> None:
    two_passes(gather, tmp_path)
    judged = {
        **JUDGED,
        "decisions": {"D1": JUDGED["decisions"]["D1"], "D2": {"choice": "keep", "reason": " "}},
    }
    code, _, err = gather("decide", write(tmp_path / "judged.json", judged))
    assert code == 1
    assert "decisions.D2.reason" in err
    judged["decisions"]["D2"]["reason"] = "a plan with a name"
    code, _, err = gather("decide", write(tmp_path / "judged.json", judged))
    assert code == 1
    assert [line.split(":")[0].strip() for line in err.splitlines()[1:-1]] == ["D3", "D4"]
    assert not (gather.folder / "decisions").exists()


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


def test_a_judge_nobody_knows_is_refused(gather: Program, tmp_path: Path) -> None:
    two_passes(gather, tmp_path)
    code, _, err = gather("decide", write(tmp_path / "j.json", {**JUDGED, "judge": "annotator-a"}))
    assert code == 2
    assert "no judge 'annotator-a' in annotators.yaml (there are judge-1, judge-2)" in err


def test_decisions_are_not_overwritten_unasked_and_a_review_amends_them(
    gather: Program, tmp_path: Path
) -> None:
    adjudicated(gather, tmp_path)
    review = {
        "article": "authored-x",
        "judge": "judge-2",
        "decisions": {},
        "add": [{"kind": "entity", "type": "ORG", "text": "NATO", "reason": "both missed it"}],
        "change": [
            {
                "action": "drop",
                "kind": "event",
                "type": "Reject",
                "trigger": {"text": "ترفض"},
                "reason": "said, not done",
            }
        ],
    }
    path = write(tmp_path / "review.json", review)
    code, _, err = gather("decide", path)
    assert code == 1
    assert "undecided" in err
    changed = {**JUDGED, "decisions": {**JUDGED["decisions"], "D1": {"choice": "drop", "reason": "r"}}}
    changed["change"] = [
        {
            "action": "drop",
            "kind": "argument",
            "event": {"type": "Reject", "trigger": {"text": "ترفض"}},
            "role": "Rejecter",
            "entity": {"text": "موسكو"},
            "reason": "r",
        }
    ]
    code, _, err = gather("decide", write(tmp_path / "changed.json", changed))
    assert code == 1
    assert "Next: --replace authored-x to replace it" in err
    assert gather("decide", path, "--amend")[0] == 0
    assert gather("gold", "--check")[0] == 1
    assert gather("gold")[0] == 0
    gold = read_annotation(gather.folder / "gold" / "authored-x.json")
    assert [each.text for each in gold.entities] == ["موسكو", "NATO"]
    assert gold.events == ()
    rows = json.loads((gather.folder / "decisions" / "authored-x.json").read_text(encoding="utf-8"))
    assert [(each["action"], each["kind"], each.get("judge")) for each in rows["decisions"]] == [
        ("set", "entity", None),
        ("drop", "entity", None),
        ("add", "entity", "judge-2"),
        ("drop", "event", "judge-2"),
    ]


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


# --- exports ----------------------------------------------------------------------------------------


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
    assert "completed_by 4: 1 annotations by this user; say who it is: --map USER=ANNOTATOR" in err
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


# --- agreement --------------------------------------------------------------------------------------


def test_agreement_is_a_table_or_json(gather: Program, tmp_path: Path) -> None:
    assert gather("agreement")[:2] == (0, "")
    two_passes(gather, tmp_path)
    code, out, _ = gather("agreement", "--format", "json")
    (pair,) = json.loads(out)["pairs"]
    assert code == 0
    assert (pair["annotators"], pair["articles"]) == (["annotator-a", "annotator-b"], ["authored-x"])
    assert pair["measures"]["entity"]["f1"] == 2 / 3
    assert pair["measures"]["argument_c+"]["match"] == 1
    out = gather("agreement")[1]
    assert "annotator-a and annotator-b, 1 article" in out
    assert "0.667" in out


# --- the real thing ---------------------------------------------------------------------------------


def test_the_gold_of_the_corpus_is_what_its_passes_and_decisions_give(
    repository: Path, program: ModuleType, capfd: pytest.CaptureFixture[str]
) -> None:
    with pytest.raises(SystemExit) as end:
        run(program.app, ["gold", "--check", "--annotations", str(repository / "annotations")])
    assert end.value.code in (0, None), capfd.readouterr().err


def test_the_program_says_how_it_is_called(repository: Path) -> None:
    script = repository / "scripts" / "gather_annotations.py"
    done = subprocess.run([sys.executable, script, "--help"], capture_output=True, text=True, check=True)
    assert "Example: gather_annotations.py export.json --map 3=annotator-a" in done.stdout


def test_a_schema_of_another_version_is_told(gather: Program, tmp_path: Path, tiny_schema: Schema) -> None:
    adjudicated(gather, tmp_path)
    path = gather.folder / "schema.yaml"
    path.write_text(
        path.read_text(encoding="utf-8").replace("version: '1.0'", "version: '2.0'"), encoding="utf-8"
    )
    code, _, err = gather("gold", "--check")
    assert code == 1
    assert "schema: written for schema 1.0, this is schema 2.0" in err
