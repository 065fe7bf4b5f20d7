"""Two small articles with gold, for the tests of scoring: nested mentions, proclitics, astral letters."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from hypothesis import strategies as st

from khabar.errors import DataError
from khabar.schema import Schema
from khabar.scoring import Gold, judge_records
from khabar.text import segment

Record = dict[str, Any]

BEIRUT = "التقى سامر النهري 😀 وفدا من وزارة خارجية لبنان في بيروت.\nرفضت موسكو الخطة ووزارة خارجية لبنان."
AMMAN = "سافرت ليلى لعمّان. وناقشت فيها وموسكو الخطة 🚀 أمس."


def span(text: str, words: str, nth: int = 0) -> dict[str, int]:
    """Where the words stand for the nth time."""
    start = -1
    for _ in range(nth + 1):
        start = text.index(words, start + 1)
    return {"start": start, "end": start + len(words)}


def entity(text: str, kind: str, words: str, nth: int = 0) -> Record:
    """A mention as a submission has it."""
    return {**span(text, words, nth), "type": kind}


def argument(text: str, role: str, words: str, nth: int = 0) -> Record:
    """A filled role as a submission has it."""
    return {"role": role, **span(text, words, nth)}


def event(text: str, kind: str, words: str, *arguments: Record) -> Record:
    """An event as a submission has it."""
    return {"type": kind, "trigger": span(text, words), "arguments": list(arguments)}


def beirut() -> Record:
    """The first article's gold as a submission record."""
    entities = [
        entity(BEIRUT, "PER", "سامر النهري"),
        entity(BEIRUT, "ORG", "وزارة خارجية لبنان"),
        entity(BEIRUT, "GPE", "لبنان"),
        entity(BEIRUT, "GPE", "بيروت"),
        entity(BEIRUT, "GPE", "موسكو"),
        entity(BEIRUT, "ORG", "وزارة خارجية لبنان", 1),
        entity(BEIRUT, "GPE", "لبنان", 1),
    ]
    met = event(
        BEIRUT,
        "Meet",
        "التقى",
        argument(BEIRUT, "Participant", "سامر النهري"),
        argument(BEIRUT, "Participant", "وزارة خارجية لبنان"),
        argument(BEIRUT, "Place", "بيروت"),
    )
    refused = event(BEIRUT, "Reject", "رفضت", argument(BEIRUT, "Rejecter", "موسكو"))
    return {"article": "test-beirut", "entities": entities, "events": [met, refused]}


def amman() -> Record:
    """The second article's gold as a submission record; two of its mentions follow a proclitic."""
    entities = [
        entity(AMMAN, "PER", "ليلى"),
        entity(AMMAN, "GPE", "عمّان"),
        entity(AMMAN, "GPE", "موسكو"),
    ]
    met = event(AMMAN, "Meet", "ناقشت", argument(AMMAN, "Participant", "موسكو"))
    return {"article": "test-amman", "entities": entities, "events": [met]}


def row(record: Record, text: str) -> Record:
    """The record as a `documents` row, with what scoring reads of one."""
    sentences = [
        {"id": f"{record['article']}#{number}", "start": each.start, "end": each.end}
        for number, each in enumerate(segment(text))
    ]
    said = {key: value for key, value in record.items() if key != "article"}
    return {"id": record["article"], "text": text, "sentences": sentences, **said}


def gold_rows() -> list[Record]:
    """The gold of the two articles."""
    return [row(beirut(), BEIRUT), row(amman(), AMMAN)]


def right() -> list[Record]:
    """A submission that says what the gold says."""
    return [beirut(), amman()]


def nothing() -> list[Record]:
    """A submission that finds nothing."""
    return [{"article": each["article"], "entities": [], "events": []} for each in right()]


@st.composite
def submissions(draw: st.DrawFn) -> list[Record]:
    """Submissions of the gold's records with some things left out, moved by a letter, or of another type."""
    records = right()
    for record in records:
        kept = [each for each in record["entities"] if draw(st.booleans())]
        for each in kept:
            each["type"] = draw(st.sampled_from([each["type"], "ORG"]))
            each["end"] -= draw(st.integers(0, 1))
        record["entities"] = list({tuple(each.values()): each for each in kept}.values())
        record["events"] = [each for each in record["events"] if draw(st.booleans())]
        for each in record["events"]:
            each["arguments"] = [filler for filler in each["arguments"] if draw(st.booleans())]
    return records


def tag_records(gold: Gold) -> list[Record]:
    """The gold as a tagger that is always right would submit it."""
    found = []
    for article in gold.articles.values():
        ner = article.show(article.says.entities).tags
        triggers = article.show(each.trigger for each in article.says.events).tags
        for number, pair in enumerate(zip(ner, triggers, strict=True)):
            found.append({"id": f"{article.id}#{number}", "ner_tags": pair[0], "trigger_tags": pair[1]})
    return found


def faults_of(records: list[Any], gold: Gold, schema: Schema) -> list[tuple[str, str]]:
    """Code and place of every fault."""
    with pytest.raises(DataError) as caught:
        judge_records(records, gold, schema)
    return [(each.code, each.where) for each in caught.value.faults]


def write_lines(path: Path, records: list[Any]) -> Path:
    """The records as JSON Lines."""
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(
        "".join(json.dumps(each, ensure_ascii=False) + "\n" for each in records), encoding="utf-8"
    )
    return path
