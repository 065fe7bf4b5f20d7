"""Lines of canonical JSON become the Arrow rows that the objects themselves would have become."""

from __future__ import annotations

from typing import Any

import pyarrow as pa
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from khabar.files import canonical_line_of_row
from khabar.release.batches import BatchMaker
from khabar.release.features import CONFIGS, Columns, Kind, Tags, as_features, columns, decode
from khabar.schema import Schema
from release_corpus import numbered

TEXTS = st.text(st.characters(exclude_categories=["Cs"])) | st.sampled_from(
    ['قال: "نعم"', "\\u0641 \\", "\u200fبيروت 😀\u2028", "\x00\t\n", "null", "1"]
)


def values(kind: Kind) -> st.SearchStrategy[Any]:
    match kind:
        case Tags():
            return st.sampled_from(kind.names)
        case list():
            return st.lists(values(kind[0]), max_size=3)
        case dict():
            return st.fixed_dictionaries({name: values(each) for name, each in kind.items()})
        case "int32":
            return st.integers(0, 2**31 - 1)
        case "bool":
            return st.booleans()
        case _:
            return st.none() | TEXTS


def batch_of(rows: list[dict[str, Any]], described: Columns) -> Any:
    return BatchMaker(described, {}).batch(b"".join(map(canonical_line_of_row, rows)))


@pytest.mark.parametrize("config", CONFIGS)
@settings(deadline=None, max_examples=40)
@given(data=st.data())
def test_rows_by_lines_are_the_rows_by_objects_to_the_byte(
    tiny_schema: Schema, config: str, data: st.DataObject
) -> None:
    described = columns(tiny_schema)[config]
    rows = data.draw(
        st.lists(st.fixed_dictionaries({n: values(k) for n, k in described.items()}), min_size=1)
    )
    made = batch_of(rows, described)
    schema = as_features(described).arrow_schema
    by_objects = pa.RecordBatch.from_pylist(numbered(rows, described), schema=schema)
    assert made.schema.equals(schema, check_metadata=True)
    assert made.equals(by_objects)
    assert made.nbytes == by_objects.nbytes
    made.validate(full=True)
    assert decode(made.to_pylist(), as_features(described)) == rows


def test_tags_that_are_held_out_stay_null_beside_those_that_are_not(tiny_schema: Schema) -> None:
    described = {"id": "string", "ner_tags": columns(tiny_schema)["ner"]["ner_tags"]}
    rows = [
        {"id": "أ", "ner_tags": None},
        {"id": "ب", "ner_tags": ["O", "B-GPE"]},
        {"id": "ت", "ner_tags": []},
    ]
    assert batch_of(rows, described).to_pylist() == [
        {"id": "أ", "ner_tags": None},
        {"id": "ب", "ner_tags": [0, 3]},
        {"id": "ت", "ner_tags": []},
    ]
    assert batch_of(rows[:1] * 2, described).to_pylist() == rows[:1] * 2


@pytest.mark.parametrize(
    ("row", "error", "said"),
    [
        ({"ner_tags": ["O", "B-LOC"]}, KeyError, "B-LOC"),
        ({"ner_tags": ["O", None]}, KeyError, "None"),
        ({"starts": ["1"]}, pa.ArrowInvalid, "starts"),
        ({"starts": [1.5]}, pa.ArrowInvalid, "1.5"),
        ({"starts": [2**31]}, pa.ArrowInvalid, "2147483648"),
        ({"mood": "good"}, pa.ArrowInvalid, "unexpected field"),
    ],
)
def test_what_no_column_can_hold_is_never_written(
    tiny_schema: Schema, row: dict[str, Any], error: type[Exception], said: str
) -> None:
    with pytest.raises(error, match=said):
        batch_of([row], columns(tiny_schema)["ner"])
