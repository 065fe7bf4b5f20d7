"""Tasks for Label Studio: an article, its digest, and predictions or annotations of that very text."""

from __future__ import annotations

from dataclasses import replace

import pytest

from khabar.errors import DataError
from khabar.files import sha256
from khabar.labelstudio import (
    annotated_task,
    task,
)
from khabar.schema import Schema
from label_studio_items import MOSCOW_GPE, TEXT, article, kept


def test_a_task_carries_the_digest_and_says_that_nothing_is_the_truth(tiny_schema: Schema) -> None:
    annotation = kept(tiny_schema, MOSCOW_GPE)
    assert task(article(title="عنوان"), schema=tiny_schema) == {
        "data": {
            "article": "authored-x",
            "title": "عنوان",
            "text": TEXT,
            "text_sha256": sha256(TEXT),
            "schema": "1.0",
        },
        "predictions": [],
    }
    made = annotated_task(article(), [annotation], users={"a": 3}, schema=tiny_schema)
    assert "title" not in made["data"]
    assert [each["ground_truth"] for each in made["annotations"]] == [False]
    (item,) = task(article(), annotation, schema=tiny_schema)["predictions"][0]["result"]
    assert item == {
        "id": "T1",
        "from_name": "entity",
        "to_name": "text",
        "type": "labels",
        "value": {"start": 18, "end": 23, "text": "موسكو", "labels": ["GPE"]},
    }


def test_no_task_is_made_without_text_or_of_another_text(tiny_schema: Schema) -> None:
    with pytest.raises(DataError, match="its text is not on this machine"):
        task(article(None), schema=tiny_schema)
    other = replace(kept(tiny_schema, MOSCOW_GPE), text_sha256="0" * 64)
    with pytest.raises(DataError, match="text_sha256: the annotation is of 0000"):
        task(article(), other, schema=tiny_schema)
