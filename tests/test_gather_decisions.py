"""gather_annotations.py differences and decide: what the passes differ in, and what a judge says of it."""

from __future__ import annotations

import json
from pathlib import Path

import yaml

from gathering import JUDGED, Program, adjudicated, entity, quoted, two_passes, write
from khabar.document import read_annotation


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
