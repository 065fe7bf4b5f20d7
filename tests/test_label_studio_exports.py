"""Whole exports of Label Studio: who did what, what is left out, and what is refused with its reason."""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from typing import Any

import pytest

from khabar.schema import Schema
from label_studio_items import MOSCOW_GPE, REJECT, TEXT, Item, done_by, export_of, exported


def test_users_are_known_by_id_or_by_address_and_ground_truth_means_nothing(tiny_schema: Schema) -> None:
    by_address = done_by({"id": 9, "email": "b@example.org"}, MOSCOW_GPE, id=8)
    export = export_of([exported(done_by(3, MOSCOW_GPE, REJECT), by_address)], tiny_schema)
    assert [(each.annotator, len(each.events)) for each in export.annotations] == [("a", 1), ("b", 0)]
    assert (export.read, export.kept, export.listed) == (3, 3, 0)


def test_a_user_nobody_knows_is_one_fault_however_many_tasks_he_did(tiny_schema: Schema) -> None:
    export = export_of([exported(done_by(5, MOSCOW_GPE)), exported(done_by(5), id=13)], tiny_schema)
    assert [(each.where, each.message) for each in export.faults] == [
        ("completed_by 5", "2 annotations by this user; say who it is: --map USER=ANNOTATOR")
    ]
    assert (export.read, export.listed) == (1, 1)


def test_what_was_skipped_drafted_or_not_done_is_noted_not_lost(tiny_schema: Schema) -> None:
    skipped = exported(done_by(3, MOSCOW_GPE, was_cancelled=True), drafts=[4, 5])
    export = export_of([skipped, exported(id=13)], tiny_schema)
    assert export.faults == []
    assert [str(each) for each in export.notes] == [
        "task 12: 2 drafts, not submitted: left out",
        "task 12 annotation 7: skipped by a: left out",
        "task 13: nobody has done it: left out",
    ]
    assert (export.annotations, export.read, export.listed) == ([], 1, 1)


def test_an_article_done_twice_by_one_annotator_is_listed(tiny_schema: Schema) -> None:
    export = export_of([exported(done_by(3, MOSCOW_GPE), done_by(3, REJECT, id=8))], tiny_schema)
    assert [str(each) for each in export.faults] == [
        "task 12 annotation 8: a has annotated this article already in task 12 annotation 7; "
        "delete one of the two"
    ]
    assert (export.annotations, export.read, export.listed) == ([], 2, 2)


def without_text(made: Item) -> Item:
    del made["data"]["text"]
    return made


@pytest.mark.parametrize(
    ("spoil", "messages"),
    [
        (
            lambda: exported(done_by(3, MOSCOW_GPE), text=TEXT + "!"),
            [r"the text has digest \w{12}…, articles.jsonl says \w{12}…: it was edited under .*"],
        ),
        (
            lambda: exported(done_by(3, MOSCOW_GPE), text=TEXT.replace("\n", "\r\n")),
            [r"the text has digest .*: it has carriage returns, which move every offset after them"],
        ),
        (
            lambda: exported(done_by(3, MOSCOW_GPE), text=TEXT + "\0"),
            [r"the text has digest .*: it has NUL characters"],
        ),
        (
            lambda: exported(done_by(3, MOSCOW_GPE), text=TEXT + "\ud800"),
            [r"the text has a lone surrogate at 58: it was damaged on the way"],
        ),
        (
            lambda: exported(done_by(3, MOSCOW_GPE), schema="0.9"),
            [r"annotated with schema '0.9', this is 1.0"],
        ),
        (
            lambda: exported(
                done_by(3, MOSCOW_GPE), data={"article": "authored-x", "text": "غيره", "schema": "1.0"}
            ),
            [r"the text has digest .*: the task was made from another version of the article"],
        ),
        (
            lambda: without_text(exported(done_by(3, MOSCOW_GPE))),
            [r"expected the article's text under 'text', found None"],
        ),
        (
            lambda: exported(done_by(3, MOSCOW_GPE), data=None),
            [
                r"article None is none of this corpus; .*",
                r"expected the article's text under 'text', found None",
            ],
        ),
    ],
)
def test_annotations_of_another_text_schema_or_project_are_listed(
    spoil: Callable[[], Item], messages: list[str], tiny_schema: Schema
) -> None:
    export = export_of([spoil()], tiny_schema)
    assert {each.where for each in export.faults} == {"task 12 data"}
    for found, wanted in zip(export.faults, messages, strict=True):
        assert re.fullmatch(wanted, found.message), found.message
    assert (export.annotations, export.read, export.listed) == ([], 1, 1)


@pytest.mark.parametrize("value", [None, {}, "text", [1], [[]]])
def test_what_is_no_list_of_tasks_is_refused(value: Any, tiny_schema: Schema) -> None:
    (found,) = export_of(value, tiny_schema).faults
    assert found.message.startswith("expected a list of tasks, as the export format JSON gives it")


def test_an_export_of_another_kind_says_which_kind_is_wanted(tiny_schema: Schema) -> None:
    row = {"text": TEXT, "entity": [{"start": 0, "end": 5}], "annotator": 1}
    (found,) = export_of([row], tiny_schema).faults
    assert str(found) == (
        "task number 0: expected `annotations`, a list, found None; export as JSON, not JSON_MIN or CSV"
    )
    (found,) = export_of([exported(done_by(3, result="no"))], tiny_schema).faults
    assert str(found) == "task 12 annotation 7: expected `result`, a list, found 'no'"


@pytest.mark.standoff
@pytest.mark.parametrize(
    "name",
    [
        "kiji_sample_predictions.json",
        "sdk_csv_test.json",
        "sdk_json_min_data.json",
        "sdk_json_min_data_repeater.json",
    ],
)
def test_real_exports_of_other_projects_are_refused_with_reasons(
    name: str, corpora: Any, tiny_schema: Schema
) -> None:
    value = json.loads((corpora / "label-studio-samples" / name).read_text(encoding="utf-8"))
    export = export_of(value, tiny_schema)
    assert export.annotations == []
    assert export.faults
    assert export.read == export.kept + export.listed
    assert export.kept == 0
