"""A small corpus on disk for the tests of releases: nested mentions, shared triggers, astral letters."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import yaml

from khabar.corpus import Corpus, read_corpus
from khabar.document import Annotation, Argument, Entity, Event, Trigger, write_annotation
from khabar.files import sha256, write_json_lines
from khabar.release import gold_documents
from khabar.release.features import Columns, Tags

CANARY = "3f0f4c5e-8d1b-4b43-9c3e-0d9a3c1f7f11"
OURS = {
    "ours-1": (
        "لقاء في بيروت 😀 أمس\n\nالتقى سامر النهري وزيرَ 𐤀𐤁 في بيروت 🇱🇧.\nترفض موسكو خطة وزارة خارجية لبنان."
    ),
    "ours-2": "رفض جديد\n\nرفضت عمّان الخطة 🚀.",
    "ours-3": "خبر قصير\n\nالتقت ليلى وفدا في دمشق.",
}
THEIRS = "قمة في باريس\n\nعقدت القمة في باريس 😀."


def entity(
    text: str, identifier: str, kind: str, words: str, nth: int = 0, **attributes: bool | str
) -> Entity:
    """The mention of these words where they stand for the nth time."""
    start = place(text, words, nth)
    return Entity(identifier, kind, start, start + len(words), words, attributes)


def event(
    text: str, identifier: str, kind: str, words: str, *arguments: Argument, realis: str = "actual"
) -> Event:
    """An event whose trigger is the first place of these words."""
    start = place(text, words, 0)
    trigger = Trigger(start, start + len(words), words)
    return Event(identifier, kind, trigger, arguments, {"realis": realis})


def place(text: str, words: str, nth: int) -> int:
    start = text.index(words)
    for _ in range(nth):
        start = text.index(words, start + 1)
    return start


def gold_of(article: str, text: str) -> Annotation:
    """The gold of an article of this corpus."""
    made = {"ours-1": _first, "ours-2": _second, "ours-3": _third, "theirs-1": _theirs}[article](text)
    return Annotation(article, sha256(text), "gold", "1.0", *made)


Parts = tuple[tuple[Entity, ...], tuple[Event, ...]]


def _first(text: str) -> Parts:
    entities = (
        entity(text, "T1", "GPE", "بيروت"),
        entity(text, "T2", "PER", "سامر النهري"),
        entity(text, "T3", "GPE", "بيروت", 1),
        entity(text, "T4", "GPE", "موسكو", metonym=True),
        entity(text, "T5", "ORG", "وزارة خارجية لبنان"),
        entity(text, "T6", "GPE", "لبنان"),
    )
    return entities, (
        event(text, "E1", "Meet", "التقى", Argument("Participant", "T2"), Argument("Place", "T3")),
        event(text, "E2", "Reject", "ترفض", Argument("Rejecter", "T4"), realis="future"),
        event(text, "E3", "Meet", "ترفض", realis="negated"),
    )


def _second(text: str) -> Parts:
    entities = (entity(text, "T1", "GPE", "عمّان", metonym=True),)
    return entities, (event(text, "E1", "Reject", "رفضت", Argument("Rejecter", "T1")),)


def _third(text: str) -> Parts:
    entities = (entity(text, "T1", "PER", "ليلى"), entity(text, "T2", "GPE", "دمشق"))
    arguments = (Argument("Participant", "T1"), Argument("Place", "T2"))
    return entities, (event(text, "E1", "Meet", "التقت", *arguments),)


def _theirs(text: str) -> Parts:
    return (entity(text, "T1", "GPE", "باريس"), entity(text, "T2", "GPE", "باريس", 1)), ()


def by(annotator: str, annotation: Annotation, *, without_events: bool = False) -> Annotation:
    """The same annotation as a pass of that annotator, who may have seen no event."""
    events = () if without_events else annotation.events
    return Annotation(
        annotation.article, annotation.text_sha256, annotator, annotation.schema, annotation.entities, events
    )


def make_checkout(folder: Path, schema: dict[str, Any], card: str) -> Path:
    """A checkout with that corpus in its `annotations`; the stand-off text is not in it."""
    annotations = folder / "annotations"
    (annotations / "texts").mkdir(parents=True)
    lines = []
    for article, text in {**OURS, "theirs-1": THEIRS}.items():
        standoff = article == "theirs-1"
        lines.append(_line(article, text, standoff=standoff))
        if not standoff:
            (annotations / "texts" / f"{article}.txt").write_text(text, encoding="utf-8")
        gold = gold_of(article, text)
        write_annotation(annotations / "gold" / f"{article}.json", gold)
        write_annotation(annotations / "passes" / "a" / f"{article}.json", by("a", gold))
        second = by("b", gold, without_events=article == "ours-3")
        write_annotation(annotations / "passes" / "b" / f"{article}.json", second)
    write_json_lines(annotations / "articles.jsonl", lines)
    _write_yaml(annotations / "schema.yaml", schema)
    splits = {"train": ["theirs-1", "ours-1"], "validation": ["ours-2"], "test": ["ours-3"]}
    _write_yaml(annotations / "splits.yaml", splits)
    _write_yaml(
        annotations / "sources.yaml", [_source("ours", standoff=False), _source("theirs", standoff=True)]
    )
    _write_yaml(annotations / "annotators.yaml", [_annotator("a"), _annotator("b"), _annotator("j", "judge")])
    _write_files(folder, card)
    return folder


def _line(article: str, text: str, *, standoff: bool) -> dict[str, Any]:
    return {
        "id": article,
        "source": article.split("-")[0],
        "title": None if standoff else text.splitlines()[0],
        "published": None if article == "ours-2" else "2024-01-31",
        "language": "ar",
        "licence": "CC-BY-SA-4.0" if standoff else "CC-BY-4.0",
        "text_sha256": sha256(text),
        "origin": "written for a test",
    }


def _source(name: str, *, standoff: bool) -> dict[str, Any]:
    return {
        "id": name,
        "name": f"{name} | <script>alert(1)</script>",
        "standoff": standoff,
        "licence": "CC-BY-SA-4.0" if standoff else "CC-BY-4.0",
        **({"redistribute": True} if standoff else {}),
        "origin": "written for a test",
        "citation": "a test",
        "how_to_get": "it is in the test",
    }


def _annotator(name: str, role: str = "annotator") -> dict[str, Any]:
    return {"id": name, "kind": "model", "what": "a test", "guidelines": "1.0", "role": role}


def _write_yaml(path: Path, value: Any) -> None:
    path.write_text(yaml.safe_dump(value, allow_unicode=True, sort_keys=False), encoding="utf-8")


def _write_files(folder: Path, card: str) -> None:
    (folder / "dataset_card.md").write_text(card, encoding="utf-8")
    for name in ("CHANGELOG.md", "LICENSE", "LICENSE-DATA"):
        (folder / name).write_text(f"{name} of a test\n", encoding="utf-8")
    citation = {
        "title": "Tiny: a corpus of a test",
        "abstract": "A corpus of a test.",
        "authors": [{"name": "The testers"}, {"given-names": "Samer", "family-names": "Alnahri"}],
        "date-released": "2024-02-01",
        "keywords": ["Arabic"],
        "license": ["CC-BY-4.0"],
    }
    _write_yaml(folder / "CITATION.cff", citation)


def corpus_of(checkout: Path, *texts: Path) -> Corpus:
    """The corpus of that checkout."""
    return read_corpus(checkout / "annotations", texts)


def gold_predictions(checkout: Path, split: str = "test") -> list[dict[str, Any]]:
    """What the gold of a split says, as a submission."""
    return [
        {
            "article": each["id"],
            "entities": [{key: one[key] for key in ("start", "end", "type")} for one in each["entities"]],
            "events": [
                {
                    "type": one["type"],
                    "trigger": {key: one["trigger"][key] for key in ("start", "end")},
                    "arguments": [
                        {key: a[key] for key in ("role", "start", "end")} for a in one["arguments"]
                    ],
                }
                for one in each["events"]
            ],
        }
        for each in gold_documents(corpus_of(checkout), split)
    ]


def write_theirs(folder: Path) -> Path:
    """A folder with the stand-off article's text."""
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "theirs-1.txt").write_text(THEIRS, encoding="utf-8")
    return folder


def keep_theirs_back(checkout: Path) -> None:
    """Say of the stand-off source that its terms let nobody pass its texts on."""
    sources = [_source("ours", standoff=False), {**_source("theirs", standoff=True), "redistribute": False}]
    _write_yaml(checkout / "annotations" / "sources.yaml", sources)


Rows = dict[str, dict[str, list[dict[str, Any]]]]


def held_out(rows: Rows, split: str) -> Rows:
    """The rows as a release gives them that holds the labels of the split out."""
    labels = {"entities", "events", "ner_tags", "trigger_tags"}
    return {
        config: {
            name: [{key: None if key in labels else each for key, each in row.items()} for row in listed]
            if name == split
            else listed
            for name, listed in splits.items()
            if name != split or config != "passes"
        }
        for config, splits in rows.items()
    }


def numbered(rows: list[dict[str, Any]], described: Columns) -> list[dict[str, Any]]:
    """The rows with each tag as its number, made otherwise than a build makes them."""
    names = {
        column: list(kind[0].names)
        for column, kind in described.items()
        if isinstance(kind, list) and isinstance(kind[0], Tags)
    }
    return [
        {
            column: [names[column].index(tag) for tag in value] if column in names and value else value
            for column, value in row.items()
        }
        for row in rows
    ]
