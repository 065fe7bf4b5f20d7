"""The version the rule asks for after a change, and the changelog's entry of it."""

from __future__ import annotations

import json
import shutil
import subprocess
import sys
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from hub_worker import settings as settings_of
from khabar.errors import CallError, DataError
from khabar.release import build, diff
from khabar.release.changelog import as_json, entry
from khabar.release.versions import Bump, numbers, raised
from khabar.text import Sentence
from later_releases import (
    Edit,
    after,
    checkout_with,
    edited,
    gold,
    of_data,
    only_our_texts,
    release,
    with_entity,
    with_event,
)
from loopback_hub import serving
from release_corpus import OURS, corpus_of
from test_publish_dataset import Program, app, call
from test_release_verification import NAME, hold

__all__ = ["app", "call", "only_our_texts", "release"]  # fixtures


def test_the_same_gold_under_a_new_version_is_a_patch(release: Path, tmp_path: Path) -> None:
    found = diff(release, after(release, tmp_path, version="0.1.1"))
    assert of_data(found) == []
    assert {each.what for each in found.changes} == {"file"}
    assert (found.bump, found.least_version) == (Bump.patch, "0.1.1")
    assert found.gold_changed == []


def test_a_type_at_the_end_of_the_schema_is_minor_and_one_before_another_major(
    release: Path, tmp_path: Path
) -> None:
    """Tags are stored as numbers: one put in before others makes theirs another."""

    def added(place: int) -> Edit:
        def change(schema: dict[str, Any]) -> None:
            schema["entity_types"].insert(
                place, {**schema["entity_types"][0], "name": "LOC", "hotkey": "9", "color": "#999999"}
            )

        return edited("schema.yaml", change)

    last = diff(release, after(release, tmp_path / "last", added(3)))
    assert [(each.what, each.asks) for each in of_data(last)] == [("column", Bump.minor)]
    assert (of_data(last)[0].after or {})["type"][-2:] == ["B-LOC", "I-LOC"]
    assert last.least_version == "0.2.0"
    first = diff(release, after(release, tmp_path / "first", added(0)))
    assert [(each.what, each.asks) for each in of_data(first)] == [("column", Bump.major)]


def test_an_attribute_more_is_minor_and_changes_no_mention(release: Path, tmp_path: Path) -> None:
    def change(schema: dict[str, Any]) -> None:
        schema["entity_attributes"].append(
            {**schema["entity_attributes"][0], "name": "clitic", "hotkey": "c", "applies_to": ["ORG"]}
        )

    found = diff(release, after(release, tmp_path, edited("schema.yaml", change)))
    assert {(each.what, each.kind, (each.after or {})["name"]) for each in of_data(found)} == {
        ("column", "added", "entities.clitic")
    }
    assert found.bump is Bump.minor
    assert found.gold_changed == ["train", "validation", "test"]


def test_a_segmenter_that_moves_sentences_is_major(
    release: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    from khabar.release import rows
    from khabar.text import segment

    monkeypatch.setattr(rows, "segment", lambda text: segment(text)[:-1])
    monkeypatch.setattr("khabar.release.assembly.SEGMENTER", "another")
    found = diff(release, after(release, tmp_path))
    assert [(each.what, each.article) for each in of_data(found)] == [
        ("segmenter", ""),
        ("sentences", "ours-1"),
        ("sentences", "ours-2"),
        ("sentences", "ours-3"),
    ]
    assert found.bump is Bump.major


def test_a_changed_pass_and_a_changed_licence_are_patches(release: Path, tmp_path: Path) -> None:
    def edit(annotations: Path) -> None:
        (annotations / "passes" / "b" / "ours-3.json").unlink()
        path = annotations / "articles.jsonl"
        first, *rest = path.read_text(encoding="utf-8").splitlines(keepends=True)
        path.write_text(first.replace("CC-BY-4.0", "CC0-1.0") + "".join(rest), encoding="utf-8")

    found = diff(release, after(release, tmp_path, edit, version="0.1.1"))
    described = [(each.what, each.kind, each.article, each.before, each.after) for each in of_data(found)]
    assert ("metadata", "changed", "ours-1", {"licence": "CC-BY-4.0"}, {"licence": "CC0-1.0"}) in described
    assert ("pass", "removed", "ours-3", {"annotator": "b"}, None) in described
    assert "tags" not in {each.what for each in of_data(found)}
    assert found.bump is Bump.patch


def test_a_build_refuses_a_version_smaller_than_its_changes_ask_for(release: Path, tmp_path: Path) -> None:
    changed = gold("ours-3", lambda each: replace(each, events=()))
    corpus = corpus_of(checkout_with(release, tmp_path, changed))
    with pytest.raises(CallError) as caught:
        build(corpus, tmp_path / "out", version="0.2.0", previous=release)
    assert str(caught.value).startswith(
        "version 0.2.0 is too small: after 0.1.0 the rule asks for 1.0.0 or more "
        "(major: 2 × argument removed, 1 × event removed)"
    )
    assert not (tmp_path / "out").exists()
    assert list(tmp_path.glob("*unfinished*")) == []
    assert build(corpus, tmp_path / "out", version="1.0.0", previous=release).manifest.release == "1.0.0"


def test_a_build_of_the_same_version_must_be_the_same_to_the_byte(release: Path, tmp_path: Path) -> None:
    checkout = checkout_with(release, tmp_path)
    assert build(corpus_of(checkout), tmp_path / "same", version="0.1.0", previous=release).folder.is_dir()
    (checkout / "CHANGELOG.md").write_text("another\n", encoding="utf-8")
    with pytest.raises(CallError, match=r"asks for 0\.1\.1 or more \(patch: 1 × file changed\)"):
        build(corpus_of(checkout), tmp_path / "other", version="0.1.0", previous=release)
    with pytest.raises(CallError, match=r"version 0\.0\.9 is too small"):
        build(corpus_of(checkout), tmp_path / "other", version="0.0.9", previous=release)
    with pytest.raises(CallError, match="no folder"):
        build(corpus_of(checkout), tmp_path / "other", version="0.1.1", previous=tmp_path / "nowhere")


def test_a_damaged_release_is_refused_not_compared(release: Path, tmp_path: Path) -> None:
    copy = shutil.copytree(release, tmp_path / "copy")
    (copy / "data" / "documents" / "test-00000-of-00001.parquet").write_bytes(b"")
    with pytest.raises(DataError, match="expected SHA-256"):
        diff(release, copy)
    with pytest.raises(CallError, match=r"there is no manifest\.json"):
        diff(release, tmp_path)


def test_the_entry_of_the_changelog_names_every_change(release: Path, tmp_path: Path) -> None:
    changed = gold("ours-2", lambda each: with_event(each, "E1", attributes={"realis": "negated"}))
    found = diff(release, after(release, tmp_path, changed))
    start = OURS["ours-2"].index("رفضت")
    words = f"Reject «\u2068رفضت\u2069» \\[{start}:{start + 4}\\]"
    assert entry(found).splitlines()[:5] == [
        "## 1.0.0",
        "",
        "- Data from 0.1.0 to 1.0.0: major (gold or splits differ: scores are not comparable); the rule asks "
        "for 1.0.0 or more.",
        "- Gold digest is another in: `validation`. Scores on these splits never share a table.",
        "- ours-2 (validation):",
    ]
    assert entry(found).splitlines()[5] == (
        f"  - event changed: {words} (realis: actual) → {words} (realis: negated)"
    )


def test_a_difference_as_json_holds_every_change_with_both_sides(release: Path, tmp_path: Path) -> None:
    changed = gold("ours-3", lambda each: with_entity(each, "T2", attributes={"metonym": True}))
    value = json.loads(json.dumps(as_json(diff(release, after(release, tmp_path, changed)))))
    assert (value["bump"], value["least_version"]) == ("major", "1.0.0")
    assert {"what": "mention", "kind": "changed", "count": 1} in value["counts"]
    (change,) = [each for each in value["changes"] if each["what"] == "mention"]
    assert change["after"] == {**change["before"], "attributes": {"metonym": True}}
    assert (change["article"], change["split"], change["asks"]) == ("ours-3", "test", "major")


def test_words_that_are_cut_otherwise_are_major_though_no_label_moved(
    release: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    from khabar.release import rows

    def without_the_last_mark(text: str) -> list[Sentence]:
        found = rows_segment(text)
        return [
            Sentence(each.start, each.end, each.tokens[:-1]) if len(each.tokens) > 5 else each
            for each in found
        ]

    rows_segment = rows.segment
    monkeypatch.setattr(rows, "segment", without_the_last_mark)
    found = diff(release, after(release, tmp_path))
    changed = {
        (each.what, each.article, (each.before or {})["sentences"][0]["id"]) for each in of_data(found)
    }
    assert changed == {
        ("tags", "ours-1", "ours-1#1"),
        ("tags", "ours-3", "ours-3#1"),
    }
    (first, *_) = of_data(found)
    assert [len(side["sentences"][0]["tokens"]) for side in (first.before, first.after) if side] == [10, 9]
    assert found.bump is Bump.major


def test_held_out_labels_are_no_difference_but_their_digest_is(release: Path, tmp_path: Path) -> None:
    """Neither release shows them; only the digest of the gold can tell that they were changed."""

    def held_out(folder: Path, *edits: Edit) -> Path:
        corpus = corpus_of(checkout_with(release, folder, *edits))
        return build(corpus, folder / "release", version="1.0.0", hold_out="test").folder

    first = held_out(tmp_path / "first")
    hidden = of_data(diff(release, first))
    assert [(each.what, each.kind) for each in hidden] == [("part", "removed"), ("held out", "added")]
    assert max(each.asks for each in hidden) is Bump.major
    shown = diff(first, release)
    assert [(each.what, each.asks) for each in of_data(shown)] == [
        ("part", Bump.minor),
        ("held out", Bump.minor),
    ]
    changed = held_out(tmp_path / "second", gold("ours-3", lambda each: replace(each, events=())))
    (labels,) = of_data(diff(first, changed))
    assert (labels.what, labels.split, labels.asks) == ("gold", "test", Bump.major)


def test_revisions_of_a_repository_are_compared_by_their_addresses(
    release: Path, tmp_path: Path, repository: Path
) -> None:
    changed = gold("ours-3", lambda each: replace(each, events=()))
    with serving() as hub:
        hold(hub, v0=release, v1=after(release, tmp_path, changed))
        addresses = [f"hf://datasets/{NAME}@{tag}" for tag in ("v0", "v1", "v9")]
        program = [sys.executable, repository / "scripts" / "publish_dataset.py", "diff", "--format", "json"]
        done = [
            subprocess.run(
                [*program, addresses[0], address],
                env=settings_of(hub, tmp_path / "home", token=None),
                capture_output=True,
                text=True,
                check=False,
            )
            for address in addresses[1:]
        ]
    assert done[0].returncode == 0, done[0].stderr
    value = json.loads(done[0].stdout)
    assert (value["before"]["release"], value["after"]["release"]) == ("0.1.0", "1.0.0")
    assert [each["what"] for each in value["changes"] if each["what"] != "file"] == [
        "event",
        *["argument"] * 2,
    ]
    assert done[1].returncode == 1
    assert "v9" in json.loads(done[1].stdout)["faults"][0]["source"]


def test_the_program_prints_every_change_and_what_the_rule_asks(
    release: Path, tmp_path: Path, call: Program, capsys: pytest.CaptureFixture[str]
) -> None:
    changed = gold("ours-2", lambda each: with_event(each, "E1", attributes={"realis": "negated"}))
    later = after(release, tmp_path, changed)
    assert call("diff", release, later) == 0
    printed = capsys.readouterr().out
    assert "Reject «\u2068رفضت\u2069»" in printed
    assert printed.rstrip().endswith("the rule asks for 1.0.0 or more")
    assert call("diff", release, later, "--changelog") == 0
    assert capsys.readouterr().out == entry(diff(release, later))
    assert call("diff", release, later, "--changelog", "--format", "json") == 2
    assert call("diff", release, tmp_path / "nowhere") == 2
    arguments = ("--annotations", tmp_path / "checkout" / "annotations", "--previous", release)
    assert call("build", "--out", tmp_path / "out", "--version", "0.9.0", *arguments) == 2
    assert "the rule asks for 1.0.0 or more" in capsys.readouterr().err


@pytest.mark.parametrize(
    ("bump", "expected"),
    [(Bump.none, "1.2.3"), (Bump.patch, "1.2.4"), (Bump.minor, "1.3.0"), (Bump.major, "2.0.0")],
)
def test_a_raised_number_sets_those_after_it_to_nought(bump: Bump, expected: str) -> None:
    assert raised("1.2.3", bump) == expected


def test_versions_are_compared_as_numbers() -> None:
    assert numbers("0.10.0") > numbers("0.9.9")
    for wrong in ("1.0", "1.0.0rc1", "١.٠.٠", "1.0.-1", ""):
        with pytest.raises(CallError, match="three numbers"):
            numbers(wrong)
