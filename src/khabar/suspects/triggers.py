"""Triggers by a light stem: words that are triggers elsewhere, and triggers of another type elsewhere."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterator, Mapping, Sequence

from khabar.document import Event
from khabar.suspects.evidence import ARTICLE, Source
from khabar.suspects.suspect import Suspect
from khabar.text import Token, tokenize
from khabar.text.normalise import key
from khabar.text.proclitics import offsets

Stem = tuple[str, ...]
_PRONOUNS = ("هما", "ها", "هم", "هن", "نا", "كم")
_ENDINGS = ("ته", "ات", "وا", "ون", "ين", "ان", "تا", "ه", "ت", "ا")
_LEAST = 3
"""Letters that are left of a stem at least."""


def stem(word: str) -> str:
    """A key that the commonest inflections of a written word share: no lemma, and no root.

    Without ال, one pronoun or ending, and the ي of the imperfect: `الاجتماعات` → `اجتماع`, `يرفض` → `رفض`.
    """
    found = _without(key(word), prefixes=(ARTICLE,))
    found = _without(found, suffixes=_PRONOUNS)
    found = _without(found, suffixes=_ENDINGS)
    return _without(found, prefixes=("ي",))


def _without(word: str, *, prefixes: Sequence[str] = (), suffixes: Sequence[str] = ()) -> str:
    for each in prefixes:
        if word.startswith(each) and len(word) - len(each) >= _LEAST:
            return word[len(each) :]
    for each in suffixes:
        if word.endswith(each) and len(word) - len(each) >= _LEAST:
            return word[: -len(each)]
    return word


def stems(text: str) -> Stem:
    """The stems of the words."""
    return tuple(stem(token.text) for token in tokenize(text))


def trigger_stems(source: Source, event: Event) -> Stem:
    """The stems of the trigger; after the preposition ل with its ال, whose alef is not written there."""
    words, start = event.trigger.text, event.trigger.start
    if key((source.text or "")[:start][-1:]) == "ل" and key(words).startswith("ل"):
        return stems(ARTICLE + words[1:])
    return stems(words)


def known_triggers(sources: Sequence[Source]) -> dict[Stem, Counter[str]]:
    """How often each stem is a trigger of each type."""
    found: defaultdict[Stem, Counter[str]] = defaultdict(Counter)
    for source in sources:
        for event in source.annotation.events:
            found[trigger_stems(source, event)][event.type] += 1
    return dict(found)


def trigger_types(sources: Sequence[Source], known: Mapping[Stem, Counter[str]]) -> Iterator[Suspect]:
    """Triggers of a type that their stem has in less than a quarter of its places."""
    for source in sources:
        for event in source.annotation.events:
            counts = known[trigger_stems(source, event)]
            share = counts[event.type] / counts.total()
            if share < 0.25:
                said = ", ".join(f"{count} × {name}" for name, count in counts.most_common())
                why = f"this word is {said}"
                yield _of(source, event, "trigger_type", why, 1 - share)


def never_triggers(sources: Sequence[Source], never: Mapping[str, Sequence[str]]) -> Iterator[Suspect]:
    """Triggers whose word is listed as never being one of their type."""
    excluded = {(type_, stems(word)): word for type_, words in never.items() for word in words}
    for source in sources:
        for event in source.annotation.events:
            word = excluded.get((event.type, stems(event.trigger.text)))
            if word is not None:
                yield _of(source, event, "never_trigger", f"{word!r} is never {event.type}", 1.0)


def clitic_starts(sources: Sequence[Source], known: Mapping[Stem, Counter[str]]) -> Iterator[Suspect]:
    """Triggers whose word is, without a proclitic, a trigger more often than with it."""
    for source in sources:
        for event in source.annotation.events:
            if trigger_stems(source, event) != stems(event.trigger.text):
                continue  # it begins at the second of two ل, as it should
            tokens = tokenize(event.trigger.text)
            whole = known[trigger_stems(source, event)].total()
            for candidate, start in _readings(tokens):
                others = known[candidate].total() if start and candidate in known else 0
                if others > whole:
                    rest = event.trigger.text[start:]
                    why = f"{rest!r} is a trigger {others} times, {event.trigger.text!r} {whole}"
                    yield _of(source, event, "clitic_start", why, others / (others + whole))
                    break


def _of(source: Source, event: Event, kind: str, why: str, weight: float) -> Suspect:
    return source.suspect(kind, event.trigger.span, event.trigger.text, event.type, why, weight)


def unannotated_triggers(sources: Sequence[Source], known: Mapping[Stem, Counter[str]]) -> Iterator[Suspect]:
    """Words with the stem of a trigger that are none; not those in mentions of types that hold none."""
    longest = max(map(len, known), default=0)
    hosts = {
        entity.type
        for source in sources
        for entity in source.annotation.entities
        for event in source.annotation.events
        if entity.start <= event.trigger.start and event.trigger.end <= entity.end
    }
    free: defaultdict[Stem, list[tuple[Source, int, int]]] = defaultdict(list)
    for source in sources:
        taken = [event.trigger.span for event in source.annotation.events]
        taken += [each.span for each in source.annotation.entities if each.type not in hosts]
        for found, start, end in _places(source, known, longest):
            if not any(left < end and start < right for left, right in taken):
                free[found].append((source, start, end))
    for found, places in free.items():
        counts = known[found]
        weight = counts.total() / (counts.total() + len(places))
        why = f"a trigger {counts.total()} times, left out {len(places)}"
        for source, start, end in places:
            words = (source.text or "")[start:end]
            yield source.suspect(
                "unannotated_trigger", (start, end), words, counts.most_common(1)[0][0], why, weight
            )


def _places(source: Source, known: Mapping[Stem, object], longest: int) -> Iterator[tuple[Stem, int, int]]:
    """Where known stems stand in the article, the longest at each word; proclitics are outside."""
    for sentence in source.sentences:
        tokens = sentence.tokens
        for first in range(len(tokens)):
            found = next(
                (
                    (candidate, start, tokens[first + size - 1].end)
                    for size in range(min(longest, len(tokens) - first), 0, -1)
                    for candidate, start in _readings(tokens[first : first + size])
                    if candidate in known
                ),
                None,
            )
            if found is not None:
                yield found


def _readings(tokens: Sequence[Token]) -> Iterator[tuple[Stem, int]]:
    """The stems of the words, with the start they have after each way to cut proclitics off."""
    rest = tuple(stem(token.text) for token in tokens[1:])
    first = tokens[0]
    for offset in offsets(first.text):
        part = key(first.text[offset:])
        if len(part) >= _LEAST or not offset:
            yield (stem(first.text[offset:]), *rest), first.start + offset
        if offset and key(first.text[:offset]).endswith("ل") and part.startswith("ل"):
            yield (stem(ARTICLE + part[1:]), *rest), first.start + offset
