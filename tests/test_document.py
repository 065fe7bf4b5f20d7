"""Annotation files: their form, their canonical order, and every rule of meaning."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from khabar.checks import check, outermost
from khabar.document import (
    Annotation,
    Argument,
    Entity,
    Event,
    Trigger,
    canonical,
    dumps,
    is_canonical,
    parse,
    read_annotation,
    write_annotation,
)
from khabar.errors import DataError
from khabar.files import sha256
from khabar.schema import Schema

TEXT = "😀 رفضت موسكو قمة هلسنكي\n\nالتقى وزير وموسكو 🇷🇺 ثم غادر."


def entity(
    identifier: str, kind: str, words: str, *, nth: int = 1, text: str = TEXT, **attributes: Any
) -> Entity:
    start = -1
    for _ in range(nth):
        start = text.index(words, start + 1)
    return Entity(identifier, kind, start, start + len(words), words, attributes)


def event(identifier: str, kind: str, words: str, *arguments: tuple[str, str], **attributes: Any) -> Event:
    start = TEXT.index(words)
    given = {"realis": "actual"} | attributes
    made = tuple(Argument(*each) for each in arguments)
    return Event(identifier, kind, Trigger(start, start + len(words), words), made, given)


def annotation(*parts: Entity | Event, text: str = TEXT, annotator: str = "a") -> Annotation:
    entities = tuple(each for each in parts if isinstance(each, Entity))
    events = tuple(each for each in parts if isinstance(each, Event))
    return Annotation("x-1", sha256(text), annotator, "1.0", entities, events)


MOSCOW = entity("m", "GPE", "موسكو", metonym=True)
HELSINKI = entity("h", "ORG", "قمة هلسنكي")
CITY = entity("c", "GPE", "هلسنكي")
GOOD = annotation(HELSINKI, CITY, MOSCOW, event("r", "Reject", "رفضت", ("Proposal", "h"), ("Rejecter", "m")))


def messages(made: Annotation, schema: Schema, *, text: str | None = TEXT) -> list[str]:
    report = check(made, schema, text=text)
    return [str(fault) for fault in report.faults] if report else []


def test_a_good_annotation_has_no_fault(tiny_schema: Schema) -> None:
    assert messages(GOOD, tiny_schema) == []
    assert messages(GOOD, tiny_schema, text=None) == []


def test_the_file_is_written_in_canonical_order_one_mention_a_line(tmp_path: Path) -> None:
    write_annotation(tmp_path / "x-1.json", GOOD)
    lines = (tmp_path / "x-1.json").read_text(encoding="utf-8").splitlines()
    assert lines == [
        f'{{"article": "x-1", "text_sha256": "{sha256(TEXT)}", "annotator": "a", "schema": "1.0",',
        ' "entities": [',
        '  {"id": "T1", "type": "GPE", "start": 7, "end": 12, "text": "موسكو", "metonym": true},',
        '  {"id": "T2", "type": "ORG", "start": 13, "end": 23, "text": "قمة هلسنكي"},',
        '  {"id": "T3", "type": "GPE", "start": 17, "end": 23, "text": "هلسنكي"}',
        " ],",
        ' "events": [',
        '  {"id": "E1", "type": "Reject", "trigger": {"start": 2, "end": 6, "text": "رفضت"}, '
        '"realis": "actual", "arguments": [{"role": "Proposal", "entity": "T2"}, '
        '{"role": "Rejecter", "entity": "T1"}]}',
        " ]}",
    ]
    assert read_annotation(tmp_path / "x-1.json") == canonical(GOOD)


def test_canonical_form_does_not_depend_on_ids_or_order() -> None:
    renamed = annotation(
        entity("z", "GPE", "هلسنكي"),
        entity("y", "GPE", "موسكو", metonym=True),
        event("q", "Reject", "رفضت", ("Rejecter", "y"), ("Proposal", "x")),
        entity("x", "ORG", "قمة هلسنكي"),
    )
    assert dumps(canonical(renamed)) == dumps(canonical(GOOD))
    assert canonical(canonical(GOOD)) == canonical(GOOD)
    assert is_canonical(canonical(GOOD))
    assert not is_canonical(GOOD)


@pytest.mark.parametrize(
    "arguments",
    [
        ("Rejecter", "T2", "Proposal", "T1"),
        ("Proposal", "T1", "Proposal", "T1"),
        ("Party", "T10", "Party", "T2"),
    ],
)
def test_arguments_out_of_order_or_given_twice_are_not_canonical(arguments: tuple[str, ...]) -> None:
    mentions = tuple(Entity(f"T{n}", "GPE", n, n + 1, "x") for n in range(1, 11))
    roles = tuple(Argument(*arguments[n : n + 2]) for n in (0, 2))
    said = Annotation("x-1", "", "a", "1.0", mentions, (Event("E1", "Meet", Trigger(0, 1, "x"), roles),))
    assert not is_canonical(said)
    assert is_canonical(canonical(said))


def test_every_fault_of_form_is_told_with_its_path() -> None:
    value = json.loads(dumps(GOOD))
    value["entities"][0]["start"] = "7"
    value["entities"][1]["end"] = True
    value["entities"][2]["metonym"] = 1
    del value["events"][0]["trigger"]["text"]
    value["text_sha256"] = "abc"
    value["notes"] = ""
    with pytest.raises(DataError) as caught:
        parse(value, source="x-1.json")
    assert [fault.where for fault in caught.value.faults] == [
        *("text_sha256", "entities[0].start", "entities[1].end", "events[0].trigger.text", "notes"),
    ]
    value = json.loads(dumps(GOOD))
    value["entities"][2]["metonym"] = 1
    with pytest.raises(DataError, match=r"entities\[2\]\.metonym: expected true or a word, found 1"):
        parse(value, source="x-1.json")


@pytest.mark.parametrize(
    ("made", "expected"),
    [
        (
            annotation(Entity("m", "GPE", 8, 13, "موسكو")),
            ["entities[0]: text[8:13] is 'وسكو ', the file says 'موسكو': offsets are one too far"],
        ),
        (
            annotation(Entity("m", "GPE", 6, 11, "موسكو")),
            ["entities[0]: text[6:11] is ' موسك', the file says 'موسكو': offsets are one too small"],
        ),
        (annotation(Entity("m", "GPE", 12, 7, "موسكو")), ["entities[0]: start 12 is not before end 7"]),
        (annotation(Entity("m", "GPE", 7, 7, "موسكو")), ["entities[0]: start 7 is not before end 7"]),
        (
            annotation(Entity("m", "GPE", 50, 99, "غادر")),
            ["entities[0]: ends at 99, the text has 54 code points"],
        ),
        (
            annotation(Entity("m", "GPE", 49, 99, TEXT[49:])),
            ["entities[0]: ends at 99, the text has 54 code points"],
        ),
        (
            annotation(Entity("m", "GPE", 6, 12, " موسكو")),
            ["entities[0]: ' موسكو' begins or ends with white space"],
        ),
        (
            annotation(Entity("m", "TOWN", 7, 12, "موسكو")),
            ["entities[0].type: no entity type 'TOWN' (there are"],
        ),
        (
            annotation(MOSCOW, Entity("x", "ORG", 10, 23, TEXT[10:23])),
            ["entities[1]: crosses entities[0]; mentions may nest, not cross"],
        ),
        (annotation(MOSCOW, entity("x", "ORG", "موسكو")), ["entities[1]: same span as entities[0]"]),
        (
            annotation(MOSCOW, entity("m", "GPE", "هلسنكي")),
            ["entities[1].id: id 'm' is used twice in this file"],
        ),
        (
            annotation(entity("m", "PER", "موسكو", metonym=True)),
            ["entities[0].metonym: PER takes no attribute 'metonym' (it takes none)"],
        ),
        (
            annotation(entity("m", "GPE", "موسكو", metonym="yes")),
            ["entities[0].metonym: a flag is true or absent, found 'yes'"],
        ),
        (
            annotation(MOSCOW, event("r", "Reject", "رفضت", ("Rejecter", "T9"))),
            ["events[0].arguments[0].entity: no entity 'T9' in this file (there are m)"],
        ),
        (
            annotation(MOSCOW, event("r", "Reject", "رفضت", ("Participant", "m"))),
            ["events[0].arguments[0].role: Reject takes no 'Participant'"],
        ),
        (
            annotation(HELSINKI, event("r", "Reject", "رفضت", ("Rejecter", "h"))),
            ["events[0].arguments[0]: Rejecter of Reject is filled by ORG 'قمة هلسنكي'; allowed: GPE, PER"],
        ),
        (
            annotation(MOSCOW, CITY, event("r", "Reject", "رفضت", ("Rejecter", "m"), ("Rejecter", "c"))),
            ["events[0].arguments[1]: Reject takes one Rejecter; arguments[0] gives it already"],
        ),
        (
            annotation(MOSCOW, event("r", "Meet", "التقى", ("Place", "m"), ("Place", "m"))),
            ["events[0].arguments[1]: Place m is given twice"],
        ),
        (
            annotation(event("r", "War", "رفضت")),
            ["events[0].type: no event type 'War' (there are Meet, Reject)"],
        ),
        (
            annotation(event("r", "Meet", "التقى", realis="maybe")),
            ["events[0].realis: expected one of actual, future, negated, hypothetical, found 'maybe'"],
        ),
        (
            annotation(Event("r", "Meet", Trigger(2, 6, "رفضت"))),
            ["events[0]: Meet must say realis: one of actual, future, negated, hypothetical"],
        ),
        (
            annotation(event("r", "Meet", "التقى"), event("s", "Meet", "التقى")),
            ["events[1]: same trigger and type as events[0]; merge their arguments"],
        ),
        (
            annotation(Entity("x", "ORG", 17, 30, TEXT[17:30])),
            ["entities[0]: 'هلسنكي\\n\\nالتقى' crosses a line break; a mention lies in one paragraph"],
        ),
    ],
)
def test_each_rule_is_told_where_it_is_broken(
    made: Annotation, expected: list[str], tiny_schema: Schema
) -> None:
    found = messages(made, tiny_schema)
    assert len(found) == len(expected), found
    for message, start in zip(found, expected, strict=True):
        assert message.startswith(start)


def test_offsets_that_count_utf16_units_are_recognised(tiny_schema: Schema) -> None:
    text = "😀😀😀 التقى في موسكو اليوم"
    start = text.index("موسكو") + 3
    made = annotation(Entity("m", "GPE", start, start + 5, "موسكو"), text=text)
    (message,) = messages(made, tiny_schema, text=text)
    assert message.endswith("the file says 'موسكو': offsets seem to count UTF-16 units; count code points")


def test_two_outermost_mentions_may_not_share_a_word(tiny_schema: Schema) -> None:
    joined = "وباريسولندن"
    text = f"زار {joined} ثم عاد"
    paris, london = entity("p", "GPE", "باريس", text=text), entity("l", "GPE", "لندن", text=text)
    found = messages(annotation(paris, london, text=text), tiny_schema, text=text)
    assert found == [
        "entities[1]: shares the word 'وباريسولندن' with entities[0]; outermost mentions may not"
    ]


def test_an_annotation_of_another_text_is_refused(tiny_schema: Schema) -> None:
    (message,) = messages(GOOD, tiny_schema, text=TEXT + "!")
    assert message.startswith("text_sha256: made for the text ")


def test_all_faults_of_a_file_come_together(tiny_schema: Schema) -> None:
    made = annotation(
        Entity("a", "TOWN", 9, 7, "x"),
        Entity("a", "GPE", 8, 13, "موسكو"),
        event("e", "Reject", "رفضت", ("R", "q")),
    )
    assert [message.split(": ")[0] for message in messages(made, tiny_schema)] == [
        *("entities[1].id", "entities[0]", "entities[0].type", "events[0].arguments[0].entity"),
        *("events[0].arguments[0].role", "entities[1]"),
    ]


def test_outermost_mentions_are_those_inside_no_other() -> None:
    assert outermost([CITY, HELSINKI, MOSCOW]) == [MOSCOW, HELSINKI]


@settings(deadline=None)
@given(
    st.lists(st.tuples(st.integers(0, 30), st.integers(1, 8), st.sampled_from(["PER", "GPE"])), max_size=8)
)
def test_outermost_leaves_out_exactly_what_lies_in_another(spans: list[tuple[int, int, str]]) -> None:
    unique = {(start, start + size): kind for start, size, kind in spans}
    entities = [Entity(str(n), kind, *span, "x") for n, (span, kind) in enumerate(unique.items())]
    inside = {
        each.id
        for each in entities
        for other in entities
        if other is not each and other.start <= each.start and each.end <= other.end
    }
    assert {each.id for each in outermost(entities)} == {each.id for each in entities} - inside
