"""The decisions file: a decision a line, and every fault of its form with its place."""

from __future__ import annotations

import pytest

from adjudicated_article import LONDON, MOSCOW, decided, mention
from khabar.decisions import Decision, dumps, parse
from khabar.errors import DataError
from khabar.files import parse_json


def test_a_decisions_file_holds_one_decision_a_line_in_the_order_of_the_article() -> None:
    late = Decision("keep", mention("entity", "GPE", LONDON), ("a",), "اسم", judge="reviewer")
    early = Decision("set", mention("entity", "GPE", MOSCOW), ("a", "b"), "r", "metonym", True)
    text = dumps(decided(late, early))
    assert text.splitlines()[1:] == [
        ' "decisions": [',
        '  {"action": "set", "kind": "entity", "type": "GPE", "start": 0, "end": 5, "text": "موسكو", '
        '"attribute": "metonym", "value": true, "from": ["a", "b"], "reason": "r"},',
        '  {"action": "keep", "kind": "entity", "type": "GPE", "start": 34, "end": 38, "text": "لندن", '
        '"from": ["a"], "reason": "اسم", "judge": "reviewer"}',
        " ]}",
    ]
    assert dumps(decided()).endswith('"passes": ["a", "b"],\n "decisions": []}\n')


def test_a_decisions_file_of_another_form_is_refused_with_every_place() -> None:
    value = parse_json(dumps(decided()), source="", where="")
    span = {"start": 0, "end": 5, "text": "موسكو"}
    head = {"kind": "entity", "type": "GPE", **span, "from": ["a"]}
    value["decisions"] = [
        {"action": "keep", **head, "reason": "  "},
        {"action": "keep", **head},
        {"action": "set", **head, "reason": "r", "attribute": "metonym"},
        {"action": "keep", **head, "reason": "r", "attributes": {"metonym": True}},
        {"action": "set", "kind": "argument", "event": {"type": "Meet", **span}, "role": "Place"},
        "keep",
    ]
    with pytest.raises(DataError) as error:
        parse(value, source="d.json")
    assert [fault.where for fault in error.value.faults] == [
        "decisions[0].reason",
        "decisions[1].reason",
        "decisions[2]",
        "decisions[3].attributes",
        "decisions[4].action",
        "decisions[4].from",
        "decisions[4].reason",
        "decisions[4].entity",
        "decisions[5]",
    ]
