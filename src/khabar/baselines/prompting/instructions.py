"""The prompt, derived from the schema: every type with its definition and examples, and the quoted form."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from typing import Any

from khabar.schema import EventType, Role, Schema

_TASK = """\
You annotate Arabic news articles with entity mentions and events. You are given one article; you answer \
with one JSON object and nothing else: no explanation, no code fence."""

_RULES = """\
Rules
1. Every mention of every entity is an entry of its own, also in the title, also inside another mention.
2. A mention is a name or a fixed expression. The proclitics و ف ب ك ل س written onto it and pronouns at its \
end are outside; the article ال is inside. After لل the mention begins at the second ل.
3. An event has one trigger: the shortest words that name it, without clitics. Events of one trigger that \
differ in type are entries of their own.
4. An argument is a mention that the event's own sentence ties to it. It names the mention by its key.
5. `text` is copied from the article character by character. It must lead to one place: where the same words \
stand elsewhere too, also inside longer words, give `before` and `after` (the characters directly adjacent, \
spaces included) or `occurrence` (1 for the first place in the article, 2 for the second, …).
6. Use no type and no role but those above. Keys are unique. Both lists are present, even if empty."""


def instructions(schema: Schema) -> str:
    """What the model is told before it sees an article; nothing in it comes from an annotated article."""
    entities = "\n".join(
        f"- {each.name}: {each.definition.en} ({each.label.ar}; {'; '.join(each.examples)})"
        for each in schema.entity_types
    )
    events = "\n".join(_event(each) for each in schema.event_types)
    common = "; ".join(_role(each) for each in schema.common_roles)
    parts = [
        _TASK,
        f"Entity types (in the examples a mention stands in brackets)\n{entities}",
        f"Event types (in the examples the trigger stands in brackets), with their roles\n{events}",
        *([f"Roles of every event type\n- {common}"] if common else []),
        f"Form of the answer\n{json.dumps(_form(schema), ensure_ascii=False)}",
        _RULES,
    ]
    return "\n\n".join(parts)


def messages(schema: Schema, article: Mapping[str, Any]) -> list[dict[str, str]]:
    """The conversation that asks for one article: the instructions, then its text as it stands."""
    return [
        {"role": "system", "content": instructions(schema)},
        {"role": "user", "content": f"Article {article['id']}\n\n{article['text']}"},
    ]


def _event(event: EventType) -> str:
    examples = "; ".join([event.label.ar, *event.examples])
    roles = "; ".join(map(_role, event.roles)) or "none of its own"
    return f"- {event.name}: {event.definition.en} ({examples})\n  roles: {roles}"


def _role(role: Role) -> str:
    several = ", several" if role.many else ""
    return f"{role.name} ({' or '.join(role.entity_types)}{several}): {role.definition.en}"


def _form(schema: Schema) -> dict[str, Any]:
    """The quoted form, filled with the schema's first event type that has a role of its own."""
    event = next((each for each in schema.event_types if each.roles), schema.event_types[0])
    roles: Sequence[Role] = (*event.roles, *schema.common_roles)
    filler = roles[0].entity_types[0] if roles else schema.entity_types[0].name
    quote = {
        "text": "<words of the article>",
        "before": "<adjacent characters>",
        "after": "",
        "occurrence": 1,
    }
    arguments = [{"role": roles[0].name, "entity": "e1"}] if roles else []
    return {
        "entities": [{"key": "e1", "type": filler, **quote}],
        "events": [{"key": "v1", "type": event.name, "trigger": quote, "arguments": arguments}],
    }
