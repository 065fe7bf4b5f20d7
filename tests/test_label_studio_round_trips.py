"""Annotations through tasks and exports and back, unchanged; every spoilt item is read or listed."""

from __future__ import annotations

import copy
import json
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from khabar.labelstudio import (
    annotated_task,
    annotation_of,
    annotator_of,
    read_export,
    results_of,
    task,
)
from khabar.schema import Schema
from label_studio_items import REJECT, article, related
from strategies import Drawn, annotations, texts


@given(data=st.data())
@settings(deadline=None)
def test_an_annotation_goes_through_a_task_and_back_exactly(data: st.DataObject, tiny_schema: Schema) -> None:
    drawn: Drawn = data.draw(texts())
    annotation = data.draw(annotations(tiny_schema, drawn))
    made = task(article(drawn.text, id="authored-drawn"), annotation, schema=tiny_schema)
    results = json.loads(json.dumps(made))["predictions"][0]["result"]
    for item in results:
        item.get("value", {}).pop("text", None)
    reading = annotation_of(
        data.draw(st.permutations(results)),
        made["data"]["text"],
        article="authored-drawn",
        annotator="annotator-a",
        schema=tiny_schema,
    )
    assert reading.faults == ()
    assert reading.annotation == annotation


@given(data=st.data())
@settings(deadline=None)
def test_annotations_go_through_an_export_and_back_exactly(data: st.DataObject, tiny_schema: Schema) -> None:
    drawn: Drawn = data.draw(texts())
    done = [data.draw(annotations(tiny_schema, drawn, name)) for name in ("a", "b")]
    here = article(drawn.text, id="authored-drawn")
    value = [annotated_task(here, done, users={"a": 3, "b": 4}, schema=tiny_schema)]
    export = read_export(
        json.loads(json.dumps(value)),
        articles={here.id: here},
        schema=tiny_schema,
        annotator=annotator_of({"3": "a", "4": "b"}),
    )
    assert export.faults == []
    assert export.annotations == done
    assert (export.listed, export.trimmed) == (0, 0)


@given(data=st.data())
@settings(deadline=None)
def test_whatever_is_done_to_a_result_every_item_is_read_or_listed(
    data: st.DataObject, tiny_schema: Schema
) -> None:
    drawn: Drawn = data.draw(texts())
    results: list[Any] = results_of(data.draw(annotations(tiny_schema, drawn)))
    for _ in range(data.draw(st.integers(1, 4))):
        results = data.draw(spoilt(results))
    reading = annotation_of(results, drawn.text, article="x", annotator="a", schema=tiny_schema)
    assert reading.read == len(results)
    assert 0 <= reading.listed <= reading.read
    assert bool(reading.listed) == bool(reading.faults)
    assert (reading.annotation is None) == bool(reading.faults)
    if reading.annotation:
        written = results_of(reading.annotation)
        again = annotation_of(written, drawn.text, article="x", annotator="a", schema=tiny_schema)
        assert again.annotation == reading.annotation


@st.composite
def spoilt(draw: st.DrawFn, results: list[Any]) -> list[Any]:
    """The results with one thing wrong, or more."""
    more = draw(st.sampled_from([None, {}, REJECT, related("E1", "T1", "Place")]))
    made = copy.deepcopy([*results, more])
    item = draw(st.sampled_from(made))
    if not isinstance(item, dict):
        return made
    junk = st.sampled_from([None, -1, 3, 10**9, "", "x", "T1", "E1", [], ["GPE"], {}, True, 2.5])
    value = item.get("value")
    target = draw(st.sampled_from([item, value] if isinstance(value, dict) else [item]))
    target[draw(st.sampled_from([*target, "start", "id"]))] = draw(junk)
    return made
