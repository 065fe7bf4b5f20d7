"""Predictions as pre-annotations: what is refused, what is left out and told, what an annotator gets."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from khabar.corpus import Corpus
from khabar.document import Annotation
from khabar.errors import CallError, DataError
from khabar.labelstudio import annotation_of, results_of
from khabar.preannotation import PreAnnotations, counted, read_predictions
from label_studio_corpus import make_corpus, predictions_file

TEXT = "زار سامر 😀 بيروت\n\nورفضت موسكو 𐤀 خطة لبنان."


@pytest.fixture(scope="module")
def corpus(tmp_path_factory: pytest.TempPathFactory) -> Corpus:
    """One article, with letters beyond the first plane before its mentions."""
    return make_corpus(tmp_path_factory.mktemp("corpus"), texts={"t-0": TEXT, "t-1": "خبر"})


def span(words: str) -> dict[str, int]:
    start = TEXT.index(words)
    return {"start": start, "end": start + len(words)}


def entity(words: str, type_: str) -> dict[str, Any]:
    return {**span(words), "type": type_}


def event(words: str, type_: str, *arguments: tuple[str, str]) -> dict[str, Any]:
    filled = [{**span(filler), "role": role} for role, filler in arguments]
    return {"type": type_, "trigger": span(words), "arguments": filled}


def read(corpus: Corpus, folder: Path, *records: dict[str, Any]) -> PreAnnotations:
    path = predictions_file(folder / "crf" / "predictions.jsonl", list(records))
    return read_predictions(path, corpus.articles, corpus.schema)


def items(annotation: Annotation) -> int:
    return len(annotation.entities) + sum(1 + len(each.arguments) for each in annotation.events)


def test_mentions_events_and_arguments_become_regions_and_relations(corpus: Corpus, tmp_path: Path) -> None:
    entities = [entity("سامر", "PER"), entity("بيروت", "GPE"), entity("موسكو", "GPE")]
    events = [
        event("زار", "Visit", ("Visitor", "سامر"), ("Destination", "بيروت")),
        event("رفضت", "Reject", ("Rejecter", "موسكو")),
    ]
    found = read(corpus, tmp_path, {"article": "t-0", "entities": entities, "events": events})
    made = found.annotations["t-0"]
    assert found.left_out == []
    assert found.version.startswith("crf@")
    assert counted(found) == f"1 article pre-annotated by {found.version}: 8 of 8 items"
    assert [(each.type, each.text) for each in made.entities] == [
        ("PER", "سامر"),
        ("GPE", "بيروت"),
        ("GPE", "موسكو"),
    ]
    results = results_of(made)
    assert [each["labels"] for each in results if each["type"] == "relation"] == [
        ["Destination"],
        ["Visitor"],
        ["Rejecter"],
    ]
    assert {each["type"] for each in results} == {"labels", "relation"}, "choices are a person's"
    again = annotation_of(results, TEXT, article="t-0", annotator="a", schema=corpus.schema, place="")
    assert not again.faults
    assert again.annotation is not None
    assert items(again.annotation) == 8


def test_an_invalid_file_is_refused_with_every_fault(corpus: Corpus, tmp_path: Path) -> None:
    records = [
        {"article": "t-0", "entities": [{"start": 0, "end": 999, "type": "PER"}]},
        {"article": "t-1", "entities": [{"start": 0, "end": 2, "type": "CITY"}], "events": []},
        {"article": "t-0", "entities": []},
        {"article": "t-9", "entities": []},
        {"id": "t-0#1", "ner_tags": []},
    ]
    with pytest.raises(DataError) as raised:
        read(corpus, tmp_path, *records)
    said = str(raised.value)
    assert len(raised.value.faults) == 7, said
    for words in ("999", "CITY", "line 1 already", "line 4 't-9': is no article", "line 5"):
        assert words in said


def test_what_is_no_annotation_is_left_out_and_told(corpus: Corpus, tmp_path: Path) -> None:
    crossing = {"start": TEXT.index("سامر"), "end": TEXT.index("بيروت") + 2, "type": "ORG"}
    entities = [entity("سامر 😀 بيروت", "PER"), {**crossing, "start": 0}, entity("خطة", "DOC")]
    events = [
        event("زار", "Visit", ("Visitor", "خطة"), ("Host", "لبنان")),
        event("رفضت", "Reject", ("Rejecter", "موسكو")),
    ]
    found = read(corpus, tmp_path, {"article": "t-0", "entities": entities, "events": events})
    made = found.annotations["t-0"]
    told = [str(each) for each in found.left_out]
    assert found.read == items(made) + len(told) == 8
    assert [each.text for each in made.entities] == ["زار سامر 😀 بي", "خطة"]
    assert all(each.arguments == () for each in made.events)
    assert any("crosses" in each for each in told)
    assert any("Host" in each and "is no mention" in each for each in told)
    assert any("Visitor of Visit is filled by DOC" in each for each in told)


def test_a_missing_or_empty_file_is_told(corpus: Corpus, tmp_path: Path) -> None:
    with pytest.raises(CallError, match="no predictions at"):
        read_predictions(tmp_path / "none.jsonl", corpus.articles, corpus.schema)
    with pytest.raises(DataError, match="found no record"):
        read(corpus, tmp_path)


@settings(deadline=None, max_examples=60)
@given(
    spans=st.lists(
        st.tuples(st.integers(0, len(TEXT) - 1), st.integers(1, 12), st.integers(0, 13)),
        max_size=8,
        unique=True,
    ),
    triggers=st.lists(
        st.tuples(st.integers(0, len(TEXT) - 1), st.integers(1, 6), st.integers(0, 19), st.integers(0, 7)),
        max_size=4,
        unique_by=lambda each: each[:3],
    ),
)
def test_whatever_is_valid_is_annotated_or_told_and_reads_back(
    corpus: Corpus, tmp_path_factory: pytest.TempPathFactory, spans: list, triggers: list
) -> None:
    """Read = annotated + left out; what is annotated lacks nothing but a person's choices."""
    types, kinds = list(corpus.schema.entities), list(corpus.schema.events)
    entities = {(s, min(s + n, len(TEXT)), types[t % len(types)]) for s, n, t in spans}
    fillers = sorted(entities)
    events = {}
    for start, length, kind, number in triggers:
        name = kinds[kind % len(kinds)]
        roles = list(corpus.schema.roles(name))
        chosen = fillers[number % len(fillers)][:2] if fillers else (0, 3)
        filled = [{"role": roles[number % len(roles)], "start": chosen[0], "end": chosen[1]}]
        trigger = {"start": start, "end": min(start + length, len(TEXT))}
        events[(*trigger.values(), name)] = {"type": name, "trigger": trigger, "arguments": filled}
    record = {
        "article": "t-0",
        "entities": [{"start": s, "end": e, "type": t} for s, e, t in fillers],
        "events": list(events.values()),
    }
    found = read(corpus, tmp_path_factory.mktemp("p"), record)
    made = found.annotations["t-0"]
    assert found.read == len(fillers) + 2 * len(events) == items(made) + len(found.left_out)
    again = annotation_of(
        results_of(made), TEXT, article="t-0", annotator="a", schema=corpus.schema, place=""
    )
    assert [each for each in again.faults if "must say" not in each.message] == []
