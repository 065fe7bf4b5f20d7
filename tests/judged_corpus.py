"""A small corpus to adjudicate: one article is disputed, one agreed, one has a single pass."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import yaml

from khabar.article_list import Article, write_articles
from khabar.corpus import Corpus
from khabar.document import Annotation, Argument, Entity, Event, Trigger, canonical, write_annotation
from khabar.files import sha256

TEXT = "موسكو ترفض خطة باريس 😀 قبل اجتماع لندن"
MOSCOW, REJECTS, PLAN, LONDON = (0, 5), (6, 10), (11, 14), (34, 38)
DISPUTED, AGREED, SINGLE = "authored-x", "authored-y", "authored-z"


def entity(type_: str, span: tuple[int, int], **attributes: bool | str) -> Entity:
    return Entity(f"x{span[0]}", type_, *span, TEXT[slice(*span)], attributes)


def rejected(*arguments: tuple[str, Entity], realis: str = "actual") -> Event:
    fillers = tuple(Argument(role, filler.id) for role, filler in arguments)
    return Event("e", "Reject", Trigger(*REJECTS, TEXT[slice(*REJECTS)]), fillers, {"realis": realis})


def annotated(annotator: str, *items: Entity | Event, article: str = DISPUTED) -> Annotation:
    entities = tuple(each for each in items if isinstance(each, Entity))
    events = tuple(each for each in items if isinstance(each, Event))
    return canonical(Annotation(article, sha256(TEXT), annotator, "1.0", entities, events))


MOSCOW_GPE, PLAN_ORG = entity("GPE", MOSCOW), entity("ORG", PLAN)
A = annotated("a", entity("GPE", MOSCOW, metonym=True), PLAN_ORG, rejected(("Rejecter", MOSCOW_GPE)))
B = annotated("b", MOSCOW_GPE, entity("PER", PLAN), rejected(realis="negated"))
GOLD = annotated("gold", MOSCOW_GPE, PLAN_ORG, rejected(("Rejecter", MOSCOW_GPE)))
BOTH = (MOSCOW_GPE, rejected(("Rejecter", MOSCOW_GPE), realis="future"))


def article(identifier: str) -> Article:
    return Article(
        id=identifier,
        source="authored",
        title=None,
        published=None,
        language="ar",
        licence="CC-BY-4.0",
        text_sha256=sha256(TEXT),
        origin="written for a test",
        text=TEXT,
    )


def make_corpus(folder: Path, schema: dict[str, Any]) -> Corpus:
    """The corpus, written there."""
    (folder / "texts").mkdir(parents=True)
    (folder / "schema.yaml").write_text(yaml.safe_dump(schema), encoding="utf-8")
    roles = {"a": "annotator", "b": "annotator", "j": "judge"}
    people = [
        {"id": name, "kind": "human", "what": "a person", "guidelines": "1.0", "role": role}
        for name, role in roles.items()
    ]
    (folder / "annotators.yaml").write_text(yaml.safe_dump(people), encoding="utf-8")
    names = (DISPUTED, AGREED, SINGLE)
    for each in names:
        (folder / "texts" / f"{each}.txt").write_text(TEXT, encoding="utf-8")
    write_articles(folder, [article(each) for each in names])
    agreed = [annotated(name, *BOTH, article=AGREED) for name in "ab"]
    for each in (A, B, *agreed, annotated("a", PLAN_ORG, article=SINGLE)):
        write_annotation(folder / "passes" / each.annotator / f"{each.article}.json", each)
    return Corpus(folder)
