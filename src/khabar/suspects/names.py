"""Names: the same one with different types, and annotated ones that are left unannotated elsewhere."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterator, Sequence

from khabar.baselines.lexicon import Lexicon, Match
from khabar.document import Entity
from khabar.suspects.evidence import Names, Source
from khabar.suspects.suspect import Suspect

Place = tuple[Source, Match]


def type_clashes(names: Names) -> Iterator[Suspect]:
    """Mentions whose type is not the one their form mostly has; where no type leads, all of them."""
    for mentions in names.mentions.values():
        counts = Counter(entity.type for _, entity in mentions)
        if len(counts) < 2:
            continue
        most = max(counts.values())
        leading = [name for name, count in counts.items() if count == most]
        said = ", ".join(f"{count} × {name}" for name, count in counts.most_common())
        for source, entity in mentions:
            if [entity.type] != leading:
                weight = 1 - counts[entity.type] / len(mentions)
                why = f"this name is {said}"
                yield source.suspect("name_type", entity.span, entity.text, entity.type, why, weight)


def unannotated_names(sources: Sequence[Source], names: Names) -> Iterator[Suspect]:
    """Places of annotated forms, whole words but for clitics, that lie in no mention."""
    lexicon = _lexicon(names)
    free: defaultdict[tuple[str, str], list[Place]] = defaultdict(list)
    for source in sources:
        for match in _outside(source, lexicon):
            words = (source.text or "")[match.start : match.end]
            free[words, match.type].append((source, match))
    for (words, type_), places in free.items():
        annotated = _annotated(words, names, places)
        weight = annotated / (annotated + len(places))
        why = f"annotated {annotated} times, left out {len(places)}"
        for source, match in places:
            yield source.suspect("unannotated_name", (match.start, match.end), words, type_, why, weight)


def unannotated_inside(sources: Sequence[Source], names: Names) -> Iterator[Suspect]:
    """Annotated forms inside a mention that holds none there, though others of its type hold that type."""
    lexicon = _lexicon(names)
    nesting = _nesting(sources)
    free: defaultdict[tuple[str, str], list[tuple[Source, Entity, Match]]] = defaultdict(list)
    for source in sources:
        for outer, match in _inside(source, lexicon):
            if nesting[outer.type, match.type]:
                free[outer.type, match.type].append((source, outer, match))
    for (outer_type, type_), places in free.items():
        held = nesting[outer_type, type_]
        weight = held / (held + len(places))
        for source, outer, match in places:
            why = f"in {outer_type} {outer.text!r}; {outer_type} hold a {type_} {held} times"
            words = (source.text or "")[match.start : match.end]
            yield source.suspect("unannotated_inside", (match.start, match.end), words, type_, why, weight)


def _lexicon(names: Names) -> Lexicon:
    reach: dict[str, int] = {}
    for form in names.forms:
        reach[form[0]] = max(reach.get(form[0], 0), len(form))
    return Lexicon(names.forms, names.forms, reach)


def _annotated(words: str, names: Names, places: Sequence[Place]) -> int:
    """How many mentions have one of the forms that the words may stand for at the first of the places."""
    source, match = places[0]
    return max(sum(names.types(form).values()) for form in source.forms(match.start, match.end, words))


def _outside(source: Source, lexicon: Lexicon) -> Iterator[Match]:
    """Matches that share nothing with a mention."""
    mentions = source.annotation.entities
    for sentence in source.sentences:
        for match in lexicon.outermost(sentence):
            if not any(each.start < match.end and match.start < each.end for each in mentions):
                yield match


def _nesting(sources: Sequence[Source]) -> Counter[tuple[str, str]]:
    """How often a mention of one type holds, directly or deeper, one of another."""
    return Counter(
        (outer.type, inner.type)
        for source in sources
        for outer in source.annotation.entities
        for inner in source.annotation.entities
        if _holds(outer, inner)
    )


def _holds(outer: Entity, inner: Entity) -> bool:
    return outer.start <= inner.start and inner.end <= outer.end and outer.span != inner.span


def _inside(source: Source, lexicon: Lexicon) -> Iterator[tuple[Entity, Match]]:
    """Matches strictly inside a mention, where no mention inside it shares anything with them.

    Not the beginning of a mention of the same type: that is the same thing under a shorter name.
    """
    for sentence in source.sentences:
        for outer in source.annotation.entities:
            if not (sentence.start <= outer.start and outer.end <= sentence.end):
                continue
            tokens = [n for n, t in enumerate(sentence.tokens) if t.start < outer.end and outer.start < t.end]
            whole = Match(tokens[0], tokens[-1] + 1, *outer.span, outer.type)
            held = [each for each in source.annotation.entities if _holds(outer, each)]
            for match in lexicon.inside(sentence, whole):
                shorter = match.start == outer.start and match.type == outer.type
                if not shorter and not any(
                    each.start < match.end and match.start < each.end for each in held
                ):
                    yield outer, match
