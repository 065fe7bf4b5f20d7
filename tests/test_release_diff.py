"""What differs between two releases, the version the rule asks for, and the entry of the changelog."""

from __future__ import annotations

import json
import shutil
import subprocess
import sys
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
import yaml
from hypothesis import given, settings
from hypothesis import strategies as st

from conftest import tiny_schema_value
from hub_worker import settings as settings_of
from khabar.corpus import Article
from khabar.document import Annotation, Argument, write_annotation
from khabar.errors import CallError, DataError
from khabar.files import sha256
from khabar.release import ReleaseDiff, build, diff
from khabar.release.changelog import as_json, entry, summary
from khabar.release.labels import Change, compare_documents
from khabar.release.rows import Row, document, segmented
from khabar.release.versions import Bump, numbers, raised
from khabar.schema import Schema
from khabar.text import Sentence
from loopback_hub import serving
from release_corpus import OURS, THEIRS, corpus_of, entity, gold_of, make_checkout, write_theirs
from strategies import annotations, texts
from test_publish_dataset import Program, app, call
from test_release_verification import NAME, hold

__all__ = ["app", "call"]
Edit = Callable[[Path], None]


@pytest.fixture(scope="module")
def release(tmp_path_factory: pytest.TempPathFactory, repository: Path) -> Path:
    """Release 0.1.0, beside the annotations it was built from."""
    card = (repository / "dataset_card.md").read_text(encoding="utf-8")
    checkout = make_checkout(tmp_path_factory.mktemp("first"), tiny_schema_value(), card)
    with pytest.MonkeyPatch.context() as patch:
        patch.delenv("KHABAR_TEXTS", raising=False)
        return build(corpus_of(checkout), checkout / "release", version="0.1.0").folder


@pytest.fixture(autouse=True)
def only_our_texts(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("KHABAR_TEXTS", raising=False)


def checkout_with(release: Path, folder: Path, *edits: Edit) -> Path:
    """The checkout of release 0.1.0, changed."""
    made = shutil.copytree(release.parent, folder / "checkout", ignore=shutil.ignore_patterns("release"))
    for edit in edits:
        edit(made / "annotations")
    return made


def after(
    release: Path, folder: Path, *edits: Edit, version: str = "1.0.0", texts: Path | None = None
) -> Path:
    """A later release, whose annotations were changed like that."""
    corpus = corpus_of(checkout_with(release, folder, *edits), *([texts] if texts else []))
    return build(corpus, folder / "release", version=version).folder


def gold(article: str, change: Callable[[Annotation], Annotation]) -> Edit:
    """Change the gold of an article."""

    def edit(annotations: Path) -> None:
        changed = change(gold_of(article, {**OURS, "theirs-1": THEIRS}[article]))
        write_annotation(annotations / "gold" / f"{article}.json", changed)

    return edit


def edited(name: str, change: Callable[[Any], None]) -> Edit:
    """Change a YAML file of the annotations."""

    def edit(annotations: Path) -> None:
        value = yaml.safe_load((annotations / name).read_text(encoding="utf-8"))
        change(value)
        (annotations / name).write_text(yaml.safe_dump(value, allow_unicode=True, sort_keys=False))

    return edit


def with_entity(annotation: Annotation, identifier: str, **values: Any) -> Annotation:
    entities = [replace(each, **values) if each.id == identifier else each for each in annotation.entities]
    return replace(annotation, entities=tuple(entities))


def with_event(annotation: Annotation, identifier: str, **values: Any) -> Annotation:
    events = [replace(each, **values) if each.id == identifier else each for each in annotation.events]
    return replace(annotation, events=tuple(events))


def of_data(found: ReleaseDiff) -> list[Change]:
    """The changes but those of files, which carry the version."""
    return [each for each in found.changes if each.what != "file"]


def test_a_release_does_not_differ_from_itself(release: Path, tmp_path: Path) -> None:
    copy = shutil.copytree(release, tmp_path / "copy")
    found = diff(release, copy)
    assert found.changes == ()
    assert found.bump is Bump.none
    assert found.least_version == "0.1.0"
    assert summary(found) == "from 0.1.0 to 0.1.0: none (nothing differs)"


def test_the_same_gold_under_a_new_version_is_a_patch(release: Path, tmp_path: Path) -> None:
    found = diff(release, after(release, tmp_path, version="0.1.1"))
    assert of_data(found) == []
    assert {each.what for each in found.changes} == {"file"}
    assert (found.bump, found.least_version) == (Bump.patch, "0.1.1")
    assert found.gold_changed == []


def test_a_removed_mention_is_major_and_shown_with_its_words(release: Path, tmp_path: Path) -> None:
    changed = gold("ours-1", lambda each: replace(each, entities=tuple(each.entities[:5])))
    found = diff(release, after(release, tmp_path, changed))
    start = OURS["ours-1"].rindex("لبنان")
    (change,) = of_data(found)
    assert change.before == {"type": "GPE", "start": start, "end": start + 5, "text": "لبنان"}
    assert (change.what, change.kind, change.article, change.split) == (
        "mention",
        "removed",
        "ours-1",
        "train",
    )
    assert (found.bump, found.least_version) == (Bump.major, "1.0.0")
    assert found.gold_changed == ["train"]


def test_another_type_attribute_or_edge_is_one_change_of_one_mention(release: Path, tmp_path: Path) -> None:
    text = OURS["ours-1"]

    def change(annotation: Annotation) -> Annotation:
        made = with_entity(annotation, "T6", type="ORG")
        made = with_entity(made, "T3", attributes={"metonym": True})
        name = entity(text, "T2", "PER", "سامر")
        return with_entity(made, "T2", end=name.end, text=name.text)

    found = diff(release, after(release, tmp_path, gold("ours-1", change)))
    mentions = [each for each in of_data(found) if each.what == "mention"]
    assert [each.kind for each in mentions] == ["changed"] * 3
    assert [(each.before or {})["text"] for each in mentions] == ["سامر النهري", "بيروت", "لبنان"]
    assert (mentions[0].after or {})["text"] == "سامر"
    assert (mentions[1].after or {})["attributes"] == {"metonym": True}
    assert [(mentions[2].before or {})["type"], (mentions[2].after or {})["type"]] == ["GPE", "ORG"]
    (argument,) = [each for each in of_data(found) if each.what == "argument"]
    assert [(argument.before or {})["text"], (argument.after or {})["text"]] == ["سامر النهري", "سامر"]


def test_a_role_a_realis_and_a_type_of_an_event_are_told_apart(release: Path, tmp_path: Path) -> None:
    def change(annotation: Annotation) -> Annotation:
        made = with_event(annotation, "E2", attributes={"realis": "negated"})
        return with_event(
            made, "E1", arguments=(Argument("Participant", "T2"), Argument("Participant", "T3"))
        )

    other_type = gold("ours-2", lambda each: with_event(each, "E1", type="Meet", arguments=()))
    found = diff(release, after(release, tmp_path, gold("ours-1", change), other_type))
    rejected, role, event, argument = of_data(found)
    assert (rejected.what, (rejected.after or {})["attributes"]) == ("event", {"realis": "negated"})
    assert (role.what, role.kind) == ("argument", "changed")
    assert [(role.before or {})["role"], (role.after or {})["role"]] == ["Place", "Participant"]
    assert (role.after or {})["trigger"] == "التقى"
    assert (event.kind, (event.before or {})["type"], (event.after or {})["type"]) == (
        "changed",
        "Reject",
        "Meet",
    )
    assert (argument.kind, (argument.before or {})["text"], argument.after) == ("removed", "عمّان", None)


def test_of_two_events_on_one_trigger_only_the_one_that_went_is_listed(release: Path, tmp_path: Path) -> None:
    changed = gold("ours-1", lambda each: replace(each, events=each.events[:2]))
    (change,) = of_data(diff(release, after(release, tmp_path, changed)))
    assert (change.what, change.kind, (change.before or {})["type"]) == ("event", "removed", "Meet")
    assert (change.before or {})["text"] == "ترفض"


def test_an_added_article_is_minor_with_all_its_labels(release: Path, tmp_path: Path) -> None:
    later = after(release, tmp_path, version="0.2.0", texts=write_theirs(tmp_path / "texts"))
    found = diff(release, later)
    assert [(each.what, each.kind, each.article) for each in of_data(found)] == [
        ("article", "added", "theirs-1"),
        ("mention", "added", "theirs-1"),
        ("mention", "added", "theirs-1"),
    ]
    assert (found.bump, found.least_version) == (Bump.minor, "0.2.0")
    assert "title" not in entry(found)
    gone = diff(later, release)
    assert (gone.bump, gone.least_version) == (Bump.major, "1.0.0")
    assert {each.kind for each in of_data(gone)} == {"removed"}


def test_an_article_in_another_split_is_major(release: Path, tmp_path: Path) -> None:
    def swap(splits: dict[str, list[str]]) -> None:
        splits["validation"], splits["test"] = splits["test"], splits["validation"]

    found = diff(release, after(release, tmp_path, edited("splits.yaml", swap)))
    assert [(each.what, each.article, each.before, each.after) for each in of_data(found)] == [
        ("split", "ours-2", {"split": "validation"}, {"split": "test"}),
        ("split", "ours-3", {"split": "test"}, {"split": "validation"}),
    ]
    assert found.bump is Bump.major
    assert found.gold_changed == ["validation", "test"]


def test_a_corrected_word_moves_no_label_but_its_own(release: Path, tmp_path: Path) -> None:
    """Offsets after the word are others; the mentions there are not listed as changed."""
    text = OURS["ours-3"].replace("خبر", "نبأ عاجل")

    def edit(annotations: Path) -> None:
        (annotations / "texts" / "ours-3.txt").write_text(text, encoding="utf-8")
        moved = gold_of("ours-3", text)
        for path in (*annotations.glob("*/ours-3.json"), *annotations.glob("passes/*/ours-3.json")):
            layer = "gold" if path.parent.name == "gold" else path.parent.name
            write_annotation(path, replace(moved, annotator=layer))
        lines = (annotations / "articles.jsonl").read_text(encoding="utf-8")
        changed = lines.replace(sha256(OURS["ours-3"]), sha256(text))
        (annotations / "articles.jsonl").write_text(changed, encoding="utf-8")

    found = diff(release, after(release, tmp_path, edit))
    changes = [each for each in of_data(found) if each.what != "pass"]
    assert [(each.what, each.before, each.after) for each in changes] == [
        ("text", {"replaced": ["خبر"]}, {"replaced": ["نبأ عاجل"]})
    ]
    assert found.bump is Bump.major
    assert "نبأ" not in entry(found)
    assert "  - text changed, places: 1" in entry(found)


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


def row_of(text: str, annotation: Annotation, schema: Schema) -> Row:
    """The row of a drawn annotation."""
    article = Article(
        id="ours-9",
        source="ours",
        title=None,
        published=None,
        language="ar",
        licence="CC-BY-4.0",
        text_sha256=sha256(text),
        origin="drawn",
        text=text,
    )
    return document(segmented(article), annotation, schema)


@settings(deadline=None, max_examples=100)
@given(data=st.data())
def test_two_annotations_differ_exactly_where_one_of_them_says_another_thing(
    tiny_schema: Schema, data: st.DataObject
) -> None:
    drawn = data.draw(texts())
    first, second = (data.draw(annotations(tiny_schema, drawn)) for _ in range(2))
    rows = [row_of(drawn.text, each, tiny_schema) for each in (first, second)]
    changes = list(compare_documents(*rows, "train"))
    assert (changes == []) == (first == second)
    assert list(compare_documents(rows[0], rows[0], "train")) == []
    of_mentions = {"before": 0, "after": 0}
    for each in changes:
        assert each.before != each.after
        for side in of_mentions:
            of_mentions[side] += each.what == "mention" and getattr(each, side) is not None
    kept = len(first.entities) - of_mentions["before"]
    assert kept == len(second.entities) - of_mentions["after"]


@settings(deadline=None, max_examples=50)
@given(data=st.data())
def test_words_put_before_a_text_move_every_label_and_change_none(
    tiny_schema: Schema, data: st.DataObject
) -> None:
    drawn = data.draw(texts())
    said = data.draw(annotations(tiny_schema, drawn))
    by = len("نبأ 🛰 ")
    entities = tuple(replace(each, start=each.start + by, end=each.end + by) for each in said.entities)
    events = tuple(
        replace(each, trigger=replace(each.trigger, start=each.trigger.start + by, end=each.trigger.end + by))
        for each in said.events
    )
    moved = replace(said, entities=entities, events=events)
    before = row_of(drawn.text, said, tiny_schema)
    after_it = row_of("نبأ 🛰 " + drawn.text, moved, tiny_schema)
    assert [each.what for each in compare_documents(before, after_it, "train")] == ["text"]


def test_words_that_are_cut_otherwise_are_major_though_no_label_moved(
    release: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    from khabar.release import rows

    def without_the_last_mark(text: str) -> list[Sentence]:
        found = rows_segment(text)
        return [replace(each, tokens=each.tokens[:-1]) if len(each.tokens) > 5 else each for each in found]

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
