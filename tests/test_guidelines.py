"""The tables of the guidelines are the schema's, and say so when they are not."""

from __future__ import annotations

import json
import re
from pathlib import Path

import pytest

from khabar.errors import DataError
from khabar.guidelines import fill, fill_guidelines
from khabar.quotes import resolve
from khabar.schema import Schema

EMPTY = "# Guide\n\n<!-- schema:entities -->\n<!-- /schema:entities -->\n\ntext\n"


def test_a_block_is_filled_with_a_row_per_type_in_order(tiny_schema: Schema) -> None:
    filled = fill(EMPTY, tiny_schema)
    assert filled.startswith("# Guide\n\n<!-- schema:entities -->\n| type |")
    assert filled.endswith("|\n<!-- /schema:entities -->\n\ntext\n")
    assert [line.split(" | ")[0] for line in filled.splitlines() if line.startswith("| `")] == [
        "| `PER`",
        "| `GPE`",
        "| `ORG`",
    ]
    assert "| `PER` | PER | PER | PER | [PER] | `1` | wojood: PER |" in filled


def test_filling_again_changes_nothing(tiny_schema: Schema) -> None:
    filled = fill(EMPTY, tiny_schema)
    assert fill(filled, tiny_schema) == filled


def test_an_old_table_gives_way_to_the_new_one(tiny_schema: Schema) -> None:
    old = EMPTY.replace("-->\n<!-- /", "-->\n| an old table |\n<!-- /")
    assert fill(old, tiny_schema) == fill(EMPTY, tiny_schema)


def test_event_rows_say_roles_who_may_fill_them_and_which_every_type_takes(tiny_schema: Schema) -> None:
    filled = fill("<!-- schema:events -->\n<!-- /schema:events -->", tiny_schema)
    assert "| `Meet` | لقاء | `Participant`+ (PER, GPE, ORG)<br>`Topic` (ORG) | حدث |" in filled
    assert "Every type also takes `Place`+ (GPE); `Time`+ (ORG)." in filled


def test_attributes_say_their_values_and_default(tiny_schema: Schema) -> None:
    filled = fill("<!-- schema:attributes -->\n<!-- /schema:attributes -->", tiny_schema)
    assert "| `metonym` | مجاز | GPE | set or not |" in filled
    assert "| `realis` | الواقعية | every event type |" in filled
    assert "`actual` (default), `future`, `negated`, `hypothetical`" in filled


def test_several_blocks_are_filled_in_their_places(tiny_schema: Schema) -> None:
    text = f"{EMPTY}<!-- schema:events -->\n<!-- /schema:events -->\nend\n"
    filled = fill(text, tiny_schema)
    assert filled.index("`PER`") < filled.index("text") < filled.index("`Meet`") < filled.index("end")


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("nothing", "expected blocks such as <!-- schema:entities -->, found none"),
        ("\n<!-- schema:entities -->\n", "line 2: 'entities' is never closed"),
        ("<!-- /schema:events -->\n", "line 1: closes 'events', which is not open"),
        (
            "<!-- schema:roles -->\n<!-- /schema:roles -->",
            "line 1: no block 'roles' (there are entities, events, attributes)",
        ),
        (EMPTY + EMPTY, "line 9: 'entities' is there twice"),
        (
            "<!-- schema:events -->\n<!-- schema:entities -->\n<!-- /schema:entities -->",
            "line 2: opens 'entities' inside 'events'",
        ),
    ],
)
def test_wrong_marks_are_told_with_their_line(tiny_schema: Schema, text: str, told: str) -> None:
    with pytest.raises(DataError) as caught:
        fill(text, tiny_schema)
    assert str(caught.value.faults[0]) == told


def test_checking_writes_nothing(tiny_schema: Schema, tmp_path: Path) -> None:
    path = tmp_path / "guidelines.md"
    path.write_text(EMPTY, encoding="utf-8")
    assert fill_guidelines(path, tiny_schema, check=True)
    assert path.read_text(encoding="utf-8") == EMPTY
    assert fill_guidelines(path, tiny_schema)
    assert not fill_guidelines(path, tiny_schema, check=True)
    assert path.read_text(encoding="utf-8") == fill(EMPTY, tiny_schema)


def test_the_guidelines_of_this_repository_are_in_step_with_its_schema(
    repository: Path, schema: Schema
) -> None:
    assert not fill_guidelines(repository / "annotations" / "guidelines.md", schema, check=True)


def test_the_worked_example_of_the_guidelines_is_right(repository: Path, schema: Schema) -> None:
    guidelines = (repository / "annotations" / "guidelines.md").read_text(encoding="utf-8")
    text = re.search(r"<!-- worked:text -->\n```text\n(.*?)\n```", guidelines, re.DOTALL)
    quoted = re.search(r"<!-- worked:json -->\n```json\n(.*?)\n```", guidelines, re.DOTALL)
    assert text
    assert quoted
    made = resolve(json.loads(quoted[1]), text[1], annotator="a", schema=schema, source="guidelines.md")
    assert (len(made.entities), len(made.events)) == (14, 10)
