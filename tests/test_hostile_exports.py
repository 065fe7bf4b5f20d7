"""Whole exports with every trick in them: each item is written or listed, whichever way it is read."""

from __future__ import annotations

import copy
import importlib.util
import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import yaml
from hypothesis import given, settings
from hypothesis import strategies as st

from khabar.article_list import Article, write_articles
from khabar.document import Annotation
from khabar.errors import DataError
from khabar.files import sha256
from khabar.labelstudio import Export, annotated_task, annotator_of, read_export, read_snapshot
from khabar.schema import Schema
from khabar.terminal import run
from strategies import annotations, texts

TEXT = "عنوان 😀 أول\n\nقالت موسكو إنها ترفض خطة باريس، و NATO يجتمع."
MOSCOW, REJECTS, PLAN, MEETS = (18, 23), (29, 33), (34, 37), (52, 57)
Item = dict[str, Any]


def article(name: str) -> Article:
    return Article(
        id=f"authored-{name}",
        source="authored",
        title=None,
        published=None,
        language="ar",
        licence="CC-BY-4.0",
        text_sha256=sha256(TEXT),
        origin="written for a test",
        text=None,
    )


USERS = {"3": "annotator-a"}


def label(id_: str, span: tuple[int, int], set_: str, type_: str, **value: Any) -> Item:
    given = {"start": span[0], "end": span[1], "text": "?", "labels": [type_], **value}
    return {"id": id_, "from_name": set_, "to_name": "text", "type": "labels", "value": given}


def choice(id_: str, span: tuple[int, int], control: str, *values: str) -> Item:
    value = {"start": span[0], "end": span[1], "choices": list(values)}
    return {"id": id_, "from_name": control, "to_name": "text", "type": "choices", "value": value}


def relation(from_: str, to: str, *roles: str, direction: str = "right") -> Item:
    made = {"type": "relation", "from_id": from_, "to_id": to, "direction": direction}
    return {**made, "labels": list(roles)} if roles else made


M, R = label("m", MOSCOW, "entity", "GPE"), label("r", REJECTS, "trigger", "Reject")


def a_task(number: int, name: str, *items: Any, text: str = TEXT, **more: Any) -> Item:
    done = {"id": number * 10, "completed_by": {"id": 3, "email": "a@example.org"}, "was_cancelled": False,
            "ground_truth": False, "result": list(items)}  # fmt: skip
    data = {"article": f"authored-{name}", "text": text, "text_sha256": sha256(TEXT), "schema": "1.0"}
    return {"id": number, "data": data, "annotations": [done], "drafts": [], "predictions": [], **more}


def with_schema(task: Item, version: str) -> Item:
    return {**task, "data": {**task["data"], "schema": version}}


def with_annotation(task: Item, **more: Any) -> Item:
    return {**task, "annotations": [{**task["annotations"][0], **more}]}


EVERY_TRICK: list[Item] = [
    a_task(1, "plain", M, R, relation("r", "m", "Rejecter")),
    a_task(2, "choices", M, choice("m", MOSCOW, "entity_metonym", "metonym"), R,
           choice("r", REJECTS, "trigger_realis", "negated"),
           label("b", MEETS, "entity", "ORG"), label("b", MEETS, "trigger", "Meet")),
    a_task(3, "unlabelled", M, R, relation("r", "m")),
    a_task(4, "past", label("m", (18, 99), "entity", "GPE"), R),
    a_task(5, "edited", M, text=TEXT.replace("موسكو", "لندن")),
    a_task(6, "returns", M, text=TEXT.replace("\n", "\r\n")),
    a_task(7, "nul", M, text=TEXT + "\0"),
    a_task(8, "surrogate", M, text=TEXT + "\ud83d"),
    with_annotation(a_task(9, "truth", M), ground_truth=True),
    a_task(10, "unknown", M, label("x", PLAN, "entity", "\ud800CITY")),
    with_schema(a_task(11, "schema", M), "0.9"),
    {"id": 12, "data": {"text": "تغريدة"}, "annotations": [{"id": 120, "completed_by": 3, "result": [M, R]}]},
    a_task(13, "words", label("m", MOSCOW, "entity", "GPE", text="باريس\\n")),
    a_task(14, "edges", label("m", (17, 24), "entity", "GPE"), label("t", (13, 18), "entity", "PER")),
    a_task(15, "drawn", R, M, relation("m", "r", "Rejecter", direction="left")),
    a_task(16, "dangling", M, R, relation("r", "gone", "Rejecter"), relation("r", "m", "Rejecter")),
    a_task(17, "twice", M),
    a_task(18, "twice", M, R),
    a_task(19, "empty", M, choice("e", PLAN, "trigger_realis")),
    with_annotation(a_task(20, "skipped", M), was_cancelled=True),
    {**a_task(21, "drafted"), "annotations": [], "drafts": [{"id": 1, "result": [M]}]},
    {**a_task(22, "open"), "annotations": []},
]  # fmt: skip
NAMES = {each["data"]["article"].partition("-")[2] for each in EVERY_TRICK if "article" in each["data"]}
ARTICLES = {each.id: each for each in map(article, sorted(NAMES))}
GOOD = ["plain", "choices", "truth", "words", "edges", "drawn"]
FAULTS = """\
task 3 annotation 30 relation r → m: has no role (found None); choose one, or remove the relation
task 4 annotation 40 region m: [18, 99) ends past the text, which has 58 code points
task 5 data: the text has digest …, articles.jsonl says …: it was edited under its annotations
task 6 data: the text has digest …, articles.jsonl says …: it has carriage returns, which move every offset after them
task 7 data: the text has digest …, articles.jsonl says …: it has NUL characters
task 8 data: the text has a lone surrogate at 58: it was damaged on the way
task 10 annotation 100 region x.type: no entity type '\\ud800CITY' (there are PER, GPE, ORG)
task 11 data: annotated with schema '0.9', this is 1.0
task 12 data: article None is none of this corpus; is this another project's export?
task 12 data: annotated with schema None, this is 1.0
task 16 annotation 160 relation r → gone: names gone, and there is no such region
task 18 annotation 180: annotator-a has annotated this article already in task 17 annotation 170; delete one of the two
task 19 annotation 190 region e: has no label and no choice; label it, or remove it
"""  # noqa: E501
NOTES = """\
task 20 annotation 200: skipped by annotator-a: left out
task 21: 1 draft, not submitted: left out
task 21: nobody has done it: left out
task 22: nobody has done it: left out
"""


def said(faults: Any) -> str:
    """The faults, a line each, without the digests."""
    digests = sha256(TEXT)[:12], *(sha256(each["data"]["text"])[:12] for each in EVERY_TRICK[4:7])
    lines = "".join(f"{each}\n" for each in faults)
    for digest in digests:
        lines = lines.replace(f"{digest}…", "…")
    return lines


def by_explaining(value: Any, schema: Schema) -> Export:
    return read_export(value, articles=ARTICLES, schema=schema, annotator=annotator_of(USERS))


def by_short_way(value: Any, schema: Schema) -> Export:
    return read_snapshot(
        json.dumps(value).encode(),
        source="snapshot",
        articles=ARTICLES,
        schema=schema,
        annotator=annotator_of(USERS),
    )


@pytest.mark.parametrize("read", [by_explaining, by_short_way])
def test_every_trick_is_handled_or_listed_with_its_place_and_reason(read: Any, tiny_schema: Schema) -> None:
    export = read(EVERY_TRICK, tiny_schema)
    assert said(export.faults) == FAULTS
    assert said(export.notes) == NOTES
    assert [each.article for each in export.annotations] == [f"authored-{name}" for name in GOOD]
    items = sum(len(done["result"]) for each in EVERY_TRICK for done in each["annotations"])
    assert (export.read, export.kept, export.listed, export.trimmed) == (items, 16, items - 16, 2)


def test_what_is_kept_says_what_the_annotator_meant(tiny_schema: Schema) -> None:
    by_name = {
        each.article.removeprefix("authored-"): each
        for each in by_short_way(EVERY_TRICK, tiny_schema).annotations
    }
    assert by_name["words"].entities[0].text == "موسكو"
    assert [(each.span, each.text) for each in by_name["edges"].entities] == [
        ((13, 17), "قالت"),
        (MOSCOW, "موسكو"),
    ]
    assert by_name["drawn"].events == by_name["plain"].events
    both = by_name["choices"]
    assert [(each.type, each.attributes) for each in both.entities] == [
        ("GPE", {"metonym": True}),
        ("ORG", {}),
    ]
    assert [(each.type, each.attributes["realis"]) for each in both.events] == [
        ("Reject", "negated"),
        ("Meet", "actual"),
    ]


def test_links_stand_in_the_place_of_task_numbers_where_the_server_is_known(tiny_schema: Schema) -> None:
    given: dict[str, Any] = {"articles": ARTICLES, "schema": tiny_schema, "annotator": annotator_of(USERS)}
    place = "http://127.0.0.1:8080/projects/5/data?task={}".format
    data = json.dumps(EVERY_TRICK[2:3]).encode()
    for export in (
        read_export(EVERY_TRICK[2:3], place=place, **given),
        read_snapshot(data, source="snapshot", place=place, **given),
    ):
        assert [each.where for each in export.faults] == [
            "http://127.0.0.1:8080/projects/5/data?task=3 annotation 30 relation r → m"
        ]


ESC = "\x1b[2J\ud800"


@pytest.mark.parametrize(
    "items",
    [
        [label("m", MOSCOW, "entity", ESC)],
        [label("m", MOSCOW, "entity", "GPE", labels=[ESC, ESC])],
        [label(ESC, MOSCOW, "entity", "GPE"), label(ESC, MOSCOW, "entity", ESC)],
        [M, choice("m", MOSCOW, "entity_metonym", ESC)],
        [R, choice("r", REJECTS, "trigger_realis", ESC, ESC)],
        [label(ESC, MOSCOW, "entity", "GPE"), R, relation("r", ESC, "Place", "Place")],
        [M, R, relation("r", "m", ESC, ESC)],
        [label(ESC, MOSCOW, "entity", "GPE"), label(ESC, PLAN, "entity", "GPE")],
    ],
)
def test_no_fault_brings_control_characters_to_a_terminal(items: list[Item], tiny_schema: Schema) -> None:
    export = by_short_way([a_task(1, "plain", *items)], tiny_schema)
    assert export.faults
    for each in export.faults:
        assert str(each).isprintable()
        assert str(each).encode()


@pytest.fixture
def corpus(tmp_path: Path, tiny_value: dict[str, Any]) -> Path:
    """A corpus of the articles, without their texts."""
    folder = tmp_path / "annotations"
    folder.mkdir()
    (folder / "schema.yaml").write_text(yaml.safe_dump(tiny_value), encoding="utf-8")
    people = [
        {"id": "annotator-a", "kind": "human", "what": "a person", "guidelines": "1.0", "role": "annotator"}
    ]
    (folder / "annotators.yaml").write_text(yaml.safe_dump(people), encoding="utf-8")
    write_articles(folder, ARTICLES.values())
    return folder


def gather(repository: Path, *arguments: str | Path) -> int:
    specification = importlib.util.spec_from_file_location(
        "gather_annotations", repository / "scripts" / "gather_annotations.py"
    )
    assert specification is not None
    assert specification.loader is not None
    module = importlib.util.module_from_spec(specification)
    specification.loader.exec_module(module)
    with pytest.raises(SystemExit) as end:
        run(module.app, [str(each) for each in arguments])
    return int(end.value.code or 0)


def test_the_program_lists_all_of_it_and_writes_nothing(
    corpus: Path, tmp_path: Path, repository: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    file = tmp_path / "export.json"
    file.write_text(json.dumps(EVERY_TRICK), encoding="utf-8")
    options = ("--annotations", corpus, "--map", "3=annotator-a")
    assert gather(repository, file, *options) == 1
    out, err = capfd.readouterr()
    assert out == ""
    lines = err.splitlines()
    assert lines[0] == f"{file}: {len(FAULTS.splitlines())} faults"
    assert said(each.strip() for each in lines[1:-1]) == FAULTS
    assert lines[-1] == (
        "Next: correct these in Label Studio and export again; nothing was written "
        "(40 items read, 16 in right annotations, 24 listed)"
    )
    assert not (corpus / "passes").exists()
    good = [each for each in EVERY_TRICK if each["data"].get("article", "-").partition("-")[2] in GOOD]
    file.write_text(json.dumps(good), encoding="utf-8")
    assert gather(repository, file, *options) == 0
    assert len(list((corpus / "passes" / "annotator-a").iterdir())) == len(GOOD)
    assert "16 items read, 16 kept, 0 left out; 2 regions trimmed" in capfd.readouterr().err


@pytest.mark.parametrize(
    ("data", "message"),
    [
        (b"[{", "not JSON"),
        (b'[{"id": \xff}]', "expected UTF-8, found byte 0xff at offset 8"),
        (b'[{"id": 1, "id": 2}]', "key given twice in one object: id"),
        (b'[{"id": NaN}]', "NaN is not a JSON number"),
        (b"", "not JSON"),
        (b"[" * 100_000, "JSON"),
    ],
)
def test_a_snapshot_that_is_no_json_is_refused(data: bytes, message: str, tiny_schema: Schema) -> None:
    with pytest.raises(DataError, match=message):
        read_snapshot(data, source="snapshot", articles={}, schema=tiny_schema, annotator=annotator_of({}))


@pytest.mark.parametrize("value", [None, {}, "text", [1], [[]], [{}], [{"id": None}]])
def test_a_snapshot_of_something_else_is_listed(value: Any, tiny_schema: Schema) -> None:
    assert by_short_way(value, tiny_schema) == by_explaining(value, tiny_schema)
    assert by_short_way(value, tiny_schema).faults


# --- whatever is done to an export ------------------------------------------------------------------


@given(data=st.data())
@settings(deadline=None)
def test_a_right_export_is_read_the_short_way_and_is_the_same(
    data: st.DataObject, tiny_schema: Schema
) -> None:
    value, articles, done = data.draw(exports(tiny_schema))
    given = {"articles": articles, "schema": tiny_schema, "annotator": annotator_of({"1": "a", "2": "b"})}
    encoded = json.dumps(value, ensure_ascii=data.draw(st.booleans())).encode()
    export = read_snapshot(encoded, source="snapshot", **given)
    assert export == read_export(value, **given)
    assert (export.annotations, export.faults) == (done, [])


@given(data=st.data())
@settings(deadline=None)
def test_whatever_is_done_to_an_export_every_item_is_written_or_listed(
    data: st.DataObject, tiny_schema: Schema
) -> None:
    value, articles, _ = data.draw(exports(tiny_schema))
    for _ in range(data.draw(st.integers(1, 3))):
        value = data.draw(spoilt(value))
    given = {"articles": articles, "schema": tiny_schema, "annotator": annotator_of({"1": "a", "2": "b"})}
    export = read_export(value, **given)
    assert read_snapshot(json.dumps(value).encode(), source="snapshot", **given) == export
    assert [each for each in map(str, export.faults + export.notes) if not each.isprintable()] == []
    submitted = list(results_in(value))
    assert export.read == sum(map(len, submitted)) == export.kept + export.listed
    keys = [(each.annotator, each.article) for each in export.annotations]
    assert len(set(keys)) == len(keys)
    for each in export.annotations:
        assert all(articles[each.article].text[m.start : m.end] == m.text for m in each.entities)


def results_in(value: list[Any]) -> Iterator[list[Any]]:
    """Every list of results that can be told to be one."""
    for task in value:
        given = task.get("annotations")
        if isinstance(given, list) and all(isinstance(each, dict) for each in given):
            yield from (each["result"] for each in given if isinstance(each.get("result"), list))


@st.composite
def exports(draw: st.DrawFn, schema: Schema) -> tuple[list[Item], dict[str, Any], list[Annotation]]:
    """Tasks, their articles, and what two annotators say of them."""
    value, articles, done = [], {}, []
    for number in range(draw(st.integers(1, 3))):
        drawn = draw(texts())
        name = f"authored-{number}"
        here = article(str(number)).model_copy(update={"text_sha256": sha256(drawn.text), "text": drawn.text})
        given = [draw(annotations(schema, drawn, each)) for each in ("a", "b")]
        given = [
            Annotation(name, each.text_sha256, each.annotator, each.schema, each.entities, each.events)
            for each in given
        ]
        made = annotated_task(here, given, users={"a": 1, "b": 2}, schema=schema)
        for place, each in enumerate(made["annotations"]):
            each["id"] = 100 * number + place
        value.append({"id": number, **made})
        articles[name] = here
        done += given
    return json.loads(json.dumps(value)), articles, done


@st.composite
def spoilt(draw: st.DrawFn, value: list[Item]) -> list[Item]:
    """The export with one thing in one place wrong: a key changed or missing, an object twice or cut."""
    made = copy.deepcopy(value)
    if not made:
        return made
    owner = draw(st.sampled_from(list(containers(made))))
    words = ["", "x", "T1", "E1", "\0", "\ud800", "\x1b[2J", "1.0"]
    junk = st.sampled_from([None, -1, 1, 10**9, 2.5, *words, [], ["GPE"], ["\x1b", "\ud800"], {}, True])
    keys = list(owner) if isinstance(owner, dict) else list(range(len(owner)))
    key = draw(st.sampled_from(keys))
    what = draw(st.sampled_from(["change", "remove", "double"]))
    if what == "change":
        owner[key] = draw(junk)
    elif what == "remove":
        del owner[key]
    elif isinstance(owner, list):
        owner.append(copy.deepcopy(owner[key]))
    return [each for each in made if isinstance(each, dict)]


def containers(value: Any) -> Iterator[Any]:
    """Every object and list that is not empty."""
    if isinstance(value, dict | list) and value:
        yield value
        for each in value.values() if isinstance(value, dict) else value:
            yield from containers(each)
