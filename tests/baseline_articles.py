"""Rows of the `documents` config written as marked text, for the tests of the baselines."""

from __future__ import annotations

import re
from typing import Any

from hypothesis import strategies as st

from khabar.schema import Schema

MARK = re.compile(r"(?P<open>[\[<])(?P<type>[A-Za-z]+) |(?P<close>[\]>])")


def row(identifier: str, marked: str, *arguments: tuple[int, str, int]) -> dict[str, Any]:
    """The row of `زارت [GPE روسيا]` or `ثم <Meet التقى> بهم`; mentions may nest.

    An argument is (number of the event, role, number of the entity), both from 0 in order of opening.
    """
    text, position = "", 0
    opened: list[dict[str, Any]] = []
    entities: list[dict[str, Any]] = []
    events: list[dict[str, Any]] = []
    for mark in MARK.finditer(marked):
        text += marked[position : mark.start()]
        position = mark.end()
        if mark["close"]:
            opened.pop()["end"] = len(text)
            continue
        span = {"start": len(text), "end": len(text)}
        opened.append(span)
        if mark["open"] == "[":
            span |= {"id": f"T{len(entities) + 1}", "type": mark["type"]}
            opened[-1] = span
            entities.append(span)
        else:
            number = len(events) + 1
            events.append({"id": f"E{number}", "type": mark["type"], "trigger": span, "arguments": []})
    for event, role, entity in arguments:
        filler = {"role": role, "entity": entities[entity]["id"]}
        events[event]["arguments"].append(
            filler | {"start": entities[entity]["start"], "end": entities[entity]["end"]}
        )
    return {"id": identifier, "text": text + marked[position:], "entities": entities, "events": events}


def shown(text: str, record: dict[str, Any]) -> list[tuple[str, str]]:
    """Type and words of the record's entities, in its order."""
    return [(each["type"], text[each["start"] : each["end"]]) for each in record["entities"]]


def shown_events(text: str, record: dict[str, Any]) -> list[tuple[str, str, list[tuple[str, str]]]]:
    """Type, trigger and arguments (role, words) of the record's events, in its order."""
    return [
        (
            each["type"],
            text[each["trigger"]["start"] : each["trigger"]["end"]],
            [(filler["role"], text[filler["start"] : filler["end"]]) for filler in each["arguments"]],
        )
        for each in record["events"]
    ]


def new(text: str) -> dict[str, Any]:
    """An article as a system sees it: id and text."""
    return {"id": "new", "text": text}


WORDS = [
    "روسيا",
    "وروسيا",
    "لليبيا",
    "الأمم المتحدة",
    "للأمم",
    "زيارته",
    "😀",
    "𐤀",
    "رفضت",
    "سامر",
    ".",
    "\n",
    "3.5",
]


@st.composite
def marked_rows(draw: st.DrawFn) -> dict[str, Any]:
    """An article of known and odd words with mentions and triggers anywhere, even inside words."""
    text = " ".join(draw(st.lists(st.sampled_from(WORDS) | st.text(max_size=4), min_size=1, max_size=12)))
    spans = st.tuples(st.integers(0, len(text)), st.integers(0, len(text))).filter(
        lambda each: each[0] < each[1]
    )
    mentions = draw(st.lists(st.tuples(spans, st.sampled_from(["PER", "GPE", "ORG"])), max_size=5))
    triggers = draw(st.lists(st.tuples(spans, st.sampled_from(["Meet", "Reject"])), max_size=3))
    found = [
        {"id": f"T{number}", "type": kind, "start": span[0], "end": span[1]}
        for number, (span, kind) in enumerate(mentions if len(text) > 1 else [])
    ]
    roles = {"Meet": ["Participant", "Topic", "Place"], "Reject": ["Rejecter", "Proposal", "Time"]}
    return {
        "id": "x",
        "text": text,
        "entities": found,
        "events": [
            {
                "id": f"E{number}",
                "type": kind,
                "trigger": {"start": span[0], "end": span[1]},
                "arguments": [
                    {"role": role, "entity": each["id"]}
                    for role, each in zip(roles[kind], found, strict=False)
                ],
            }
            for number, (span, kind) in enumerate(triggers)
        ],
    }


def assert_valid(record: dict[str, Any], text: str, schema: Schema) -> None:
    """What a submission's validator asks: known types and roles, spans inside the text, nothing twice."""
    spans = [(each["start"], each["end"]) for each in record["entities"]]
    kinds = dict(zip(spans, (each["type"] for each in record["entities"]), strict=True))
    assert len(set(spans)) == len(spans)
    assert set(kinds.values()) <= set(schema.entities)
    keys = [(each["trigger"]["start"], each["trigger"]["end"], each["type"]) for each in record["events"]]
    assert len(set(keys)) == len(keys)
    for start, end in [*spans, *(each[:2] for each in keys)]:
        assert 0 <= start < end <= len(text)
        assert text[start:end] == text[start:end].strip()
    for event in record["events"]:
        roles = schema.roles(event["type"])
        fillers = [(each["role"], each["start"], each["end"]) for each in event["arguments"]]
        assert len(set(fillers)) == len(fillers)
        for role, start, end in fillers:
            assert kinds[start, end] in roles[role].entity_types
            assert roles[role].many or [each[0] for each in fillers].count(role) == 1
