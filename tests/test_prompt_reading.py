"""What a chat model is asked, and how strictly its answer is read."""

from __future__ import annotations

import json
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from baseline_articles import assert_valid
from khabar.baselines.prompting import Answer, Read, instructions, messages, read_reply, reckon
from khabar.schema import Schema

TEXT = "😀 تونس ترفض خطة الأمم المتحدة\n\nالتقى سامر وزير تونس في بيروت."
ARTICLE = {"id": "a-1", "text": TEXT}
GOOD: dict[str, Any] = {
    "article": "a-1",
    "entities": [
        {"key": "e1", "type": "GPE", "text": "تونس", "occurrence": 1, "metonym": True},
        {"key": "e2", "type": "ORG", "text": "الأمم المتحدة"},
        {"key": "e3", "type": "PER", "text": "سامر", "before": "التقى "},
    ],
    "events": [
        {
            "key": "v1",
            "type": "Reject",
            "realis": "actual",
            "trigger": {"text": "ترفض"},
            "arguments": [{"role": "Rejecter", "entity": "e1"}, {"role": "Proposal", "entity": "e2"}],
        }
    ],
}
EMPTY = {"article": "a-1", "entities": [], "events": []}


def read(value: Any, schema: Schema, finish_reason: str = "stop") -> Read:
    content = value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)
    return read_reply(Answer(content, finish_reason), ARTICLE, schema)


def changed(path: list[Any], value: Any) -> dict[str, Any]:
    """The good reply with one value changed."""
    made = json.loads(json.dumps(GOOD))
    place = made
    for step in path[:-1]:
        place = place[step]
    place[path[-1]] = value
    return made


def refusals(found: Read) -> list[tuple[str, str]]:
    return [(fault.code, fault.where) for fault in found.refused]


def test_a_good_reply_becomes_a_record_with_offsets_after_an_emoji(tiny_schema: Schema) -> None:
    found = read(GOOD, tiny_schema)
    assert (found.unparsable, found.refused) == (None, ())
    assert found.record == {
        "article": "a-1",
        "entities": [
            {"start": 2, "end": 6, "type": "GPE"},
            {"start": 16, "end": 29, "type": "ORG"},
            {"start": 37, "end": 41, "type": "PER"},
        ],
        "events": [
            {
                "type": "Reject",
                "trigger": {"start": 7, "end": 11},
                "arguments": [
                    {"role": "Proposal", "start": 16, "end": 29},
                    {"role": "Rejecter", "start": 2, "end": 6},
                ],
            }
        ],
    }
    assert found.kept == {"entities": 3, "events": 1, "arguments": 2}


@pytest.mark.parametrize(
    ("content", "kind"),
    [
        (f"Here you are:\n{json.dumps(GOOD)}", "not JSON"),
        (f"{json.dumps(GOOD)}\nI hope this helps!", "not JSON"),
        (f"```json\n{json.dumps(GOOD)}\n```", "not JSON"),
        ("", "empty"),
        (" \n", "empty"),
        (json.dumps(GOOD)[:-20], "not JSON"),
        ('{"entities": [], "entities": [], "events": []}', "not JSON"),
        ("NaN", "not JSON"),
        ("[]", "not the form"),
        ("{}", "not the form"),
        ('{"entities": [], "events": null}', "not the form"),
        ('{"entities": [], "events": [], "notes": "…"}', "not the form"),
        ('{"article": "a-2", "entities": [], "events": []}', "not the form"),
        ("[" * 100_000, "not JSON"),
    ],
)
def test_what_is_not_one_json_value_of_the_form_is_no_answer(
    tiny_schema: Schema, content: str, kind: str
) -> None:
    found = read(content, tiny_schema)
    assert found.unparsable is not None
    assert found.unparsable.code == kind
    assert found.record == EMPTY


def test_a_reply_that_ended_at_the_token_limit_is_no_answer_even_if_it_parses(tiny_schema: Schema) -> None:
    found = read(GOOD, tiny_schema, finish_reason="length")
    assert found.unparsable is not None
    assert found.unparsable.code == "cut"
    assert found.record == EMPTY


@pytest.mark.parametrize(
    ("path", "value", "expected"),
    [
        (["entities", 1, "text"], "الجامعة العربية", ("quote not found", "entities[1]")),
        (["entities", 1, "text"], "الامم المتحدة", ("quote not found", "entities[1]")),
        (["entities", 0, "occurrence"], None, ("quote in several places", "entities[0]")),
        (["entities", 0, "occurrence"], 0, ("malformed entry", "entities[0]")),
        (["entities", 0, "occurrence"], "1", ("malformed entry", "entities[0]")),
        (["entities", 2, "text"], "سامر ", ("malformed entry", "entities[2]")),
        (["entities", 2, "type"], "Person", ("unknown type", "entities[2]")),
        (["entities", 2, "key"], "e1", ("key given twice", "entities[2]")),
        (
            ["entities", 2],
            {"key": "e3", "type": "PER", "text": "تونس", "occurrence": 1},
            ("span given twice", "entities[2]"),
        ),
        (["entities", 2], "سامر", ("malformed entry", "entities[2]")),
        (["events", 0, "type"], "Attack", ("unknown type", "events[0]")),
        (["events", 0, "trigger", "text"], "رفض قاطع", ("quote not found", "events[0].trigger")),
        (["events", 0, "arguments"], None, ("malformed entry", "events[0]")),
        (["events", 0, "arguments", 0, "role"], "Agent", ("unknown role", "events[0].arguments[0]")),
        (["events", 0, "arguments", 0, "entity"], "e9", ("unknown filler", "events[0].arguments[0]")),
        (
            ["events", 0, "arguments", 0, "entity"],
            "e2",
            ("filler of a type the role does not take", "events[0].arguments[0]"),
        ),
    ],
)
def test_an_entry_that_cannot_be_read_is_left_out_and_told_with_its_place(
    tiny_schema: Schema, path: list[Any], value: Any, expected: tuple[str, str]
) -> None:
    found = read(changed(path, value), tiny_schema)
    assert found.unparsable is None
    assert refusals(found)[0] == expected
    assert_valid(found.record, TEXT, tiny_schema)


def test_an_argument_whose_mention_was_refused_is_refused_with_it(tiny_schema: Schema) -> None:
    found = read(changed(["entities", 1, "text"], "جامعة"), tiny_schema)
    assert refusals(found) == [
        ("quote not found", "entities[1]"),
        ("unknown filler", "events[0].arguments[1]"),
    ]
    assert [each["role"] for each in found.record["events"][0]["arguments"]] == ["Rejecter"]


def test_a_second_filler_of_a_role_that_takes_one_and_an_argument_given_twice_are_refused(
    tiny_schema: Schema,
) -> None:
    value = changed(
        ["events", 0, "arguments"],
        [{"role": "Rejecter", "entity": key} for key in ("e1", "e1", "e3")],
    )
    assert refusals(read(value, tiny_schema)) == [
        ("argument given twice", "events[0].arguments[1]"),
        ("second filler of a role that takes one", "events[0].arguments[2]"),
    ]


def test_counts_tell_what_was_kept_left_out_and_paid(tiny_schema: Schema) -> None:
    answers = {
        "a-1": Answer(json.dumps(changed(["entities", 1, "text"], "جامعة")), "stop", 100, 20),
        "a-2": Answer("no", "stop", 50, None),
    }
    found = reckon(answers, [ARTICLE, {"id": "a-2", "text": "نص"}, {"id": "a-3", "text": "x"}], tiny_schema)
    assert [each["article"] for each in found.records] == ["a-1", "a-2"]
    assert found.kept == {"entities": 2, "events": 1, "arguments": 1}
    assert {name: count for name, count in found.unparsable.items() if count} == {"not JSON": 1}
    assert {name: count for name, count in found.refused.items() if count} == {
        "quote not found": 1,
        "unknown filler": 1,
    }
    assert (found.prompt_tokens, found.completion_tokens, found.without_usage) == (150, 20, 1)
    assert [each["article"] for each in found.details] == ["a-1", "a-1", "a-2"]


def test_the_prompt_names_every_type_and_role_of_the_schema_and_shows_the_article_as_it_is(
    schema: Schema,
) -> None:
    told = instructions(schema)
    for each in (*schema.entity_types, *schema.event_types):
        assert f"- {each.name}: {each.definition.en} (" in told
    for name in schema.role_names:
        assert f"{name} (" in told
    system, user = messages(schema, ARTICLE)
    assert system == {"role": "system", "content": told}
    assert user == {"role": "user", "content": f"Article a-1\n\n{TEXT}"}


def test_the_form_that_the_prompt_shows_is_one_that_is_read(tiny_schema: Schema) -> None:
    line = instructions(tiny_schema).split("Form of the answer\n")[1].split("\n")[0]
    found = read(json.loads(line), tiny_schema)
    assert found.unparsable is None
    assert {fault.code for fault in found.refused} == {"quote not found"}


VALUES = st.recursive(
    st.none()
    | st.booleans()
    | st.integers(-3, 3)
    | st.sampled_from(["e1", "GPE", "Meet", "تونس", "ترفض", "Rejecter", " "]),
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(
            st.sampled_from(["key", "type", "text", "trigger", "arguments", "role", "entity", "occurrence"]),
            inner,
            max_size=6,
        )
    ),
    max_leaves=12,
)
ENTITIES = st.fixed_dictionaries(
    {"key": st.sampled_from(["e1", "e2", "e3"]), "type": st.sampled_from(["GPE", "PER", "ORG", "X"]),
     "text": st.sampled_from(["تونس", "سامر", "الأمم المتحدة", "المتحدة", "أوروبا", "\n"])},
    optional={"occurrence": st.integers(0, 3), "before": st.sampled_from(["", "وزير "])},
)  # fmt: skip
EVENTS = st.fixed_dictionaries(
    {"key": st.sampled_from(["v1", "v2"]), "type": st.sampled_from(["Meet", "Reject", "X"]),
     "trigger": st.fixed_dictionaries({"text": st.sampled_from(["التقى", "ترفض", "خطة", "قمة"])}),
     "arguments": st.lists(st.fixed_dictionaries({
         "role": st.sampled_from(["Participant", "Rejecter", "Place", "Y"]),
         "entity": st.sampled_from(["e1", "e2", "e3", "e4"])}), max_size=4)},
)  # fmt: skip


@settings(max_examples=200, deadline=None)
@given(entities=st.lists(ENTITIES | VALUES, max_size=6), events=st.lists(EVENTS | VALUES, max_size=4))
def test_whatever_a_model_answers_the_record_is_valid(
    tiny_schema: Schema, entities: list[Any], events: list[Any]
) -> None:
    found = read({"entities": entities, "events": events}, tiny_schema)
    assert_valid(found.record, TEXT, tiny_schema)
    # nothing is lost: every entry is kept or refused
    refused_entities = {each.where for each in found.refused if each.where.startswith("entities")}
    assert len(found.record["entities"]) + len(refused_entities) == len(entities)


@settings(max_examples=100, deadline=None)
@given(
    content=st.text(max_size=40) | st.binary(max_size=40).map(lambda each: each.decode("utf-8", "replace"))
)
def test_noise_is_an_unparsable_reply_and_no_error(tiny_schema: Schema, content: str) -> None:
    found = read(content, tiny_schema)
    assert found.unparsable is not None
    assert found.record == EMPTY
