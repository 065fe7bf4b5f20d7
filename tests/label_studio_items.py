"""Label Studio's items for tests: regions, choices, relations, annotations and tasks of one small article."""

from __future__ import annotations

from typing import Any

from khabar.article_list import Article
from khabar.document import Annotation
from khabar.files import sha256
from khabar.labelstudio import (
    Export,
    Reading,
    annotation_of,
    annotator_of,
    read_export,
)
from khabar.schema import Schema

TEXT = "عنوان 😀 أول\n\nقالت موسكو إنها ترفض خطة باريس، و NATO يجتمع."
MOSCOW, REJECTS, PLAN, MEETS = (18, 23), (29, 33), (34, 37), (52, 57)
Item = dict[str, Any]


def labelled(id_: str, span: tuple[int, int], set_: str, *labels: str, text: str = "?") -> Item:
    value = {"start": span[0], "end": span[1], "text": text, "labels": list(labels)}
    return {
        "id": id_,
        "from_name": set_,
        "to_name": "text",
        "type": "labels",
        "value": value,
        "origin": "manual",
    }


def chosen(id_: str, span: tuple[int, int], control: str, *choices: str) -> Item:
    value = {"start": span[0], "end": span[1], "choices": list(choices)}
    return {"id": id_, "from_name": control, "to_name": "text", "type": "choices", "value": value}


def related(from_: Any, to: Any, *labels: str, direction: str = "right") -> Item:
    item = {"type": "relation", "from_id": from_, "to_id": to, "direction": direction}
    return {**item, "labels": list(labels)} if labels else item


def read(schema: Schema, *items: Any, text: str = TEXT) -> Reading:
    return annotation_of(
        list(items), text, article="authored-x", annotator="a", schema=schema, place="task 1"
    )


def fault(schema: Schema, *items: Any) -> tuple[str, str]:
    reading = read(schema, *items)
    assert reading.annotation is None
    assert len(reading.faults) == 1
    assert reading.listed == 1
    return reading.faults[0].where, reading.faults[0].message


def kept(schema: Schema, *items: Any) -> Annotation:
    reading = read(schema, *items)
    assert reading.faults == ()
    assert (reading.read, reading.listed) == (len(items), 0)
    assert reading.annotation is not None
    return reading.annotation


MOSCOW_GPE = labelled("m", MOSCOW, "entity", "GPE")
REJECT = labelled("r", REJECTS, "trigger", "Reject")
PLAN_ORG = labelled("p", PLAN, "entity", "ORG")


def article(text: str | None = TEXT, **more: Any) -> Article:
    line = {
        "id": "authored-x",
        "source": "authored",
        "title": None,
        "published": None,
        "language": "ar",
        "licence": "CC-BY-4.0",
        "text_sha256": sha256(text or ""),
        "origin": "written for a test",
        "text": text,
    }
    return Article.model_validate({**line, **more})


def done_by(user: Any, *items: Any, **more: Any) -> Item:
    given = {
        "id": 7,
        "completed_by": user,
        "was_cancelled": False,
        "ground_truth": True,
        "result": list(items),
    }
    return {**given, **more}


def exported(*done: Item, schema: str = "1.0", text: str = TEXT, **more: Any) -> Item:
    data = {"article": "authored-x", "text": text, "text_sha256": sha256(TEXT), "schema": schema}
    return {"id": 12, "annotations": list(done), "predictions": [1], "drafts": [], "data": data, **more}


def export_of(value: Any, schema: Schema) -> Export:
    return read_export(
        value,
        articles={"authored-x": article()},
        schema=schema,
        annotator=annotator_of({"3": "a", "b@example.org": "b"}),
    )
