"""What differs between two releases, label by label."""

from __future__ import annotations

import shutil
from dataclasses import replace
from pathlib import Path

from hypothesis import given, settings
from hypothesis import strategies as st
from msgspec import structs

from khabar.article_list import Article
from khabar.document import Annotation, Argument, write_annotation
from khabar.files import sha256
from khabar.release import diff
from khabar.release.changelog import entry, summary
from khabar.release.labels import compare_documents
from khabar.release.records import Row, plain
from khabar.release.rows import document, segmented
from khabar.release.versions import Bump
from khabar.schema import Schema
from later_releases import (
    after,
    edited,
    gold,
    of_data,
    only_our_texts,
    release,
    with_entity,
    with_event,
)
from release_corpus import OURS, entity, gold_of, write_theirs
from strategies import annotations, texts
from test_publish_dataset import app, call

__all__ = ["app", "call", "only_our_texts", "release"]  # fixtures


def test_a_release_does_not_differ_from_itself(release: Path, tmp_path: Path) -> None:
    copy = shutil.copytree(release, tmp_path / "copy")
    found = diff(release, copy)
    assert found.changes == ()
    assert found.bump is Bump.none
    assert found.least_version == "0.1.0"
    assert summary(found) == "from 0.1.0 to 0.1.0: none (nothing differs)"


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
    return plain(document(segmented(article), annotation, schema))


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
    entities = tuple(
        structs.replace(each, start=each.start + by, end=each.end + by) for each in said.entities
    )
    events = tuple(
        structs.replace(
            each,
            trigger=structs.replace(each.trigger, start=each.trigger.start + by, end=each.trigger.end + by),
        )
        for each in said.events
    )
    moved = replace(said, entities=entities, events=events)
    before = row_of(drawn.text, said, tiny_schema)
    after_it = row_of("نبأ 🛰 " + drawn.text, moved, tiny_schema)
    assert [each.what for each in compare_documents(before, after_it, "train")] == ["text"]
