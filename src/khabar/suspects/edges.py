"""Edges and flags of mentions: probable clitics, and flags that disagree with their neighbours."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterator, Sequence
from itertools import pairwise

from khabar.baselines.clitics import beginnings
from khabar.document import Entity
from khabar.schema import Schema
from khabar.suspects.evidence import ARTICLE, Names, Source, bare
from khabar.suspects.suspect import Suspect
from khabar.text import tokenize
from khabar.text.normalise import key

CLITIC, METONYM = "clitic", "metonym"
"""Flags of this corpus; a schema without them has no such suspects."""

_BETWEEN = re.compile(r"[,،]? و|[,،] ?")
"""What joins the members of a list."""


def clitic_starts(sources: Sequence[Source], names: Names) -> Iterator[Suspect]:
    """Mentions whose first word is, without a proclitic, a name that is annotated more often than with it."""
    for source in sources:
        for entity in source.annotation.entities:
            words = [token.text for token in tokenize(entity.text)]
            if not words or _swallowed(entity, source):
                continue
            rest = tuple(map(key, words[1:]))
            whole = sum(names.types((key(words[0]), *rest)).values())
            for cut in beginnings(words[0])[1:]:
                others = max(sum(names.types((head, *rest)).values()) for head in cut.keys)
                if others > whole:
                    why = f"{words[0][cut.offset :]!r} is annotated {others} times, {words[0]!r} {whole}"
                    weight = others / (others + whole)
                    yield source.suspect("clitic_start", entity.span, entity.text, entity.type, why, weight)
                    break


def clitic_flags(sources: Sequence[Source], names: Names, schema: Schema) -> Iterator[Suspect]:
    """The flag where no ل stands before, or none where the name mostly has ال, which ل has swallowed."""
    owners = {each.name: each.applies_to for each in schema.entity_attributes}.get(CLITIC, [])
    for source in sources:
        for entity in source.annotation.entities:
            if source.text is None or entity.type not in owners:
                continue
            flagged = bool(entity.attributes.get(CLITIC))
            swallowed = _swallowed(entity, source)
            if flagged and not swallowed:
                why = "flagged, but no preposition ل has swallowed an alef here"
                yield source.suspect("clitic_flag", entity.span, entity.text, entity.type, why, 0.9)
            elif swallowed and not flagged:
                why = _with_article(entity, source, names)
                if why:
                    yield source.suspect("clitic_flag", entity.span, entity.text, entity.type, why, 0.8)


def _swallowed(entity: Entity, source: Source) -> bool:
    """Whether the mention begins at the second of two ل, where the alef of ال is not written."""
    before = (source.text or "")[: entity.start][-1:]
    return key(before) == "ل" and key(entity.text).startswith("ل")


def _with_article(entity: Entity, source: Source, names: Names) -> str:
    """Why the name probably has ال; empty where nothing says so."""
    plain, *readings = source.forms(*entity.span, entity.text)
    others = [
        other.text
        for form in readings
        for _, other in names.mentions.get(bare(form), ())
        if bare(form) != bare(plain) and key(other.text).startswith(ARTICLE)
    ]
    return f"not flagged, but the name is {others[0]!r} elsewhere" if others else ""


def metonyms(sources: Sequence[Source], schema: Schema) -> Iterator[Suspect]:
    """Mentions without the flag whose name, or whose neighbour in a list, has it in the same sentence."""
    owners = {each.name: each.applies_to for each in schema.entity_attributes}.get(METONYM, [])
    for source in sources:
        able = [entity for entity in source.annotation.entities if entity.type in owners]
        for sentence in source.sentences:
            here = [each for each in able if sentence.start <= each.start and each.end <= sentence.end]
            yield from _same_name(source, here)
            yield from _same_list(source, here)


def _same_name(source: Source, mentions: Sequence[Entity]) -> Iterator[Suspect]:
    by_form: defaultdict[str, list[Entity]] = defaultdict(list)
    for entity in mentions:
        by_form[" ".join(bare(source.forms(*entity.span, entity.text)[0]))].append(entity)
    for group in by_form.values():
        flagged = [each for each in group if each.attributes.get(METONYM)]
        for entity in group:
            if flagged and entity not in flagged:
                why = f"metonym at {flagged[0].start} in the same sentence, not here"
                yield source.suspect("metonym", entity.span, entity.text, entity.type, why, 0.3)


def _same_list(source: Source, mentions: Sequence[Entity]) -> Iterator[Suspect]:
    text = source.text or ""
    for left, right in pairwise(mentions):
        joined = left.end <= right.start and _BETWEEN.fullmatch(text, left.end, right.start)
        values = [bool(each.attributes.get(METONYM)) for each in (left, right)]
        if joined and values[0] != values[1]:
            odd, other = (left, right) if values[1] else (right, left)
            why = f"{other.text!r} beside it in the list is metonym, this is not"
            yield source.suspect("metonym", odd.span, odd.text, odd.type, why, 0.7)
