"""A synthetic corpus folder: seeded articles of Arabic-looking words, with gold and two passes each.

Sizes and densities are near those of the real gold: some 300 tokens, 60 mentions, 16 events an article.
"""

from __future__ import annotations

import random
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

from msgspec import structs

from khabar.document import Annotation, Argument, Entity, Event, Trigger, canonical, dumps
from khabar.files import dump_json, sha256
from khabar.schema import Schema, default_annotations, load_schema

SPLITS = {"train": 0.8, "validation": 0.1, "test": 0.1}
ANNOTATORS = ("annotator-a", "annotator-b")
_LETTERS = "ابتثجحخدذرزسشصضطظعغفقكلمنهويةىأإآء"
_SENTENCES, _TOKENS = 14, 21


def write_corpus(folder: Path, articles: int, *, seed: int = 13) -> Path:
    """Write a checkout of that many articles into the new folder; its `annotations` folder is given."""
    annotations = folder / "annotations"
    layers = {"gold": annotations / "gold", **{each: annotations / "passes" / each for each in ANNOTATORS}}
    for each in (annotations / "texts", *layers.values()):
        each.mkdir(parents=True)
    checkout = default_annotations().resolve().parent
    for name in ("dataset_card.md", "CITATION.cff", "CHANGELOG.md", "LICENSE", "LICENSE-DATA"):
        (folder / name).write_bytes((checkout / name).read_bytes())
    for name in ("schema.yaml", "annotators.yaml"):
        (annotations / name).write_bytes((checkout / "annotations" / name).read_bytes())
    (annotations / "sources.yaml").write_text(dump_json([_SOURCE]), encoding="utf-8")
    identifiers = [f"synthetic-{number:06d}" for number in range(articles)]
    _write_splits(annotations / "splits.yaml", identifiers)
    made = Maker(load_schema(annotations / "schema.yaml"), seed)
    with (annotations / "articles.jsonl").open("w", encoding="utf-8") as lines:
        for identifier in identifiers:
            text, gold = made.article(identifier)
            (annotations / "texts" / f"{identifier}.txt").write_text(text, encoding="utf-8")
            lines.write(dump_json(article_line(identifier, text)) + "\n")
            for layer, where in layers.items():
                said = gold if layer == "gold" else made.of_annotator(gold, layer)
                (where / f"{identifier}.json").write_text(dumps(said), encoding="utf-8")
    return annotations


_SOURCE = {
    "id": "synthetic",
    "name": "Synthetic articles of a bench",
    "standoff": False,
    "licence": "CC-BY-4.0",
    "origin": "made by a program",
    "citation": "none",
    "how_to_get": "run the bench",
}


def article_line(identifier: str, text: str) -> dict[str, Any]:
    """The line of an article in `articles.jsonl`."""
    return {
        "id": identifier,
        "source": "synthetic",
        "title": text.partition("\n")[0],
        "published": "2026-01-31",
        "language": "ar",
        "licence": "CC-BY-4.0",
        "text_sha256": sha256(text),
        "origin": "made by a program",
    }


def _write_splits(path: Path, identifiers: list[str]) -> None:
    lines, first = [], 0
    for split, share in SPLITS.items():
        last = len(identifiers) if split == "test" else first + round(share * len(identifiers))
        lines += [f"{split}:", *(f"  - {each}" for each in identifiers[first:last])]
        first = last
    path.write_text("\n".join(lines) + "\n", encoding="utf-8")


class Maker:
    """Makes one article after the other from one stream of random numbers."""

    def __init__(self, schema: Schema, seed: int) -> None:
        self._schema = schema
        self._choose = random.Random(seed)  # noqa: S311 - a fixed workload, not a secret
        self._words = ["".join(self._choose.choices(_LETTERS, k=k)) for k in (2, 3, 4, 4, 5, 6, 7) * 700]
        self._types = list(schema.entities)
        self._events = list(schema.events)

    def article(self, identifier: str) -> tuple[str, Annotation]:
        """Text and gold."""
        parts, spans, triggers = list(self._tokens())
        text = "".join(parts)
        entities = [self._entity(text, number, *each) for number, each in enumerate(spans, 1)]
        events = [self._event(text, number, each, entities) for number, each in enumerate(triggers, 1)]
        said = Annotation(
            identifier, sha256(text), "gold", self._schema.version, tuple(entities), tuple(events)
        )
        return text, canonical(said)

    def of_annotator(self, gold: Annotation, annotator: str) -> Annotation:
        """The gold with about one mention and one event in ten forgotten."""
        kept = [each for each in gold.entities if self._choose.random() < 0.9]
        known = {each.id for each in kept}
        events = [
            structs.replace(each, arguments=tuple(one for one in each.arguments if one.entity in known))
            for each in gold.events
            if self._choose.random() < 0.9
        ]
        return canonical(replace(gold, annotator=annotator, entities=tuple(kept), events=tuple(events)))

    def _tokens(self) -> Iterator[Any]:
        parts: list[str] = []
        spans: list[tuple[int, int, str]] = []
        triggers: list[tuple[int, int]] = []
        position = 0
        for number in range(_SENTENCES):
            left = _TOKENS
            while left > 0:
                draw = self._choose.random()
                length = 1 if draw < 0.78 else self._choose.choice((1, 1, 2, 3))
                words = self._choose.choices(self._words, k=length)
                run = " ".join(words)
                if draw >= 0.78:
                    spans.append((position, position + len(run), self._choose.choice(self._types)))
                    if length == 3:  # a name in a name
                        first = position + len(words[0]) + 1
                        spans.append((first, position + len(run), self._choose.choice(self._types)))
                elif draw < 0.08:
                    triggers.append((position, position + len(run)))
                left -= length
                after = " " if left > 0 else "\n\n" if number == 0 else ".\n" if number % 3 == 2 else ". "
                parts += [run, after]
                position += len(run) + len(after)
        parts[-1] = "."
        yield from (parts, spans, triggers)

    def _entity(self, text: str, number: int, start: int, end: int, kind: str) -> Entity:
        attributes: dict[str, bool | str] = {}
        for each in self._schema.entity_attributes_of(kind):
            if each.kind == "choice":
                attributes[each.name] = self._choose.choice(each.values).name
            elif self._choose.random() < 0.2:
                attributes[each.name] = True
        return Entity(f"T{number}", kind, start, end, text[start:end], attributes)

    def _event(self, text: str, number: int, span: tuple[int, int], entities: list[Entity]) -> Event:
        kind = self._choose.choice(self._events)
        arguments = []
        for role in self._choose.sample(list(self._schema.roles(kind).values()), k=2):
            fitting = [each.id for each in entities if each.type in role.entity_types]
            arguments += [Argument(role.name, self._choose.choice(fitting))] if fitting else []
        attributes: dict[str, bool | str] = {
            each.name: self._choose.choice(each.values).name
            for each in self._schema.event_attributes_of(kind)
            if each.kind == "choice"
        }
        trigger = Trigger(*span, text[slice(*span)])
        return Event(f"E{number}", kind, trigger, tuple(arguments), attributes)
