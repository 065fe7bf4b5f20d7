"""The short ways of reading and checking take only what the full ones take, and take it alike."""

from __future__ import annotations

import copy
import json
import random
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st
from msgspec import structs

from khabar import checks
from khabar.corpus import read_corpus
from khabar.document import (
    Annotation,
    Argument,
    Entity,
    Event,
    Trigger,
    as_json,
    dumps,
    parse,
    read_annotation,
    write_annotation,
)
from khabar.errors import DataError, Report
from khabar.files import parse_json, sha256
from khabar.schema import Schema
from khabar.soundness import is_surely_right
from khabar.typed_annotations import AnnotationReader
from strategies import annotations, texts
from test_fuzz_submissions import spoil_bytes, spoil_value

TEXT = "لقاء «قمة» 😀\n\nالتقى سامر وزيرَ خارجية لبنان في بيروت-دمشق."


def entity(identifier: str, kind: str, words: str, **attributes: bool | str) -> Entity:
    start = TEXT.index(words)
    return Entity(identifier, kind, start, start + len(words), words, attributes)


def event(identifier: str, kind: str, words: str, *arguments: Argument, **attributes: bool | str) -> Event:
    start = TEXT.index(words)
    trigger = Trigger(start, start + len(words), words)
    return Event(identifier, kind, trigger, arguments, attributes or {"realis": "actual"})


SAMER = entity("T1", "PER", "سامر")
MINISTRY = entity("T2", "ORG", "خارجية لبنان")
LEBANON = entity("T3", "GPE", "لبنان", metonym=True)
BEIRUT = entity("T4", "GPE", "بيروت")
MEETING = event("E1", "Meet", "التقى", Argument("Participant", "T1"), Argument("Place", "T4"))
RIGHT = Annotation("authored-x", sha256(TEXT), "a", "1.0", (SAMER, MINISTRY, LEBANON, BEIRUT), (MEETING,))


def fully_read(data: bytes) -> Annotation | None:
    """What the reader that explains makes of a file with these bytes."""
    try:
        return parse(parse_json(data.decode("utf-8"), source="x", where=""), source="x")
    except (DataError, UnicodeDecodeError):
        return None


def fully_checked(annotation: Annotation, schema: Schema, text: str | None) -> Report | None:
    """What the rules say without the short way."""
    with pytest.MonkeyPatch.context() as patched:
        patched.setattr(checks, "is_surely_right", lambda *_, **__: False)
        return checks.check(annotation, schema, text=text)


# --- reading ------------------------------------------------------------------------------------------


@settings(deadline=None)
@given(data=st.data())
def test_a_right_file_is_read_the_short_way_and_alike(data: st.DataObject, tiny_schema: Schema) -> None:
    made = data.draw(annotations(tiny_schema, data.draw(texts())))
    written = dumps(made).encode()
    assert AnnotationReader(tiny_schema).typed(written) == fully_read(written) == made
    indented = json.dumps(as_json(made), indent=3).encode()  # letters escaped, other white space
    assert AnnotationReader(tiny_schema).typed(indented) == made


@settings(deadline=None, max_examples=300)
@given(st.integers(0, 2**32))
def test_a_spoilt_value_is_never_read_as_another_than_the_full_reader_gives(
    tiny_schema: Schema, seed: int
) -> None:
    choose = random.Random(seed)
    value: Any = as_json(RIGHT)
    for _ in range(choose.randint(1, 2)):
        value = spoil_value(value, choose)
        assume(isinstance(value, dict))
    data = json.dumps(value, ensure_ascii=choose.random() < 0.5).encode("utf-8", "surrogatepass")
    found = AnnotationReader(tiny_schema).typed(data)
    assert found is None or found == fully_read(data)


@settings(deadline=None, max_examples=500)
@given(st.integers(0, 2**32))
def test_spoilt_bytes_are_never_read_as_another_than_the_full_reader_gives(
    tiny_schema: Schema, seed: int
) -> None:
    data = spoil_bytes(dumps(RIGHT).encode(), random.Random(seed))
    found = AnnotationReader(tiny_schema).typed(data)
    assert found is None or found == fully_read(data)


REFUSED = {
    "an empty file": lambda _: "",
    "no JSON": lambda said: said[:-3],
    "a byte order mark": lambda said: f"\ufeff{said}",
    "something after it": lambda said: f"{said}{{}}",
    "a key twice": lambda said: said.replace('"id": "T1"', '"id": "T9", "id": "T1"'),
    "a list twice": lambda said: said.replace('"events"', '"events": [], "events"'),
    "a flag twice": lambda said: said.replace('"metonym": true', '"metonym": true, "metonym": true'),
    "a key of the file twice": lambda said: said.replace("{", '{"schema": "1.0", ', 1),
    "a key twice for one that is missing": lambda said: said.replace(
        '"id": "T1", "type": "PER"', '"id": "T1", "id": "T1"'
    ),
    "an unknown key": lambda said: said.replace('"id": "T1"', '"id": "T1", "sure": true'),
    "an unknown type": lambda said: said.replace('"PER"', '"XYZ"'),
    "an empty type": lambda said: said.replace('"PER"', '""'),
    "a flag that is false": lambda said: said.replace("true", "false"),
    "a flag that is a word": lambda said: said.replace("true", '"true"'),
    "an unknown value": lambda said: said.replace('"actual"', '"real"'),
    "no value of a choice": lambda said: said.replace('"realis": "actual", ', ""),
    "an offset below zero": lambda said: said.replace('"start": ', '"start": -', 1),
    "an offset that is a fraction": lambda said: said.replace(f'"end": {SAMER.end}', f'"end": {SAMER.end}.0'),
    "an offset of many digits": lambda said: said.replace(f'"end": {SAMER.end}', f'"end": {"9" * 5000}'),
    "an offset that is text": lambda said: said.replace(f'"end": {SAMER.end}', f'"end": "{SAMER.end}"'),
    "words that are empty": lambda said: said.replace('"text": "سامر"', '"text": ""'),
    "a digest that is none": lambda said: said.replace(RIGHT.text_sha256, RIGHT.text_sha256[:-1] + "G"),
    "a digest and a line break": lambda said: said.replace(RIGHT.text_sha256, RIGHT.text_sha256 + r"\n"),
    "half a letter": lambda said: said.replace("سامر", r"\ud83d"),
    "arguments that are null": lambda said: said.replace('"arguments": [', '"arguments": null, "x": ['),
}


@pytest.mark.parametrize("spoil", REFUSED.values(), ids=REFUSED)
def test_a_wrong_file_falls_back_to_the_reader_that_explains(
    tiny_schema: Schema, tmp_path: Path, spoil: Any
) -> None:
    path = tmp_path / "authored-x.json"
    path.write_text(spoil(dumps(RIGHT)), encoding="utf-8")
    assert path.read_text(encoding="utf-8") != dumps(RIGHT)
    reader = AnnotationReader(tiny_schema)
    assert reader.typed(path.read_bytes()) is None
    try:
        expected: Any = read_annotation(path)
    except DataError as error:
        expected = str(error)
    try:
        found: Any = reader.read(path)[0]
    except DataError as error:
        found = str(error)
    assert found == expected


def test_quotation_marks_in_the_words_do_not_pass_for_keys(tiny_schema: Schema, tmp_path: Path) -> None:
    for words in ('"', '""', 'قال "نعم"', '\\"', "\\", '", "id": "T1'):
        said = replace(RIGHT, entities=(structs.replace(SAMER, text=words),), events=())
        path = tmp_path / "authored-x.json"
        write_annotation(path, said)
        assert AnnotationReader(tiny_schema).read(path)[0] == read_annotation(path) == said
    doubled = dumps(RIGHT).replace('"id": "T1"', r'"id": "\"", "id": "T1"')
    assert AnnotationReader(tiny_schema).typed(doubled.encode()) is None


def test_a_schema_of_one_type_or_with_the_words_of_python_is_read_too(tiny_value: dict[str, Any]) -> None:
    tiny_value["entity_types"] = [each for each in tiny_value["entity_types"] if each["name"] == "GPE"]
    tiny_value["event_types"] = []
    tiny_value["common_roles"] = []
    tiny_value["event_attributes"] = []
    tiny_value["entity_attributes"][0]["name"] = "class"
    reader = AnnotationReader(Schema.model_validate(tiny_value))
    said = replace(RIGHT, entities=(structs.replace(BEIRUT, attributes={"class": True}),), events=())
    assert reader.typed(dumps(said).encode()) == said
    untyped = dumps(said).replace('"type": "GPE"', '"id": "T4"')
    assert reader.typed(untyped.encode()) is None
    assert reader.typed(dumps(RIGHT).encode()) is None


def test_the_annotations_of_the_repository_are_read_the_short_way(repository: Path) -> None:
    corpus = read_corpus(repository / "annotations", ())
    paths = [
        path
        for path in sorted(corpus.folder.glob("gold/*.json")) + sorted(corpus.folder.glob("passes/*/*.json"))
        if b"\\" not in path.read_bytes()
    ]
    assert paths
    for path in paths:
        assert corpus.reader.typed(path.read_bytes()) == read_annotation(path), path


# --- checking -----------------------------------------------------------------------------------------


@settings(deadline=None)
@given(data=st.data())
def test_a_right_annotation_has_no_fault_by_either_way(data: st.DataObject, tiny_schema: Schema) -> None:
    drawn = data.draw(texts())
    made = data.draw(annotations(tiny_schema, drawn))
    assert is_surely_right(made, tiny_schema, drawn.text)
    assert is_surely_right(made, tiny_schema, None)
    assert fully_checked(made, tiny_schema, drawn.text) is None


def test_nested_and_neighbouring_mentions_are_surely_right(tiny_schema: Schema) -> None:
    assert is_surely_right(RIGHT, tiny_schema, TEXT)
    damascus = entity("T5", "GPE", "دمشق")
    joined = replace(RIGHT, entities=(*RIGHT.entities, damascus))
    assert not is_surely_right(joined, tiny_schema, TEXT)  # no white space between them: the words decide
    assert fully_checked(joined, tiny_schema, TEXT) is None


@settings(deadline=None, max_examples=1000)
@given(st.integers(0, 2**32), st.booleans())
def test_what_is_surely_right_has_no_fault(tiny_schema: Schema, seed: int, with_text: bool) -> None:
    choose = random.Random(seed)
    value = copy.deepcopy(as_json(RIGHT))
    for _ in range(choose.randint(1, 2)):
        _bend(value, choose)
    said = fully_read(json.dumps(value).encode())
    assume(said is not None)
    assert said is not None
    text = TEXT if with_text else None
    if is_surely_right(said, tiny_schema, text):
        assert fully_checked(said, tiny_schema, text) is None
    assert checks.check(said, tiny_schema, text=text) == fully_checked(said, tiny_schema, text)
    if AnnotationReader(tiny_schema).typed(json.dumps(value).encode()) is not None:  # types need no check
        sure = is_surely_right(said, tiny_schema, text)
        assert is_surely_right(said, tiny_schema, text, typed=True) == sure


def _bend(value: dict[str, Any], choose: random.Random) -> None:
    """Change one thing so that the form stays right, and the meaning most often does not."""
    spans = [*value["entities"], *(each["trigger"] for each in value["events"])]
    span = choose.choice(spans)
    one = choose.choice(value["entities"])
    arguments = value["events"][0]["arguments"]
    match choose.randrange(12):
        case 0:
            place = choose.choice(["start", "end"])
            span[place] = max(0, span[place] + choose.choice([-7, -2, -1, 1, 2, 100]))
        case 1:  # another span, rightly quoted
            span["start"] = choose.randrange(len(TEXT))
            span["end"] = choose.randint(span["start"], len(TEXT) + 2)
            span["text"] = TEXT[span["start"] : span["end"]] or "x"
        case 2:
            one["type"] = choose.choice(["PER", "GPE", "ORG", "XYZ"])
        case 3:
            one["metonym"] = choose.choice([True, "word"])
        case 4:
            one["id"] = choose.choice(["T1", "T2", "E1", "new"])
        case 5:
            arguments.append(copy.deepcopy(choose.choice(arguments)))
        case 6:
            choose.choice(arguments)["entity"] = choose.choice(["T1", "T2", "T4", "T9"])
        case 7:
            choose.choice(arguments)["role"] = choose.choice(["Participant", "Place", "Rejecter", "None"])
        case 8:
            value["events"].append(copy.deepcopy(value["events"][0]) | {"id": choose.choice(["E1", "E2"])})
        case 9:
            value["events"][0][choose.choice(["realis", "metonym"])] = choose.choice(["future", "odd", True])
        case 10:
            value["events"][0].pop("realis", None)
        case _:
            value[choose.choice(["schema", "text_sha256"])] = choose.choice(["2.0", "0" * 64])
